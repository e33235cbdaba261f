import { expect, test, type Page } from "@playwright/test";
import { createServer, type Server } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expectAxeClean } from "../support/axe";
import { buildDay } from "./data";
import { installMock, type MockOptions } from "./mock";

/** Every console screen in both languages and schemes: nothing to the right of the window, axe clean, a picture to look at. */
interface Screen {
  name: string;
  path: string;
  size?: [number, number];
  mock?: MockOptions;
  ready: string;
  act?: (page: Page) => Promise<void>;
}

const dist = fileURLToPath(new URL("../../../hospital-console/web/dist", import.meta.url));
const shots = process.env.YUNZHEN_SHOTS;
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
let server: Server;
let origin = "";

test.beforeAll(async () => {
  server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    const file = extname(path) ? path : "/index.html";
    readFile(join(dist, file)).then(
      (content) =>
        response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  origin = typeof address === "object" && address ? `http://localhost:${address.port}` : "";
});
test.afterAll(() => {
  server.close();
});

const desk: [number, number] = [1440, 900];
const phone: [number, number] = [390, 844];
const SCREENS: Screen[] = [
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
    mock: { delivery: "dv4" },
    ready: "main form",
    act: enterPin,
  },
  {
    name: "courier-done",
    path: "/courier/abc",
    size: phone,
    mock: { delivery: "dv2" },
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

/** Each language and each scheme once; all four pairs with YUNZHEN_SCREENS=all. */
const LOOKS = (["zh", "en"] as const).flatMap((language) =>
  (["light", "dark"] as const)
    .filter((scheme) => process.env.YUNZHEN_SCREENS === "all" || (language === "zh") === (scheme === "light"))
    .map((scheme) => ({ language, scheme })),
);

for (const { language, scheme } of LOOKS) {
  for (const screen of SCREENS) {
    test(`${screen.name} ${language} ${scheme}`, async ({ browser }) => {
      const [width, height] = screen.size ?? desk;
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme,
        timezoneId: "Asia/Shanghai",
      });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      await page.addInitScript((lng) => localStorage.setItem("yz.language", lng), language);
      await installMock(page, buildDay(Date.now()), screen.mock);
      await page.goto(origin + screen.path);
      await page.waitForSelector(screen.ready);
      await screen.act?.(page);
      await page.evaluate(() => document.fonts.ready);
      await page.waitForTimeout(400);
      if (shots) await page.screenshot({ path: join(shots, `${screen.name}-${language}-${scheme}.png`) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, "sideways scrolling").toBeLessThanOrEqual(0);
      await expectAxeClean(page, screen.name);
      expect(errors).toEqual([]);
      await context.close();
    });
  }
}
