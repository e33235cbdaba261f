import { expect, test } from "@playwright/test";
import { DESK, inBed, slowly, TABLET } from "../support/care";
import { Nurse, open, signInAs, Specialist } from "../support/people";
import { accountOf, runningStack, urlFor } from "../support/stack";
import { shoot } from "./shoot";

/** make screenshots: what is planned, who calls, who is referred, and the office; nothing of it is left open. */
test("screenshots of care", async ({ browser }) => {
  test.setTimeout(480_000);
  const stack = runningStack();
  const tablet = await open(browser, TABLET);
  const desk = await open(browser, DESK);
  await new Nurse(tablet.page, stack).signIn();
  await new Specialist(desk.page, stack).signIn();
  const at = { nurse: urlFor(stack, "nurse"), specialist: urlFor(stack, "specialist") };
  const resident = await inBed(tablet.page, "301-1");

  await test.step("the nurse's plan", async () => {
    await tablet.page.goto(`${at.nurse}/schedule?view=week`);
    await slowly(tablet.page.locator(".nurse-week-entry").first()).toBeVisible();
    await shoot(tablet, "nurse-schedule");
    await tablet.page.goto(`${at.nurse}/rounds`);
    await tablet.page.locator(".nurse-row").first().click();
    await slowly(tablet.page.locator(".nurse-stop").first()).toBeVisible();
    await shoot(tablet, "nurse-round");
    await tablet.page.goto(`${at.nurse}/referrals/new?resident=${resident.id}`);
    await tablet.page.getByLabel("转诊原因").fill("活动后胸闷两周，建议到院检查");
    await tablet.page.getByLabel("护士所见").fill("上楼时胸闷，休息后缓解；血压 158/92");
    await shoot(tablet, "nurse-referral-draft");
    await tablet.page.goto(`${at.nurse}/referrals`);
    await tablet.page.locator("a.nurse-row[href^='/referrals/']").first().click();
    await slowly(tablet.page.locator(".nurse-timeline")).toBeVisible();
    await shoot(tablet, "nurse-referral");
    await tablet.page.goto(`${at.nurse}/registry/${resident.id}/chart`);
    await slowly(tablet.page.locator(".uplot").first()).toBeVisible();
    await shoot(tablet, "nurse-chart");
  });

  await test.step("the specialist's days, the ledger, a referral", async () => {
    await desk.page.goto(`${at.specialist}/schedule`);
    await slowly(desk.page.getByRole("heading", { name: "候补" })).toBeVisible();
    await shoot(desk, "specialist-schedule");
    await desk.page.goto(`${at.specialist}/residents/${resident.id}`);
    await desk.page.getByRole("tab", { name: "初诊" }).click();
    await slowly(desk.page.locator("[data-testid^=fact-]").first()).toBeVisible();
    await shoot(desk, "specialist-eligibility");
    await desk.page.goto(`${at.specialist}/referrals`);
    await desk.page.locator("main table a").first().click();
    await slowly(desk.page.locator("main ol").first()).toBeVisible();
    await shoot(desk, "specialist-referral");
  });

  await test.step("a resident's button", async () => {
    const bedside = await open(browser, { width: 800, height: 600, hasTouch: true });
    const bed = at.nurse.replace("nurse", "bed");
    await bedside.page.goto(`${bed}/call/${encodeURIComponent(resident.bed)}`);
    await bedside.page.getByTestId("call-nurse").tap();
    await expect(bedside.page.getByTestId("bedside")).toHaveAttribute("data-standing", "heard");
    await shoot(bedside, "bedside-called");
    await tablet.page.goto(at.nurse);
    await slowly(tablet.page.getByTestId("incoming-calls")).toContainText(resident.name);
    await shoot(tablet, "nurse-one-key-call");
    await slowly(desk.page.getByRole("button", { name: `应答 ${resident.name} 的呼叫` })).toBeVisible();
    await shoot(desk, "specialist-one-key-call");
    await tablet.page.getByRole("button", { name: "我来处理" }).click();
    await tablet.page.getByRole("button", { name: "处理完毕" }).click();
    await tablet.page.getByRole("button", { name: /^误按/ }).click();
    await tablet.page.getByRole("button", { name: /^确认/ }).click();
    await expect(tablet.page.getByTestId("incoming-calls")).toHaveCount(0);
    await bedside.context.close();
  });

  await test.step("the office: boxes, duty, audit, an import's dry run", async () => {
    const office = await open(browser, DESK);
    await signInAs(office.page, stack, accountOf(stack, "administrator").username);
    const base = urlFor(stack, accountOf(stack, "administrator").username);
    for (const [name, path] of [
      ["administrator-boxes", "boxes"],
      ["administrator-duty", "duty"],
      ["administrator-audit", "audit"],
    ] as const) {
      await office.page.goto(`${base}/${path}`);
      await slowly(office.page.locator("main table").first()).toBeVisible();
      await shoot(office, name);
    }
    await office.page.goto(`${base}/imports`);
    await office.page.getByRole("combobox", { name: "护理院" }).click();
    await office.page.getByRole("option").first().click();
    const csv =
      "姓名,身份证号,床位,过敏\n林秋月,330106194105060021,901-1,青霉素:皮疹:重\n何春生,33010619380412001Q,901-2,无\n";
    await office.page
      .getByTestId("import-file")
      .setInputFiles({ name: "住民.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
    await slowly(office.page.getByTestId("import-report")).toBeVisible();
    await shoot(office, "administrator-import");
    await office.context.close();
  });
  for (const { context } of [tablet, desk]) await context.close();
});
