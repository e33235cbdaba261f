import { createHmac } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { open } from "../support/people";
import { test } from "../support/scenario";
import { accountOf, runningStack, type Stack } from "../support/stack";

/** Passkeys are made for the address that the relay's settings name; the demo's is localhost, where each person's host has passkeys of its own. */
function front(stack: Stack): string {
  const url = new URL(stack.urls.console);
  url.hostname = "pharmacist.localhost";
  return url.origin;
}

/** A telephone with a fingerprint reader, as Chromium simulates it. */
async function authenticator(page: Page): Promise<{ verifies: (yes: boolean) => Promise<void> }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    verifies: async (isUserVerified) => {
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
    },
  };
}

async function withPassword(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel("用户名").fill(username);
  await page.getByLabel("密码", { exact: true }).fill(password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
}

async function toAccount(page: Page): Promise<void> {
  await page.getByRole("button", { name: /我的账户/ }).click();
  await page.getByRole("menuitem", { name: "账户与登录" }).click();
  await expect(page.getByRole("heading", { name: "账户与登录" })).toBeVisible();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /我的账户/ }).click();
  await page.getByRole("menuitem", { name: "退出登录" }).click();
  await expect(page.getByLabel("用户名")).toBeVisible();
}

/** RFC 6238, as a telephone computes it. */
function codeOf(base32: string, at = Date.now()): string {
  const bits = [...base32]
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a passkey is registered, signs in alone, and opens nothing once it is removed", async ({ browser }) => {
  const stack = runningStack();
  const { username } = accountOf(stack, "pharmacist");
  const { page } = await open(browser, { width: 1440, height: 900 });
  const telephone = await authenticator(page);
  await page.goto(front(stack));
  await withPassword(page, username, stack.password);
  await toAccount(page);

  await test.step("a device that does not verify the person makes none", async () => {
    await telephone.verifies(false);
    await page.getByRole("button", { name: "登记通行密钥" }).click();
    await page.getByRole("dialog").getByLabel("密码", { exact: true }).fill(stack.password);
    await page.getByRole("dialog").getByRole("button", { name: "继续" }).click();
    await page.getByRole("dialog").getByLabel("名称").fill("药房电脑");
    await page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
    await expect(page.getByText("没有完成登记，请再试一次。")).toBeVisible();
    await telephone.verifies(true);
  });

  await test.step("registered", async () => {
    await page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
    await expect(page.getByTestId("passkey")).toHaveText(/药房电脑/);
  });

  await test.step("it signs in without user name and password", async () => {
    await signOut(page);
    await page.getByRole("button", { name: "使用通行密钥" }).click();
    await expect(page.getByLabel("用户名")).toHaveCount(0);
    await toAccount(page);
    await expect(page.getByTestId("session").filter({ hasText: "本机" })).toHaveText(/通行密钥/);
  });

  await test.step("removed, it is refused in words", async () => {
    await page.getByRole("button", { name: "删除药房电脑" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("密码", { exact: true }).fill("not the password");
    await dialog.getByRole("button", { name: "删除", exact: true }).click();
    await expect(dialog.getByText("密码不符")).toBeVisible();
    await dialog.getByLabel("密码", { exact: true }).fill(stack.password);
    await dialog.getByRole("button", { name: "删除", exact: true }).click();
    await expect(page.getByTestId("passkey")).toHaveCount(0);
    await signOut(page);
    await page.getByRole("button", { name: "使用通行密钥" }).click();
    await expect(page.getByRole("alert")).toHaveText(/通行密钥不能登录/);
    await expect(page.getByLabel("用户名")).toBeVisible();
  });
});

test("an authenticator app is asked for, and a recovery code stands in for it", async ({ browser }) => {
  const stack = runningStack();
  const { username } = accountOf(stack, "pharmacist");
  const { page } = await open(browser, { width: 1440, height: 900 });
  await page.goto(front(stack));
  await withPassword(page, username, stack.password);
  await toAccount(page);
  const dialog = page.getByRole("dialog");
  let codes: string[] = [];

  await test.step("set up", async () => {
    await page.getByRole("button", { name: "设置验证器" }).click();
    await dialog.getByLabel("密码", { exact: true }).fill(stack.password);
    await dialog.getByRole("button", { name: "继续" }).click();
    await expect(dialog.getByRole("img", { name: "验证器二维码" })).toBeVisible();
    const secret = /[A-Z2-7]{32}/.exec((await dialog.getByTestId("totp-secret").textContent()) ?? "")?.[0] ?? "";
    await dialog.getByLabel("六位验证码").fill(codeOf(secret));
    await dialog.getByRole("button", { name: "确认并启用" }).click();
    codes = ((await dialog.getByTestId("recovery-codes").innerText()) ?? "").split(/\s+/).filter(Boolean);
    await expect(dialog.getByText(codes[0] ?? "")).toHaveCount(1);
    expect(codes).toHaveLength(10);
    await dialog.getByRole("button", { name: "已保存好" }).click();
  });

  await test.step("the password alone is not enough", async () => {
    await signOut(page);
    await withPassword(page, username, stack.password);
    await page.getByLabel("动态验证码").fill("ZZZZ-ZZZZ-ZZZZ-ZZZZ");
    await page.getByRole("button", { name: "登录", exact: true }).click();
    await expect(page.getByText(/验证码有误/)).toBeVisible();
    await page.getByLabel("动态验证码").fill(codes[0] ?? "");
    await page.getByRole("button", { name: "登录", exact: true }).click();
    await expect(page.getByLabel("用户名")).toHaveCount(0);
  });

  await test.step("taken away again", async () => {
    await toAccount(page);
    await page.getByRole("button", { name: "停用验证器" }).click();
    await dialog.getByLabel("密码", { exact: true }).fill(stack.password);
    await dialog.getByLabel("动态验证码").fill(codes[1] ?? "");
    await dialog.getByRole("button", { name: "停用验证器" }).click();
    await expect(page.getByRole("button", { name: "设置验证器" })).toBeVisible();
  });
});

test("a device that was left signed in is signed out from another", async ({ browser }) => {
  const stack = runningStack();
  const { username } = accountOf(stack, "pharmacist");
  const here = (await open(browser, { width: 1440, height: 900 })).page;
  const left = (await open(browser, { width: 1440, height: 900 })).page;
  for (const page of [left, here]) {
    await page.goto(front(stack));
    await withPassword(page, username, stack.password);
    await expect(page.getByRole("button", { name: /我的账户/ })).toBeVisible();
  }
  await toAccount(here);
  await here.getByRole("button", { name: "退出其他所有设备" }).click();
  await expect(here.getByTestId("session")).toHaveCount(1);
  await left.reload();
  await expect(left.getByLabel("用户名")).toBeVisible();
});
