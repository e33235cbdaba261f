import { randomUUID } from "node:crypto";
import { expect } from "@playwright/test";
import { open, signIn } from "../support/people";
import { test } from "../support/scenario";
import { runningStack } from "../support/stack";

test("an administrator makes an account, its person sets an own password and is told when it changes", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const stack = runningStack();
  const mark = randomUUID().slice(0, 6);
  const username = `clerk-${mark}`;
  // A name has letters only.
  const name = `孙${[...mark].map((digit) => "abcdefghijklmnop"[parseInt(digit, 16)]).join("")}`;
  const [office, desk] = [
    (await open(browser, { width: 1440, height: 900 })).page,
    (await open(browser, { width: 1440, height: 900 })).page,
  ];
  const enter = async (password: string) => {
    await desk.goto(stack.urls.console);
    await desk.getByLabel("用户名").fill(username);
    await desk.getByLabel("密码", { exact: true }).fill(password);
    await desk.getByRole("button", { name: "登录", exact: true }).click();
  };
  let first = "";
  const own = "slow green lantern walks";

  await test.step("the first password is shown once", async () => {
    await signIn(office, stack, "administrator");
    await office.getByRole("link", { name: /人员/ }).click();
    await office.getByRole("button", { name: "新建账号" }).click();
    const sheet = office.getByRole("dialog");
    await sheet.getByRole("combobox", { name: "岗位" }).click();
    await office.getByRole("option", { name: "管理员" }).click();
    await sheet.getByLabel(/^用户名/).fill(username);
    await sheet.getByLabel(/^姓名/).fill(name);
    await sheet.getByRole("button", { name: "新建", exact: true }).click();
    const shown = office.getByTestId("initial-password");
    await expect(shown).toContainText(/\w{4}(-\w{4}){3}/);
    first = /\w{4}(?:-\w{4}){3}/.exec((await shown.textContent()) ?? "")?.[0] ?? "";
    await office.getByRole("button", { name: "已转告" }).click();
    await expect(shown).toHaveCount(0);
  });

  await test.step("it opens nothing but the setting of an own one, which is judged", async () => {
    await enter(first);
    await expect(desk.getByRole("heading", { name: "请先设置自己的密码" })).toBeVisible();
    await desk.getByLabel("初始密码", { exact: true }).fill(first);
    await desk.getByLabel("新密码", { exact: true }).fill("password1234");
    await desk.getByRole("button", { name: "保存新密码" }).click();
    await expect(desk.getByText(/这个密码太常见/)).toBeVisible();
    await desk.getByLabel("新密码", { exact: true }).fill(own);
    await expect(desk.getByTestId("password-strength")).toHaveText(/很好/);
    await desk.getByRole("button", { name: "保存新密码" }).click();
    await expect(desk.getByRole("button", { name: /我的账户/ })).toBeVisible();
  });

  await test.step("the account goes on with the own one, and says that it changed", async () => {
    await desk.getByRole("button", { name: /我的账户/ }).click();
    await desk.getByRole("menuitem", { name: "退出登录" }).click();
    await enter(own);
    await expect(desk.getByTestId("access-notices")).toContainText("更改了密码");
    await desk.getByRole("button", { name: "知道了" }).click();
    await expect(desk.getByTestId("access-notices")).toHaveCount(0);
  });

  await test.step("closed, it is out at once", async () => {
    const row = office.getByRole("row").filter({ hasText: name });
    await row.getByRole("button", { name: /的登录$/ }).click();
    await office.getByRole("menuitem", { name: "停用账号" }).click();
    await office.getByRole("dialog").getByRole("button", { name: "停用账号" }).click();
    await expect(row).toContainText("已停用");
    await enter(own);
    // Beside it stands who ended the session that was here.
    await expect(desk.getByRole("alert").filter({ hasText: "登录未成功" })).toBeVisible();
  });
});
