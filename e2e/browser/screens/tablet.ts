/** A screen of the nurse's tablet, held across and then upright, over a box of its own that is closed afterwards. */
import type { Browser } from "@playwright/test";
import { lookAt, type Screen } from "./look";
import type { Site } from "./site";

export const ACROSS: [number, number] = [1280, 800];
const UPRIGHT: [number, number] = [800, 1280];

interface TabletScreen extends Omit<Screen, "sizes" | "url" | "prepare"> {
  path: string;
  /** Nothing, unless the browser itself has to answer something. */
  prepare?: Screen["prepare"];
}

export async function lookAtTablet(
  browser: Browser,
  opening: Promise<Site>,
  { path, prepare = () => Promise.resolve(), ...screen }: TabletScreen,
): Promise<void> {
  const box = await opening;
  try {
    await lookAt(browser, { ...screen, sizes: [ACROSS, UPRIGHT], url: box.origin + path, prepare });
  } finally {
    await box.close();
  }
}
