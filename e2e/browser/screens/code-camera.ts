/** A camera that shows what a test holds in front of it, in a browser that reads no codes by itself, as those of iPhones and most desktops. */
import type { Page } from "@playwright/test";
import bwipjs from "bwip-js/node";

type Kind = "qrcode" | "gs1datamatrix";

interface Drawn {
  pixs: number[];
  pixx: number;
  pixy: number;
}

function modulesOf(kind: Kind, text: string): Drawn {
  const [symbol] = bwipjs.raw(kind, text);
  if (!symbol || !("pixs" in symbol)) throw new Error(`${kind} has no modules`);
  return symbol;
}

/** Before the page is opened. Its camera sees an empty table until something is held in front of it. */
export async function installCodeCamera(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "BarcodeDetector");
    navigator.mediaDevices.getUserMedia = () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
      const on = canvas.getContext("2d");
      const draw = () => {
        if (!on) return;
        on.fillStyle = "#8a8f94";
        on.fillRect(0, 0, canvas.width, canvas.height);
        const held = (globalThis as { held?: Drawn }).held;
        if (!held) return;
        const side = 10;
        const [left, top] = [640 - (held.pixx * side) / 2, 360 - (held.pixy * side) / 2];
        on.fillStyle = "#f0efe8";
        on.fillRect(left - 40, top - 40, held.pixx * side + 80, held.pixy * side + 80);
        on.fillStyle = "#26282b";
        held.pixs.forEach((ink, at) => {
          if (ink) on.fillRect(left + (at % held.pixx) * side, top + Math.floor(at / held.pixx) * side, side, side);
        });
      };
      draw();
      setInterval(draw, 100);
      return Promise.resolve(canvas.captureStream(10));
    };
  });
}

export async function hold(page: Page, kind: Kind, text: string): Promise<void> {
  await page.evaluate((drawn) => Object.assign(globalThis, { held: drawn }), modulesOf(kind, text));
}

/** Before the page is opened: what the browser answers who asks for a camera, by the error's name; `none` has nothing to be asked. */
export async function withoutCamera(page: Page, why: "NotAllowedError" | "NotFoundError" | "none"): Promise<void> {
  await page.addInitScript((name) => {
    Reflect.deleteProperty(globalThis, "BarcodeDetector");
    if (name === "none") Reflect.deleteProperty(Navigator.prototype, "mediaDevices");
    else navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
  }, why);
}
