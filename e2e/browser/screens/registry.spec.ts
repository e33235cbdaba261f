import { pharmacySystems } from "./data-pharmacy-systems";
import { expect, test, type Page } from "@playwright/test";
import { buildDay } from "./data";
import { registryAnswers } from "./data-registry";
import { lookAt } from "./look";
import { installMock, type Answers, type MockOptions } from "./mock";
import { serveConsole, type Site } from "./site";
import { now } from "./clock";

/** The administrator's pages of the registry and the specialist's resident record, in both languages and schemes. */
interface RegistryScreen {
  name: string;
  path: string;
  size?: [number, number];
  mock?: MockOptions;
  /** Instead of the usual answers. */
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
const administrator = { who: "administrator" } as const;
const none = { body: { items: [], next: null } };
const H1 = "main h1";
const interfaces = pharmacySystems(now());
const EMPTY = "main :is(h2,h3)";

async function chooseFile(page: Page): Promise<void> {
  await page.getByTestId("import-file").setInputFiles({
    name: "松鹤颐养院-2026-11.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("姓名,身份证号,床位\n周桂英,420102194203180023,201-1\n"),
  });
}

async function chooseHome(page: Page): Promise<void> {
  await page.getByRole("combobox", { name: /^护理院$|^Home$/ }).click();
  await page.getByRole("option").first().click();
}

async function dryRun(page: Page): Promise<void> {
  await chooseHome(page);
  await chooseFile(page);
  await page.waitForSelector("[data-testid=import-report]");
}

const tab = (n: number) => async (page: Page) => {
  await page.getByRole("tab").nth(n).click();
};

const SCREENS: RegistryScreen[] = [
  { name: "import", path: "/imports", mock: administrator, ready: "[data-testid=import-drop]" },
  {
    name: "import-home-missing",
    path: "/imports",
    mock: administrator,
    ready: "[data-testid=import-drop]",
    act: chooseFile,
  },
  { name: "import-checked", path: "/imports", mock: administrator, ready: "[data-testid=import-drop]", act: dryRun },
  {
    name: "import-filtered",
    path: "/imports",
    mock: administrator,
    ready: "[data-testid=import-drop]",
    act: async (page) => {
      await dryRun(page);
      await page.getByRole("searchbox").fill("身份证");
    },
  },
  {
    name: "import-known",
    path: "/imports",
    mock: administrator,
    ready: "[data-testid=import-drop]",
    act: async (page) => {
      await dryRun(page);
      await page.getByRole("tab").nth(1).click();
    },
  },
  {
    name: "import-done",
    path: "/imports",
    mock: administrator,
    ready: "[data-testid=import-drop]",
    act: async (page) => {
      await dryRun(page);
      await page.getByRole("button", { name: /只登记无误|Register only/ }).click();
      await page.getByText(/已登记 31 人|31 residents registered/).waitFor();
    },
  },
  { name: "duplicates", path: "/duplicates", mock: administrator, ready: "[data-testid=duplicate-dup1]" },
  {
    name: "duplicates-merge",
    path: "/duplicates",
    mock: administrator,
    ready: "[data-testid=duplicate-dup1]",
    act: async (page) => {
      await page
        .getByTestId("duplicate-dup1")
        .getByRole("button", { name: /^合并$|^Merge$/ })
        .click();
      await page.waitForSelector("[role=dialog] textarea");
    },
  },
  {
    name: "duplicates-transfer",
    path: "/duplicates",
    mock: administrator,
    ready: "[data-testid=duplicate-dup1]",
    act: async (page) => {
      await page
        .getByRole("button", { name: /转到另一所|^Move / })
        .first()
        .click();
      await page.waitForSelector("[role=dialog] input");
    },
  },
  {
    name: "duplicates-empty",
    path: "/duplicates",
    mock: administrator,
    answers: { "GET /api/duplicates": none },
    ready: EMPTY,
  },
  { name: "transfers", path: "/transfers", mock: administrator, ready: "[data-testid=identity-r10]" },
  {
    name: "transfers-moved",
    path: "/transfers",
    mock: administrator,
    ready: "[data-testid=identity-r10]",
    act: async (page) => {
      await page.getByTestId("identity-r10").getByRole("button").click();
      const sheet = page.getByRole("dialog");
      await sheet.getByRole("combobox").click();
      await page.getByRole("option").last().click();
      await sheet.getByRole("textbox").last().fill("12-2");
      await sheet.getByRole("button", { name: /^确认转入$|^Move$/ }).click();
      await page.getByText(/已转入|now lives in/).waitFor();
    },
  },
  { name: "break-glass-reviews", path: "/break-glass", mock: administrator, ready: "[data-testid=glass-g1]" },
  {
    name: "break-glass-review",
    path: "/break-glass",
    mock: administrator,
    ready: "[data-testid=glass-g1]",
    act: async (page) => {
      await page.getByTestId("waiting-reviews").waitFor();
      await page.getByTestId("glass-g1").getByRole("button").click();
      await expect(page.getByTestId("glass-whose")).toContainText("周桂英 · 201-1 · 松鹤颐养院");
      await expect(page.getByTestId("glass-reads").getByRole("listitem")).toHaveCount(3);
      await page.getByRole("button", { name: /提交审查|Submit/ }).click();
    },
  },
  {
    name: "break-glass-reviews-empty",
    path: "/break-glass",
    mock: administrator,
    answers: { "GET /api/break-glass": none },
    ready: EMPTY,
  },
  { name: "safety", path: "/safety", mock: administrator, ready: "[data-testid=override-old-ppi]" },
  {
    name: "safety-empty",
    path: "/safety",
    mock: administrator,
    answers: {
      "GET /api/safety/overrides": {
        body: { since: "2026-08-25T00:00:00Z", until: "2026-11-23T00:00:00Z", files: [], items: [] },
      },
    },
    ready: EMPTY,
  },
  {
    name: "interfaces",
    path: "/interfaces",
    mock: administrator,
    answers: interfaces,
    ready: "[data-testid=system-ps1]",
  },
  {
    name: "interfaces-deliveries",
    path: "/interfaces",
    mock: administrator,
    answers: interfaces,
    ready: "[data-testid=system-ps2]",
    act: async (page) => {
      await page
        .getByTestId("system-ps2")
        .getByRole("button", { name: /^(推送记录|Deliveries)$/ })
        .click();
      await page.getByTestId("delivery-wd1").waitFor();
    },
  },
  {
    name: "interfaces-make",
    path: "/interfaces",
    mock: administrator,
    answers: interfaces,
    ready: "[data-testid=system-ps1]",
    act: async (page) => {
      await page.getByRole("button", { name: /签发凭证|Make credentials/ }).click();
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /签发|Make/ })
        .click();
      await page.getByRole("dialog").locator("[aria-invalid=true]").first().waitFor();
    },
  },
  {
    name: "interfaces-empty",
    path: "/interfaces",
    mock: administrator,
    answers: { "GET /api/pharmacy-systems": { body: { items: [], pharmacies: [] } } },
    ready: EMPTY,
  },
  { name: "retention", path: "/retention", mock: administrator, ready: "[data-testid=hold-lh2]" },
  {
    name: "retention-hold",
    path: "/retention",
    mock: administrator,
    ready: "[data-testid=hold-lh2]",
    act: async (page) => {
      await page.getByRole("button", { name: /设立保留|Hold a record/ }).click();
      await page.getByRole("button", { name: /^(设立|Hold)$/ }).click();
      await page.getByText(/请选择住民|Choose the resident/).waitFor();
    },
  },
  {
    name: "retention-lift",
    path: "/retention",
    mock: administrator,
    ready: "[data-testid=hold-lh2]",
    act: async (page) => {
      await page.getByRole("button", { name: /^(解除|Lift)$/ }).click();
      await page.getByRole("button", { name: /解除保留|Lift the hold/ }).waitFor();
    },
  },
  {
    name: "retention-empty",
    path: "/retention",
    mock: administrator,
    answers: { "GET /api/legal-holds": none },
    ready: EMPTY,
  },
  { name: "duty", path: "/duty", mock: administrator, ready: "main table" },
  {
    name: "duty-plan",
    path: "/duty",
    mock: administrator,
    ready: "main table",
    act: async (page) => {
      await page.getByRole("button", { name: /^添加值班$|^Add a turn$/ }).click();
      await page.waitForSelector("[role=dialog] form");
    },
  },
  {
    name: "duty-remove",
    path: "/duty",
    mock: administrator,
    ready: "main table",
    act: async (page) => {
      await page
        .getByRole("button", { name: /^撤销 |^Take back / })
        .last()
        .click();
      await page.waitForSelector("[role=dialog]");
    },
  },
  { name: "duty-empty", path: "/duty", mock: administrator, answers: { "GET /api/duty": none }, ready: "main table" },
  { name: "urgent-calls", path: "/urgent-calls", mock: administrator, ready: "main [data-testid=urgent-call-u1]" },
  {
    name: "urgent-calls-end",
    path: "/urgent-calls",
    mock: administrator,
    ready: "main [data-testid=urgent-call-u2]",
    act: async (page) => {
      // The same call is in the bar over every page too, once that has been fetched.
      await page
        .getByRole("main")
        .getByRole("button", { name: /结束呼叫|End the call/ })
        .click();
      await page.waitForSelector("[role=dialog] textarea");
    },
  },
  {
    name: "urgent-calls-empty",
    path: "/urgent-calls",
    mock: administrator,
    answers: { "GET /api/urgent-calls": none },
    ready: EMPTY,
  },
  { name: "homes", path: "/homes", mock: administrator, ready: "[data-testid=home-h1] .yz-chip" },
  { name: "pharmacies", path: "/pharmacies", mock: administrator, ready: "[data-testid=pharmacy-ph1]" },
  {
    name: "pharmacies-asked",
    path: "/pharmacies",
    size: [1024, 768],
    mock: administrator,
    ready: "[data-testid=asked-rx3]",
    act: async (page) => {
      // Only the code was kept, and nobody read what the pharmacy had written.
      await expect(page.getByTestId("asked-rx3")).toContainText("柜台明日盘点");
      await page.getByTestId("asked-rx6").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "pharmacies-empty",
    path: "/pharmacies",
    mock: administrator,
    answers: { "GET /api/pharmacies": none, "GET /api/offers": none },
    ready: "main h3",
  },
  {
    name: "pharmacies-facts",
    path: "/pharmacies",
    mock: administrator,
    ready: "[data-testid=pharmacy-ph1]",
    act: async (page) => {
      await page.getByTestId("pharmacy-ph1").getByRole("button").click();
      await page.waitForSelector("[role=dialog] input");
    },
  },
  {
    name: "homes-place",
    path: "/homes",
    mock: administrator,
    ready: "[data-testid=home-h1] .yz-chip",
    act: async (page) => {
      await page
        .getByTestId("home-h1")
        .getByRole("button", { name: /首选药店|preferred pharmacy/ })
        .click();
      await page.waitForSelector("[role=dialog] input");
    },
  },
  {
    name: "homes-joint-on",
    path: "/homes",
    mock: administrator,
    ready: "[data-testid=home-h2] .yz-chip",
    act: async (page) => {
      await page
        .getByTestId("home-h2")
        .getByRole("button", { name: /联合会诊|joint/i })
        .click();
      await page.waitForSelector("[role=dialog] textarea");
    },
  },
  {
    name: "audit-btg",
    path: "/audit",
    mock: administrator,
    ready: "main table",
    act: async (page) => {
      await page
        .getByRole("radiogroup", { name: /^目的$|^Purpose$/ })
        .getByText(/^紧急调阅$|^Broken glass$/)
        .click();
      await page.waitForSelector("tbody .yz-chip");
    },
  },
  { name: "residents", path: "/residents", ready: "[data-testid=resident-r1]" },
  { name: "residents-empty", path: "/residents", answers: { "GET /api/residents": none }, ready: EMPTY },
  {
    name: "residents-no-match",
    path: "/residents",
    answers: { "GET /api/residents": none },
    ready: EMPTY,
    act: async (page) => {
      await page.getByRole("searchbox").fill("wxy");
      await page.getByText(/没有符合的人|None of your residents/).waitFor();
    },
  },
  { name: "residents-failing", path: "/residents", mock: { failing: true }, ready: "[role=alert]" },
  { name: "resident", path: "/residents/r1", ready: "main [role=tab]" },
  {
    name: "resident-vitals",
    path: "/residents/r1",
    ready: "main [role=tab]",
    act: async (page) => {
      await page.getByRole("tab").nth(1).click();
      await page.waitForSelector(".uplot");
    },
  },
  {
    name: "resident-ecg",
    path: "/residents/r1",
    ready: "main [role=tab]",
    act: async (page) => {
      await page.getByRole("tab").nth(1).click();
      await page.getByRole("button", { name: /的心电图|^Show the ECG/ }).click();
      await page.getByTestId("ecg-strip").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "resident-vitals-zoomed",
    path: "/residents/r1",
    ready: "main [role=tab]",
    act: async (page) => {
      await page.getByRole("tab").nth(1).click();
      await page.getByRole("button", { name: /^放大$|^Zoom in$/ }).click();
      await page.getByRole("button", { name: /^放大$|^Zoom in$/ }).click();
    },
  },
  { name: "resident-consents", path: "/residents/r1", ready: "main [role=tab]", act: tab(3) },
  {
    name: "resident-consent-text",
    path: "/residents/r1",
    ready: "main [role=tab]",
    act: async (page) => {
      await page.getByRole("tab").nth(3).click();
      await page
        .getByRole("button", { name: /看原文|Signed text/ })
        .first()
        .click();
      await page.waitForSelector("[role=dialog] svg path");
    },
  },
  { name: "resident-documents", path: "/residents/r1", ready: "main [role=tab]", act: tab(4) },
  {
    name: "resident-document",
    path: "/residents/r1",
    ready: "main [role=tab]",
    act: async (page) => {
      await page.getByRole("tab").nth(4).click();
      await page
        .getByRole("button", { name: /^查看:|^View:/ })
        .first()
        .click();
      await page.waitForSelector("[role=dialog] img");
    },
  },
  { name: "resident-glass", path: "/residents/r9", ready: "main [role=tab]" },
  { name: "resident-hidden", path: "/residents/r8", ready: H1, expected: /404/ },
  { name: "break-glass-open", path: "/residents/break-glass", ready: "main form" },
  {
    name: "break-glass-refused",
    path: "/residents/break-glass",
    ready: "main form",
    act: async (page) => {
      await page.getByRole("textbox").first().fill("420102194203180024");
      await page.getByRole("textbox").last().fill("住民突发气促，需要核对既往用药和过敏史");
      await page.getByRole("button", { name: /^打开病历$|^Open the record$/ }).click();
      await page.getByText("身份证号有误，请核对").waitFor();
    },
  },
  {
    name: "consultation-record",
    path: "/consultations/c8",
    ready: "[data-testid=main-video]",
    act: async (page) => {
      await page.getByRole("tab").nth(1).click();
      await page.waitForSelector(".uplot");
    },
  },
  { name: "consultation-consents", path: "/consultations/c8", ready: "[data-testid=main-video]", act: tab(3) },
];

for (const { name, path, size = desk, mock, answers, ready, act, expected } of SCREENS) {
  test(`${name}`, async ({ browser }) => {
    const prepare = (page: Page) => {
      const at = now();
      const day = buildDay(at);
      day.audit.unshift({
        ...(day.audit[0] ?? { at: "", entity_id: "" }),
        seq: 1210,
        actor: "specialist:s9",
        actor_role: "specialist",
        actor_name: "沈若兰",
        action: "resident.documents_viewed",
        entity: "resident",
        purpose: "BTG",
      });
      return installMock(page, day, { ...mock, answers: { ...registryAnswers(day.resident, at), ...answers } });
    };
    await lookAt(browser, { name, sizes: [size], url: site.origin + path, ready, prepare, act, expected });
  });
}
