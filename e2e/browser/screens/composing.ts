/** How a prescription is written on a screen with made-up answers. Test-only. */
import { expect, type Page } from "@playwright/test";

/** What is there once the visit is. */
export const CALL = "[data-testid=main-video]";

export const press = (page: Page, name: RegExp): Promise<void> => page.getByRole("button", { name }).first().click();

/** Takes the first medicine that is found by what is typed into a line. */
export async function choose(page: Page, line: number, typed: string): Promise<void> {
  await page.getByTestId(`line-${line}`).getByRole("textbox").first().fill(typed);
  await page.getByRole("option").first().click();
}

/** A composer with one medicine chosen. */
export async function composing(page: Page, typed = "aldp"): Promise<void> {
  await press(page, /开处方|^Prescribe$/);
  await choose(page, 1, typed);
  await page.getByText(/还够 5 天|lasts 5 more days/).waitFor();
  await expect(page.getByText(/起改为 2\.5|changes on .* to 2\.5/)).toBeVisible();
}

/** What is typed as the dose of the first line. */
export const dose = (page: Page, text: string): Promise<void> =>
  page
    .getByTestId("line-1")
    .getByLabel(/单次剂量|Single dose/)
    .last()
    .fill(text);
