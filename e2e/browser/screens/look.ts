/** How a screen is looked at: opened, brought into its state, no error in the page, nothing to the right of the window, axe clean. */
import { expect, type Browser, type Page } from "@playwright/test";
import { join } from "node:path";
import { expectAxeClean, expectTargetsLargeEnough, expectWordsAndColoursClean } from "../support/axe";
import { setClock } from "./clock";

/** With YUNZHEN_SHOTS=<folder> a picture of each is kept there. */
const shots = process.env.YUNZHEN_SHOTS;

export interface Screen {
  name: string;
  /** Width and height; with several the open screen is turned, as a tablet is. */
  sizes: [number, number][];
  url: string;
  /** What must be there before anything else. */
  ready: string;
  prepare(page: Page): Promise<void>;
  act?: (page: Page) => Promise<void>;
  /** Lines of the browser's console that belong to this state. */
  expected?: RegExp;
}

/** Opened once, in Chinese on light; the open screen then changes into English on dark, so that each language and each scheme is seen. */
export async function lookAt(browser: Browser, screen: Screen): Promise<void> {
  const context = await browser.newContext({ colorScheme: "light", timezoneId: "Asia/Shanghai" });
  const page = await context.newPage();
  const errors: string[] = [];
  const failed: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !screen.expected?.test(message.text())) errors.push(message.text());
  });
  // A request that the network failed explains most of what else is wrong then.
  page.on("requestfailed", (request) => failed.push(`${request.url()}: ${request.failure()?.errorText ?? ""}`));
  await setClock(page);
  await screen.prepare(page);
  const turn = ([width, height]: [number, number]) => page.setViewportSize({ width, height });
  const [first = [1440, 900], ...others] = screen.sizes;
  await turn(first);
  try {
    await page.goto(screen.url);
    await page.waitForSelector(screen.ready);
    await screen.act?.(page);
    await page.evaluate(() => document.fonts.ready);
    await check(page, `${screen.name}-zh-light`);
    for (const size of others) {
      await turn(size);
      await check(page, `${screen.name}-zh-light-${size.join("x")}`);
    }
    await intoEnglishOnDark(page);
    if (others.length > 0) await turn(first);
    await check(page, `${screen.name}-en-dark`, expectWordsAndColoursClean);
    for (const size of others) {
      await turn(size);
      // Structure, names and colours are those of the first size; how much room the English words take is not.
      await check(page, `${screen.name}-en-dark-${size.join("x")}`, expectTargetsLargeEnough);
    }
  } catch (error) {
    const told = [...errors, ...failed].map((line) => `\n    ${line}`).join("");
    if (error instanceof Error && told) error.message = `${error.message}\nbefore that:${told}`;
    throw error;
  }
  expect(errors).toEqual([]);
  await context.close();
}

/** As another tab of the same person chooses English, and the machine its night colours. */
async function intoEnglishOnDark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.evaluate(() => dispatchEvent(new StorageEvent("storage", { key: "yz.language", newValue: "en" })));
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
}

async function check(page: Page, name: string, rules = expectAxeClean): Promise<void> {
  await settle(page);
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) });
  // What floats is put into its place one frame after a tablet was turned.
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await expect.poll(overflow, { message: `${name}: sideways scrolling` }).toBeLessThanOrEqual(0);
  // Where there is room, every place and every part of a record is in sight without scrolling for it.
  const hidden = () =>
    page.evaluate(() =>
      window.innerWidth < 1280
        ? []
        : [...document.querySelectorAll("header nav, [role=tablist]")]
            .filter((list) => list.scrollWidth > list.clientWidth + 1)
            .map((list) => list.textContent),
    );
  await expect.poll(hidden, { message: `${name}: places that are cut off` }).toEqual([]);
  await rules(page, name);
}

/** Colours are measured when the fades of sheets and buttons are over. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = () =>
      document
        .getAnimations()
        .filter(
          (animation) =>
            animation.playState === "running" && animation.effect?.getComputedTiming().endTime !== Infinity,
        );
    // One that ends may start another, as a sheet's backdrop does. One that is taken away rejects.
    while (ending().length > 0) await Promise.allSettled(ending().map((animation) => animation.finished));
  });
}
