import { expect, test, type Locator, type Page } from "@playwright/test";
import { buildDay } from "./data";
import { ownSystems } from "./data-pharmacy-systems";
import { refused } from "./data-registry";
import { lookAt } from "./look";
import { installMock, type Answers } from "./mock";
import { serveConsole, type Site } from "./site";
import { now } from "./clock";

/** The pharmacy's shelf and its orders with batches, in both languages and schemes. */
interface PharmacyScreen {
  name: string;
  path: string;
  size?: [number, number];
  answers?: Answers;
  ready: string;
  act?: (page: Page) => Promise<void>;
  expected?: RegExp;
}

let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

const desk: [number, number] = [1440, 900];
const phone: [number, number] = [390, 844];
const declined = buildDay(now()).prescriptions.find((p) => p.id === "rx4");
/** As the pharmacy itself sees it: its own. */
const interfaces = ownSystems(now());
const nothing = { "GET /api/stock": { body: { items: [], next: null } } };

/** As the list was fetched before its time was over: nothing was late then. */
const lateByNow = {
  ...buildDay(now()).summaries.find((p) => p.id === "rx4"),
  turn: "pharmacy",
  late: false,
  late_from: new Date(now() - 1000).toISOString(),
  late_turn: "pharmacy",
};

/** Five medicines with long names, of one of which eight are owed. */
const ofFive = {
  ...buildDay(now()).summaries.find((p) => p.id === "rx4"),
  item_count: 5,
  drug_names: ["苯磺酸氨氯地平片", "阿托伐他汀钙片", "琥珀酸美托洛尔缓释片", "盐酸二甲双胍缓释片", "阿司匹林肠溶片"],
  strengths: ["5 mg", "20 mg", "47.5 mg", "0.5 g", "100 mg"],
  owed: [0, 8, 0, 0, 0],
  owed_units: ["片", "片", "片", "片", "片"],
};

async function scan(page: Page, typed: string): Promise<void> {
  const field = page.getByRole("textbox", { name: /扫描药品包装|Scan a pack/ });
  await field.fill(typed);
  await field.press("Enter");
}

/** The element string of the second batch of the first medicine. */
async function scanRight(page: Page): Promise<void> {
  const expiry = new Date(now() + 430 * 86_400_000).toISOString().slice(2, 10).replaceAll("-", "");
  await scan(page, `(01)06901234567892(17)${expiry}(10)A2611(21)7F3`);
  await expect(page.locator("[data-scanned=true]")).toHaveCount(1);
}

/** Each stays as it was typed, is said in words, and is nothing that is sent: stock was booked as the nearest number that the field took. */
async function typeWrongNumbers(field: Locator, also: [string, RegExp | undefined][] = [["0", /不能小于 1$/]]) {
  const wrong: [string, RegExp | undefined][] = [
    ["1000000000", /不能大于 100000$/],
    ["-5", /不能小于 [01]$/],
    ...also,
    ["2.5", /须为整数/],
  ];
  for (const [typed, words] of wrong) {
    await field.fill("");
    await field.pressSequentially(typed);
    await field.blur();
    await expect(field).toHaveValue(typed);
    if (words) await expect(field).toHaveAccessibleDescription(words);
    else await expect(field).not.toHaveAttribute("aria-invalid", "true");
  }
}

async function choosePart(page: Page): Promise<void> {
  await expect(page.getByTestId("part")).toBeVisible();
  await page.getByRole("radio", { name: /^缺货$|^Out of stock$/ }).check();
}

const SCREENS: PharmacyScreen[] = [
  { name: "stock", path: "/stock", ready: "[data-testid=stock-st1]" },
  { name: "stock-phone", path: "/stock", size: phone, ready: "[data-testid=stock-st1]" },
  { name: "stock-empty", path: "/stock", answers: nothing, ready: "main :is(h2,h3)" },
  {
    name: "stock-batch",
    path: "/stock",
    ready: "[data-testid=stock-st1]",
    act: async (page) => {
      await page.getByRole("button", { name: /A2604/ }).click();
      await page.waitForSelector("[data-testid=batch] section p");
    },
  },
  {
    name: "stock-receive-forged",
    path: "/stock",
    ready: "[data-testid=stock-st1]",
    act: async (page) => {
      await page.getByRole("button", { name: /^入库$|^Goods in$/ }).click();
      const field = page.getByRole("textbox", { name: /扫描包装上的二维码|Scan the 2D code/ });
      await field.fill("(01)06901234567893(17)280131(10)B1");
      await field.press("Enter");
      await expect(page.getByText(/校验位不符|check digit is wrong/)).toBeVisible();
    },
  },
  {
    name: "stock-receive-wrong-number",
    path: "/stock",
    ready: "[data-testid=stock-st1]",
    act: async (page) => {
      await page.getByRole("button", { name: /^入库$|^Goods in$/ }).click();
      await typeWrongNumbers(page.getByRole("textbox", { name: /^数量|^Quantity/ }));
    },
  },
  {
    name: "stock-batch-wrong-number",
    path: "/stock",
    ready: "[data-testid=stock-st1]",
    act: async (page) => {
      await page.getByRole("button", { name: /A2604/ }).click();
      const field = page.getByRole("textbox", { name: /货架实有|On the shelf \(/i });
      await typeWrongNumbers(field, [["0", undefined]]);
      await expect(page.getByRole("button", { name: /更正为实有数量|Correct/ })).toBeDisabled();
    },
  },
  {
    name: "stock-opening",
    path: "/stock",
    answers: nothing,
    ready: "main :is(h2,h3)",
    act: async (page) => {
      await page.getByRole("button", { name: /^从文件导入$|^From a file$/ }).click();
      const day = buildDay(now()).drugs[0];
      const lines = [
        `${day?.name_zh},${day?.strength},A2701,2030-08-31,30,`,
        "没有这种药,,,2027-02-30,0,123",
        `${day?.name_zh},${day?.strength},A2702,2020-01-01,10,`,
      ];
      await page.locator("input[type=file]").setInputFiles({
        name: "shelf.csv",
        mimeType: "text/csv",
        buffer: Buffer.from(`drug,strength,batch,expiry,quantity,gtin\n${lines.join("\n")}\n`),
      });
      await expect(page.getByTestId("opening-lines").getByRole("row")).toHaveCount(4);
    },
  },
  {
    name: "board-scan-unknown",
    path: "/orders",
    ready: "[data-testid=board-scan]",
    act: async (page) => {
      const field = page.getByTestId("board-scan");
      await field.fill("YZM:00000000-0000-7000-8000-000000000009:1");
      await field.press("Enter");
      await expect(page.getByText(/没有这个标签|has this label/)).toBeVisible();
    },
  },
  {
    name: "board-scan-found",
    path: "/orders",
    ready: "[data-testid=board-scan]",
    act: async (page) => {
      const field = page.getByTestId("board-scan");
      await field.fill("YZM:rx4:1");
      await field.press("Enter");
      await page.waitForSelector("[data-testid=scan]");
    },
  },
  {
    // Two lines were shown of five, and nothing of what was owed.
    name: "board-owed",
    path: "/orders",
    answers: { "GET /api/prescriptions": { body: { items: [ofFive], next: null } } },
    ready: "[data-testid=order-rx4]",
    act: async (page) => {
      const medicines = page.getByTestId("medicines");
      await expect(medicines.getByRole("listitem")).toHaveCount(5);
      await expect(medicines.getByRole("listitem").nth(1)).toContainText(/欠 8 片|8 tablet\(s\) owed/);
      await expect(medicines.getByText(/^欠|\(s\) owed$/)).toHaveCount(1);
      // The others have come: they read as if they were to be picked.
      await expect(medicines.getByText(/不欠|Nothing owed/)).toHaveCount(4);
      for (const strength of ["5 mg", "20 mg", "47.5 mg", "0.5 g", "100 mg"])
        await expect(medicines).toContainText(strength);
      // Nothing of a line lies outside of what is seen.
      expect(await medicines.evaluate((list) => list.scrollHeight - list.clientHeight)).toBeLessThanOrEqual(1);
    },
  },
  {
    name: "board-late-by-the-clock",
    path: "/orders",
    answers: { "GET /api/prescriptions": { body: { items: [lateByNow], next: null } } },
    ready: "[data-testid=order-rx4]",
    act: async (page) => {
      await expect(page.getByTestId("order-rx4")).toContainText(/已超时|late/i);
    },
  },
  { name: "order-shelf", path: "/orders/rx4", ready: "[data-testid=scan]" },
  { name: "order-scan", path: "/orders/rx4", ready: "[data-testid=scan]", act: scanRight },
  {
    name: "order-scan-then-by-hand",
    path: "/orders/rx4",
    ready: "[data-testid=scan]",
    act: async (page) => {
      await scanRight(page);
      const said = page.getByText(/批号 A2611 (已核对|与有效期相符)|batch A2611 (is right|and expiry)/);
      await expect(said).toBeVisible();
      await expect(page.getByTestId("progress")).toContainText(/已扫码 1 批|\b1 of \d+ batches scanned/);
      await page.getByRole("button", { name: /去掉批号 A2611|Take batch A2611 out/ }).click();
      await expect(said).toHaveCount(0);
      await expect(page.getByTestId("progress")).toContainText(/已扫码 0 批|\b0 of \d+ batches scanned/);
    },
  },
  { name: "order-scan-phone", path: "/orders/rx4", size: phone, ready: "[data-testid=scan]", act: scanRight },
  {
    name: "order-scan-refused",
    path: "/orders/rx4",
    ready: "[data-testid=scan]",
    act: async (page) => {
      await scan(page, "(01)06901234567892(17)280131(10)NO-SUCH");
      await expect(page.getByText(/库存中没有批号 NO-SUCH|Batch NO-SUCH is not in stock/)).toBeVisible();
    },
  },
  {
    name: "order-scan-damaged",
    path: "/orders/rx4",
    ready: "[data-testid=scan]",
    act: async (page) => {
      await scan(page, "(01)06901234567893(17)280131(10)A2611");
      const said = page.getByText(/读到：\(01\)06901234567893|read: \(01\)06901234567893/);
      await expect(said).toBeVisible();
      // A scanner only types: its next code must not be appended to the one that was damaged.
      await expect(page.getByTestId("scan")).toHaveValue("");
      await expect(page.getByTestId("scan")).toBeFocused();
    },
  },
  { name: "order-part", path: "/orders/rx11", ready: "[data-testid^=fillings-]", act: choosePart },
  {
    name: "order-went-back",
    path: "/orders/rx4",
    answers: { "POST /api/prescriptions/rx4/decline": { body: { ...declined, state: "approved", allowed: [] } } },
    ready: "[data-testid=scan]",
    act: async (page) => {
      await page.getByRole("button", { name: /^退单$|^Decline$/ }).click();
      await page.getByRole("radio", { name: /^缺货$|^Out of stock$/ }).check();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^退单$|^Decline order$/ })
        .click();
      await expect(page.getByTestId("went-back").getByRole("link")).toBeVisible();
      await expect(page.getByTestId("scan")).toHaveCount(0);
    },
  },
  {
    name: "order-gone",
    path: "/orders/rx4",
    answers: { "GET /api/prescriptions/rx4": refused(404, "not_found", "没有找到") },
    ready: "[data-testid=went-back]",
    expected: /404/,
  },
  { name: "own-interface", path: "/interfaces", answers: interfaces, ready: "[data-testid=system-ps2]" },
  {
    name: "own-interface-deliveries",
    path: "/interfaces",
    answers: { ...interfaces, "POST /api/pharmacy-systems/ps2/replay": { body: { queued_again: 3 } } },
    ready: "[data-testid=system-ps2]",
    act: async (page) => {
      await expect(page.getByRole("button", { name: /签发凭证|Make credentials|停用|Revoke/ })).toHaveCount(0);
      await page
        .getByTestId("system-ps2")
        .getByRole("button", { name: /^(推送记录|Deliveries)$/ })
        .click();
      await page
        .getByTestId("delivery-wd2")
        .getByRole("button", { name: /从此重发|Send all from here on/ })
        .click();
      await expect(page.getByRole("status").filter({ hasText: "4102" })).toBeVisible();
    },
  },
  {
    name: "own-interface-empty",
    path: "/interfaces",
    answers: { "GET /api/pharmacy-systems": { body: { items: [], pharmacies: [] } } },
    ready: "main :is(h2,h3)",
  },
  { name: "order-nothing", path: "/orders/rx4", answers: nothing, ready: "[data-testid=nothing]" },
];

for (const { name, path, size = desk, answers, ready, act, expected } of SCREENS) {
  test(`pharmacy ${name}`, async ({ browser }) => {
    const prepare = (page: Page) => installMock(page, buildDay(now()), { who: "pharmacy", answers });
    await lookAt(browser, { name, sizes: [size], url: site.origin + path, ready, prepare, act, expected });
  });
}
