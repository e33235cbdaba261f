/** A screen of the nurse's tablet, held across and then upright, over a box of its own that is closed afterwards. */
import type { Browser, Page } from "@playwright/test";
import { installFarPeer, type FarPeer } from "./far-peer";
import { lookAt, type Screen } from "./look";
import type { Site } from "./site";

export const ACROSS: [number, number] = [1280, 800];
const UPRIGHT: [number, number] = [800, 1280];
/** The specialist, a relative, and the box's preview of its own camera. */
const PICTURES = [0, 1, 3];

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

/** Offers are answered by a far peer in the page itself. */
export async function answerCalls(page: Page): Promise<void> {
  await installFarPeer(page);
  await page.route(/\/legs(\?|$)/, async (route) => {
    const body = await page.evaluate(
      ([offer, pairs]) => (window as unknown as { yzFar: FarPeer }).yzFar.answer(offer, pairs),
      [route.request().postData() ?? "", PICTURES] as const,
    );
    await route.fulfill({ status: 201, headers: { "Content-Type": "application/sdp", "Leg-Id": "leg-1" }, body });
  });
}
