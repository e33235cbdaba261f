/** A stop of the walk: what is open, in both languages, light and dark. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Window } from "../support/people";

/** Where the pictures go; with YUNZHEN_SHOTS=<folder> elsewhere, to try the walk without changing what is kept. */
const folder = process.env.YUNZHEN_SHOTS ?? fileURLToPath(new URL("../../../docs/screenshots", import.meta.url));
mkdirSync(folder, { recursive: true });

/** Takes the four looks of what is open, without leaving it: language by the switch, scheme by the media feature. */
export async function shoot(window: Window, name: string): Promise<void> {
  const { page } = window;
  for (const language of ["zh", "en"] as const) {
    await page
      .getByText(language === "zh" ? "中" : "EN", { exact: true })
      .first()
      .click();
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.mouse.move(0, 0);
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(folder, `${name}-${language}-${scheme}.png`) });
    }
  }
  await page.getByText("中", { exact: true }).first().click();
  await page.emulateMedia({ colorScheme: "light" });
}
