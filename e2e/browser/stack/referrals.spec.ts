import { expect } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import { DESK, HOSPITAL, inBed, nurseAndSpecialist, slowly, TABLET, withdraw } from "../support/care";
import { Nurse, open, signIn, signInAs } from "../support/people";
import { test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

/** Out of remote care on the real programs: a referral and its draft, the condition that changes, the one-key call. */
test("a referral is written, sent, accepted by the hospital, and its report is in the record", async ({ browser }) => {
  test.setTimeout(300_000);
  const stack = runningStack();
  const { nurse, specialist, tablet, desk, leave } = await nurseAndSpecialist(browser, stack);
  const other = await open(browser, DESK);
  await signInAs(other.page, stack, "specialist2");
  const resident = await inBed(tablet, "302-1");
  const findings = `冠脉 CT 未见新发狭窄 ${Date.now() % 10_000}`;

  await test.step("written in the consultation and sent", async () => {
    await nurse.startConsultation(resident, "活动后胸闷，需到院检查");
    await specialist.seeNow(resident.name);
    await desk.getByRole("button", { name: "写转诊" }).click();
    await desk.waitForURL(/\/referrals\//);
    await desk.getByLabel("转诊原因").fill("活动后胸闷两周，需行冠脉检查");
    await desk.getByRole("textbox", { name: "医院", exact: true }).fill(HOSPITAL);
    await desk.getByRole("textbox", { name: "科室", exact: true }).fill("老年医学科");
    await expectAxeClean(desk, "specialist: draft of a referral");
    await desk.getByRole("button", { name: "发给医院" }).click();
    await expect(desk.getByText("转诊已发出")).toBeVisible();
  });

  const address = new URL(desk.url()).pathname;
  await test.step("the hospital accepts with an appointment", async () => {
    await other.page.goto(`${urlFor(stack, "specialist2")}/referrals`);
    await other.page
      .getByRole("link", { name: new RegExp(resident.name) })
      .first()
      .waitFor();
    await other.page.goto(urlFor(stack, "specialist2") + address);
    await other.page.getByRole("button", { name: "标为已查看" }).click();
    await other.page.getByRole("button", { name: "接收并预约" }).click();
    const form = other.page.getByRole("form", { name: "接收并预约" });
    await form.getByLabel("地点").fill("门诊楼 3 层 12 诊室");
    await form.getByRole("button", { name: "接收并预约" }).click();
    await slowly(desk.getByText("门诊楼 3 层 12 诊室")).toBeVisible();
    await expectAxeClean(other.page, "specialist: referral with an appointment");
  });

  await test.step("the report goes into the record", async () => {
    await other.page.getByRole("button", { name: "回报结果" }).click();
    const form = other.page.getByRole("form", { name: "回报结果" });
    await form.getByLabel("检查与结果").fill(findings);
    await form.getByLabel("建议").fill("继续目前用药，一个月后复查");
    await form.getByRole("button", { name: "回报结果" }).click();
    await slowly(desk.getByText("医院已回报，结果已写入病历。")).toBeVisible();
    await desk.goto(`${urlFor(stack, "specialist")}/residents/${resident.id}`);
    await desk.getByRole("tab", { name: "记录" }).click();
    await expect(desk.getByText(findings)).toBeVisible();
    await tablet.goto(urlFor(stack, "nurse") + address);
    await expect(tablet.getByText(findings)).toBeVisible();
  });

  await test.step("remote care went on meanwhile and is ended", async () => {
    await desk.goto(urlFor(stack, "specialist") + address);
    await desk.getByRole("link", { name: "查看这次会诊" }).click();
    await specialist.finish();
  });
  await other.context.close();
  await leave();
});

test("condition changed: one press stops remote care and opens the draft of a referral", async ({ browser }) => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const { nurse, specialist, tablet, desk, leave } = await nurseAndSpecialist(browser, stack);
  const resident = await inBed(tablet, "302-2");
  await nurse.startConsultation(resident, "气促加重");
  await specialist.seeNow(resident.name);
  await desk.getByRole("button", { name: "病情变化，停止远程" }).click();
  await desk.waitForURL(/\/referrals\//);
  await expect(desk.getByRole("heading", { name: `转诊 · ${resident.name}` })).toBeVisible();
  await expect(desk.getByLabel("转诊原因")).toHaveValue(/病情变化，停止远程诊疗/);
  await expect(desk.getByRole("button", { name: "撤回转诊" })).toBeVisible();
  await slowly(tablet.getByRole("heading", { name: "会诊小结" })).toBeVisible();
  await withdraw(desk);
  await leave();
});

test("a one-key call is answered at the console and ends in a hospital registration", async ({ browser }) => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const { tablet, desk, leave } = await nurseAndSpecialist(browser, stack);
  const bedside = await open(browser, { width: 800, height: 600, hasTouch: true });
  const caller = await inBed(tablet, "302-2");
  await bedside.page.goto(`${urlFor(stack, "nurse").replace("nurse", "bed")}/call/${encodeURIComponent(caller.bed)}`);
  await bedside.page.getByTestId("call-nurse").tap();
  await slowly(desk.getByRole("button", { name: `应答 ${caller.name} 的呼叫` })).toBeVisible();
  await expectAxeClean(desk, "specialist: a one-key call");
  await desk.getByRole("button", { name: `应答 ${caller.name} 的呼叫` }).click();
  await expect(bedside.page.getByTestId("bedside")).toHaveAttribute("data-standing", "answered");
  const sheet = desk.getByRole("dialog", { name: "一键呼叫" });
  await sheet.getByRole("radio", { name: "医院挂号" }).check();
  await sheet.getByLabel("备注").fill("胸痛不缓解，需到院检查");
  await sheet.getByRole("button", { name: "结束呼叫" }).click();
  await desk.waitForURL(/\/referrals\//);
  await expect(desk.getByRole("heading", { name: `转诊 · ${caller.name}` })).toBeVisible();
  await expect(desk.getByLabel("转诊原因")).toHaveValue("胸痛不缓解，需到院检查");
  await expect(desk.getByRole("textbox", { name: "医院", exact: true })).toHaveValue(HOSPITAL);
  await expect(bedside.page.getByTestId("bedside")).toHaveAttribute("data-standing", "over");
  await withdraw(desk);
  await bedside.context.close();
  await leave();
});

test("a nurse drafts a referral, goes on with it, and a doctor who saw the resident sends it", async ({ browser }) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const [tablet, desk] = [await open(browser, TABLET), await open(browser, DESK)];
  await new Nurse(tablet.page, stack).signIn();
  await signIn(desk.page, stack, "specialist");
  const page = tablet.page;
  const resident = await inBed(page, "302-1");

  await test.step("why, what she saw, the ride wished", async () => {
    await page.goto(`${urlFor(stack, "nurse")}/referrals/new?resident=${resident.id}`);
    await page.getByLabel("转诊原因").fill("左足破溃加重，需外科处理");
    await page.getByLabel("护士所见").fill("三天内范围扩大，已每日换药");
    await page.getByRole("combobox", { name: "接送意向" }).click();
    await page.getByRole("option", { name: "轮椅车" }).click();
    await expectAxeClean(page, "nurse: draft of a referral");
    await page.getByRole("button", { name: "保存草稿" }).click();
    await page.waitForURL(/\/referrals\/[0-9a-f-]{36}/);
    await expect(page.getByText("草稿，待医生发出").first()).toBeVisible();
  });

  await test.step("gone on with", async () => {
    await page.getByRole("button", { name: "修改草稿" }).click();
    await expect(page.getByLabel("护士所见")).toHaveValue("三天内范围扩大，已每日换药");
    await page.getByRole("combobox", { name: "科室" }).fill("普外科");
    await page.getByRole("button", { name: "保存修改" }).click();
    await expect(page.getByText("普外科").first()).toBeVisible();
  });

  await test.step("the doctor finds it and sends it; the nurse sees that it is with the hospital", async () => {
    await desk.page.goto(urlFor(stack, "specialist") + new URL(page.url()).pathname);
    await expect(desk.page.getByLabel("转诊原因")).toHaveValue(
      /护士所见：三天内范围扩大，已每日换药\n\n接送意向：轮椅车/,
    );
    await desk.page.getByRole("textbox", { name: "医院", exact: true }).fill(HOSPITAL);
    await desk.page.getByRole("button", { name: "发给医院" }).click();
    await expect(desk.page.getByText("转诊已发出")).toBeVisible();
    await slowly(page.getByText("已发给医院").first()).toBeVisible();
    await expect(page.getByRole("button", { name: "修改草稿" })).toHaveCount(0);
  });
  await withdraw(desk.page);
  for (const { context } of [tablet, desk]) await context.close();
});
