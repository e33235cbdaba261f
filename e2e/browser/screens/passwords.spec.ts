import type { AccessNotice, InitialPassword } from "@yunzhen/client";
import { expect, test, type Page } from "@playwright/test";
import { now } from "./clock";
import { buildDay } from "./data";
import { lookAt } from "./look";
import { installMock, type Answers, type MockOptions } from "./mock";
import { serveConsole, type Site } from "./site";

/** Passwords: judged while they are typed, made for who is new, and told of when they change, in both languages and schemes. */
const desk: [number, number] = [1440, 900];
const administrator: MockOptions = { who: "administrator" };

const made: InitialPassword = {
  staff: { id: "n9", version: 1, name: "孙丽", username: "sunli", role: "nurse", home_name: "松鹤颐养院" },
  initial_password: "ZW00-0001-GGGG-GGGG",
  good_until: "2026-11-26T02:00:00.000Z",
};

const notices: AccessNotice[] = [
  { seq: 7, at: "2026-11-23T01:10:00.000Z", action: "staff.password_changed", own: true },
  { seq: 9, at: "2026-11-23T01:20:00.000Z", action: "staff.second_factor_reset", own: false, by: "何静" },
];

interface Scene {
  name: string;
  path: string;
  mock?: MockOptions;
  answers?: Answers;
  ready: string;
  act?: (page: Page) => Promise<void>;
}

const SCREENS: Scene[] = [
  {
    name: "change",
    path: "/account",
    answers: {
      "POST /api/password/judgement": { body: { strength: "guessable", taken: false, least_chars: 12 } },
    },
    ready: "[data-testid=session]",
    act: async (page) => {
      await page.getByRole("button", { name: /^更改密码$|^Change the password$/ }).click();
      await page.getByLabel(/^新密码$|^New password$/).fill("password1234");
      await expect(page.getByTestId("password-strength")).toHaveText(/太常见|Too common/);
    },
  },
  {
    name: "notices",
    path: "/account",
    answers: { "GET /api/access-notices": { body: { items: notices } } },
    ready: "[data-testid=access-notices]",
    act: async (page) => {
      const account = page.getByTestId("access-notices").getByRole("link");
      await expect(account).toHaveCSS("text-decoration-line", "underline");
      await expect(account).not.toHaveCSS("color", "rgb(0, 0, 238)");
    },
  },
  {
    // Nothing of the record stays behind: the sign-in page takes its place and says who ended the session.
    name: "session-ended",
    path: "/residents",
    mock: { endsSession: true },
    ready: "form button[type=submit]",
    act: async (page) => {
      await expect(page.getByRole("alert")).toContainText("登录已由管理员结束");
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await expect(page.getByRole("navigation")).toHaveCount(0);
    },
  },
  {
    name: "new-account",
    path: "/staff",
    mock: administrator,
    answers: { "POST /api/staff": { status: 201, body: made } },
    ready: "main table",
    act: async (page) => {
      await page.getByRole("button", { name: /^新建账号$|^New account$/ }).click();
      const sheet = page.getByRole("dialog");
      await sheet.getByLabel(/^用户名|^User name/).fill("sunli");
      await sheet.getByLabel(/^姓名|^Name/).fill("孙丽");
    },
  },
  {
    name: "first-password",
    path: "/staff",
    mock: administrator,
    answers: { "POST /api/staff": { status: 201, body: made } },
    ready: "main table",
    act: async (page) => {
      await page.getByRole("button", { name: /^新建账号$|^New account$/ }).click();
      await page.getByRole("button", { name: /^新建$|^Make it$/ }).click();
      await expect(page.getByTestId("initial-password")).toContainText("ZW00-0001-GGGG-GGGG");
    },
  },
  {
    // What was missing for one role stayed said, at no field, for the next.
    name: "new-account-another-role",
    path: "/staff",
    mock: administrator,
    answers: {
      "POST /api/staff": {
        status: 422,
        body: {
          type: "https://yunzhen.dev/problems/invalid",
          title: "请检查填写的内容",
          status: 422,
          code: "invalid",
          detail: "有内容需要更正。",
          action: "请更正后重试。",
          fields: [{ path: "home_id", message: "请选择养老院" }],
        },
      },
    },
    ready: "main table",
    act: async (page) => {
      await page.getByRole("button", { name: /^新建账号$|^New account$/ }).click();
      const sheet = page.getByRole("dialog");
      await sheet.getByRole("button", { name: /^新建$|^Make it$/ }).click();
      await expect(sheet.getByText("请选择养老院")).toBeVisible();
      // The relay names one; every other field that is empty is marked as well.
      await expect(sheet.getByText("必填", { exact: true })).toHaveCount(2);
      await sheet.locator("input").first().click();
      await page.getByRole("option", { name: "药师", exact: true }).click();
      await expect(sheet.getByText("登记之前此人不能签名")).toBeVisible();
      await expect(sheet.getByText("请选择养老院")).toHaveCount(0);
      await expect(sheet.getByText("必填", { exact: true })).toHaveCount(0);
      await expect(sheet.getByRole("alert")).toHaveCount(0);
    },
  },
];

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

/** What stands before everything else: the session opens only this. */
const FIRST_STEPS = [
  { name: "set-own", must: { must_set_password: true }, ready: "input[autocomplete=new-password]" },
  { name: "enrol", must: { must_enrol: true }, ready: "main h2" },
];

for (const { name, must, ready } of FIRST_STEPS) {
  test(`passwords: ${name}`, async ({ browser }) => {
    const day = buildDay(now());
    Object.assign(day.staff.specialist, must);
    const prepare = (page: Page) => installMock(page, day);
    const act = async (page: Page) => {
      await expect(page.getByRole("button", { name: /^退出登录$|^Sign out$/ })).toBeVisible();
      await expect(page.getByRole("navigation")).toHaveCount(0);
    };
    await lookAt(browser, { name: `passwords-${name}`, sizes: [desk], url: site.origin, ready, prepare, act });
  });
}

for (const { name, path, mock, answers, ready, act } of SCREENS) {
  test(`passwords: ${name}`, async ({ browser }) => {
    const prepare = (page: Page) => installMock(page, buildDay(now()), { ...mock, answers });
    await lookAt(browser, { name: `passwords-${name}`, sizes: [desk], url: site.origin + path, ready, prepare, act });
  });
}

test("passwords: a page that opens with an ended session clears the others of its browser", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: desk[0], height: desk[1] } });
  const opened = async (options: MockOptions): Promise<Page> => {
    const page = await context.newPage();
    await installMock(page, buildDay(now()), options);
    await page.goto(`${site.origin}/residents`);
    return page;
  };
  try {
    const first = await opened({});
    await first.getByRole("navigation").first().waitFor();
    await opened({ endsSession: "before" });
    await expect(first.getByRole("alert")).toContainText("登录已由管理员结束");
    await expect(first.getByRole("navigation")).toHaveCount(0);
  } finally {
    await context.close();
  }
});

test("passwords: a second factor that was reset is said to be gone, and not only how many devices are out", async ({
  browser,
}) => {
  const page = await browser.newPage();
  const answers: Answers = {
    "GET /api/staff": { body: { items: [made.staff], next: null } },
    "POST /api/staff/n9/reset-second-factor": { body: { ended: 0 } },
  };
  try {
    await installMock(page, buildDay(now()), { ...administrator, answers });
    await page.goto(`${site.origin}/staff`);
    await page.getByRole("button", { name: "孙丽的登录" }).click();
    await page.getByRole("menuitem", { name: "重置两步验证" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "重置两步验证" }).click();
    await expect(page.getByText("孙丽的两步验证已删除：验证器、恢复码和通行密钥")).toBeVisible();
  } finally {
    await page.close();
  }
});
