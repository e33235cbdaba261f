import { test, type Page } from "@playwright/test";
import { buildDay } from "./data";
import { prescribingAnswers } from "./data-prescribing";
import { lookAt } from "./look";
import { installMock, type MockOptions } from "./mock";
import { serveConsole, type Site } from "./site";
import { now } from "./clock";

/** Every console screen in both languages and schemes. */
interface ConsoleScreen {
  name: string;
  path: string;
  size?: [number, number];
  mock?: MockOptions;
  ready: string;
  act?: (page: Page) => Promise<void>;
}

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

const desk: [number, number] = [1440, 900];
const phone: [number, number] = [390, 844];
const SCREENS: ConsoleScreen[] = [
  { name: "sign-in", path: "/", mock: { who: "nobody" }, ready: "form" },
  { name: "waiting-room", path: "/consultations", ready: "[data-testid=waiting-c2]" },
  { name: "waiting-room-empty", path: "/consultations", mock: { empty: true }, ready: "main :is(h1,h2,h3)" },
  { name: "waiting-room-failing", path: "/consultations", mock: { failing: true }, ready: "[role=alert]" },
  { name: "waiting-room-loading", path: "/consultations", mock: { hanging: true }, ready: "main [role=status]" },
  { name: "consultation", path: "/consultations/c8", ready: "[data-testid=main-video]" },
  {
    name: "consultation-vitals",
    path: "/consultations/c8",
    ready: "[data-testid=main-video]",
    act: async (page) => {
      await page.getByRole("tab").nth(1).click();
      await page.waitForSelector(".uplot");
    },
  },
  {
    name: "consultation-prescribing",
    path: "/consultations/c8",
    ready: "[data-testid=main-video]",
    act: async (page) => {
      await page.getByRole("button", { name: /开处方|^Prescribe$/ }).click();
      await chooseDrug(page, 1, "aldp");
      await page.getByRole("button", { name: /添加药品|Add a medicine/ }).click();
      await chooseDrug(page, 2, "xst");
      await page.waitForSelector("[data-testid=finding-hard_stop]");
    },
  },
  {
    name: "consultation-signing",
    path: "/consultations/c8",
    ready: "[data-testid=main-video]",
    act: async (page) => {
      await page.getByRole("button", { name: /开处方|^Prescribe$/ }).click();
      await chooseDrug(page, 1, "aldp");
      await page.getByRole("button", { name: /核对并签名|Review and sign/ }).click();
      await page.waitForSelector("[data-testid=signing-document]");
    },
  },
  { name: "my-prescriptions", path: "/prescriptions", ready: "table" },
  { name: "no-permission", path: "/orders", ready: "main :is(h1,h2,h3)" },
  {
    name: "review",
    path: "/reviews/rx1",
    mock: { who: "pharmacist" },
    ready: "[data-testid=review][data-state=in_review]",
  },
  {
    name: "review-approve",
    path: "/reviews/rx2",
    mock: { who: "pharmacist" },
    ready: "[data-testid=review]",
    act: async (page) => {
      await page.keyboard.press("a");
      await page.waitForSelector("[role=dialog] pre", { state: "attached" });
    },
  },
  {
    name: "review-reject",
    path: "/reviews/rx2",
    mock: { who: "pharmacist" },
    ready: "[data-testid=review]",
    act: async (page) => {
      await page.keyboard.press("r");
      await page.waitForSelector("[role=dialog] textarea");
    },
  },
  { name: "review-empty", path: "/reviews", mock: { who: "pharmacist", empty: true }, ready: "main :is(h1,h2,h3)" },
  { name: "orders", path: "/orders", mock: { who: "pharmacy" }, ready: "[data-testid=order-rx3]" },
  { name: "orders-phone", path: "/orders", size: phone, mock: { who: "pharmacy" }, ready: "[data-testid=order-rx3]" },
  { name: "order-accept", path: "/orders/rx3", mock: { who: "pharmacy" }, ready: "main h1" },
  { name: "order-pick", path: "/orders/rx4", mock: { who: "pharmacy" }, ready: "[data-testid=pick-1]" },
  {
    name: "order-packed",
    path: "/orders/rx10",
    mock: { who: "pharmacy" },
    ready: "main h1",
    act: async (page) => {
      await page.getByLabel(/配送员姓名|Courier's name/).fill("刘洋");
      await page.getByLabel(/配送员电话|Courier's phone/).fill("13800138022");
      await page.getByRole("button", { name: /打包并生成|Pack and make/ }).click();
      await page.waitForSelector("[data-testid=packed]");
    },
  },
  { name: "courier-pin", path: "/courier/abc", size: phone, ready: "main form" },
  { name: "courier-stop", path: "/courier/abc", size: phone, ready: "main form", act: enterPin },
  {
    name: "courier-hold",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv4"] },
    ready: "main form",
    act: enterPin,
  },
  {
    name: "courier-done",
    path: "/courier/abc",
    size: phone,
    mock: { stops: ["dv2"] },
    ready: "main form",
    act: enterPin,
  },
  { name: "observer", path: "/join/abc", size: phone, ready: "main button" },
  {
    name: "observer-call",
    path: "/join/abc",
    ready: "main button",
    act: async (page) => {
      await page.getByRole("button", { name: /^加入$|^Join$/ }).click();
      await page.waitForSelector("[data-testid=main-video]");
      await page.waitForTimeout(500);
    },
  },
  { name: "staff", path: "/staff", mock: { who: "administrator" }, ready: "table" },
  {
    name: "staff-practice",
    path: "/staff",
    mock: { who: "administrator" },
    ready: "table",
    act: async (page) => {
      await page.getByRole("button", { name: /登记方晓的|Record since when 方晓/ }).click();
      await page.getByLabel(/首次执业日期|First day of practice/).fill("2019-07-01");
    },
  },
  { name: "boxes", path: "/boxes", mock: { who: "administrator" }, ready: "table" },
  { name: "audit", path: "/audit", mock: { who: "administrator" }, ready: "table" },
];

async function chooseDrug(page: Page, no: number, typed: string): Promise<void> {
  const line = page.getByTestId(`line-${no}`);
  await line.getByRole("textbox").first().fill(typed);
  await page.getByRole("option").first().click();
  await line.getByLabel(/单次剂量|Single dose/).fill("5");
}

async function enterPin(page: Page): Promise<void> {
  await page.locator("main input").first().click();
  await page.keyboard.type("482915");
  await page.waitForSelector("[data-testid=courier-actions]");
}

for (const { name, path, size = desk, mock, ready, act } of SCREENS) {
  test(`${name}`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const day = buildDay(now());
      return installMock(page, day, { answers: prescribingAnswers(day, now()), ...mock });
    };
    await lookAt(browser, { name, sizes: [size], url: site.origin + path, ready, prepare, act });
  });
}
