import { expect } from "@playwright/test";
import { expectAxeClean, expectAxeCleanInEnglishOnDark } from "../support/axe";
import { open, signInAs } from "../support/people";
import { test } from "../support/scenario";
import { accountOf, runningStack } from "../support/stack";

/** The administrator's registry and the specialist's record on the real programs. */
const DESK = { width: 1440, height: 900 };

/** A number whose checksum holds; `order` makes people of one birth date different. */
function idNumber(area: string, born: string, order: number): string {
  const body = `${area}${born}${String(order).padStart(3, "0")}`;
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (2 ** (17 - at) % 11), 0);
  return body + "10X98765432"[sum % 11];
}

/** Of this run only: the stack's data may be older than the run. */
const ORDER = Math.floor(Date.now() / 1000) % 997;
const ID_NUMBER = idNumber("330106", "19410506", ORDER);
/** Names have letters only. */
const NAME = `云${[...String(ORDER)].map((digit) => "零一二三四五六七八九"[Number(digit)]).join("")}`;

test("residents from a file, moved to another home, opened through a broken glass and judged", async ({ browser }) => {
  test.setTimeout(240_000);
  const stack = runningStack();
  const office = await open(browser, DESK);
  const page = office.page;
  await signInAs(page, stack, accountOf(stack, "administrator").username);

  await test.step("the dry run names the bad line; the good one is registered", async () => {
    await page.getByRole("link", { name: "住民导入" }).click();
    await page.getByRole("combobox", { name: "护理院" }).click();
    await page.getByRole("option").first().click();
    const csv = `姓名,身份证号,床位,过敏\n${NAME},${ID_NUMBER},9${ORDER}-1,青霉素:皮疹:重\n错一位,${ID_NUMBER.slice(0, 17)}Q,9${ORDER}-2,无\n`;
    await page.getByTestId("import-file").setInputFiles({
      name: "住民.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(csv),
    });
    const report = page.getByTestId("import-report");
    await expect(report.getByRole("cell", { name: "第 3 行" })).toBeVisible();
    await expect(report.getByRole("cell", { name: "身份证号", exact: true })).toBeVisible();
    await expectAxeClean(page, "administrator: dry run of an import");
    await page.getByRole("button", { name: "只登记无误的 1 人" }).click();
    await expect(page.getByText("已登记 1 人")).toBeVisible();
  });

  await test.step("the same file again: on record already", async () => {
    await page.getByRole("button", { name: "导入下一个文件" }).click();
    await page.getByTestId("import-file").setInputFiles({
      name: "住民.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(`姓名,身份证号,床位\n${NAME},${ID_NUMBER},9${ORDER}-1\n`),
    });
    await expect(page.getByTestId("import-report").getByText("身份证号相同")).toBeVisible();
    await expect(page.getByText("文件中没有可以登记的人", { exact: false })).toBeVisible();
  });

  await test.step("the resident moves to another home", async () => {
    await page.getByRole("link", { name: "转移", exact: true }).click();
    await expect(page.getByRole("heading", { name: "住民转移" })).toBeVisible();
    await page.getByRole("searchbox").fill(NAME);
    await expect(page.getByText(NAME)).toBeVisible();
    await page.getByRole("button", { name: new RegExp(`将${NAME}`) }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("combobox").click();
    await page.getByRole("option").first().click();
    await sheet.getByLabel("新床位").fill(`8${ORDER}-1`);
    await sheet.getByRole("button", { name: "确认转入" }).click();
    await expect(page.getByText(`${NAME}已转入`, { exact: false })).toBeVisible();
  });

  const desk = await open(browser, DESK);
  await test.step("a specialist without a relation breaks the glass, sees the time left and gives it back", async () => {
    await signInAs(desk.page, stack, "specialist3");
    await desk.page.getByRole("link", { name: "住民", exact: true }).click();
    // The waiting room, which is left, has a search of its own.
    await expect(desk.page.getByRole("heading", { name: "住民", exact: true })).toBeVisible();
    await desk.page.getByRole("searchbox").fill(NAME);
    await expect(desk.page.getByText("您的住民中没有符合的人")).toBeVisible();
    await desk.page.getByRole("link", { name: "紧急调阅" }).first().click();
    await desk.page.getByLabel("住民身份证号").fill(ID_NUMBER);
    await desk.page.getByRole("textbox", { name: "理由" }).fill("太短");
    await desk.page.getByRole("button", { name: "打开病历" }).click();
    await expect(desk.page.getByText("还差 8 个字").first()).toBeVisible();
    await desk.page.getByRole("textbox", { name: "理由" }).fill(`夜间突发气促，需要核对用药和过敏史 ${ORDER}`);
    await desk.page.getByRole("button", { name: "打开病历" }).click();
    await expect(desk.page.getByRole("heading", { name: NAME })).toBeVisible();
    await expect(desk.page.getByText(/还剩 (59|60) 分钟/)).toBeVisible();
    await expectAxeCleanInEnglishOnDark(desk.page, "specialist: a record through a broken glass");
    await desk.page.reload();
    await desk.page.getByRole("button", { name: "用完了，关闭" }).click();
    await expect(desk.page).toHaveURL(/\/residents$/);
    await desk.page.goBack();
  });

  await test.step("the administrator sees it without a reload and judges it; the audit says BTG", async () => {
    // The entry of the navigation tells that there is something to review.
    await expect(page.getByTestId("waiting-reviews")).toBeVisible();
    await page.getByRole("link", { name: /^紧急调阅/ }).click();
    const row = page.getByRole("row", { name: new RegExp(`过敏史 ${ORDER}`) });
    await expect(row).toBeVisible();
    await expect(row).toContainText(NAME);
    await row.getByRole("button", { name: /^审查/ }).click();
    await expect(page.getByTestId("glass-reads")).toContainText("查看病历");
    await page.getByLabel("正当", { exact: true }).check();
    await page.getByLabel("审查意见").fill("护理院证实情况紧急。");
    await expectAxeClean(page, "administrator: review of a broken glass");
    await page.getByRole("button", { name: "提交审查" }).click();
    await expect(row).toHaveCount(0);
    await page.getByRole("link", { name: "操作记录" }).click();
    await page.getByRole("radiogroup", { name: "目的" }).getByText("紧急调阅", { exact: true }).click();
    await expect(page.getByRole("cell", { name: "查看病历" }).first()).toBeVisible();
    await expectAxeCleanInEnglishOnDark(page, "administrator: audit of broken glass");
  });
  for (const { context } of [office, desk]) await context.close();
});

test("two records are merged and unmerged; duty is planned and taken back; a home's switch is turned", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const { page, context } = await open(browser, DESK);
  await signInAs(page, stack, accountOf(stack, "administrator").username);

  await test.step("merge and unmerge", async () => {
    await page.getByRole("link", { name: "重复档案" }).click();
    const pair = page.locator("article").filter({ hasText: "冯淑华" }).first();
    await pair.getByRole("button", { name: "合并", exact: true }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("理由").fill("与护理院电话核对，为同一人。");
    await expectAxeClean(page, "administrator: merge of two records");
    await sheet.getByRole("button", { name: "合并", exact: true }).click();
    await expect(pair).toHaveAttribute("data-state", "merged");
    await pair.getByRole("button", { name: "撤销合并" }).click();
    await page.getByRole("dialog").getByLabel("理由").fill("复核后发现不是同一人。");
    await page.getByRole("dialog").getByRole("button", { name: "撤销合并" }).click();
    // Taking a merge back says that they are two.
    await expect(pair).toHaveAttribute("data-state", "dismissed");
  });

  await test.step("a turn of duty", async () => {
    await page.getByRole("link", { name: "值班", exact: true }).click();
    await page.getByRole("button", { name: "下一周" }).click();
    await page.getByRole("button", { name: "下一周" }).click();
    await page.getByRole("button", { name: "下一周" }).click();
    await expect(page.getByText("这些时间无人值班")).toBeVisible();
    await page
      .getByRole("button", { name: /1 线：添加值班$/ })
      .first()
      .click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("combobox", { name: "专科医生" }).click();
    await page.getByRole("option").first().click();
    await sheet.getByRole("button", { name: "添加", exact: true }).click();
    await expect(page.getByText("08:00–20:00")).toBeVisible();
    await expectAxeCleanInEnglishOnDark(page, "administrator: duty roster");
    await page
      .getByRole("button", { name: /^撤销 .* 的值班$/ })
      .first()
      .click();
    await page.getByRole("dialog").getByRole("button", { name: "撤销值班" }).click();
    await expect(page.getByText("08:00–20:00")).toHaveCount(0);
  });

  await test.step("joint consultation", async () => {
    await page.getByRole("link", { name: "护理院", exact: true }).click();
    const row = page.locator("tr[data-testid^=home-]").last();
    for (const [button, state] of [
      ["开启", "已开启"],
      ["关闭", "未开启"],
    ] as const) {
      await row.getByRole("button", { name: new RegExp(button) }).click();
      await page.getByRole("dialog").getByLabel("理由").fill("机构执业许可证有效，有两名执业医师。");
      await page
        .getByRole("dialog")
        .getByRole("button", { name: `${button}联合会诊` })
        .click();
      await expect(row.getByText(state)).toBeVisible();
    }
  });
  await context.close();
});

test("a specialist finds a resident by pinyin or bed and reads the whole record", async ({ browser }) => {
  test.setTimeout(180_000);
  const stack = runningStack();
  const { page, context } = await open(browser, DESK);
  await signInAs(page, stack, accountOf(stack, "specialist").username);
  await page.getByRole("link", { name: "住民", exact: true }).click();
  await expect(page.getByRole("heading", { name: "住民", exact: true })).toBeVisible();
  const row = page.locator("tr[data-testid^=resident-]").first();
  await expect(row).toBeVisible();
  await expectAxeCleanInEnglishOnDark(page, "specialist: residents");
  const bed = /· ([^·]+) 床/.exec(await row.innerText())?.[1] ?? "";
  await page.getByRole("searchbox").fill(bed);
  await expect(row).toContainText(bed);
  await row.getByRole("link", { name: /打开/ }).click();
  await expect(page.getByRole("heading", { name: "早期预警评分 NEWS2" })).toBeVisible();
  for (const tab of ["体征", "记录", "同意", "文件", "既往"]) {
    await page.getByRole("tab", { name: tab }).click();
    await expect(page.getByRole("tabpanel")).toBeVisible();
    await expect(page.getByRole("alert")).toHaveCount(0);
  }
  await context.close();
});
