import { expect, test, type Browser, type Page } from "@playwright/test";
import { setClock } from "./clock";
import { lookAtTablet } from "./tablet";
import { serveBox, type Mode } from "./nurse-box";
import type { PlanScene } from "./nurse-plan";

/** What is planned and what calls, on the nurse's tablet: both languages and schemes, held across and upright. */
interface PlanScreen {
  name: string;
  path: string;
  mode?: Mode;
  scene?: PlanScene;
  ready?: string;
  act?: (page: Page) => Promise<void>;
}

const press = (words: RegExp) => (page: Page) => page.getByRole("button", { name: words }).first().click();
const opened = (words: RegExp) => async (page: Page) => {
  await press(words)(page);
  await page.getByRole("dialog").waitFor();
};
const BOOKING = "/schedule/book?resident=r1&specialist=d1";

const chooseTime = async (page: Page): Promise<void> => {
  await page.locator(".nurse-slot-times button:enabled").first().click();
  await page.locator("textarea").first().fill("高血压复诊");
};

const SCREENS: PlanScreen[] = [
  { name: "schedule", path: "/schedule", ready: ".nurse-row" },
  { name: "schedule-week", path: "/schedule?view=week", ready: ".nurse-week-entry" },
  { name: "schedule-empty", path: "/schedule", mode: "empty", ready: "[data-testid=waitlist] h3" },
  { name: "schedule-error", path: "/schedule", mode: "error", ready: "[role=alert]" },
  { name: "schedule-offline", path: "/schedule", mode: "offline", ready: "[role=alert]" },
  { name: "waitlist-leave", path: "/schedule", ready: ".nurse-wait", act: opened(/^(退出候补|Leave)$/) },
  { name: "calendar-link", path: "/schedule", ready: ".nurse-row", act: opened(/日历订阅|Calendar link/) },
  {
    name: "calendar-link-made",
    path: "/schedule",
    ready: ".nurse-row",
    act: async (page) => {
      await opened(/日历订阅|Calendar link/)(page);
      await press(/生成链接|Make a link/)(page);
      await expect(page.getByLabel(/^(订阅链接|Link)$/)).toHaveValue(/calendar-feeds/);
    },
  },
  { name: "booking-start", path: "/schedule/book", ready: ".nurse-choices" },
  { name: "booking", path: BOOKING, ready: "[data-testid=slots]", act: chooseTime },
  {
    name: "booking-slot-taken",
    path: BOOKING,
    ready: "[data-testid=slots]",
    act: async (page) => {
      await chooseTime(page);
      await press(/确认预约|^Book$/)(page);
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "booking-waitlist", path: BOOKING, ready: "[data-testid=slots]", act: opened(/加入候补|Join the waitlist/) },
  { name: "appointment", path: "/consultations/a4", ready: "[data-testid=eligibility]" },
  { name: "appointment-in-round", path: "/consultations/a7", ready: "[data-testid=eligibility]" },
  { name: "appointment-move", path: "/consultations/a4", ready: "main h1", act: opened(/改时间|Change the time/) },
  { name: "appointment-cancel", path: "/consultations/a4", ready: "main h1", act: opened(/取消预约|^Cancel$/) },
  { name: "appointment-failed", path: "/consultations/a3", ready: "main h1" },
  { name: "appointment-no-show", path: "/consultations/a2", ready: "main h1" },
  { name: "today-urgent", path: "/residents/r1", scene: "urgent", ready: "[data-testid=queue-place]" },
  { name: "today-urgent-elsewhere", path: "/deliveries", scene: "urgent", ready: "[data-testid=queue-place]" },
  { name: "reminder", path: "/residents/r1", scene: "reminded", ready: "[data-testid=reminder-a4]" },
  { name: "returned", path: "/residents/r1", scene: "returned", ready: "[data-testid=returned-o3]" },
  {
    name: "returned-correct",
    path: "/registry",
    scene: "returned",
    act: async (page) => {
      await page.locator(".nurse-spool").click();
      const entry = page.getByTestId("returned-o3");
      await entry.getByRole("button", { name: /改正并重发|Correct and send/ }).click();
      await entry.getByRole("alert").waitFor();
    },
  },
  {
    name: "returned-gone",
    path: "/registry",
    scene: "returned",
    act: async (page) => {
      await page.locator(".nurse-spool").click();
      const entry = page.getByTestId("returned-o5");
      await expect(page.locator(".nurse-pending-who", { hasText: "孙桂芳" })).toBeVisible();
      await expect(entry.getByRole("button", { name: /改正并重发|Correct and send/ })).toHaveCount(0);
      await entry.getByRole("button", { name: /不再发送|Do not send/ }).click();
      await entry.scrollIntoViewIfNeeded();
    },
  },
  {
    name: "returned-dismiss",
    path: "/residents/r1",
    scene: "returned",
    ready: "[data-testid=returned-o4]",
    act: (page) =>
      page
        .getByTestId("returned-o4")
        .getByRole("button", { name: /不再发送|Do not send/ })
        .click(),
  },
  { name: "incoming-call", path: "/residents/r1", scene: "calling", ready: "[data-testid=incoming-calls]" },
  {
    name: "incoming-call-offline",
    path: "/residents/r1",
    mode: "offline",
    scene: "calling",
    ready: "[data-testid=incoming-calls]",
  },
  { name: "incoming-call-answered", path: "/", scene: "call_answered", ready: "[data-testid=incoming-calls]" },
  {
    name: "incoming-call-end",
    path: "/",
    scene: "call_answered",
    ready: "[data-testid=incoming-calls]",
    act: async (page) => {
      await opened(/处理完毕|Finish/)(page);
      await page.getByRole("button", { name: /送医|Transport to hospital/ }).click();
    },
  },
  { name: "incoming-call-shared-bed", path: "/", scene: "shared_bed", ready: "[data-testid=shared-bed]" },
  {
    name: "incoming-call-shared-bed-end",
    path: "/",
    scene: "shared_bed",
    ready: "[data-testid=shared-bed]",
    act: async (page) => {
      await opened(/处理完毕|Finish/)(page);
      await page.getByRole("button", { name: /送医|Transport to hospital/ }).click();
    },
  },
  { name: "button-pressed", path: "/residents/r1", scene: "pressed", ready: "[data-testid=button-call-b2]" },
  { name: "button-pressed-unread", path: "/", scene: "pressed_unread", ready: "[data-testid=button-call-b2]" },
  { name: "call-button-bed", path: "/call", ready: "form" },
  { name: "call-button", path: "/call/2-05", ready: "[data-testid=call-nurse]" },
  {
    name: "call-button-heard",
    path: "/call/2-05",
    ready: "[data-testid=call-nurse]",
    act: async (page) => {
      await page.getByTestId("call-nurse").click();
      await page.getByRole("timer").waitFor();
    },
  },
  {
    name: "call-button-not-heard",
    path: "/call/2-05",
    mode: "offline",
    ready: "[data-testid=call-nurse]",
    act: async (page) => {
      await page.getByTestId("call-nurse").click();
      await page.locator(".nurse-bedside-failed").waitFor();
    },
  },
  { name: "rounds", path: "/rounds", scene: "round", ready: ".nurse-row" },
  { name: "rounds-empty", path: "/rounds" },
  { name: "round", path: "/rounds/q1", scene: "round", ready: "[data-testid=stop-c1]" },
  {
    name: "round-vitals",
    path: "/rounds/q1",
    scene: "round",
    ready: "[data-testid=stop-c1]",
    act: async (page) => {
      await page
        .getByTestId("stop-q1-3")
        .getByRole("button", { name: /录入体征|Vital signs/ })
        .click();
      await page.locator(".nurse-field input").first().waitFor();
    },
  },
  {
    name: "round-new",
    path: "/rounds/new",
    ready: ".nurse-picks button",
    act: async (page) => {
      await page.locator(".nurse-specialist").first().click();
      await page.locator(".nurse-slot-times button:enabled").first().click();
      for (const n of [0, 3, 5]) await page.locator(".nurse-picks button").nth(n).click();
    },
  },
  {
    name: "call-in-round",
    path: "/consultations/c1",
    mode: "call",
    scene: "round",
    ready: "[data-testid=next-in-round]",
  },
  { name: "before-booked", path: "/residents/r3/start", ready: ".nurse-field" },
  { name: "visits", path: "/visits", ready: ".nurse-row" },
  { name: "visits-empty", path: "/visits", mode: "empty" },
  { name: "visit-planned", path: "/visits/v1", ready: "[data-testid=visit-stop-r1]" },
  { name: "visit-results", path: "/visits/v0", ready: "[data-testid=visit-stop-r1]" },
  { name: "referrals", path: "/referrals", ready: ".nurse-row" },
  { name: "referrals-empty", path: "/referrals", mode: "empty" },
  { name: "referral-accepted", path: "/referrals/f1", ready: ".nurse-timeline" },
  { name: "referral-question", path: "/referrals/f2", ready: ".nurse-timeline" },
  { name: "referral-report", path: "/referrals/f4", ready: ".nurse-timeline" },
  {
    name: "referral-new",
    path: "/referrals/new?resident=r3",
    ready: "textarea",
    act: async (page) => {
      await page.locator("textarea").first().fill("气促加重，夜间不能平卧。");
      await page.locator("textarea").nth(1).fill("今晨起加重，已吸氧 2 L/min，血氧 92%。");
      await page.locator(".mantine-SegmentedControl-label", { hasText: /^(紧急|Urgent)$/ }).click();
    },
  },
  { name: "referral-new-nobody", path: "/referrals/new", ready: "textarea" },
  { name: "referral-draft", path: "/referrals/f5", ready: ".nurse-timeline" },
  {
    name: "referral-draft-change",
    path: "/referrals/f5",
    ready: ".nurse-timeline",
    act: press(/修改草稿|Change the draft/),
  },
  { name: "ride", path: "/transports/t2", ready: ".nurse-timeline" },
  {
    name: "ride-confirm",
    path: "/transports/t1",
    ready: ".nurse-timeline",
    act: opened(/确认车辆|Confirm the vehicle/),
  },
  { name: "ride-new", path: "/transports/new?resident=r1&referral=f1", ready: "form, main h1" },
];

for (const { name, path, mode = "online", scene, ready = "main", act } of SCREENS) {
  test(`nurse plan ${name}`, async ({ browser }) => {
    await lookAtTablet(browser, serveBox(mode, undefined, scene), {
      name: `plan-${name}`,
      path,
      ready,
      act,
      expected: /status of (401|404|409|500|503)|AudioContext/,
    });
  });
}

/** A page that names days and times, and words that stand on it only when all its answers are there. */
const TIMED = [
  ["/schedule", /小时前/],
  ["/schedule?view=week", /郑淑芬/],
  ["/rounds/q1", /预计 11:12/],
  ["/consultations/a4", /9月2日[^]*12月5日/],
  ["/residents/r1", /返回会诊/],
] as const;

async function tabletIn(browser: Browser, timezoneId: string): Promise<Page> {
  const context = await browser.newContext({ timezoneId, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await setClock(page);
  return page;
}

test("a tablet that is set to another zone shows the home's clock", async ({ browser }) => {
  const box = await serveBox("online", undefined, "round");
  const [home, abroad] = [await tabletIn(browser, "Asia/Shanghai"), await tabletIn(browser, "America/New_York")];
  /** Answers come one by one: both tablets are read until the page is whole and both say the same. */
  const same = async (path: string, selector: string, whole: RegExp) => {
    await Promise.all([home, abroad].map((page) => page.goto(box.origin + path)));
    await expect(async () => {
      const there = await home.locator(selector).innerText({ timeout: 1000 });
      expect(there).toMatch(whole);
      expect(there).not.toContain("正在连接");
      expect(await abroad.locator(selector).innerText({ timeout: 1000 })).toEqual(there);
    }, path).toPass({ timeout: 20_000 });
  };
  try {
    for (const [path, whole] of TIMED) await same(path, "main", whole);
    await same(BOOKING, "[data-testid=slots]", /已满/);
    for (const page of [home, abroad]) {
      await press(/加入候补|Join the waitlist/)(page);
      await expect(page.getByLabel(/不早于|Not before/)).toHaveValue(/^2026-11-23T10:3/);
    }
  } finally {
    await Promise.all([home, abroad].map((page) => page.context().close()));
    await box.close();
  }
});
