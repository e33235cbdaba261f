import { expect, test, type Page } from "@playwright/test";
import { residentsOf } from "./data-residents";
import { lookAtTablet } from "./tablet";
import { serveBox, type Mode } from "./nurse-box";

/** The nurse's registry: finding, registering, changing, consents, photos and curves, in both languages and schemes, across and upright. */
interface RegistryScreen {
  name: string;
  path: string;
  mode?: Mode;
  ready?: string;
  act?: (page: Page) => Promise<void>;
}

const button = (page: Page, words: string) => page.getByRole("button", { name: new RegExp(words) });
const type = (selector: string, text: string) => (page: Page) => page.locator(selector).first().fill(text);

async function sign(page: Page): Promise<void> {
  const box = await page.getByTestId("signature").boundingBox();
  if (!box) throw new Error("no field to sign in");
  const at = (x: number, y: number): [number, number] => [box.x + x, box.y + y];
  for (const [from, to] of [
    [at(80, 60), at(150, 160)],
    [at(150, 60), at(90, 160)],
    [at(200, 70), at(320, 90)],
    [at(260, 50), at(250, 170)],
  ] as const) {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 8 });
    await page.mouse.up();
  }
}

/** A one-pixel PNG is a picture like any other. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const SCREENS: RegistryScreen[] = [
  { name: "list", path: "/registry", ready: ".nurse-row" },
  {
    name: "found-by-pinyin",
    path: "/registry",
    ready: ".nurse-row",
    act: async (page) => {
      await type("input[type=search]", "wgl")(page);
      await page.locator(".nurse-row").nth(1).waitFor({ state: "detached" });
    },
  },
  {
    name: "found-none",
    path: "/registry",
    ready: ".nurse-row",
    act: async (page) => {
      await type("input[type=search]", "zzz")(page);
      await page.locator(".nurse-row").first().waitFor({ state: "detached" });
    },
  },
  {
    name: "list-offline",
    mode: "offline",
    path: "/registry",
    ready: ".nurse-row",
    act: type("input[type=search]", "2-"),
  },
  { name: "list-empty", mode: "empty", path: "/registry" },
  { name: "list-error", mode: "error", path: "/registry", ready: "[role=alert]" },
  { name: "record", path: "/registry/r1", ready: ".nurse-facts" },
  {
    name: "portrait",
    path: "/registry/r2",
    ready: ".nurse-portrait",
    act: async (page) => {
      await page.locator(".nurse-portrait").click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "portrait-chosen",
    path: "/registry/r2",
    ready: ".nurse-portrait",
    act: async (page) => {
      await page.locator(".nurse-portrait").click();
      await page
        .getByTestId("portrait-input")
        .setInputFiles({ name: "face.png", mimeType: "image/png", buffer: PIXEL });
      await page.locator("[role=dialog] img.yz-portrait").waitFor();
    },
  },
  { name: "record-not-asked", path: "/registry/r6", ready: ".nurse-facts" },
  { name: "register", path: "/registry/new", ready: "form", act: type("[name=id_number]", "110105194912310") },
  {
    name: "register-wrong",
    path: "/registry/new",
    ready: "form",
    act: async (page) => {
      await type("[name=id_number]", "110105194912310021")(page);
      await button(page, "^登记$|^Register$").click();
    },
  },
  {
    name: "register-known",
    path: "/registry/new",
    ready: "form",
    act: async (page) => {
      await page.locator("form input").nth(0).fill("欧阳志明");
      await type("[name=id_number]", "11010519491231002X")(page);
      await page.locator("form input").nth(2).fill("1-11");
      await button(page, "^登记$|^Register$").click();
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "register-diagnosis",
    path: "/registry/new",
    ready: "form",
    act: async (page) => {
      const field = page.getByLabel(/添加诊断|Add a diagnosis/).first();
      await field.scrollIntoViewIfNeeded();
      await field.pressSequentially("gxy");
      await page.getByRole("option").first().waitFor();
      // The marked one is read too, as who uses the keys sees it.
      await field.press("ArrowDown");
      await page.locator("[role=option][data-combobox-selected]").waitFor();
    },
  },
  { name: "register-offline", mode: "offline", path: "/registry/new", ready: "form" },
  {
    name: "change",
    path: "/registry/r1/edit",
    ready: "form",
    act: async (page) => page.locator(".nurse-lines").nth(3).scrollIntoViewIfNeeded(),
  },
  {
    name: "change-conflict",
    path: "/registry/r1/edit",
    ready: "form",
    act: async (page) => {
      await page.locator("form input").nth(2).fill("2-06");
      await button(page, "保存修改|Save changes").click();
      await page.locator(".nurse-conflict-side").first().waitFor();
    },
  },
  { name: "chart", path: "/registry/r1/chart", ready: ".uplot" },
  {
    name: "chart-ecg",
    path: "/registry/r1/chart",
    ready: "[data-testid=ecgs]",
    act: async (page) => {
      await button(page, ".*的心电图|Show the ECG.*").click();
      await page.getByTestId("ecg-strip").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "chart-zoomed",
    path: "/registry/r1/chart",
    ready: ".uplot",
    act: async (page) => {
      await button(page, "放大|Zoom in").click();
      await page.locator(".nurse-chart-head").nth(2).scrollIntoViewIfNeeded();
      await page.locator(".uplot").nth(3).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "chart-table",
    path: "/registry/r1/chart",
    ready: ".uplot",
    act: async (page) => button(page, "显示数值表|Show the numbers").first().click(),
  },
  { name: "chart-lacking", path: "/registry/r4/chart", ready: ".nurse-warning" },
  { name: "consents", path: "/registry/r1/consents", ready: ".nurse-signature-small" },
  { name: "consents-none", path: "/registry/r4/consents", ready: ".nurse-consent-row" },
  { name: "consents-offline", mode: "offline", path: "/registry/r1/consents", ready: ".nurse-consent-row" },
  {
    name: "consent-sign",
    path: "/registry/r4/consents",
    ready: ".nurse-consent-row",
    act: async (page) => {
      await button(page, "依次签署|Sign 5").click();
      await sign(page);
    },
  },
  {
    name: "consent-unsigned",
    path: "/registry/r1/consents",
    ready: ".nurse-signature-small",
    act: async (page) => {
      await button(page, "^签署$|^Sign$").first().click();
      await page.locator(".nurse-consent button[type=submit]").click();
    },
  },
  {
    name: "consent-revoke",
    path: "/registry/r1/consents",
    ready: ".nurse-signature-small",
    act: async (page) => button(page, "^撤回$|^Revoke$").first().click(),
  },
  { name: "documents", path: "/registry/r1/documents", ready: ".nurse-document" },
  { name: "documents-none", path: "/registry/r4/documents", ready: ".nurse-resident-body h2" },
  { name: "documents-offline", mode: "offline", path: "/registry/r1/documents", ready: ".nurse-resident-body" },
  {
    name: "document-open",
    path: "/registry/r1/documents",
    ready: ".nurse-document",
    act: async (page) => {
      await page.locator(".nurse-document").first().click();
      await page.locator(".nurse-viewer img").waitFor();
    },
  },
  {
    name: "document-add",
    path: "/registry/r1/documents",
    ready: ".nurse-document",
    act: async (page) => {
      await page.getByTestId("file-input").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: PIXEL });
      await page.locator(".nurse-preview").waitFor();
    },
  },
  {
    name: "document-add-body",
    path: "/registry/r1/documents",
    ready: ".nurse-document",
    act: async (page) => {
      await page.getByTestId("file-input").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: PIXEL });
      await page.locator(".nurse-preview").waitFor();
      await page.getByRole("button", { name: /标出部位|Mark the place/ }).click();
      await page.getByText(/^背面$|^Back$/).click();
      await page.getByRole("button", { name: /^左足跟$|^Left heel$/ }).click();
      await page.getByRole("button", { name: /部位：左足跟|Place: Left heel/ }).click();
      await expect(page.getByRole("button", { name: /^左足跟$|^Left heel$/ })).toHaveAttribute("aria-pressed", "true");
    },
  },
  {
    name: "document-refused",
    path: "/registry/r1/documents",
    ready: ".nurse-document",
    act: async (page) => {
      await page
        .getByTestId("file-input")
        .setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "before-consent-missing", path: "/residents/r4/start", ready: ".nurse-templates" },
  { name: "today", path: "/residents/r1", ready: ".uplot" },
  {
    name: "vitals",
    path: "/residents/r1",
    ready: ".nurse-actions button",
    act: async (page) => {
      await page.locator(".nurse-actions button").first().click();
      await page
        .getByText(/^吸氧$|^Oxygen$/)
        .last()
        .click();
    },
  },
];

for (const { name, mode = "online", path, ready = "main", act } of SCREENS) {
  test(`residents ${name}`, async ({ browser }) => {
    await lookAtTablet(browser, serveBox(mode, residentsOf(mode)), {
      name: `nurse-residents-${name}`,
      path,
      ready,
      act,
      expected: /status of (404|409|500|503)/,
    });
  });
}
