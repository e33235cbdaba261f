import { test, type Page } from "@playwright/test";
import { buildDay, type Day } from "./data";
import { careAnswers } from "./data-care";
import { lookAt } from "./look";
import { installMock, type Answers, type MockOptions } from "./mock";
import { serveConsole, type Site } from "./site";
import { now } from "./clock";

/** The specialist's schedule, urgent calls, rounds, first visits and referrals, in both languages and schemes. */
interface CareScreen {
  name: string;
  path: string;
  ready: string;
  /** A one-key call comes in. */
  ringing?: boolean;
  /** A reminder of an appointment arrives. */
  reminded?: string;
  /** Every list is empty. */
  nothing?: boolean;
  /** Some answers are others. */
  change?: (usual: Answers, day: Day) => Answers;
  mock?: MockOptions;
  act?: (page: Page) => Promise<void>;
}

/** An appointment of the signed-in specialist in a quarter of an hour. */
const soon = (day: Day, at: number, id: string) => ({
  ...day.consultation,
  id,
  state: "scheduled",
  specialist: day.staff.specialist,
  scheduled_at: new Date(at + 15 * 60_000).toISOString(),
});

const emptied = (usual: Answers): Answers =>
  Object.fromEntries(
    Object.entries(usual).map(([asked, said]) => [
      asked,
      (said.body as { items?: unknown[] }).items ? { body: { items: [], next: null } } : said,
    ]),
  );

/** The referral as the hospital has it before it answers. */
const looked = (usual: Answers): Answers => ({
  "GET /api/referrals/f1": {
    body: {
      ...(usual["GET /api/referrals/f1"]?.body as object),
      state: "seen",
      appointment: undefined,
      allowed: ["accept", "ask-information", "refuse"],
    },
  },
});
/** The appointment of the week that can still be changed. */
const booked = (_: Answers, day: Day): Answers => ({
  "GET /api/consultations/a-c1": {
    body: { ...day.consultation, id: "a-c1", state: "scheduled", allowed: ["move", "cancel", "no-show"] },
  },
});
const sheet = async (page: Page) => {
  await page.getByTestId("appointment-a-c1").click();
  await page.getByRole("button", { name: /^改约$|^Move$/ }).waitFor();
};

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

const press = (name: RegExp) => async (page: Page) => {
  await page.getByRole("button", { name }).first().click();
};
const WEEK = "[data-testid=appointment-a-c1]";

const SCREENS: CareScreen[] = [
  { name: "schedule-week", path: "/schedule", ready: WEEK },
  { name: "schedule-day", path: "/schedule?view=day", ready: WEEK },
  { name: "schedule-failing", path: "/schedule", mock: { failing: true }, ready: "main [role=alert]" },
  { name: "schedule-book", path: "/schedule", ready: WEEK, act: press(/^预约$|^Book$/) },
  { name: "schedule-calendar-link", path: "/schedule", ready: WEEK, act: press(/^日历订阅$|^Calendar link$/) },
  { name: "availability", path: "/schedule/availability", ready: "[data-testid=preview-total]" },
  { name: "rounds", path: "/rounds", ready: "[data-testid=round-ro1]" },
  { name: "round", path: "/rounds/ro1", ready: "[data-testid=stop-s3]" },
  {
    name: "round-plan",
    path: "/rounds",
    ready: "[data-testid=round-ro1]",
    act: press(/^安排查房$|^Plan a round$/),
  },
  { name: "urgent-call", path: "/rounds", ringing: true, ready: "[data-testid=urgent-call-u1]" },
  {
    name: "urgent-call-open",
    path: "/rounds",
    ringing: true,
    ready: "[data-testid=urgent-call-u1]",
    act: press(/^查看 |^Look at /),
  },
  {
    name: "reminder",
    path: "/rounds",
    reminded: "c-soon",
    ready: "[data-testid=reminder-c-soon]",
    act: (page) => page.getByTestId("round-ro1").waitFor(),
  },
  { name: "visits", path: "/visits", ready: "[data-testid=candidate-r1]" },
  {
    name: "visit-results",
    path: "/visits/v1",
    ready: "[data-testid=result-r3]",
    act: async (page) => {
      await page
        .getByTestId("result-r3")
        .getByText(/^已看$|^Seen$/)
        .click();
    },
  },
  { name: "referrals", path: "/referrals", ready: "[data-testid=referral-f1]" },
  { name: "referral", path: "/referrals/f1", ready: "main ol" },
  {
    name: "referral-report",
    path: "/referrals/f1",
    ready: "main ol",
    act: press(/^回报结果$|^Report back$/),
  },
  { name: "rounds-empty", path: "/rounds", nothing: true, ready: "main h1" },
  { name: "visits-empty", path: "/visits", nothing: true, ready: "main h1" },
  { name: "referrals-empty", path: "/referrals", nothing: true, ready: "main h1" },
  {
    name: "referral-accept",
    path: "/referrals/f1",
    ready: "main ol",
    change: looked,
    act: press(/^接收并预约$|^Accept/),
  },
  {
    name: "referral-question",
    path: "/referrals/f1",
    ready: "main ol",
    change: looked,
    act: press(/^要求补充资料$|^Ask for/),
  },
  { name: "appointment", path: "/schedule", ready: WEEK, change: booked, act: sheet },
  { name: "referral-draft", path: "/referrals/f2", ready: "main form" },
  {
    name: "eligibility",
    path: "/residents/r1",
    ready: "main [role=tab]",
    act: async (page) => {
      await page.getByRole("tab", { name: /^初诊$|^First visit$/ }).click();
      await page.waitForSelector("[data-testid=fact-e1]");
    },
  },
];

for (const { name, path, ready, ringing, reminded, nothing, change, mock, act } of SCREENS) {
  test(`${name}`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const at = now();
      const day = buildDay(at);
      const { ringing: call, ...usual } = careAnswers(day, at);
      const answers = {
        ...(nothing ? emptied(usual) : usual),
        ...change?.(usual, day),
        ...(ringing && call && { "GET /api/urgent-calls": call }),
        ...(reminded && { [`GET /api/consultations/${reminded}`]: { body: soon(day, at, reminded) } }),
      };
      return installMock(page, day, { reminded, ...mock, answers: mock ? {} : answers });
    };
    await lookAt(browser, { name, sizes: [[1440, 900]], url: site.origin + path, ready, prepare, act });
  });
}
