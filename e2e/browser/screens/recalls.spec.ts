import { expect, test, type Page } from "@playwright/test";
import { now } from "./clock";
import { buildDay } from "./data";
import { day } from "./data-doses";
import { answeredByHome, closedEarly, listed, ofHome, ofPharmacy, overseen } from "./data-recalls";
import { lookAt } from "./look";
import { lookAtTablet } from "./tablet";
import { installMock, type MockOptions } from "./mock";
import { serveBox, type OwnAnswers } from "./nurse-box";
import { serveConsole, type Site } from "./site";

/** A batch that is called back: on the desks of pharmacist, pharmacy and administrator, and on the nurse's tablet. */
let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

interface Desk {
  name: string;
  path: string;
  who: NonNullable<MockOptions["who"]>;
  body: unknown;
  ready: string;
  size?: [number, number];
  act?: (page: Page) => Promise<void>;
}

const page = (items: readonly unknown[]) => ({ items, next: null });
const one = "[data-testid=recall]";
const desk: [number, number] = [1440, 900];
const DESKS: Desk[] = [
  { name: "list", path: "/recalls", who: "pharmacist", body: page(listed), ready: "[data-testid=recall-rc1]" },
  { name: "list-empty", path: "/recalls", who: "administrator", body: page([]), ready: "main :is(h2,h3)" },
  {
    name: "declare",
    path: "/recalls",
    who: "pharmacy",
    body: page(listed),
    ready: "[data-testid=recall-rc1]",
    act: async (on) => {
      await on.getByRole("button", { name: /^发起召回$|^Declare a recall$/ }).click();
      await on.waitForSelector("[data-testid=declare]");
    },
  },
  { name: "one", path: "/recalls/rc1", who: "pharmacist", body: overseen, ready: one },
  { name: "one-phone", path: "/recalls/rc1", who: "pharmacist", body: overseen, ready: one, size: [390, 844] },
  { name: "one-pharmacy", path: "/recalls/rc1", who: "pharmacy", body: ofPharmacy, ready: one },
  { name: "one-closed-early", path: "/recalls/rc1", who: "administrator", body: closedEarly, ready: one },
  {
    name: "one-closing",
    path: "/recalls/rc1",
    who: "administrator",
    body: overseen,
    ready: one,
    act: async (on) => {
      await on.getByRole("button", { name: /^结束召回$|^Close the recall$/ }).click();
      await expect(on.getByRole("dialog")).toContainText(/1 家护理院未回报|1 homes have not answered/);
    },
  },
];

const warned = (batches: string[]) => {
  const plan = day();
  const recalls = [{ recall_id: "rc1", batch: "A2604", level: "second" as const, reason: "溶出度不符合规定" }];
  return { ...plan, items: plan.items.map((dose, index) => (index === 0 ? { ...dose, recalls, batches } : dose)) };
};

interface Tablet {
  name: string;
  path: string;
  answers: Record<string, { body: unknown }>;
  ready: string;
  act?: (page: Page) => Promise<void>;
}

const open = { "/api/recalls": { body: page([ofHome]) }, "/api/recalls/rc1": { body: ofHome } };
const TABLETS: Tablet[] = [
  { name: "nurse-today", path: "/", answers: open, ready: "[data-testid=recall-notice]" },
  { name: "nurse-empty", path: "/recalls", answers: { "/api/recalls": { body: page([]) } }, ready: "main h2" },
  {
    name: "nurse-answer",
    path: "/recalls/rc1",
    answers: open,
    ready: "[data-testid=recall-answer]",
    act: async (on) => {
      await on.getByLabel(/^已隔离|^Set apart/).fill("12");
      await on.getByLabel(/^已服用|^Given already/).fill("8");
      await expect(on.getByLabel(/其余的去向|Where the rest is/)).toBeVisible();
    },
  },
  {
    name: "nurse-answered",
    path: "/recalls/rc1",
    answers: { "/api/recalls": { body: page([answeredByHome]) }, "/api/recalls/rc1": { body: answeredByHome } },
    ready: one,
  },
  {
    name: "nurse-dose",
    path: "/doses/r1",
    answers: { ...open, "/api/doses": { body: warned([]) } },
    ready: "[data-testid=dose-p-r1-1] [role=alert]",
    act: async (on) => {
      const dose = on.getByTestId("dose-p-r1-1").first();
      await expect(dose.getByRole("button", { name: /^暂停不给$|^Held$/ })).toBeVisible();
      await expect(dose.getByRole("button", { name: /^已服下$|^Taken$/ })).toHaveCount(0);
    },
  },
  {
    name: "nurse-other-pack",
    path: "/doses/r1",
    answers: { ...open, "/api/doses": { body: warned(["C2611"]) } },
    ready: "[data-testid=dose-p-r1-1] [role=alert]",
    act: async (on) => {
      await on.getByRole("button", { name: /^从另一盒给$|^Give from another pack$/ }).click();
      const pack = on.getByTestId("other-pack");
      const field = pack.getByRole("textbox");
      await field.fill("(01)06901234567892(17)281130(10)A2604");
      await field.press("Enter");
      await expect(pack).toContainText(/这就是被召回的批号|This is the recalled batch/);
      await field.fill("(01)06901234567892(17)281130(10)C2611");
      await field.press("Enter");
      await expect(pack).toContainText(/请看盒上的药名|read the name on the box/);
      await expect(pack.getByRole("button", { name: /^已服下（批号 C2611）$|^Taken \(batch C2611\)$/ })).toBeVisible();
    },
  },
];

for (const { name, path, who, body, ready, size = desk, act } of DESKS) {
  test(`recalls ${name}`, async ({ browser }) => {
    const asked = path === "/recalls" ? "GET /api/recalls" : `GET /api${path}`;
    const prepare = (on: Page) => installMock(on, buildDay(now()), { who, answers: { [asked]: { body } } });
    await lookAt(browser, {
      name: `recalls-${name}`,
      sizes: [size],
      url: site.origin + path,
      ready,
      prepare,
      act,
    });
  });
}
for (const { name, path, answers, ready, act } of TABLETS) {
  test(`recalls ${name}`, async ({ browser }) => {
    const said: OwnAnswers = (method, asked) => (method === "GET" ? answers[asked] : undefined);
    await lookAtTablet(browser, serveBox("online", said), {
      name: `recalls-${name}`,
      path,
      ready,
      act,
      expected: /status of (401|404)|AudioContext/,
    });
  });
}

test("the home's answer names the medicine's unit in English on an English page", async ({ browser }) => {
  const said: OwnAnswers = (method, asked) =>
    method === "GET" ? (open as Record<string, { body: unknown }>)[asked] : undefined;
  const box = await serveBox("online", said);
  const context = await browser.newContext();
  try {
    await context.addInitScript(() => localStorage.setItem("yz.language", "en"));
    const on = await context.newPage();
    await on.goto(`${box.origin}/recalls/rc1`);
    const form = on.getByTestId("recall-answer");
    await expect(form).toContainText("tablet(s)");
    await expect(form).not.toContainText("片");
  } finally {
    await context.close();
    await box.close();
  }
});
