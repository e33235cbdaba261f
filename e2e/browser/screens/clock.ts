/**
 * The time at which screens are looked at: a Monday at half past ten in Shanghai. Every page starts there, whenever and in however old a
 * worker it is opened: by the wall clock a late run would find "today" in two days at once, and a slow one an appointment that has passed.
 */
import type { Page } from "@playwright/test";

const START = Date.parse("2026-11-23T10:30:00+08:00");

/** The time of all that is invented. It stands still; the clock of a page runs on from it. */
export const now = (): number => START;

export async function setClock(page: Page): Promise<void> {
  await page.addInitScript((start) => {
    const Wall = Date;
    const opened = performance.timeOrigin;
    const shifted = () => Math.round(start + Wall.now() - opened);
    globalThis.Date = new Proxy(Wall, {
      construct: (target, given: unknown[]) => Reflect.construct(target, given.length ? given : [shifted()]) as Date,
      apply: () => new Wall(shifted()).toString(),
      get: (target, name) => (name === "now" ? shifted : (Reflect.get(target, name) as unknown)),
    });
  }, START);
}
