import { expect } from "@playwright/test";
import { DESK, slowly, TABLET } from "../support/care";
import { inACall, Nurse, open, signInAs } from "../support/people";
import { expectFramesAdvance, expectMovingPicture } from "../support/picture";
import { test } from "../support/scenario";
import { runningStack } from "../support/stack";

test("a second doctor who begins with another resident of the home takes nobody out of the first one's call", async ({
  browser,
}) => {
  const stack = runningStack();
  const { tablet, desk, id } = await inACall(stack, browser);
  const windows = await Promise.all([open(browser, TABLET), open(browser, DESK)]);
  const [{ page: other }, { page: second }] = windows;
  const nurse = new Nurse(other, stack);
  await nurse.signIn();
  const resident = await nurse.residentBut((await nurse.residentSeenFor("I10", [])).id);
  await nurse.startConsultation(resident, "头晕");
  await expect(other.getByTestId("call-held")).toContainText("本院的设备正用于另一位老人的会诊");

  await test.step("her waiting room says that the home is in a call, and she may begin all the same", async () => {
    await signInAs(second, stack, "specialist2");
    const row = second.getByRole("row").filter({ hasText: resident.name });
    await expect(row).toContainText("院内正通话");
    await row.getByRole("button", { name: `接诊 ${resident.name}` }).click();
    await second.waitForURL(/\/consultations\//);
    await expect(second.getByTestId("call-waiting")).toContainText("护理院的设备正用于另一位老人的会诊");
    await expect(other.getByTestId("call-held")).toContainText("周敏已在线上等候");
  });

  await test.step("the first conversation goes on", async () => {
    await expectFramesAdvance(desk.page);
    await expectMovingPicture(tablet.page);
    expect(tablet.page.url()).toContain(id);
  });

  await test.step("when it is over, hers begins: nobody pressed anything", async () => {
    await desk.page.getByRole("button", { name: "结束会诊" }).click();
    await expect(desk.page.getByText("会诊已结束")).toBeVisible();
    await slowly(second.getByTestId("main-video")).toBeVisible();
    await expectFramesAdvance(second);
    await expectMovingPicture(other);
    await second.getByRole("button", { name: "结束会诊" }).click();
    await expect(second.getByText("会诊已结束")).toBeVisible();
  });
  await Promise.all([...windows, tablet, desk].map(({ context }) => context.close()));
});

test("an urgent resident who waits for the box is told to the call that has it, and the nurse hands the box over", async ({
  browser,
}) => {
  const stack = runningStack();
  const { tablet, desk } = await inACall(stack, browser);
  const windows = await Promise.all([open(browser, TABLET), open(browser, DESK)]);
  const [{ page: other }, { page: second }] = windows;
  const nurse = new Nurse(other, stack);
  await nurse.signIn();
  const resident = await nurse.residentBut((await nurse.residentSeenFor("I10", [])).id);
  await nurse.prepareConsultation(resident, "胸痛");
  await other.getByRole("radiogroup", { name: "紧急程度" }).getByText("紧急", { exact: true }).click();
  await nurse.call();

  await test.step("both sides of the call read it; the other tablet reads that they do", async () => {
    await slowly(tablet.page.getByTestId("urgent-waits")).toContainText(resident.name);
    await slowly(desk.page.getByTestId("urgent-waits")).toBeVisible();
    await slowly(other.getByTestId("call-held")).toContainText("这位住民更紧急");
    await expectFramesAdvance(desk.page);
  });

  await test.step("the other doctor begins, and waits: nobody is taken out of the call", async () => {
    await signInAs(second, stack, "specialist2");
    await second.getByRole("button", { name: `接诊 ${resident.name}` }).click();
    await second.waitForURL(/\/consultations\//);
    await slowly(second.getByTestId("call-waiting")).toContainText("这位更紧急");
    await slowly(tablet.page.getByTestId("urgent-waits")).toContainText("周敏已在线上等候");
    await expectFramesAdvance(desk.page);
  });

  await test.step("the nurse hands the box over with one press", async () => {
    await tablet.page.getByTestId("hand-over-box").click();
    await slowly(second.getByTestId("main-video")).toBeVisible();
    await expectFramesAdvance(second);
    await slowly(desk.page.getByTestId("box-elsewhere")).toContainText("正在另一场会诊中");
    await expect(desk.page.getByTestId("urgent-waits")).toHaveCount(0, { timeout: 30_000 });
  });
  for (const { page } of [windows[1], desk]) {
    await page.getByRole("button", { name: "结束会诊" }).click();
    await expect(page.getByText("会诊已结束")).toBeVisible();
  }
  await Promise.all([...windows, tablet, desk].map(({ context }) => context.close()));
});
