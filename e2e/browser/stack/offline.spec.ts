import { expect } from "@playwright/test";
import { Nurse, open } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** The relay does not answer: the nurse measures all the same, reads what became of it, and nothing arrives twice. */
test("vital signs are kept while the relay is out of reach and arrive once it is back", async ({ browser }) => {
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800 });
  const nurse = new Nurse(tablet.page, stack);
  await nurse.signIn();
  const resident = await nurse.residentSeenFor("I10", []);
  const weights = (): Promise<number> =>
    tablet.page.evaluate(async (id) => {
      const answer = await fetch(`/api/residents/${id}/observations?code=29463-7`);
      const { items } = (await answer.json()) as { items: { value: number }[] };
      return items.filter((one) => one.value === 61.3).length;
    }, resident.id);
  const before = await weights();
  await tablet.page.goto(`${urlFor(stack, "nurse")}/residents/${resident.id}`);
  await tablet.page.getByRole("button", { name: "录入体征" }).click();

  process.kill(stack.pids.relay, "SIGSTOP");
  try {
    await expect(tablet.page.getByText("离线：所有记录都保存在本机").first()).toBeVisible({ timeout: 15_000 });
    await tablet.page.getByRole("textbox", { name: /体重/ }).fill("61.3");
    await tablet.page.getByRole("button", { name: "保存体征" }).click();
    await expect(tablet.page.getByText("已存本机", { exact: true }).first()).toBeVisible();
    await tablet.page.reload();
    await expect(tablet.page.getByText(resident.name).first()).toBeVisible();
  } finally {
    process.kill(stack.pids.relay, "SIGCONT");
  }
  await expect(tablet.page.getByText(/医院已收到/).first()).toBeVisible({ timeout: 30_000 });
  await expect.poll(weights, { timeout: 15_000 }).toBe(before + 1);
  await tablet.context.close();
});
