/** The time at which screens are looked at: a Monday at half past ten in Shanghai. By the wall clock a late run would find "today" in two days at once. */
import type { Page } from "@playwright/test";

const SHIFT = Date.parse("2026-11-23T10:30:00+08:00") - Date.now();

/** Runs on from there, as the clock of the page does. */
export const now = (): number => Date.now() + SHIFT;

export async function setClock(page: Page): Promise<void> {
  await page.addInitScript((shift) => {
    const Wall = Date;
    const shifted = () => Wall.now() + shift;
    globalThis.Date = new Proxy(Wall, {
      construct: (target, given: unknown[]) => Reflect.construct(target, given.length ? given : [shifted()]) as Date,
      apply: () => new Wall(shifted()).toString(),
      get: (target, name) => (name === "now" ? shifted : (Reflect.get(target, name) as unknown)),
    });
  }, SHIFT);
}
