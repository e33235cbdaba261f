import { expect, type Page } from "@playwright/test";
import { IdentityProvider, tellRelay } from "../support/identity-provider";
import { open } from "../support/people";
import { test } from "../support/scenario";
import { accountOf, runningStack, type Stack } from "../support/stack";

/** The provider sends people back to the address that the relay's settings name. */
function front(stack: Stack): string {
  const url = new URL(stack.urls.console);
  url.hostname = "localhost";
  return url.origin;
}

const DESK = { width: 1440, height: 900 };
const SUBJECT = "u-10086";
const BUTTON = "省人民医院统一身份认证";

const provider = new IdentityProvider();
let putBack: (() => Promise<void>) | undefined;

test.beforeAll(async () => {
  const stack = runningStack();
  await provider.start(front(stack));
  putBack = await tellRelay(stack, provider.issuer);
});

test.afterAll(async () => {
  await putBack?.();
  await provider.stop();
});

async function toProvider(page: Page): Promise<void> {
  await page.getByRole("button", { name: BUTTON }).click();
  await page.waitForURL(`${provider.issuer}/**`);
}

/** On the provider's own pages: any password will do, and consent is asked for once. */
async function atProvider(page: Page, subject: string): Promise<void> {
  await page.getByPlaceholder("Enter any login").fill(subject);
  await page.getByPlaceholder("and password").fill("x");
  await page.getByRole("button", { name: "Sign-in" }).click();
  const consent = page.getByRole("button", { name: "Continue" });
  await expect(consent.or(page.getByRole("heading", { name: BUTTON.slice(5) })).or(account(page))).toBeVisible();
  if (await consent.isVisible()) await consent.click();
}

const account = (page: Page) => page.getByRole("button", { name: /我的账户/ });

async function bind(page: Page, stack: Stack): Promise<void> {
  const { username } = accountOf(stack, "administrator");
  const { name } = accountOf(stack, "pharmacist");
  await page.goto(`${front(stack)}/staff`);
  await page.getByLabel("用户名").fill(username);
  await page.getByLabel("密码", { exact: true }).fill(stack.password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await page.getByRole("button", { name: `${name}的登录` }).click();
  await page.getByRole("menuitem", { name: "医院身份绑定" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("医院身份平台中的标识").fill(SUBJECT);
  await dialog.getByRole("button", { name: "绑定", exact: true }).click();
  await expect(dialog.getByTestId("identity")).toHaveText(new RegExp(SUBJECT));
}

test("staff sign in by their hospital's identity provider, and nobody whom it merely knows", async ({ browser }) => {
  const stack = runningStack();
  const { page } = await open(browser, DESK);
  await page.goto(front(stack));

  await test.step("who does not agree is told so", async () => {
    await toProvider(page);
    await page.getByRole("link", { name: "[ Cancel ]" }).click();
    await expect(page.getByRole("alert")).toHaveText(/没有同意登录/);
    expect(page.url()).toBe(`${front(stack)}/openid/callback`);
    await page.getByRole("button", { name: "回到登录页" }).click();
    await expect(page.getByLabel("用户名")).toBeVisible();
  });

  await test.step("whom nobody bound is told by what the hospital knows the person", async () => {
    await toProvider(page);
    await atProvider(page, SUBJECT);
    await expect(page.getByRole("alert")).toHaveText(/没有绑定的账号/);
    await expect(page.getByRole("alert")).toHaveText(new RegExp(SUBJECT));
  });

  await test.step("an administrator binds", async () => {
    const admin = await open(browser, DESK);
    await bind(admin.page, stack);
    await admin.context.close();
  });

  const came: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/openid/callback?")) came.push(request.url());
  });

  await test.step("bound, the person comes in; the code stays nowhere", async () => {
    await page.goto(front(stack));
    // The provider knows who is there since the last try, and sends the person back without a page of its own.
    await page.getByRole("button", { name: BUTTON }).click();
    await expect(account(page)).toBeVisible();
    expect(page.url()).not.toContain("code=");
    await account(page).click();
    await page.getByRole("menuitem", { name: "账户与登录" }).click();
    await expect(page.getByTestId("identity")).toHaveText(new RegExp(`${BUTTON}.*${SUBJECT}`));
    await expect(page.getByTestId("session").filter({ hasText: "本机" })).toHaveText(/医院统一身份认证/);
  });

  await test.step("proves again who is there in a window of its own, and is asked there", async () => {
    const proved = page.evaluate(
      () =>
        new Promise<string>((resolved) => {
          const channel = new BroadcastChannel("yz-openid-proved");
          channel.onmessage = ({ data }) => resolved(String(data));
        }),
    );
    const window = await page.context().newPage();
    await window.goto(`${front(stack)}/openid/prove?provider=hospital`);
    // Signed in there or not: it asks again.
    await window.getByPlaceholder("Enter any login").fill(SUBJECT);
    await window.getByPlaceholder("and password").fill("x");
    await window.getByRole("button", { name: "Sign-in" }).click();
    // Consent is asked for again only where the provider forgot it.
    const consent = window.getByRole("button", { name: "Continue" });
    void consent.click().catch(() => undefined);
    expect(await proved).toBe("proved");
  });

  await test.step("signing out here leads to signing out there", async () => {
    await account(page).click();
    await page.getByRole("menuitem", { name: "退出登录" }).click();
    await page.waitForURL(/\/session\/end/);
    await page.getByRole("button", { name: "Yes, sign me out" }).click();
    await expect(page.getByLabel("用户名")).toBeVisible();
  });

  await test.step("the same answer a second time opens nothing", async () => {
    expect(came.length).toBeGreaterThan(0);
    await page.goto(came[0] ?? "");
    await expect(page.getByRole("alert")).toHaveText(/登录未完成/);
    await page.goto(front(stack));
    await expect(page.getByLabel("用户名")).toBeVisible();
  });

  await test.step("an answer with another state opens nothing", async () => {
    await toProvider(page);
    await page.goto(`${front(stack)}/openid/callback?code=made-up&state=s.made-up`);
    await expect(page.getByRole("alert")).toHaveText(/登录未完成/);
  });

  await test.step("a provider that is down is told, and the password goes on", async () => {
    await page.goto(front(stack));
    await expect(page.getByRole("button", { name: BUTTON })).toBeVisible();
    await provider.stop();
    // The relay has asked it a moment ago, and asks again before it sends anybody there.
    await expect(async () => {
      await page.goto(front(stack));
      await page.getByRole("button", { name: BUTTON }).click();
      await expect(page.getByRole("alert")).toHaveText(/医院身份平台暂时无法连接/, { timeout: 2_000 });
    }).toPass({ timeout: 40_000 });
    const { username } = accountOf(stack, "specialist");
    await page.goto(front(stack));
    await page.getByLabel("用户名").fill(username);
    await page.getByLabel("密码", { exact: true }).fill(stack.password);
    await page.getByRole("button", { name: "登录", exact: true }).click();
    await expect(account(page)).toBeVisible();
  });
});
