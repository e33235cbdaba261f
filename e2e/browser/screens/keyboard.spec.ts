/** Who works by keyboard sees what Tab reaches: a bar that sticks to an edge lies over no control that has the focus (WCAG 2.4.11). */
import { expect, test, type Page } from "@playwright/test";
import { now, setClock } from "./clock";
import { buildDay } from "./data";
import { prescribingAnswers } from "./data-prescribing";
import { installMock, type MockOptions } from "./mock";
import { serveConsole, type Site } from "./site";

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

/** Low, so that the page scrolls under its bars, as on a laptop. */
const LOW = { width: 1280, height: 640 };
/** More stops than either page has, from wherever the round begins. */
const MOST = 200;

interface Stop {
  /** Of the control, for the message and to know when the round is over. */
  what: string;
  inside: boolean;
  /** What lies over its middle, if anything that sticks does. */
  over?: string;
}

/** Where the focus is, and whether its middle can be seen. */
const stop = (page: Page, region: string): Promise<Stop | undefined> =>
  page.evaluate((within) => {
    const on = document.activeElement;
    if (!on || on === document.body) return undefined;
    const named = (one: Element): string =>
      `${one.tagName.toLowerCase()}.${one.className.toString().slice(0, 40)} ${(one.getAttribute("aria-label") ?? one.textContent ?? "").trim().slice(0, 40)}`;
    const { left, top, width, height } = on.getBoundingClientRect();
    const what = `${named(on)} ${on.id}`;
    const inside = on.closest(within) !== null;
    // What is drawn by its label has no box of its own.
    if (width < 2 || height < 2) return { what, inside };
    const [x, y] = [left + width / 2, top + height / 2];
    if (y < 0 || y > window.innerHeight || x < 0 || x > window.innerWidth)
      return { what, inside, over: "the window's edge" };
    for (let one = document.elementFromPoint(x, y); one; one = one.parentElement) {
      const sticks = ["sticky", "fixed"].includes(getComputedStyle(one).position);
      if (sticks && !one.contains(on)) return { what, inside, over: named(one) };
    }
    return { what, inside };
  }, region);

/** Goes all round by `key`; tells what was covered, and how many stops there were in the region. */
async function round(
  page: Page,
  key: "Tab" | "Shift+Tab",
  region: string,
): Promise<{ covered: Stop[]; inside: number }> {
  const covered: Stop[] = [];
  const seen = new Set<string>();
  let [inside, ends] = [0, 0];
  for (let n = 0; n < MOST; n += 1) {
    await page.keyboard.press(key);
    const at = await stop(page, region);
    if (!at) {
      // The page's end; what lies before where it began comes after it.
      if ((ends += 1) > 1) break;
      continue;
    }
    if (at.inside && !seen.has(at.what)) inside += 1;
    seen.add(at.what);
    if (at.over) covered.push(at);
  }
  return { covered, inside };
}

interface Place {
  name: string;
  path: string;
  region: string;
  /** Stops that there are in it at least: a test that reaches none says nothing. */
  least: number;
  mock: MockOptions;
  open(page: Page): Promise<void>;
}

const PLACES: Place[] = [
  {
    name: "composer",
    path: "/consultations/c8",
    region: "[data-testid^=line-]",
    least: 8,
    mock: { who: "specialist", answers: prescribingAnswers(buildDay(now()), now()) },
    open: async (page) => {
      await page.waitForSelector("[data-testid=main-video]");
      await page.getByRole("button", { name: /开处方|^Prescribe$/ }).click();
      for (const [no, typed] of [
        [1, "aldp"],
        [2, "xst"],
      ] as const) {
        if (no > 1) await page.getByRole("button", { name: /添加药品|Add a medicine/ }).click();
        const line = page.getByTestId(`line-${no}`);
        await line.getByRole("textbox").first().fill(typed);
        await page.getByRole("option").first().click();
        await line.getByLabel(/单次剂量|Single dose/).fill("5");
      }
      await page.waitForSelector("[data-testid=finding-hard_stop]");
    },
  },
  {
    name: "order",
    path: "/orders/rx4",
    region: "main form",
    least: 6,
    mock: { who: "pharmacy" },
    open: async (page) => {
      await page.waitForSelector("[data-testid=scan]");
    },
  },
];

for (const { name, path, region, least, mock, open } of PLACES) {
  test(`keyboard ${name}: what Tab reaches is above the bars`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: LOW, timezoneId: "Asia/Shanghai" });
    const page = await context.newPage();
    try {
      await setClock(page);
      await installMock(page, buildDay(now()), mock);
      await page.goto(site.origin + path);
      await open(page);
      for (const key of ["Tab", "Shift+Tab"] as const) {
        const { covered, inside } = await round(page, key, region);
        expect(covered, `${key}: covered by a bar`).toEqual([]);
        expect(inside, `${key}: stops in ${region}`).toBeGreaterThanOrEqual(least);
      }
    } finally {
      await context.close();
    }
  });
}
