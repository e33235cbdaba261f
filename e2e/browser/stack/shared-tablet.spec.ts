import { expect, type Page } from "@playwright/test";
import { expectAxeClean } from "../support/axe";
import { inACall, Nurse, open } from "../support/people";
import { expectMovingPicture } from "../support/picture";
import { complete, test } from "../support/scenario";
import { runningStack, urlFor } from "../support/stack";

const PIN = "482915";
const BADGE = "YZB10123456789ABCDEFGHJKMNPQRS";

/** By the large keys, as with gloves on. */
async function type(page: Page, pin: string): Promise<void> {
  for (const digit of pin) await page.getByRole("button", { name: digit, exact: true }).click();
}

async function setPin(page: Page, password: string, badge?: string): Promise<void> {
  await page.getByRole("button", { name: "设置 PIN" }).click();
  const sheet = page.getByRole("dialog", { name: "设置本班的 PIN" });
  await sheet.getByLabel("密码", { exact: true }).fill(password);
  if (badge) await sheet.getByLabel("工牌（可不填）").fill(badge);
  await sheet.getByRole("button", { name: "下一步：设置 PIN" }).click();
  await type(page, PIN);
  await expect(page.getByText("请再输入一次")).toBeVisible();
  await type(page, PIN);
  await expect(page.getByText("PIN 已设置")).toBeVisible();
}

async function lock(page: Page): Promise<void> {
  await page.getByRole("button", { name: /的菜单$/ }).click();
  await page.getByRole("menuitem", { name: "锁定 / 换人" }).click();
  await expect(page.getByTestId("lock-screen")).toBeVisible();
}

test("a PIN, or a badge, opens a locked tablet within three seconds, without the link too, and what was typed is still there", async ({
  browser,
}) => {
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800 });
  const nurse = new Nurse(tablet.page, stack);
  await nurse.signIn();
  await setPin(tablet.page, stack.password, BADGE);
  const resident = await nurse.residentSeenFor("I10", []);
  await tablet.page.goto(`${urlFor(stack, "nurse")}/residents/${resident.id}`);
  await tablet.page.getByRole("button", { name: "开始会诊" }).click();
  await tablet.page.getByRole("textbox", { name: "收缩压" }).fill("158");

  process.kill(stack.pids.relay, "SIGSTOP");
  try {
    await lock(tablet.page);
    await expectAxeClean(tablet.page, "nurse: locked");
    await expect(tablet.page.getByText(resident.name).first()).toBeHidden();
    expect(await tablet.page.evaluate(async () => (await fetch("/api/residents")).status)).toBe(423);
    await type(tablet.page, "111222");
    await expect(tablet.page.getByText("PIN 不对")).toBeVisible();
    const began = Date.now();
    await type(tablet.page, PIN);
    await expect(tablet.page.getByTestId("lock-screen")).toHaveCount(0);
    expect(Date.now() - began).toBeLessThan(3_000);
    await expect(tablet.page.getByRole("textbox", { name: "收缩压" })).toHaveValue("158");

    // Her badge, as a wedge scanner types it: none of its digits counts as a PIN.
    await lock(tablet.page);
    const scanned = Date.now();
    await tablet.page.keyboard.type(`${BADGE}\n`, { delay: 5 });
    await expect(tablet.page.getByTestId("lock-screen")).toHaveCount(0);
    expect(Date.now() - scanned).toBeLessThan(3_000);
    await expect(tablet.page.getByRole("textbox", { name: "收缩压" })).toHaveValue("158");
  } finally {
    process.kill(stack.pids.relay, "SIGCONT");
  }
  await tablet.context.close();
});

test("a tablet that locks in a call keeps the picture and the microphone's button, and shows no record", async ({
  browser,
}) => {
  const stack = runningStack();
  const { tablet, desk, id } = await inACall(stack, browser);
  await setPin(tablet.page, stack.password);
  await lock(tablet.page);
  await expectMovingPicture(tablet.page);
  await expect(tablet.page.getByTestId("microphone")).toBeVisible();
  await expect(tablet.page.getByTestId("vitals")).toBeHidden();
  await expect(tablet.page.getByRole("heading", { name: /床/ })).toHaveCount(0); // hidden headings have no role
  await tablet.page.getByTestId("microphone").click();
  await expect(desk.page.getByRole("img", { name: "已静音" }).or(desk.page.getByLabel("已静音")).first()).toBeVisible();
  await type(tablet.page, PIN);
  await expect(tablet.page.getByTestId("lock-screen")).toHaveCount(0);
  await expectMovingPicture(tablet.page);
  await complete(stack, id);
  await tablet.context.close();
  await desk.context.close();
});
