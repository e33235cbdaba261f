import { expect, test, type Page } from "@playwright/test";
import { setClock, now } from "./clock";
import { buildDay } from "./data";
import { installMock } from "./mock";
import { serveConsole, type Site } from "./site";

/** *See now* opens the camera with the press and joins with the relay's word: never before it, once, and a no leaves nothing open. */
let site: Site;
test.beforeAll(async () => {
  site = await serveConsole();
});
test.afterAll(() => site.close());

interface Watched {
  /** Every offer of a leg that left the page. */
  offers: string[];
  /** Every track of a camera or microphone that was opened. */
  tracks: MediaStreamTrack[];
  peers: RTCPeerConnection[];
  /** Lets the relay answer to *see now*. */
  answer: () => void;
}

/** Watches what leaves the page and which devices are open, and holds back the relay's answer to *see now*. Runs in the page. */
function watch(): void {
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const watched: Watched = { offers: [], tracks: [], peers: [], answer: () => answer() };
  (window as unknown as { yzWatched: Watched }).yzWatched = watched;
  const inner = window.fetch;
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (/\/begin$/.test(url)) await answered;
    if (/\/legs(\?|$)/.test(url)) watched.offers.push(url);
    return inner(input, init);
  };
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    watched.tracks.push(...stream.getTracks());
    return stream;
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      watched.peers.push(this);
    }
  };
}

const seen = (page: Page) =>
  page.evaluate(() => {
    const { offers, tracks, peers } = (window as unknown as { yzWatched: Watched }).yzWatched;
    return {
      offers: offers.length,
      live: tracks.filter(({ readyState }) => readyState === "live").length,
      open: peers.filter(({ signalingState }) => signalingState !== "closed").length,
    };
  });

const answer = (page: Page) => page.evaluate(() => (window as unknown as { yzWatched: Watched }).yzWatched.answer());

/** The waiting room, with *see now* pressed and the relay still deciding. */
async function pressed(page: Page, status: number): Promise<void> {
  const day = buildDay(now());
  const waiting = day.consultations.find(({ state }) => state === "waiting");
  if (!waiting) throw new Error("nobody waits");
  const title = "该会诊已由其他医生接诊";
  const refusal = { type: "https://yunzhen.dev/problems/version_conflict", title, status, code: "version_conflict" };
  const body = status === 200 ? { ...waiting, state: "in_progress" } : refusal;
  await setClock(page);
  await installMock(page, day, { answers: { [`POST /api/consultations/${waiting.id}/begin`]: { status, body } } });
  await page.addInitScript(watch);
  await page.goto(`${site.origin}/consultations`);
  await page.getByTestId(`waiting-${waiting.id}`).getByRole("button", { name: /接诊/ }).click();
  await expect.poll(() => seen(page)).toEqual({ offers: 0, live: 2, open: 1 });
}

test.use({ permissions: ["camera", "microphone"] });

test("the devices open with the press, and the call joins once, with the relay's word", async ({ page }) => {
  await pressed(page, 200);
  await answer(page);
  await page.waitForURL(/\/consultations\/\w+/);
  await expect(page.getByTestId("main-video")).toBeVisible();
  const { offers, live } = await seen(page);
  expect({ offers, live }).toEqual({ offers: 1, live: 2 });
});

test("a no closes the devices again, and no offer has left the page", async ({ page }) => {
  await pressed(page, 409);
  await answer(page);
  await expect.poll(() => seen(page)).toEqual({ offers: 0, live: 0, open: 0 });
  await expect(page).toHaveURL(/\/consultations$/);
});
