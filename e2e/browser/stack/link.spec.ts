import { expect } from "@playwright/test";
import { inACall } from "../support/people";
import { expectFramesAdvance, expectMovingPicture, readFrame } from "../support/picture";
import { test } from "../support/scenario";
import { accountOf, runningStack } from "../support/stack";
// The API without a browser, as `make demo-once` uses it.
import { Person } from "../../../scripts/stack/person.mjs";

/** A box that goes silent and comes back, and a specialist whose browser dies: who is told what, and how fast it goes on. */
test("a lost link is said in words and the call goes on in place", async ({ browser }) => {
  const stack = runningStack();
  const { tablet, desk } = await inACall(stack, browser);

  let frozen: number | undefined;
  let returned = 0;
  await test.step("the box's program stands still: the specialist reads it", async () => {
    process.kill(stack.pids["clinic-agent"], "SIGSTOP");
    try {
      await expect(desk.page.getByText(/连接中断/).first()).toBeVisible({ timeout: 5_000 });
      frozen = (await readFrame(desk.page))?.number;
      expect(frozen, "the last picture stays and is readable").toBeDefined();
    } finally {
      returned = performance.now();
      process.kill(stack.pids["clinic-agent"], "SIGCONT");
    }
  });

  await test.step("it goes on: the same call, the picture is back within two seconds", async () => {
    await expect
      .poll(async () => (await readFrame(desk.page).catch(() => undefined))?.number ?? frozen, {
        message: "a new frame",
        intervals: [50],
        timeout: 20_000,
      })
      .not.toBe(frozen);
    const seconds = (performance.now() - returned) / 1000;
    test.info().annotations.push({ type: "picture back after the link's return, s", description: seconds.toFixed(2) });
    console.log(`picture back ${seconds.toFixed(2)} s after the link's return`);
    expect(seconds).toBeLessThan(2);
    await expectFramesAdvance(desk.page);
    await expect(desk.page.getByText(/连接中断/)).toHaveCount(0);
    await expectMovingPicture(tablet.page);
  });

  await test.step("the specialist's browser dies: the nurse reads it", async () => {
    await desk.page.close({ runBeforeUnload: false });
    await expect(tablet.page.getByText(/连接中断|已离开/).first()).toBeVisible({ timeout: 8_000 });
  });

  await test.step("the nurse closes the visit", async () => {
    const hands = new Person(stack.urls.page);
    await hands.signIn(accountOf(stack, "nurse").username, stack.password);
    const { items } = await hands.get("/api/consultations?state=in_progress");
    for (const { id, version } of items) await hands.post(`/api/consultations/${id}/complete`, { version });
    await expect(tablet.page.getByRole("heading", { name: "会诊小结" })).toBeVisible();
  });
  await Promise.all([tablet.context.close(), desk.context.close()]);
});
