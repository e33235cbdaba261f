/** Codes by the camera, wherever a wedge scanner types: the same words for the same codes, and words where there is no camera. */
import { expect, test, type Page } from "@playwright/test";
import { now } from "./clock";
import { hold, installCodeCamera, withoutCamera } from "./code-camera";
import { buildDay } from "./data";
import { day } from "./data-doses";
import { lookAt } from "./look";
import { installMock } from "./mock";
import { serveBox, type OwnAnswers } from "./nurse-box";
import { serveConsole, type Site } from "./site";
import { lookAtTablet } from "./tablet";

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

const desk: [number, number] = [1440, 900];
const phone: [number, number] = [390, 844];

const openCamera = (page: Page) => page.getByRole("button", { name: /^(用摄像头扫码|Scan with the camera)$/ }).click();
const openGoodsIn = (page: Page) => page.getByRole("button", { name: /^(入库|Goods in)$/ }).click();
const pharmacy = async (page: Page) => installMock(page, buildDay(now()), { who: "pharmacy" });
const doses: OwnAnswers = (method, path) => (method === "GET" && path === "/api/doses" ? { body: day() } : undefined);

/** The second batch of the first medicine. */
const pack = () => {
  const expiry = new Date(now() + 430 * 86_400_000).toISOString().slice(2, 10).replaceAll("-", "");
  return `(01)06901234567892(17)${expiry}(10)A2611(21)7F3`;
};

const LOOKING = /画面中央|middle of the picture/;
const CONSOLE = [
  {
    name: "pick-looking",
    size: phone,
    path: "/orders/rx4",
    ready: "[data-testid=scan]",
    prepare: installCodeCamera,
    act: async (page: Page) => {
      await openCamera(page);
      await expect(page.getByText(LOOKING)).toBeVisible();
    },
  },
  {
    name: "pick-wrong-code",
    size: desk,
    path: "/orders/rx4",
    ready: "[data-testid=scan]",
    prepare: installCodeCamera,
    act: async (page: Page) => {
      await openCamera(page);
      await hold(page, "gs1datamatrix", "(01)06901234567892(17)280131(10)NO-SUCH");
      await expect(page.getByText(/库存中没有批号 NO-SUCH|Batch NO-SUCH is not in stock/)).toBeVisible();
    },
  },
  {
    name: "pick-no-camera",
    size: desk,
    path: "/orders/rx4",
    ready: "[data-testid=scan]",
    prepare: (page: Page) => withoutCamera(page, "NotFoundError"),
    act: async (page: Page) => {
      await openCamera(page);
      await expect(page.getByRole("alert")).toContainText(/没有找到摄像头|No camera found/);
    },
  },
  {
    name: "goods-in-not-allowed",
    size: phone,
    path: "/stock",
    ready: "[data-testid=stock-st1]",
    prepare: (page: Page) => withoutCamera(page, "NotAllowedError"),
    act: async (page: Page) => {
      await openGoodsIn(page);
      await openCamera(page);
      await expect(page.getByRole("alert")).toContainText(/未获准使用摄像头|may not use the camera/);
    },
  },
  {
    name: "goods-in",
    size: phone,
    path: "/stock",
    ready: "[data-testid=stock-st1]",
    prepare: installCodeCamera,
    act: async (page: Page) => {
      await openGoodsIn(page);
      await openCamera(page);
      await hold(page, "gs1datamatrix", pack());
      await expect(page.getByRole("textbox", { name: /^(批号|Batch)/ })).toHaveValue("A2611");
    },
  },
];

for (const { name, size, path, ready, prepare, act } of CONSOLE) {
  test(`scan ${name}`, async ({ browser }) => {
    await lookAt(browser, {
      name: `scan-${name}`,
      sizes: [size],
      url: site.origin + path,
      ready,
      prepare: async (page) => {
        await pharmacy(page);
        await prepare(page);
      },
      act,
    });
  });
}

test("scan dose round on the tablet", async ({ browser }) => {
  await lookAtTablet(browser, serveBox("online", doses), {
    name: "scan-doses-insecure",
    path: "/doses",
    ready: ".nurse-row",
    prepare: (page) => withoutCamera(page, "none"),
    act: async (page) => {
      await openCamera(page);
      await expect(page.getByRole("alert")).toContainText(/不是安全连接|not a secure connection/);
    },
    expected: /AudioContext/,
  });
});

test("a pack that the camera reads is ticked on the pick list, without a reader of the browser's own and under our policy", async ({
  page,
}) => {
  await pharmacy(page);
  await installCodeCamera(page);
  await page.goto(`${site.origin}/orders/rx4`);
  await openCamera(page);
  await hold(page, "gs1datamatrix", pack());
  await expect(page.locator("[data-scanned=true]")).toHaveCount(1);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("the decoder is fetched when the camera is opened; without it the page keeps what was picked and says so", async ({
  page,
}) => {
  await pharmacy(page);
  await installCodeCamera(page);
  let asked = 0;
  await page.route(/\/assets\/decode-[^/]*\.js$/, (route) => {
    asked += 1;
    return route.abort();
  });
  await page.goto(`${site.origin}/orders/rx4`);
  await page.getByTestId("scan").fill("(01)069");
  expect(asked).toBe(0);
  await openCamera(page);
  await expect(page.getByRole("alert")).toContainText("识别程序没有加载成功");
  expect(asked).toBeGreaterThan(0);
  await expect(page.getByTestId("scan")).toHaveValue("(01)069");
});

test("Escape closes the camera and not the sheet that it was opened from", async ({ page }) => {
  await pharmacy(page);
  await installCodeCamera(page);
  await page.goto(`${site.origin}/stock`);
  await openGoodsIn(page);
  await openCamera(page);
  await expect(page.getByText(LOOKING)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText(LOOKING)).toHaveCount(0);
  await expect(page.getByRole("dialog")).toHaveCount(1);
});

test("the nurse's camera reads bed and medicine as her scanner does", async ({ browser }) => {
  const box = await serveBox("online", doses);
  const context = await browser.newContext({ timezoneId: "Asia/Shanghai" });
  const page = await context.newPage();
  try {
    await page.clock.setFixedTime(now());
    await installCodeCamera(page);
    await page.goto(`${box.origin}/doses`);
    await openCamera(page);
    await hold(page, "qrcode", "YZR:r1");
    await page.locator("[data-testid=dose-p-r1-1]").waitFor();
    await hold(page, "qrcode", "YZM:p-r2:1");
    await openCamera(page);
    await expect(page.getByRole("alert")).toContainText("不是这位住民现在要用的药");
    await hold(page, "qrcode", "YZM:p-r1:1");
    await openCamera(page);
    await expect(page.getByText("已核对药品").first()).toBeVisible();
  } finally {
    await context.close();
    await box.close();
  }
});
