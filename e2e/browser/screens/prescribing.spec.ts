import { expect, test, type Page } from "@playwright/test";
import type { Dispense, Prescription } from "@yunzhen/client";
import { CALL, composing, dose, press } from "./composing";
import { buildDay, type Day } from "./data";
import { buildStock } from "./data-stock";
import { prescribingAnswers, prescriptionsOf, summaryOf } from "./data-prescribing";
import { lookAt } from "./look";
import { installMock, type Answers, type MockOptions } from "./mock";
import { serveConsole, type Site } from "./site";
import { now } from "./clock";

/** Questions, replacement, steps of a dose, favourites, the assessment, the review with its facts, in both languages and schemes. */
interface PrescribingScreen {
  name: string;
  path: string;
  ready: string;
  who?: MockOptions["who"];
  change?: (day: Day, at: number) => Answers;
  act?: (page: Page) => Promise<void>;
}

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

const asked = (day: Day, at: number): Answers => {
  const p = prescriptionsOf(day, at).asked;
  return {
    "GET /api/prescriptions": { body: { items: [summaryOf(p)], next: null } },
    "GET /api/prescriptions/rxq": { body: { ...p, allowed: ["answer", "cancel", "replace"] } },
  };
};
/** The order that is being picked, as its batches were recorded: of each line what expires last. */
function filledOf(day: Day, at: number): Dispense {
  const order = day.prescriptions.find(({ id }) => id === "rx4");
  if (!order) throw new Error("no order");
  const { batches } = buildStock(at, day.drugs);
  const packs = order.items.flatMap(({ no, drug, quantity, quantity_unit: unit }) => {
    const batch = batches.findLast(({ drug_id }) => drug_id === drug.id);
    if (!batch) return [];
    const { name_zh: name, name_en } = drug;
    return [{ item_no: no, name, name_en, quantity, unit, batch: batch.batch, expiry: batch.expiry, drug_id: drug.id }];
  });
  const when = new Date(at).toISOString();
  return {
    id: "di4",
    number: 1,
    state: "preparation",
    fill: "first_complete",
    pharmacy_name: "仁和大药房",
    packs,
    created_at: when,
    state_since: when,
  };
}
function rx2(day: Day): Prescription {
  const found = day.prescriptions.find(({ id }) => id === "rx2");
  if (!found) throw new Error("no review");
  return found;
}
/** The visit has this prescription. */
const inVisit =
  (which: "approved" | "delivered") =>
  (day: Day, at: number): Answers => {
    const p = prescriptionsOf(day, at)[which];
    return {
      "GET /api/consultations/c8": { body: { ...day.consultation, prescriptions: [summaryOf(p)] } },
      [`GET /api/prescriptions/${p.id}`]: { body: p },
    };
  };

/** The prescription by its address, where a visit with the same resident is running, or not. */
const byAddress =
  (running: boolean) =>
  (day: Day, at: number): Answers => {
    const { approved } = prescriptionsOf(day, at);
    const { resident } = day.consultation;
    return {
      "GET /api/prescriptions/rxa": { body: { ...approved, resident: { ...approved.resident, id: resident.id } } },
      "GET /api/consultations": { body: { items: running ? [day.consultation] : [], next: null } },
    };
  };

const SCREENS: PrescribingScreen[] = [
  {
    name: "prescription-page",
    path: "/prescriptions/rxa",
    ready: "[data-testid=prescription-rxa]",
    change: byAddress(false),
    act: async (page) => {
      const whose = page.locator("main [data-testid=whose]");
      await expect(whose.getByRole("link", { name: /查看档案|Show the record/ })).toHaveAttribute(
        "href",
        /\/residents\//,
      );
      await page.getByText(/请先与这位住民开始会诊|begin a consultation with this resident first/).waitFor();
      await press(page, /^取消处方$|^Cancel prescription$/);
      await expect(page.getByRole("dialog").getByTestId("whose")).toContainText(/诊断：|Diagnosis: /);
    },
  },
  {
    name: "prescription-page-in-visit",
    path: "/prescriptions/rxa",
    ready: "[data-testid=prescription-rxa]",
    change: byAddress(true),
    act: async (page) => {
      await page.getByRole("button", { name: /^取消并重开$|^Cancel and replace$/ }).waitFor();
      await expect(page.getByText(/请先与这位住民开始会诊|begin a consultation with this resident/)).toHaveCount(0);
    },
  },
  { name: "questions-waiting", path: "/consultations", ready: "[data-testid=question-rxq] form", change: asked },
  {
    name: "question-unanswered",
    path: "/consultations",
    ready: "[data-testid=question-rxq] form",
    change: asked,
    act: async (page) => {
      await press(page, /^发送答复$|^Send the answer$/);
      await page.getByText(/请写下答复|Please write the answer/).waitFor();
    },
  },
  {
    name: "review-asked",
    path: "/reviews/rxq",
    who: "pharmacist",
    ready: "[data-testid=review][data-state=in_question]",
    change: (day, at) => ({
      ...asked(day, at),
      "GET /api/prescriptions/rxq": { body: prescriptionsOf(day, at).asked },
    }),
    act: (page) => page.locator("[data-testid=review-facts] dl").waitFor(),
  },
  {
    name: "review-ask",
    path: "/reviews/rx2",
    who: "pharmacist",
    ready: "[data-testid=review-facts] dl",
    act: async (page) => {
      // The switch keeps the focus when it was pressed, and the keys go on.
      await page.getByRole("radio", { name: "中" }).focus();
      await page.keyboard.press("q");
      await page.waitForSelector("[role=dialog] textarea");
    },
  },
  {
    name: "review-facts",
    path: "/reviews/rx2",
    who: "pharmacist",
    ready: "[data-testid=review-facts] dl",
    act: async (page) => {
      await page
        .getByText(/214 天前|214 days ago/)
        .first()
        .waitFor();
      // How often at most stood there, and not how far apart.
      await expect(page.getByText(/至少间隔 4 小时|at least 4 h apart/).first()).toBeVisible();
    },
  },
  {
    // What she signs for stood on the page behind, and not in the dialog.
    name: "review-approve-assessment",
    path: "/reviews/rx2",
    who: "pharmacist",
    ready: "[data-testid=review-facts] dl",
    change: (day) => ({
      "GET /api/prescriptions/rx2": {
        body: {
          ...rx2(day),
          assessment: {
            assessed: "近三个月血压、依从性、肾功能",
            result: "平稳",
            confirmed_by: "resident",
            confirmed_name: "王秀英",
          },
        },
      },
    }),
    act: async (page) => {
      await page.keyboard.press("a");
      await expect(page.getByRole("dialog").getByTestId("approve-assessment")).toContainText(
        /近三个月血压、依从性、肾功能.*平稳.*王秀英/,
      );
    },
  },
  {
    // The headline guessed between three, and the next one was offered where nothing waits.
    name: "review-withdrawn",
    path: "/reviews/rx2",
    who: "pharmacist",
    ready: "[data-testid=review][data-state=cancelled]",
    change: (day) => ({
      "GET /api/prescriptions": { body: { items: [], next: null } },
      "GET /api/prescriptions/rx2": { body: { ...rx2(day), state: "cancelled", allowed: [] } },
    }),
    act: async (page) => {
      await expect(page.getByText(/医师已撤回这张处方|The prescriber withdrew this prescription/)).toBeVisible();
      await expect(page.getByText(/^0 张待审$|^0 to review$/)).toBeVisible();
      await expect(page.getByRole("button", { name: /^载入下一张$|^Load the next one$/ })).toHaveCount(0);
    },
  },
  {
    name: "order-query",
    path: "/orders/rxh",
    who: "pharmacy",
    ready: "main ol",
    change: (day, at) => ({ "GET /api/prescriptions/rxh": { body: prescriptionsOf(day, at).held } }),
  },
  {
    name: "order-filled",
    path: "/orders/rx4",
    who: "pharmacy",
    ready: "[data-testid=recorded]",
    change: (day, at) => ({
      "GET /api/prescriptions/rx4/dispenses": { body: { items: [filledOf(day, at)], next: null } },
    }),
    act: async (page) => {
      const pick = page.getByTestId("pick-1");
      // The batch that is recorded, and not what the shelf would propose first.
      await expect(pick.getByLabel(/^批号$|^Batch$/).first()).toHaveValue(/^A2611/);
      await expect(page.getByRole("button", { name: /^登记更正$|^Record the correction$/ })).toBeDisabled();
      await expect(page.getByRole("button", { name: /确认配齐|Confirm dispensed/ })).toHaveCount(0);
      await pick.getByRole("button", { name: /去掉批号 A2611|Take batch A2611 out/ }).click();
      await page.getByText(/已改动，尚未登记|Changed and not recorded yet/).waitFor();
    },
  },
  {
    name: "diagnosis-marked",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      const field = page.getByRole("textbox", { name: /^诊断$|^Diagnosis$/ });
      await field.fill("I");
      await page.getByRole("option").first().waitFor();
      await field.press("ArrowDown");
      await page.locator("[role=option][data-combobox-selected]").waitFor();
    },
  },
  {
    name: "composer-taper",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      await composing(page);
      const line = page.getByTestId("line-1");
      await dose(page, "10");
      await line.getByText(/^分步调整剂量$|^Dose in steps$/).click();
      await line.getByLabel(/第 2 步 · 单次剂量|Step 2 · Single dose/).fill("5");
      await page.getByText(/^总量 7|^Quantity 7/).waitFor();
    },
  },
  {
    name: "composer-when-needed",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      await composing(page);
      const line = page.getByTestId("line-1");
      await dose(page, "5");
      await line
        .getByLabel(/^频次$|^Frequency$/)
        .first()
        .click();
      await page.getByRole("option", { name: /^必要时$|^when needed$/ }).click();
      const most = line.getByLabel(/^每日最多次数$|^Most times a day$/);
      await expect(most).toHaveAccessibleDescription(/无法核查|cannot be checked/);
      await most.fill("3");
      await expect(most).toHaveAccessibleDescription(/写入处方|Is prescribed/);
      const total = line.getByLabel(/^总量$|^Quantity$/);
      await expect(total).toHaveValue(/^[1-9]/);
      // Fewer may be typed, and the limit of a day stays.
      await total.fill("2");
      await expect(most).toHaveValue("3");
      // And another limit leaves what was typed.
      await most.fill("2");
      await expect(total).toHaveValue(/^2 /);
      // What contradicts itself is said at the line.
      await expect(line.getByTestId("fewer-possible")).toHaveCount(0);
      await most.fill("3");
      await line.getByLabel(/^两次最短间隔（小时）$|^Least hours apart$/).fill("12");
      await expect(line.getByTestId("fewer-possible")).toContainText(/最多只能用 2 次|only 2 times a day are possible/);
    },
  },
  {
    name: "composer-dose-zero",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      await composing(page);
      await dose(page, "0");
      await page.getByText(/剂量须大于 0|must be more than 0/).waitFor();
    },
  },
  {
    name: "composer-favourites",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      await composing(page);
      await press(page, /^常用方$|^Favourites$/);
      await page.getByTestId("favourites").waitFor();
    },
  },
  {
    name: "composer-favourite-used",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      await composing(page);
      await press(page, /^常用方$|^Favourites$/);
      await page
        .getByTestId("favourites")
        .getByRole("button", { name: /^使用$|^Use$/ })
        .last()
        .click();
      await page
        .getByTestId("line-2")
        .getByLabel(/第 2 步 · 单次剂量|Step 2 · Single dose/)
        .waitFor();
      await page.getByTestId("favourites").waitFor({ state: "detached" });
    },
  },
  {
    name: "composer-repeat",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      await composing(page);
      await press(page, /^重复以前的处方$|^Repeat an earlier one$/);
      await page.getByTestId("earlier").waitFor();
    },
  },
  {
    name: "composer-assessment",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      await composing(page);
      await page.getByText(/^慢病长期$|^Chronic, long$/).click();
      await page
        .getByTestId("line-1")
        .getByLabel(/^天数$|^Days$/)
        .fill("56");
      const assessment = page.getByTestId("assessment");
      await assessment.getByLabel(/评估了什么|What was assessed/).fill("近三个月血压、依从性、肾功能");
      await assessment
        .getByLabel(/由谁确认|Confirmed by/)
        .first()
        .click();
      await page.getByRole("option").first().click();
      await expect(assessment.getByLabel(/确认人姓名|Their name/)).toHaveValue("王秀英");
      await assessment.scrollIntoViewIfNeeded();
    },
  },
  {
    name: "replace",
    path: "/consultations/c8",
    ready: CALL,
    change: inVisit("approved"),
    act: async (page) => {
      await press(page, /^取消并重开$|^Cancel and replace$/);
      await page.waitForSelector("[role=dialog] textarea");
    },
  },
  {
    name: "stop-delivered",
    path: "/consultations/c8",
    ready: CALL,
    change: inVisit("delivered"),
    act: async (page) => {
      await press(page, /^停用处方$|^Stop the prescription$/);
      await page.waitForSelector("[role=dialog] textarea");
    },
  },
  {
    name: "my-prescription-open",
    path: "/prescriptions",
    ready: "table",
    change: asked,
    act: async (page) => {
      await page.locator("table button").first().click();
      await page.waitForSelector("[data-testid=prescription-rxq] form");
    },
  },
];

/** What a review is decided by is in sight at every width, though the review scrolls inside of the window. */
for (const language of ["zh", "en"]) {
  for (const [width, height] of [
    [1280, 800],
    [1180, 820],
    [1024, 768],
    [390, 844],
  ] as const) {
    test(`review-decide-${language}-${width}`, async ({ browser }) => {
      const context = await browser.newContext({ viewport: { width, height } });
      await context.addInitScript((value) => localStorage.setItem("yz.language", value), language);
      const page = await context.newPage();
      const [day, at] = [buildDay(now()), now()];
      await installMock(page, day, { who: "pharmacist", answers: prescribingAnswers(day, at) });
      await page.goto(`${site.origin}/reviews/rx2`);
      await page.getByTestId("review-facts").locator("dl").waitFor();
      await expect(page.locator("html")).toHaveAttribute("lang", new RegExp(`^${language}`));
      const review = page.getByTestId("review");
      const buttons = page.getByTestId("decide").getByRole("button");
      await expect(buttons).toHaveCount(4);
      await expect(buttons.last()).toHaveText(language === "zh" ? /通过/ : /Approve/);
      const boxes = await Promise.all(
        [...(await buttons.all()), ...(await review.locator(".yz-chip").all())].map((one) => one.boundingBox()),
      );
      const outside = boxes.filter((box) => box && (box.x < 0 || box.x + box.width > width));
      expect(outside).toEqual([]);
      // Beside the queue they are at the top; below it one scrolls down to them, never to the side.
      if (width > 1000)
        expect(boxes.slice(0, 4).filter((box) => !box || box.y < 0 || box.y + box.height > height)).toEqual([]);
      expect(await review.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
      await context.close();
    });
  }
}

for (const { name, path, ready, who, change, act } of SCREENS) {
  test(`${name}`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const [day, at] = [buildDay(now()), now()];
      return installMock(page, day, { who, answers: { ...prescribingAnswers(day, at), ...change?.(day, at) } });
    };
    await lookAt(browser, { name, sizes: [[1440, 900]], url: site.origin + path, ready, prepare, act });
  });
}
