import { expect, test, type Page } from "@playwright/test";
import type { Prescription } from "@yunzhen/client";
import { buildDay, type Day } from "./data";
import {
  chain,
  conflict,
  day,
  refill,
  stoppedDay,
  substitutedDay,
  twiceDay,
  waiting,
  refused,
  restIsOwed,
  restOnItsWay,
} from "./data-doses";
import { lookAt } from "./look";
import { lookAtTablet } from "./tablet";
import { installMock, type Answers, type MockOptions } from "./mock";
import { prescribingAnswers } from "./data-prescribing";
import { serveBox, type Mode, type OwnAnswers } from "./nurse-box";
import * as record from "./nurse-record";
import { serveConsole, type Site } from "./site";
import { now } from "./clock";

/** Doses on the nurse's tablet, the way from door to dose on every screen that has it, and requests for a refill. */
interface NurseScreen {
  name: string;
  path: string;
  mode?: Mode;
  own?: Record<string, { status?: number; body: unknown }>;
  ready?: string;
  act?: (page: Page) => Promise<void>;
}

const page = (items: unknown[]) => ({ body: { items, next: null } });
const given = { "/api/doses": { body: day() }, "/api/refills": page([refill]) };
const card = (name: string) => `[data-testid=dose-${name}]`;
const scan = async (on: Page, code: string): Promise<void> => {
  const field = on.getByLabel(/^(扫码|Scan)$/);
  await field.fill(code);
  await field.press("Enter");
};

/** One line is taken when needed, with a limit; the dose of the other changes. */
function limitedAndSteps(): Prescription {
  const [first, second] = record.prescription.items;
  if (!first || !second) throw new Error("the day has two medicines");
  const taper = [
    { dose: 0.5, frequency: "bid" as const, days: 3 },
    { dose: 0.25, frequency: "bid" as const, days: 4 },
  ];
  const items = [
    { ...first, frequency: "prn" as const, most_per_day: 3 },
    { ...second, taper },
  ];
  return { ...record.prescription, items };
}

const NURSE: NurseScreen[] = [
  { name: "today-refills", path: "/", ready: "[data-testid=refills]" },
  { name: "round", path: "/doses", ready: ".nurse-row" },
  {
    name: "round-empty",
    path: "/doses",
    own: { "/api/doses": { body: { ...day(), items: [], as_needed: [], runways: [] } } },
    ready: "main h2",
  },
  {
    name: "round-failing",
    path: "/doses",
    own: {
      "/api/doses": { status: 500, body: { title: "服务出错", status: 500, code: "internal", action: "请稍后重试。" } },
    },
    ready: "[role=alert]",
  },
  { name: "bed", path: "/doses/r1", ready: card("p-r1-1") },
  {
    name: "bed-scanned",
    path: "/doses",
    ready: ".nurse-row",
    act: async (on) => {
      await scan(on, "2-05");
      await on.locator(card("p-r1-1")).waitFor();
      await scan(on, "YZM:p-r1:1");
      await expect(on.locator(card("p-r1-1"))).toContainText(/已核对药品|Medicine checked/);
    },
  },
  {
    name: "bed-wrong-medicine",
    path: "/doses/r1",
    ready: card("p-r1-1"),
    act: async (on) => {
      await scan(on, "YZM:p-r2:1");
      await expect(on.getByRole("alert")).toContainText(/不是这位住民|not a medicine that this resident/);
    },
  },
  {
    name: "bed-refused",
    path: "/doses/r1",
    ready: card("p-r1-1"),
    act: async (on) => {
      const dose = on.locator(card("p-r1-1"));
      await dose.getByRole("button", { name: /^(拒服|Refused)$/ }).click();
      await dose.getByRole("button", { name: /^(其他|Other)$/ }).click();
      await dose.getByRole("button", { name: /^(保存|Save)$/ }).click();
      await expect(dose).toContainText(/请写明原因|Say what it was/);
    },
  },
  {
    name: "bed-as-needed",
    path: "/doses/r1",
    ready: card("p-r1-4"),
    act: async (on) => {
      await on
        .locator(card("p-r1-4"))
        .getByRole("button", { name: /^(已服下|Taken)$/ })
        .click();
      await on
        .locator(card("p-r1-4"))
        .getByRole("button", { name: /^(疼痛|Pain)$/ })
        .click();
    },
  },
  {
    name: "bed-as-needed-too-soon",
    path: "/doses/r1",
    own: {
      "/api/doses": {
        body: {
          ...day(),
          as_needed: day().as_needed.map((one) => ({
            ...one,
            hours_apart: 4,
            not_before: new Date(now() + 2 * 3_600_000).toISOString(),
          })),
        },
      },
    },
    ready: card("p-r1-4"),
    act: async (on) => {
      const dose = on.locator(card("p-r1-4"));
      await expect(dose.getByTestId("apart")).toContainText(/以后可再给|again from/);
      // The button stood there a minute after the dose before.
      await expect(dose.getByRole("button", { name: /^(已服下|Taken)$/ })).toHaveCount(0);
    },
  },
  {
    name: "bed-as-needed-earlier",
    path: "/doses/r1",
    own: {
      "/api/doses": {
        body: {
          ...day(),
          as_needed: day().as_needed.map((one) => ({
            ...one,
            given_last_day: 6,
            entries: one.entries.map((given) => ({ ...given, beyond_bound: true })),
          })),
        },
      },
    },
    ready: card("p-r1-4"),
    act: async (on) => {
      const dose = on.locator(card("p-r1-4"));
      await expect(dose.getByRole("button", { name: /^(已服下|Taken)$/ })).toHaveCount(0);
      await expect(dose).toContainText(/请告知医师|tell the prescriber/);
      // What was given before the limit was seen stayed unwritten.
      await dose.getByRole("button", { name: /^(补记先前已给的|Write down one given earlier)$/ }).click();
      await dose.getByRole("button", { name: /^(下一步|Next)$/ }).click();
      await expect(dose.getByRole("button", { name: /^(疼痛|Pain)$/ })).toBeVisible();
    },
  },
  {
    name: "bed-correct",
    path: "/doses/r1",
    ready: card("p-r1-2"),
    act: (on) =>
      on
        .locator(card("p-r1-2"))
        .getByRole("button", { name: /^(更正记录|Correct)$/ })
        .click(),
  },
  {
    name: "bed-twice",
    path: "/doses/r1",
    own: { "/api/doses": { body: twiceDay() } },
    ready: card("p-r1b-1"),
    act: async (on) => {
      for (const name of ["p-r1-1", "p-r1b-1"])
        await expect(on.locator(card(name))).toContainText(/请核对后再给|check before giving both/);
    },
  },
  {
    name: "bed-substituted",
    path: "/doses/r1",
    own: { "/api/doses": { body: substitutedDay() } },
    ready: card("p-r1-1"),
    act: async (on) => {
      await expect(on.locator(card("p-r1-1"))).toContainText(/2\.5 mg\s*2 (片|tablet)/);
      await expect(on.locator(card("p-r1-1"))).toContainText(/(处方为|Prescribed as) .* 5 mg.*1 (片|tablet)/);
    },
  },
  {
    name: "round-substituted",
    path: "/doses",
    own: { "/api/doses": { body: substitutedDay() } },
    ready: ".nurse-row",
    act: async (on) => {
      await expect(on.getByText(/余 8 片|8 tablet\S* left/)).toBeVisible();
      await expect(on.getByText(/(处方为 .* 5 mg，合 4 片|prescribed as .* 5 mg: 4 tablet)/)).toBeVisible();
    },
  },
  { name: "bed-stopped", path: "/doses/r1", own: { "/api/doses": { body: stoppedDay() } }, ready: card("p-r1-2") },
  {
    name: "bed-offline",
    path: "/doses/r1",
    mode: "offline",
    own: { "/page/spool": page(waiting) },
    ready: card("p-r1-1"),
    act: async (on) => {
      const dose = on.locator(card("p-r1-1"));
      await expect(dose).toContainText(/已服|Given/);
      await expect(dose.getByRole("button", { name: /^(已服下|Taken)$/ })).toHaveCount(0);
    },
  },
  {
    name: "bed-conflict",
    path: "/doses/r1",
    own: { "/page/spool": page(conflict) },
    ready: `${card("p-r1-1")} [role=alert]`,
  },
  {
    name: "timeline",
    path: "/consultations/c3",
    own: {
      "/api/prescriptions/p1": { body: { ...record.prescription, door_to_dose: chain(6, "nurse") } },
    },
    ready: "[data-testid=door-to-dose]",
    act: (on) => rowsAreFull(on),
  },
  {
    // The nurse reads the whole of what was prescribed: how often at most, and each step of a dose that changes.
    name: "prescribed",
    path: "/consultations/c3",
    own: { "/api/prescriptions/p1": { body: limitedAndSteps() } },
    ready: ".nurse-prescription .nurse-plain-list",
    act: async (on) => {
      const lines = on.locator(".nurse-prescription .nurse-plain-list > li");
      await expect(lines.first()).toContainText(/24 小时内最多 3 次|at most 3 in 24 hours/);
      await expect(lines.nth(1)).toContainText(/2\. 0\.25 g/);
    },
  },
  {
    // "Nurse's turn" stood there while the pharmacy owed the rest.
    name: "timeline-owed",
    path: "/consultations/c3",
    own: { "/api/prescriptions/p1": { body: { ...record.prescription, door_to_dose: restIsOwed() } } },
    ready: "[data-testid=chain-rest]",
    act: async (on) => {
      const head = on.locator("[data-testid=door-to-dose] .yz-chain-head");
      await expect(head).toContainText(/轮到药房|Pharmacy's turn/);
      await expect(head).not.toContainText(/轮到您|Your turn/);
      await expect(on.getByTestId("chain-rest")).toContainText(/已到的部分|What has come/);
      await expect(on.getByTestId("chain-rest")).toContainText(/轮到您|Your turn/);
      await expect(on.locator("[data-testid=door-to-dose] [aria-current=step]")).toHaveAttribute(
        "data-stage",
        "first_dose",
      );
    },
  },
  {
    // "Ended" stood alone in the middle of the line while the parcel was still out.
    name: "timeline-ended-parcel-out",
    path: "/consultations/c3",
    own: {
      "/api/prescriptions/p1": {
        body: { ...record.prescription, state: "cancelled", door_to_dose: chain(5, "courier") },
      },
    },
    ready: "[data-testid=door-to-dose]",
    act: async (on) => {
      const chips = on.locator("[data-testid=door-to-dose] .yz-chain-head .yz-chip");
      await expect(chips).toHaveCount(2);
      const [ended, turn] = await Promise.all([chips.first().boundingBox(), chips.last().boundingBox()]);
      const gap = (turn?.x ?? NaN) - ((ended?.x ?? NaN) + (ended?.width ?? NaN));
      expect(Math.round(gap)).toBe(8);
    },
  },
  {
    name: "timeline-refused",
    path: "/consultations/c3",
    own: { "/api/prescriptions/p1": { body: { ...record.prescription, door_to_dose: refused() } } },
    ready: "[data-testid=chain-next]",
    act: async (on) => {
      await expect(on.getByTestId("door-to-dose")).toContainText(/轮到药房|Pharmacy's turn/);
      await expect(on.locator("[data-testid=door-to-dose] [aria-current=step]")).toHaveCount(0);
    },
  },
];

for (const { name, path, mode = "online", own, ready = "main", act } of NURSE) {
  test(`doses ${name}`, async ({ browser }) => {
    const answers: Record<string, { status?: number; body: unknown }> = { ...given, ...own };
    const said: OwnAnswers = (method, asked) => (method === "GET" ? answers[asked] : undefined);
    await lookAtTablet(browser, serveBox(mode, said), {
      name: `doses-${name}`,
      path,
      ready,
      act,
      expected: /status of (401|404|409|500|503)|AudioContext/,
    });
  });
}

test("a dose that was given is saved on the box with what was scanned", async ({ browser }) => {
  const said: OwnAnswers = (method, asked) =>
    method === "GET" ? (given as Record<string, { body: unknown }>)[asked] : undefined;
  const box = await serveBox("online", said);
  const context = await browser.newContext({ timezoneId: "Asia/Shanghai" });
  const on = await context.newPage();
  try {
    await on.clock.setFixedTime("2026-11-23T10:30:00+08:00");
    await on.goto(`${box.origin}/doses`);
    await on.locator(".nurse-row").first().waitFor();
    await scan(on, "YZR:r1");
    // A medicine belongs to the resident whose page is open.
    await on.locator(card("p-r1-1")).waitFor();
    await scan(on, "yzm:p-r1:1");
    await on.getByText("已核对药品").first().waitFor();
    const sent = on.waitForRequest((request) => request.url().endsWith("/page/spool") && request.method() === "POST");
    await on.locator(card("p-r1-1")).getByRole("button", { name: "已服下" }).click();
    expect((await sent).postDataJSON()).toEqual({
      kind: "dose",
      resident_id: "r1",
      body: {
        prescription_id: "p-r1",
        item_no: 1,
        due_at: "2026-11-23T02:00:00.000Z",
        sequence: 0,
        outcome: "given",
        at: "2026-11-23T02:30:00.000Z",
        scanned_resident: "YZR:r1",
        scanned_medicine: "yzm:p-r1:1",
      },
    });
  } finally {
    await context.close();
    await box.close();
  }
});

/** Where it goes on by itself is said where it cannot: beside a good link it read as if the hospital had not got it. */
for (const [mode, link, words] of [
  ["online", "5G 良好", "已保存"],
  ["offline", "离线", "已保存在本机，网络通时自动发送"],
] as const) {
  test(`a dose that was saved says where it lies while the link is away only: ${mode}`, async ({ browser }) => {
    const said: OwnAnswers = (method, asked) =>
      method === "GET" ? { ...given, "/page/spool": page([]) }[asked] : undefined;
    const box = await serveBox(mode, said);
    const context = await browser.newContext({ timezoneId: "Asia/Shanghai" });
    const on = await context.newPage();
    try {
      await on.clock.setFixedTime("2026-11-23T10:30:00+08:00");
      await on.goto(`${box.origin}/doses/r1`);
      await expect(on.locator(".nurse-top-state")).toContainText(link);
      await on.locator(card("p-r1-1")).getByRole("button", { name: "已服下" }).click();
      await expect(on.locator(".mantine-Notification-root")).toHaveText(words);
    } finally {
      await context.close();
      await box.close();
    }
  });
}

/** The console's pages. */
interface ConsoleScreen {
  name: string;
  path: string;
  ready: string;
  who?: MockOptions["who"];
  /** The prescription that has a way, and how far it is. */
  on?: [id: string, way: Prescription["door_to_dose"]];
  nothing?: boolean;
  act?: (page: Page) => Promise<void>;
}

const CHAIN = "[data-testid=door-to-dose]";
const asked = { ...refill, allowed: ["see", "decline"] };

/** Each row of the way has as many steps as the others: one alone in the last looked like a mistake. */
async function rowsAreFull(on: Page): Promise<void> {
  const tops = await on.locator(`${CHAIN} li`).evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
  const rows = [...new Set(tops)].map((top) => tops.filter((other) => other === top).length);
  expect(tops).toHaveLength(8);
  expect(new Set(rows).size, rows.join()).toBe(1);
}

const CONSOLE: ConsoleScreen[] = [
  {
    name: "timeline-specialist",
    path: "/consultations/c8",
    ready: CHAIN,
    on: ["rx6", chain(7, "nurse", true)],
    act: rowsAreFull,
  },
  {
    name: "timeline-pharmacist",
    path: "/reviews/rx2",
    who: "pharmacist",
    ready: CHAIN,
    on: ["rx2", chain(1, "pharmacist", true)],
    act: rowsAreFull,
  },
  {
    name: "timeline-pharmacy",
    path: "/orders/rx4",
    who: "pharmacy",
    ready: CHAIN,
    on: ["rx4", chain(3, "pharmacy")],
    act: async (on) => {
      await rowsAreFull(on);
      // It was as grey as what waits for somebody else.
      const turn = on.locator("[data-testid=door-to-dose] .yz-chain-head");
      await expect(turn).toContainText(/轮到您|Your turn/);
      await expect(turn.locator(".yz-chip.yz-person")).toHaveCount(1);
    },
  },
  {
    name: "timeline-refused-pharmacy",
    path: "/orders/rx4",
    who: "pharmacy",
    ready: "[data-testid=chain-next]",
    on: ["rx4", refused()],
  },
  {
    name: "timeline-rest-pharmacy",
    path: "/orders/rx4",
    who: "pharmacy",
    ready: "[data-testid=chain-rest]",
    on: ["rx4", restOnItsWay()],
    act: (on) => expect(on.getByTestId("chain-rest")).toContainText(/轮到配送员 · 已超时|Courier's turn · late/i),
  },
  { name: "refills", path: "/refills", ready: "[data-testid=refill-rf1]" },
  { name: "refills-empty", path: "/refills", nothing: true, ready: "main h2" },
  {
    name: "refill-decline",
    path: "/refills",
    ready: "[data-testid=refill-rf1]",
    act: async (on) => {
      await on.getByRole("button", { name: /^(不再续方|Do not renew)$/ }).click();
      await on.getByRole("dialog").locator("textarea").first().waitFor();
    },
  },
];

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

for (const { name, path, ready, who, on, nothing, act } of CONSOLE) {
  test(`doses ${name}`, async ({ browser }) => {
    const prepare = (tab: Page) => {
      const usual: Day = buildDay(now());
      const prescriptions = usual.prescriptions.map((p) => (p.id === on?.[0] ? { ...p, door_to_dose: on[1] } : p));
      const answers: Answers = {
        ...prescribingAnswers(usual, now()),
        "GET /api/refills": page(nothing ? [] : [asked]),
      };
      const written = usual.summaries.filter((p) => p.id === on?.[0]);
      const consultation = { ...usual.consultation, prescriptions: written };
      return installMock(tab, { ...usual, prescriptions, consultation }, { who, answers });
    };
    await lookAt(browser, {
      name: `doses-${name}`,
      sizes: [[1440, 900]],
      url: site.origin + path,
      ready,
      prepare,
      act,
    });
  });
}
