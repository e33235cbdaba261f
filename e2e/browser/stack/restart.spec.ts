import { expect } from "@playwright/test";
import { inACall } from "../support/people";
import { expectFramesAdvance, expectMovingPicture } from "../support/picture";
import { test } from "../support/scenario";
import { accountOf, runningStack, startProgram, stopProgram, type Stack } from "../support/stack";
// The API without a browser, as `make demo-once` uses it.
import { Person } from "../../../scripts/stack/person.mjs";

interface Visit {
  id: string;
  state: string;
  version: number;
}

async function nurseHands(stack: Stack): Promise<Person> {
  const hands = new Person(stack.urls.page);
  await hands.signIn(accountOf(stack, "nurse").username, stack.password);
  return hands;
}

async function read(hands: Person, id: string): Promise<Visit> {
  return (await hands.get(`/api/consultations/${id}`)) as Visit;
}

test("the box's program is killed in a call and everybody is back in the same consultation", async ({ browser }) => {
  const stack = runningStack();
  const { tablet, desk, id } = await inACall(stack, browser);
  const address = tablet.page.url();

  expect((await stopProgram(stack, "clinic-agent", "SIGKILL")).end).toBe("was ended by SIGKILL");
  await expect(desk.page.getByText(/连接中断/).first()).toBeVisible({ timeout: 8_000 });
  await startProgram(stack, "clinic-agent");

  await expectFramesAdvance(desk.page);
  await expect(desk.page.getByText(/连接中断/)).toHaveCount(0);
  await expectMovingPicture(tablet.page);
  expect(tablet.page.url(), "nobody left the call's page").toBe(address);

  const hands = await nurseHands(stack);
  const visit = await read(hands, id);
  expect(visit.state).toBe("in_progress");
  const { items } = (await hands.get("/api/consultations?state=in_progress")) as { items: Visit[] };
  expect(
    items.map((one) => one.id),
    "no second check-in",
  ).toEqual([id]);
  await hands.post(`/api/consultations/${id}/complete`, { version: visit.version });
  await Promise.all([tablet.context.close(), desk.context.close()]);
});

test("the relay is stopped in a call: the people are told, and the record is complete", async ({ browser }) => {
  const stack = runningStack();
  const { tablet, desk, id } = await inACall(stack, browser);
  const hands = await nurseHands(stack);
  const before = await read(hands, id);

  const stopping = stopProgram(stack, "relay", "SIGTERM");
  await Promise.all([
    expect(desk.page.getByText("服务正在维护，通话已中断，稍后可重新加入").first()).toBeVisible(),
    expect(tablet.page.getByText(/中心正在重启|服务正在维护|离线：所有记录都保存在本机/).first()).toBeVisible(),
  ]);
  const { end, seconds } = await stopping;
  console.log(`the relay left ${seconds.toFixed(2)} s after SIGTERM`);
  expect(end).toBe("ended with code 0");
  expect(seconds).toBeLessThan(10);

  await startProgram(stack, "relay");
  // Who is in the call and how its link is are no part of the record: people come back one by one, and a link is weak at first.
  const recorded = (visit: Visit) => ({ ...visit, participants: undefined, link: undefined });
  await expect
    .poll(() => read(hands, id).then(recorded, (error: Error) => error.message), {
      message: "the record",
      timeout: 30_000,
    })
    .toEqual(recorded(before));
  expect(before.state).toBe("in_progress");
  await desk.page.getByRole("button", { name: "重新加入" }).click();
  await expectFramesAdvance(desk.page);
  await hands.post(`/api/consultations/${id}/complete`, { version: before.version });
  await Promise.all([tablet.context.close(), desk.context.close()]);
});
