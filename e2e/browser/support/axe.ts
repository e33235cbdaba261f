import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** WCAG 2.2 A and AA; a violation names the rule and the elements. */
export async function expectAxeClean(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    // Mantine's Modal has a <header> of its own inside role=dialog, which axe counts as a second banner.
    .disableRules(["landmark-no-duplicate-banner", "landmark-unique"])
    .analyze();
  const told = violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => n.target.join(" ")).join("\n  ")}`);
  expect(told, where).toEqual([]);
}
