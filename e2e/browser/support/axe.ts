import axe, { type RunOptions } from "axe-core";
import { expect, type Page } from "@playwright/test";

/** WCAG 2.2 A and AA; a violation names the rule and the elements. */
export async function expectAxeClean(page: Page, where: string): Promise<void> {
  await expectNothing(page, where, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    // Mantine's Modal has a <header> of its own inside role=dialog, which axe counts as a second banner.
    rules: { "landmark-no-duplicate-banner": { enabled: false }, "landmark-unique": { enabled: false } },
  });
}

/**
 * The part of it that other words and other colours decide on a screen whose structure was looked at already: contrast, names, the language said, and how large what is
 * pressed is with the other words in it.
 */
export async function expectWordsAndColoursClean(page: Page, where: string): Promise<void> {
  const words = [
    "color-contrast",
    "link-in-text-block",
    "html-has-lang",
    "html-lang-valid",
    "valid-lang",
    "target-size",
  ];
  const names = ["button-name", "link-name", "label", "select-name", "image-alt", "svg-img-alt", "document-title"];
  const roles = ["command", "dialog", "input-field", "meter", "progressbar", "toggle-field", "tooltip", "treeitem"];
  const values = [...words, ...names, ...roles.map((role) => `aria-${role}-name`)];
  await expectNothing(page, where, { runOnly: { type: "rule", values } });
}

/** The part of it that the size of the window decides, beside what scrolls sideways. */
export async function expectTargetsLargeEnough(page: Page, where: string): Promise<void> {
  await expectNothing(page, where, { runOnly: { type: "rule", values: ["target-size"] } });
}

/**
 * Looked at again for some seconds: on a busy machine the page may still be fading something in, or axe may start in the frame between an
 * answer and what it draws. A finding that stays is a finding.
 */
async function expectNothing(page: Page, where: string, options: RunOptions): Promise<void> {
  await expect(async () => {
    const told = await findings(page, options);
    // One string, because a log of CI that is cut short keeps the first lines only.
    expect(told.join(" | "), where).toBe("");
  }).toPass({ intervals: [200, 500, 1000], timeout: 40_000 });
}

/**
 * axe goes into a page once, not before each look as `@axe-core/playwright` has it: most of a look's time is the browser warming up to axe's own code. Our pages have no
 * frames.
 */
async function findings(page: Page, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async (run) => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, run);
      return violations.map((rule) => {
        const nodes = rule.nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary ?? ""})`);
        return `${rule.id}: ${rule.help} ${nodes.join("; ")}`;
      });
    },
    { ...options, resultTypes: ["violations"] } satisfies RunOptions,
  );
}

/** The same in English on dark: the person presses the page's own two switches and afterwards presses them back. */
export async function expectAxeCleanInEnglishOnDark(page: Page, where: string): Promise<void> {
  await press(page, "EN", "切换到深色");
  await expectAxeClean(page, `${where}, English on dark`);
  await press(page, "中", "Switch to light");
}

async function press(page: Page, language: "EN" | "中", scheme: string): Promise<void> {
  await page.getByRole("button", { name: scheme }).click();
  await page.getByText(language, { exact: true }).first().click();
  await expect(page.locator("html")).toHaveAttribute("lang", language === "EN" ? /^en/ : /^zh/);
}
