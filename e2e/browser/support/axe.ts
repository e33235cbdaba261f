import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** WCAG 2.2 A and AA; a violation names the rule and the elements. */
export async function expectAxeClean(page: Page, where: string): Promise<void> {
  const axe = builder(page)
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    // Mantine's Modal has a <header> of its own inside role=dialog, which axe counts as a second banner.
    .disableRules(["landmark-no-duplicate-banner", "landmark-unique"]);
  await expectNothing(axe, where);
}

/** The part of it that the size of the window decides, beside what scrolls sideways. */
export async function expectTargetsLargeEnough(page: Page, where: string): Promise<void> {
  await expectNothing(builder(page).withRules(["target-size"]), where);
}

const builder = (page: Page): AxeBuilder =>
  new AxeBuilder({ page })
    // First, because it replaces what was set before. Passes are not read.
    .options({ resultTypes: ["violations"] })
    // Our pages have no frames whose partial results would have to be joined in a second page.
    .setLegacyMode();

/**
 * Looked at again for some seconds: on a busy machine the page may still be fading something in, or axe may start in the frame between an
 * answer and what it draws. A finding that stays is a finding.
 */
async function expectNothing(axe: AxeBuilder, where: string): Promise<void> {
  await expect(async () => {
    const { violations } = await axe.analyze();
    const told = violations.map(
      (v) => `${v.id}: ${v.help} ${v.nodes.map((n) => `${n.target.join(" ")} (${n.failureSummary ?? ""})`).join("; ")}`,
    );
    // One string, because a log of CI that is cut short keeps the first lines only.
    expect(told.join(" | "), where).toBe("");
  }).toPass({ intervals: [200, 500, 1000], timeout: 40_000 });
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
