import { expect, type Locator } from "@playwright/test";
import { Keyboard } from "../support/keyboard";
import { Nurse, open } from "../support/people";
import { test } from "../support/scenario";
import { accountOf, runningStack, urlFor } from "../support/stack";

/** A finger on the tablet: what it presses is large enough for a gloved one. */
async function tap(target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  expect(Math.min(box?.width ?? 0, box?.height ?? 0), `side of ${String(target)}`).toBeGreaterThanOrEqual(60);
  await target.tap();
}

test("a nurse who only touches calls, a specialist with only a keyboard comes and prescribes", async ({ browser }) => {
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800, hasTouch: true });
  const desk = await open(browser, { width: 1440, height: 900 });
  const nurse = new Nurse(tablet.page, stack);
  const keyboard = new Keyboard(desk.page);
  const button = (name: string) => tablet.page.getByRole("button", { name, exact: true });
  const press = async (...names: string[]) => {
    for (const name of names) await tap(button(name));
  };
  await nurse.signIn();
  const resident = await nurse.residentSeenFor("I10", ["地平"]);

  await test.step("the nurse measures on the page's own keys, chooses a reason and calls", async () => {
    await tap(tablet.page.getByRole("link", { name: new RegExp(resident.name) }).first());
    await press("开始会诊");
    await tap(tablet.page.getByLabel("收缩压").locator("xpath=ancestor::label"));
    await press("1", "6", "8", "下一项", "9", "6", "保存体征");
    await expect(tablet.page.getByText("生命体征已保存")).toBeVisible();
    await press("血压控制不佳", "呼叫专科医生");
    await tablet.page.waitForURL(/\/consultations\//);
  });

  await test.step("the specialist signs in without a mouse", async () => {
    await desk.page.goto(urlFor(stack, "specialist"));
    await keyboard.to(desk.page.getByLabel("用户名"));
    await keyboard.type(accountOf(stack, "specialist").username);
    await keyboard.to(desk.page.getByLabel("密码", { exact: true }), 1);
    await keyboard.type(stack.password);
    await keyboard.to(desk.page.getByRole("button", { name: "登录", exact: true }), 2);
    await keyboard.press("Enter");
  });

  await test.step("comes to the one who waits", async () => {
    await keyboard.to(desk.page.getByRole("button", { name: `接诊 ${resident.name}` }));
    await keyboard.press("Enter");
    await desk.page.waitForURL(/\/consultations\//);
    await expect(desk.page.getByTestId("main-video")).toBeVisible();
  });

  await test.step("drafts a line: each field is where the hands already are", async () => {
    await keyboard.to(desk.page.getByRole("button", { name: "开处方", exact: true }));
    await keyboard.press("Enter");
    const line = desk.page.getByTestId("line-1");
    await expect(line.getByRole("textbox").first()).toBeFocused();
    await keyboard.type("氨氯地平");
    await expect(desk.page.getByRole("option", { name: /氨氯地平/ }).first()).toBeVisible();
    await keyboard.press("Enter");
    await expect(line.getByLabel("单次剂量")).toBeFocused();
    await keyboard.type("1");
    await keyboard.to(line.getByLabel("用药说明"), 6);
    await keyboard.type("晨起服用");
    await expect(line.getByLabel("用药说明")).toHaveValue("晨起服用");
    await expect(line.getByLabel("单次剂量")).toHaveValue(/^1/);
  });

  await test.step("the nurse mutes, shows the close-up and ends the visit", async () => {
    await tap(tablet.page.getByTestId("microphone"));
    await expect(desk.page.getByLabel("已静音").first()).toBeVisible();
    await tap(tablet.page.getByTestId("home-camera"));
    await tap(tablet.page.getByRole("menuitem", { name: "近景" }));
    await expect(tablet.page.getByTestId("home-camera")).toContainText("近景");
    await tap(tablet.page.getByTestId("end"));
    await press("结束会诊");
    await expect(tablet.page.getByRole("heading", { name: "会诊小结" })).toBeVisible();
  });
  for (const { context } of [tablet, desk]) await context.close();
});
