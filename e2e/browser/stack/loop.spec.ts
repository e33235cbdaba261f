import { expect } from "@playwright/test";
import { expectAxeClean, expectAxeCleanInEnglishOnDark } from "../support/axe";
import { Courier, Nurse, open, Pharmacist, Pharmacy, Specialist } from "../support/people";
import { expectFramesAdvance, expectMovingPicture, expectSound } from "../support/picture";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** The whole loop on the real programs, several people at once, with proof that picture and sound arrive. */
test("a visit from the nurse's call to the medicine in the home", async ({ browser }) => {
  test.setTimeout(480_000);
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800 });
  const desk = await open(browser, { width: 1440, height: 900 });
  const counter = await open(browser, { width: 1440, height: 900 });
  const nurse = new Nurse(tablet.page, stack);
  const specialist = new Specialist(desk.page, stack);
  const pharmacist = new Pharmacist(counter.page, stack);
  await Promise.all([nurse.signIn(), specialist.signIn(), pharmacist.signIn()]);
  const resident = await nurse.residentSeenFor("I10", ["氨氯地平", "地平"]);

  await test.step("the nurse calls; the resident appears in the waiting room without a reload", async () => {
    await tablet.page.goto(`${urlFor(stack, "nurse")}/residents/${resident.id}`);
    await expect(tablet.page.getByRole("button", { name: "开始会诊" })).toBeVisible();
    await expectAxeClean(tablet.page, "nurse: today");
    await tablet.page.getByRole("button", { name: "开始会诊" }).click();
    await expectAxeCleanInEnglishOnDark(tablet.page, "nurse: before the visit");
    await nurse.startConsultation(resident, "血压持续偏高，头晕");
    await expect(desk.page.getByRole("button", { name: `接诊 ${resident.name}` })).toBeVisible();
    await expectAxeCleanInEnglishOnDark(desk.page, "specialist: waiting room");
  });

  await test.step("see now; the camera's frame numbers are read back from the specialist's picture", async () => {
    await specialist.seeNow(resident.name);
    const frames = await expectFramesAdvance(desk.page);
    test.info().annotations.push({ type: "frames", description: JSON.stringify(frames) });
    await expectSound(desk.page);
  });

  await test.step("the nurse sees and hears the specialist", async () => {
    await expectMovingPicture(tablet.page);
    await expectSound(tablet.page);
    await expectAxeCleanInEnglishOnDark(tablet.page, "nurse: call");
  });

  await test.step("the nurse sees what the box's camera sees", async () => {
    await expectFramesAdvance(tablet.page, "self-video");
    await expect(tablet.page.getByText("对方看到：房间全景")).toBeVisible();
  });

  await test.step("mute and camera off are told in words", async () => {
    await desk.page.getByRole("button", { name: "静音", exact: true }).click();
    await expect(
      tablet.page.getByRole("img", { name: "已静音" }).or(tablet.page.getByLabel("已静音")).first(),
    ).toBeVisible();
    await desk.page.getByRole("button", { name: "取消静音" }).click();
    await desk.page.getByRole("button", { name: "关闭摄像头" }).click();
    await expect(tablet.page.getByText(/已关闭摄像头/)).toBeVisible();
    await desk.page.getByRole("button", { name: "打开摄像头" }).click();
    await expect(tablet.page.getByText(/已关闭摄像头/)).toHaveCount(0);
  });

  await test.step("the home's other camera", async () => {
    await desk.page.getByText("近景", { exact: true }).click();
    await expect(tablet.page.getByTestId("home-camera")).toContainText("近景");
    await expectFramesAdvance(desk.page);
    await desk.page.getByText("房间全景", { exact: true }).click();
  });

  await test.step("a reload rejoins", async () => {
    await desk.page.reload();
    await expectFramesAdvance(desk.page);
    await expect(desk.page.getByTestId("participant-specialist")).toHaveCount(1);
    await expectMovingPicture(tablet.page);
  });

  await test.step("family comes in by a link that opens on one device, after the specialist lets them in", async () => {
    const family = await open(browser, { width: 390, height: 844 });
    await desk.page.getByRole("button", { name: "邀请", exact: true }).click();
    await desk.page.getByLabel("显示的姓名").fill("王磊");
    await desk.page.getByRole("button", { name: "生成链接" }).click();
    const link = await desk.page
      .getByRole("dialog")
      .getByText(/\/join\//)
      .innerText();
    await desk.page.getByRole("dialog").getByRole("button", { name: "关闭" }).last().click();
    await family.page.goto(urlFor(stack, "family") + new URL(link).pathname);
    await expect(family.page.getByTestId("at-the-door")).toBeVisible();
    const forwarded = await open(browser, { width: 390, height: 844 });
    await forwarded.page.goto(urlFor(stack, "family") + new URL(link).pathname);
    await expect(forwarded.page.getByText("链接已失效")).toBeVisible();
    await forwarded.context.close();
    await expect(family.page.getByRole("button", { name: "加入", exact: true })).toHaveCount(0);
    await desk.page.getByRole("button", { name: "准许加入：王磊" }).click();
    await family.page.getByRole("button", { name: "加入", exact: true }).click();
    await expectFramesAdvance(family.page);
    await expect(desk.page.getByTestId("participant-observer")).toContainText("王磊");
    await desk.page.getByRole("button", { name: "请出会诊：王磊" }).click();
    await expect(desk.page.getByTestId("participant-observer")).toHaveCount(0);
    await family.context.close();
  });

  const prescription = await test.step("note, diagnosis, prescription, signature", async () => {
    await specialist.writeNote("血压控制不佳，加用氨氯地平，一周后复诊。");
    await specialist.chooseDiagnosis("高血压", /I10/);
    await specialist.prescribe("氨氯地平", /氨氯地平/, "1", "晨起服用");
    await expectAxeCleanInEnglishOnDark(desk.page, "specialist: consultation with a prescription being written");
    await desk.page.getByRole("button", { name: "核对并签名" }).click();
    await expect(desk.page.getByTestId("signing-document")).toBeVisible();
    await expectAxeClean(desk.page, "specialist: prescription sheet");
    await desk.page.keyboard.press("Escape");
    const id = await specialist.sign();
    await expect(desk.page.getByTestId(`prescription-${id}`)).toHaveAttribute("data-state", /signed|in_review/);
    return id;
  });

  await test.step("the pharmacist approves; the specialist sees it live", async () => {
    await counter.page.getByTestId(`review-${prescription}`).click();
    await expect(counter.page.getByTestId("review")).toHaveAttribute("data-state", "in_review");
    await expectAxeCleanInEnglishOnDark(counter.page, "pharmacist: review");
    await pharmacist.approve(prescription);
    await expect(desk.page.getByTestId(`prescription-${prescription}`)).toHaveAttribute("data-state", "approved");
  });

  await test.step("the visit is finished by one press and the nurse is told", async () => {
    await specialist.finish();
    await expect(tablet.page.getByRole("heading", { name: "会诊小结" })).toBeVisible();
    await expect(tablet.page.getByText("血压控制不佳，加用氨氯地平")).toBeVisible();
    await expectAxeClean(tablet.page, "nurse: after the visit");
  });

  const shop = await open(browser, { width: 1440, height: 900 });
  const road = await open(browser, { width: 390, height: 844 });
  const pharmacy = new Pharmacy(shop.page, stack);
  const courier = new Courier(road.page);

  const parcel = await test.step("the pharmacy dispenses and packs", async () => {
    await pharmacy.signIn();
    await pharmacy.expectIn("ordered", prescription);
    await expectAxeCleanInEnglishOnDark(shop.page, "pharmacy: board");
    await pharmacy.dispense(prescription);
    const packed = await pharmacy.pack();
    await expectAxeClean(shop.page, "pharmacy: packed order");
    return packed;
  });

  await test.step("the courier brings it, by link and PIN", async () => {
    await courier.open(stack, parcel);
    await courier.press("接受任务", "accepted");
    await expectAxeCleanInEnglishOnDark(road.page, "courier: stop");
    await courier.press("已取件", "in_transit");
    await courier.press("已到门口", "at_door");
  });

  await test.step("the nurse counts and accepts; everybody sees the end", async () => {
    await nurse.receive(resident.name, parcel.code);
    await expectAxeClean(tablet.page, "nurse: delivery");
    await expect(road.page.getByTestId("courier-actions")).toHaveAttribute("data-state", "received", {
      timeout: 30_000,
    });
    await expect(desk.page.getByTestId(`prescription-${prescription}`)).toHaveAttribute("data-state", "delivered");
    await shop.page.getByRole("link", { name: "全部订单" }).click();
    await pharmacy.expectIn("delivered", prescription);
  });
  for (const { context } of [tablet, desk, counter, shop, road]) await context.close();
});
