import { expect } from "@playwright/test";
import { DESK, slowly, TABLET } from "../support/care";
import { Nurse, open, Specialist } from "../support/people";
import { expectFramesAdvance, expectMovingPicture } from "../support/picture";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

test("two residents of one home wait, and each nurse is connected when the doctor takes hers, whichever comes first", async ({
  browser,
}) => {
  const stack = runningStack();
  const windows = await Promise.all([open(browser, TABLET), open(browser, TABLET), open(browser, DESK)]);
  const [{ page: one }, { page: other }, { page: desk }] = windows;
  const [first, second, specialist] = [new Nurse(one, stack), new Nurse(other, stack), new Specialist(desk, stack)];
  await Promise.all([first.signIn(), second.signIn(), specialist.signIn()]);
  const earlier = await first.residentSeenFor("I10", []);
  const later = await first.residentBut(earlier.id);

  await test.step("the second one waits for the box and says so", async () => {
    await first.startConsultation(earlier, "复诊");
    await expect(one.getByTestId("call-waiting")).toBeVisible();
    await second.startConsultation(later, "胸闷");
    await expect(other.getByTestId("call-held")).toContainText("本院的设备正用于另一位老人的会诊");
  });

  await test.step("the doctor takes the second one first: her nurse is connected, the other one waits again", async () => {
    await specialist.seeNow(later.name);
    await expectFramesAdvance(desk);
    await expectMovingPicture(other);
    await slowly(one.getByTestId("call-held")).toBeVisible();
  });

  await test.step("the first one's turn: nobody pressed anything", async () => {
    await specialist.finish();
    await slowly(one.getByTestId("call-waiting")).toBeVisible();
    await desk.goto(urlFor(stack, "specialist"));
    await specialist.seeNow(earlier.name);
    await expectFramesAdvance(desk);
    await expectMovingPicture(one);
    await specialist.finish();
  });
  await Promise.all(windows.map(({ context }) => context.close()));
});
