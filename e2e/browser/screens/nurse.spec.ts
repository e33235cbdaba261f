import { test, type Page } from "@playwright/test";
import { answerCalls, lookAtTablet } from "./tablet";
import { serveBox, type Mode } from "./nurse-box";

/** Every screen of the nurse's tablet in both languages and schemes, held across and upright. */
interface NurseScreen {
  name: string;
  mode: Mode;
  path: string;
  ready?: string;
  act?: (page: Page) => Promise<void>;
}

const press = (testId: string) => (page: Page) => page.getByTestId(testId).click();
const callIsUp = (page: Page) => page.getByTestId("self-video").waitFor();

const openVitals = async (page: Page): Promise<void> => {
  await page.locator(".nurse-actions button").first().click();
  await page.locator(".nurse-field input").first().waitFor();
};
const pressOnReading =
  (words: string) =>
  async (page: Page): Promise<void> => {
    await openVitals(page);
    const newest = page.getByTestId("device-reading").first();
    await newest.getByRole("button", { name: new RegExp(words) }).click();
  };

const SCREENS: NurseScreen[] = [
  { name: "sign-in", mode: "signed_out", path: "/", ready: "form" },
  {
    name: "sign-in-wrong",
    mode: "signed_out",
    path: "/",
    ready: "form",
    act: async (page) => {
      await page.locator("[autocomplete=username]").fill("lin");
      await page.locator("[autocomplete=current-password]").fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "today-none", mode: "online", path: "/", ready: ".nurse-row" },
  { name: "today", mode: "online", path: "/residents/r1", ready: ".uplot" },
  { name: "today-offline", mode: "offline", path: "/residents/r1", ready: ".nurse-actions" },
  { name: "today-empty", mode: "empty", path: "/" },
  { name: "today-error", mode: "error", path: "/", ready: "[role=alert]" },
  { name: "spool", mode: "offline", path: "/", act: (page) => page.locator(".nurse-spool").click() },
  {
    name: "vitals",
    mode: "online",
    path: "/residents/r1",
    ready: ".nurse-actions button",
    act: openVitals,
  },
  ...(["devices", "no_adapter"] as const).map((mode): NurseScreen => ({
    name: `devices-${mode}`,
    mode,
    path: "/residents/r1",
    act: openVitals,
  })),
  { name: "devices-other", mode: "devices", path: "/residents/r1", act: pressOnReading("换一位住民|Another resident") },
  { name: "devices-discard", mode: "devices", path: "/residents/r1", act: pressOnReading("弃用|Discard") },
  {
    name: "devices-decided-elsewhere",
    mode: "devices",
    path: "/residents/r1",
    act: async (page) => {
      await pressOnReading("存入|Save for")(page);
      await page.getByTestId("devices").getByRole("alert").waitFor();
    },
  },
  {
    name: "before",
    mode: "online",
    path: "/residents/r2/start",
    act: async (page) => {
      await page.locator(".nurse-field input").nth(0).fill("162");
      await page.locator(".nurse-field input").nth(1).fill("94");
      await page.locator(".nurse-field input").nth(4).fill("384");
      await page.locator(".nurse-templates button").nth(1).click();
    },
  },
  { name: "before-offline", mode: "offline", path: "/residents/r2/start", ready: ".nurse-templates" },
  { name: "call-waiting", mode: "waiting", path: "/consultations/c1", ready: "[data-testid=call-waiting]" },
  { name: "call", mode: "call", path: "/consultations/c1", act: callIsUp },
  { name: "call-muted", mode: "call", path: "/consultations/c1", act: press("microphone") },
  { name: "call-vitals", mode: "call", path: "/consultations/c1", act: press("vitals") },
  { name: "call-end", mode: "call", path: "/consultations/c1", act: press("end") },
  { name: "call-ended", mode: "ended", path: "/consultations/c1", ready: "[data-testid=call-ended]" },
  { name: "after", mode: "online", path: "/consultations/c3", ready: "main h1" },
  { name: "after-stopped", mode: "online", path: "/consultations/c9", ready: "main h1" },
  { name: "after-hidden", mode: "online", path: "/consultations/hidden" },
  { name: "deliveries", mode: "online", path: "/deliveries", ready: ".nurse-row" },
  { name: "deliveries-empty", mode: "empty", path: "/deliveries" },
  { name: "delivery", mode: "online", path: "/deliveries/v1", ready: ".nurse-stepper" },
  {
    name: "delivery-short",
    mode: "online",
    path: "/deliveries/v1",
    ready: ".nurse-stepper",
    act: async (page) => {
      await page.locator(".nurse-stepper button").nth(4).click();
      await page.locator(".nurse-primary").last().click();
    },
  },
];

for (const { name, mode, path, ready = "main", act } of SCREENS) {
  test(`nurse ${name}`, async ({ browser }) => {
    await lookAtTablet(browser, serveBox(mode), {
      name: `nurse-${name}`,
      path,
      ready,
      prepare: answerCalls,
      act,
      // The browser itself says so of the answers that a failing or signed-out state is made of.
      expected: /status of (401|404|409|500|503)/,
    });
  });
}
