/**
 * Takes a picture of every nurse screen in its states, sizes, languages and schemes, and runs axe on each.
 * `npm run -w @yunzhen/nurse look -- [folder] [filter]`; ends with 1 when axe finds something.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "@playwright/test";
import { mkdirSync } from "node:fs";
import { paintedPeer, serve } from "./server.mjs";

const folder = process.argv[2] ?? "/tmp/look-nurse";
const filter = process.argv[3] ?? "";
mkdirSync(folder, { recursive: true });

const LANDSCAPE = { width: 1280, height: 800 };
const PORTRAIT = { width: 800, height: 1280 };

const press = (testId) => (page) => page.getByTestId(testId).click();
const screens = [
  { name: "sign-in", mode: "signed_out", path: "/" },
  {
    name: "sign-in-wrong",
    mode: "signed_out",
    path: "/",
    act: async (page) => {
      await page.locator("[autocomplete=username]").fill("lin");
      await page.locator("[autocomplete=current-password]").fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "today-none", mode: "online", path: "/" },
  { name: "today", mode: "online", path: "/residents/r1" },
  { name: "today-offline", mode: "offline", path: "/residents/r1" },
  { name: "today-empty", mode: "empty", path: "/" },
  { name: "today-error", mode: "error", path: "/" },
  { name: "spool", mode: "offline", path: "/", act: (page) => page.locator(".nurse-spool").click() },
  {
    name: "vitals",
    mode: "online",
    path: "/residents/r1",
    act: async (page) => {
      await page.locator(".nurse-actions button").first().click();
      await page.locator(".nurse-field input").first().waitFor();
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
  { name: "before-offline", mode: "offline", path: "/residents/r2/start" },
  { name: "call-waiting", mode: "waiting", path: "/consultations/c1" },
  { name: "call", mode: "call", path: "/consultations/c1", act: (page) => page.waitForTimeout(1500) },
  { name: "call-muted", mode: "call", path: "/consultations/c1", act: press("microphone") },
  { name: "call-vitals", mode: "call", path: "/consultations/c1", act: press("vitals") },
  { name: "call-end", mode: "call", path: "/consultations/c1", act: press("end") },
  { name: "call-ended", mode: "ended", path: "/consultations/c1" },
  { name: "after", mode: "online", path: "/consultations/c3" },
  { name: "after-hidden", mode: "online", path: "/consultations/hidden" },
  { name: "deliveries", mode: "online", path: "/deliveries" },
  { name: "deliveries-empty", mode: "empty", path: "/deliveries" },
  { name: "delivery", mode: "online", path: "/deliveries/v1" },
  {
    name: "delivery-short",
    mode: "online",
    path: "/deliveries/v1",
    act: async (page) => {
      await page.locator(".nurse-stepper button").nth(4).click();
      await page.locator(".nurse-primary").last().click();
    },
  },
].filter((screen) => screen.name.includes(filter));

const looks = [
  { size: LANDSCAPE, language: "zh", scheme: "light", tag: "l-zh-light" },
  { size: PORTRAIT, language: "en", scheme: "dark", tag: "p-en-dark" },
];

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
});
let bad = 0;
for (const look of looks) {
  for (const screen of screens) {
    const server = await serve(screen.mode);
    const context = await browser.newContext({ viewport: look.size, colorScheme: look.scheme, locale: "zh-CN" });
    await context.addInitScript((language) => localStorage.setItem("yz.language", language), look.language);
    await context.addInitScript(paintedPeer);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of (4|5)/.test(message.text())) {
        bad += 1;
        console.log(`${screen.name} ${look.tag} console: ${message.text()}`);
      }
    });
    page.on("pageerror", (error) => {
      bad += 1;
      console.log(`${screen.name} ${look.tag} page error: ${error.message}`);
    });
    try {
      await page.goto(server.url + screen.path);
      await page.locator("main").first().waitFor();
      await page.waitForTimeout(500);
      if (screen.act) {
        await screen.act(page);
        await page.waitForTimeout(500);
      }
      await page.screenshot({ path: `${folder}/${screen.name}-${look.tag}.png` });
      const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"])
        .analyze();
      for (const violation of violations) {
        bad += 1;
        console.log(`${screen.name} ${look.tag} axe ${violation.id}: ${violation.help}`);
        for (const node of violation.nodes.slice(0, 3))
          console.log(`   ${node.html.slice(0, 160)}\n   ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`);
      }
    } catch (error) {
      bad += 1;
      console.log(`${screen.name} ${look.tag} failed: ${error.message.split("\n")[0]}`);
    }
    await context.close();
    await server.close();
  }
}
await browser.close();
console.log(`${screens.length * looks.length} pictures in ${folder}, ${bad} findings`);
process.exit(bad > 0 ? 1 : 0);
