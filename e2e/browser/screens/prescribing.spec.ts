import { expect, test, type Page } from "@playwright/test";
import { buildDay, type Day } from "./data";
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

const press = (page: Page, name: RegExp) => page.getByRole("button", { name }).first().click();
const CALL = "[data-testid=main-video]";

/** A composer with one medicine chosen. */
async function composing(page: Page): Promise<void> {
  await press(page, /开处方|^Prescribe$/);
  const line = page.getByTestId("line-1");
  await line.getByRole("textbox").first().fill("aldp");
  await page.getByRole("option").first().click();
  await page.getByText(/还够 5 天|lasts 5 more days/).waitFor();
}

const asked = (day: Day, at: number): Answers => {
  const p = prescriptionsOf(day, at).asked;
  return {
    "GET /api/prescriptions": { body: { items: [summaryOf(p)], next: null } },
    "GET /api/prescriptions/rxq": { body: { ...p, allowed: ["answer", "cancel", "replace"] } },
  };
};
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

const SCREENS: PrescribingScreen[] = [
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
    name: "composer-taper",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      await composing(page);
      const line = page.getByTestId("line-1");
      await line
        .getByLabel(/单次剂量|Single dose/)
        .last()
        .fill("10");
      await line.getByText(/^分步调整剂量$|^Dose in steps$/).click();
      await line.getByLabel(/第 2 步 · 单次剂量|Step 2 · Single dose/).fill("5");
      await page.getByText(/^总量 7|^Quantity 7/).waitFor();
    },
  },
  {
    name: "composer-dose-zero",
    path: "/consultations/c8",
    ready: CALL,
    act: async (page) => {
      await composing(page);
      await page
        .getByTestId("line-1")
        .getByLabel(/单次剂量|Single dose/)
        .last()
        .fill("0");
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

for (const { name, path, ready, who, change, act } of SCREENS) {
  test(`${name}`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const [day, at] = [buildDay(now()), now()];
      return installMock(page, day, { who, answers: { ...prescribingAnswers(day, at), ...change?.(day, at) } });
    };
    await lookAt(browser, { name, sizes: [[1440, 900]], url: site.origin + path, ready, prepare, act });
  });
}
