import { expect, test, type Page } from "@playwright/test";
import type { Prescription, PrescriptionItem } from "@yunzhen/client";
import { CALL, choose, composing, dose, press } from "./composing";
import { buildDay, type Day } from "./data";
import { prescribingAnswers, prescriptionsOf, summaryOf } from "./data-prescribing";
import { lookAt } from "./look";
import { installMock, type Answers, type MockOptions } from "./mock";
import { serveConsole, type Site } from "./site";
import { now } from "./clock";

/** What a composer keeps, forgets and says; what was replaced; what is repeated although it was refused. In both languages and schemes. */
interface ComposerScreen {
  name: string;
  path: string;
  ready: string;
  who?: MockOptions["who"];
  change?: (day: Day, at: number) => Answers;
  act: (page: Page) => Promise<void>;
}

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

const VISIT = { path: "/consultations/c8", ready: CALL };
const WITHDRAWN = "血压偏低，改用其他药";

/** A prescription that was cancelled after it was offered, and the one in its place. */
function replacedOf(day: Day, at: number, state: Prescription["state"]) {
  const { approved } = prescriptionsOf(day, at);
  const offers = day.prescriptions.find(({ id }) => id === "rx3")?.offers;
  const old: Prescription = {
    ...approved,
    state: "cancelled",
    allowed: [],
    offers,
    replaced_by: "rxn",
    withdrawal_reason: WITHDRAWN,
  };
  const [first, ...others] = approved.items as [PrescriptionItem, ...PrescriptionItem[]];
  const items = [{ ...first, dose: 2.5 }, ...others];
  const next: Prescription = { ...approved, id: "rxn", state, allowed: [], items, replaces: "rxa" };
  if (state === "draft") delete next.signed_at;
  return { old, next };
}

const replaced =
  (state: Prescription["state"]) =>
  (day: Day, at: number): Answers => {
    const { old, next } = replacedOf(day, at, state);
    const review = prescribingAnswers(day, at)["GET /api/prescriptions/rx2/review-facts"] ?? { body: undefined };
    const inVisit = { ...day.consultation, prescriptions: [summaryOf(old), summaryOf(next)] };
    return {
      "GET /api/consultations/c8": { body: inVisit },
      "GET /api/prescriptions/rxa": { body: old },
      "GET /api/prescriptions/rxn": { body: next },
      "GET /api/prescriptions/rxn/review-facts": review,
    };
  };

const SCREENS: ComposerScreen[] = [
  {
    // Ten units of insulin were ten tablets of what was chosen next.
    name: "composer-another-medicine",
    ...VISIT,
    act: async (page) => {
      await composing(page, "gjyds");
      const line = page.getByTestId("line-1");
      const route = line.getByLabel(/^用法$|^Route$/).first();
      await expect(route).toHaveValue(/皮下注射|under the skin|[Ss]ubcutaneous/);
      await dose(page, "10");
      await line.getByRole("button", { name: /^更换药品$|^Choose another medicine$/ }).click();
      await choose(page, 1, "aldp");
      await expect(page.getByTestId("line-cleared")).toContainText(/甘精胰岛素注射液|Insulin glargine/);
      await expect(line.getByLabel(/单次剂量|Single dose/).last()).toHaveValue("");
      await expect(route).toHaveValue(/口服|by mouth|[Oo]ral/);
      await expect(page.getByTestId("why-not")).toHaveText("请先填写第 1 种药的剂量。");
    },
  },
  {
    name: "composer-routes",
    ...VISIT,
    act: async (page) => {
      await composing(page, "gjyds");
      await dose(page, "10");
      await page
        .getByTestId("line-1")
        .getByLabel(/^用法$|^Route$/)
        .first()
        .click();
      const offered = page.getByRole("option");
      await expect(offered).toHaveCount(5);
      await expect(offered.first()).toHaveText(/皮下注射/);
      // An open list lies above the page, outside its landmarks.
      await page.keyboard.press("Escape");
      await expect(offered).toHaveCount(0);
    },
  },
  {
    name: "composer-no-days",
    ...VISIT,
    act: async (page) => {
      await composing(page);
      await dose(page, "5");
      const days = page.getByTestId("line-1").getByLabel(/^天数$|^Days$/);
      await days.fill("0");
      await expect(days).toHaveAttribute("aria-invalid", "true");
      await expect(page.getByTestId("why-not")).toHaveText("请先填写第 1 种药的天数，至少 1 天。");
    },
  },
  {
    // A line that is not complete is nowhere but in the page: another layout made the page anew.
    name: "composer-narrow-and-wide",
    ...VISIT,
    act: async (page) => {
      await composing(page);
      const line = page.getByTestId("line-1");
      const instruction = line.getByLabel(/^用药说明$|^Instruction$/);
      await instruction.fill("饭后半小时");
      await page.setViewportSize({ width: 820, height: 900 });
      await expect(instruction).toHaveValue("饭后半小时");
      // Picture, work, record: stacked, and nothing to the side.
      const tops = () =>
        page.evaluate(() =>
          ["picture", "work", "record"].map(
            (name) => document.querySelector(`[data-column=${name}]`)?.getBoundingClientRect().top ?? NaN,
          ),
        );
      await expect
        .poll(async () => (await tops()).every((top, at, all) => at === 0 || top > (all[at - 1] ?? NaN)))
        .toBe(true);
      const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await expect.poll(sideways).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 1440, height: 900 });
      await expect(instruction).toHaveValue("饭后半小时");
    },
  },
  {
    name: "composer-reason-given",
    ...VISIT,
    act: async (page) => {
      await composing(page);
      await dose(page, "5");
      await press(page, /添加药品|Add a medicine/);
      await choose(page, 2, "xst");
      await page
        .getByTestId("line-2")
        .getByLabel(/单次剂量|Single dose/)
        .last()
        .fill("80");
      const stop = page.getByTestId("finding-hard_stop");
      await expect(stop).toContainText("需说明理由");
      await expect(page.getByTestId("why-not")).toHaveText("请写明理由后再签名。");
      await page.getByLabel(/仍要开具的理由/).fill("已与家属沟通");
      await expect(stop).toContainText("已说明理由");
      await expect(stop).not.toContainText("需说明理由");
      await expect(page.getByTestId("why-not")).toHaveCount(0);
    },
  },
  {
    name: "composer-repeat-rejected",
    ...VISIT,
    change: (day, at) => {
      const { approved } = prescriptionsOf(day, at);
      const rejection = { code: "dose" as const, comment: "起始剂量偏大，请先减半" };
      const rejected: Prescription = { ...approved, id: "rxr", state: "rejected", allowed: [], rejection };
      const resident = { ...day.resident, prescriptions: [summaryOf(rejected)] };
      return {
        [`GET /api/residents/${day.consultation.resident.id}`]: { body: resident },
        "GET /api/prescriptions/rxr": { body: rejected },
      };
    },
    act: async (page) => {
      await composing(page);
      await press(page, /^重复以前的处方$|^Repeat an earlier one$/);
      const earlier = page.getByTestId("earlier");
      await expect(earlier).toContainText(/审方退回/);
      await earlier.getByRole("button", { name: /^带入草稿$/ }).click();
      const ended = page.getByTestId("repeat-ended");
      await expect(ended).toContainText("起始剂量偏大，请先减半");
      await expect(page.getByTestId("line-2")).toHaveCount(0);
    },
  },
  {
    name: "replaced-cancelled",
    ...VISIT,
    change: replaced("signed"),
    act: async (page) => {
      const old = page.getByTestId("prescription-rxa");
      await expect(old.getByRole("link", { name: "查看替代的处方" })).toHaveAttribute("href", /\/prescriptions\/rxn$/);
      // Nobody is asked any more.
      await expect(old.getByTestId("offers")).toHaveCount(0);
      const replaces = page.getByTestId("prescription-rxn").getByTestId("replaces");
      await expect(replaces.getByRole("link")).toHaveAttribute("href", /\/prescriptions\/rxa$/);
      await expect(replaces).toContainText(/签名/);
      await expect(replaces).toContainText(WITHDRAWN);
    },
  },
  {
    name: "replacement-begun",
    path: "/consultations/c8?draft=rxn",
    ready: "[data-testid=composer]",
    change: replaced("draft"),
    act: async (page) => {
      const composer = page.getByTestId("composer");
      await expect(composer).toBeFocused();
      await expect(composer).toBeInViewport();
      await expect(composer.getByTestId("replaces")).toContainText(WITHDRAWN);
    },
  },
  {
    name: "review-replacement",
    path: "/reviews/rxn",
    who: "pharmacist",
    ready: "[data-testid=review-facts]",
    change: replaced("in_review"),
    act: async (page) => {
      const replaces = page.getByTestId("replaces");
      await expect(replaces.getByRole("link")).toHaveAttribute("href", /\/reviews\/rxa$/);
      await expect(replaces.getByTestId("changes")).toContainText(/剂量由“5 .*”改为“2.5 /);
      await expect(replaces.getByTestId("changes").getByRole("listitem")).toHaveCount(1);
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
