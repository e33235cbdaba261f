/** Proof that pixels and sound arrive: read from what the page really decoded, not from what the programs claim. */
import { expect, type BrowserContext, type Page } from "@playwright/test";

/** Keeps every peer connection of the page where a test can ask for its statistics. Before the page loads. */
export async function observePeers(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const peers: RTCPeerConnection[] = [];
    (window as unknown as { yzPeers: RTCPeerConnection[] }).yzPeers = peers;
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        peers.push(this);
      }
    };
  });
}

export interface FrameStamp {
  /** 16 bits, painted by the synthetic camera. */
  number: number;
  /** Capture time, unix milliseconds modulo 2^32; undefined where its row was not readable. */
  time: number | undefined;
  width: number;
  height: number;
}

/** Reads the squares of clinic-agent/src/capture/pattern.rs from a video element. Runs in the page. */
export function readSquares(video: HTMLVideoElement): FrameStamp | undefined {
  const width = video.videoWidth;
  const side = Math.floor(width / 40);
  if (side < 2) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = side * 5;
  const draw = canvas.getContext("2d", { willReadFrequently: true });
  if (!draw) return undefined;
  draw.drawImage(video, 0, 0, width, canvas.height, 0, 0, width, canvas.height);
  const { data } = draw.getImageData(0, 0, width, canvas.height);
  const mean = (index: number, top: number): number => {
    const margin = Math.floor(side / 4);
    let sum = 0;
    let count = 0;
    for (let y = top * side + margin; y < (top + 1) * side - margin; y += 1) {
      for (let x = (index + 1) * side + margin; x < (index + 2) * side - margin; x += 1) {
        const at = (y * width + x) * 4;
        sum += 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
        count += 1;
      }
    }
    return count > 0 ? sum / count : 0;
  };
  const row = (top: number, bits: number): number | undefined => {
    const white = mean(0, top);
    const black = mean(1, top);
    if (white < black + 60) return undefined;
    const isWhite = (index: number): boolean => mean(index, top) > (white + black) / 2;
    let value = 0;
    let parity = false;
    for (let bit = 0; bit < bits; bit += 1) {
      const set = isWhite(2 + bit);
      value = value * 2 + (set ? 1 : 0);
      if (set) parity = !parity;
    }
    return isWhite(2 + bits) === parity && isWhite(3 + bits) ? value : undefined;
  };
  const number = row(1, 16);
  return number === undefined ? undefined : { number, time: row(3, 32), width, height: video.videoHeight };
}

export function readFrame(page: Page, testId = "main-video"): Promise<FrameStamp | undefined> {
  return page.getByTestId(testId).evaluate(readSquares);
}

/** The frame number read back goes up, five times without a step back: the picture is alive and it is the synthetic camera's. */
export async function expectFramesAdvance(page: Page, testId = "main-video"): Promise<FrameStamp[]> {
  const seen: FrameStamp[] = [];
  await expect
    .poll(
      async () => {
        const stamp = await readFrame(page, testId).catch(() => undefined);
        const last = seen.at(-1);
        const step = stamp && last ? (stamp.number - last.number) & 0xffff : 1;
        // Backwards: the switch to another camera, which counts for itself, came only now. Begin anew.
        if (step >= 0x8000) seen.length = 0;
        if (stamp && step > 0) seen.push(stamp);
        return seen.length;
      },
      { message: "frame numbers read back from the picture", timeout: 30_000, intervals: [100] },
    )
    .toBeGreaterThanOrEqual(5);
  return seen;
}

export interface InboundStats {
  framesDecoded: number;
  audioLevel: number;
  audioEnergy: number;
}

/** What the page's peers have decoded in all. */
export function inbound(page: Page): Promise<InboundStats> {
  return page.evaluate(async () => {
    const total = { framesDecoded: 0, audioLevel: 0, audioEnergy: 0 };
    for (const peer of (window as unknown as { yzPeers: RTCPeerConnection[] }).yzPeers) {
      if (peer.connectionState === "closed") continue;
      (await peer.getStats()).forEach((entry: Record<string, unknown>) => {
        if (entry.type !== "inbound-rtp") return;
        total.framesDecoded += Number(entry.framesDecoded ?? 0);
        total.audioLevel = Math.max(total.audioLevel, Number(entry.audioLevel ?? 0));
        total.audioEnergy += Number(entry.totalAudioEnergy ?? 0);
      });
    }
    return total;
  });
}

/** The share of the picture that is plainly green: what Chromium's own fake camera mostly is, and the box's synthetic one is not. */
export function greenShare(page: Page, testId = "main-video"): Promise<number> {
  return page.getByTestId(testId).evaluate((video: HTMLVideoElement) => {
    const canvas = document.createElement("canvas");
    canvas.width = 64;
    canvas.height = 36;
    const draw = canvas.getContext("2d", { willReadFrequently: true });
    if (!draw || video.videoWidth === 0) return 0;
    draw.drawImage(video, 0, 0, 64, 36);
    const { data } = draw.getImageData(0, 0, 64, 36);
    const isGreen = (n: number): boolean =>
      (data[n + 1] ?? 0) > 2 * (data[n] ?? 0) && (data[n + 1] ?? 0) > 2 * (data[n + 2] ?? 0) && (data[n + 1] ?? 0) > 60;
    let green = 0;
    for (let n = 0; n < data.length; n += 4) green += isGreen(n) ? 1 : 0;
    return green / (64 * 36);
  });
}

/** A small grey copy of what the element shows now. */
function thumbnail(page: Page, testId: string): Promise<number[]> {
  return page.getByTestId(testId).evaluate((video: HTMLVideoElement) => {
    const canvas = document.createElement("canvas");
    canvas.width = 48;
    canvas.height = 27;
    const draw = canvas.getContext("2d", { willReadFrequently: true });
    if (!draw || video.videoWidth === 0) return [];
    draw.drawImage(video, 0, 0, 48, 27);
    const { data } = draw.getImageData(0, 0, 48, 27);
    return Array.from({ length: 48 * 27 }, (_, n) =>
      Math.max(data[n * 4] ?? 0, data[n * 4 + 1] ?? 0, data[n * 4 + 2] ?? 0),
    );
  });
}

/** Frames are decoded, the picture is not black, and it changes. */
export async function expectMovingPicture(page: Page, testId = "main-video"): Promise<void> {
  const before = (await inbound(page)).framesDecoded;
  await expect
    .poll(async () => (await inbound(page)).framesDecoded, { message: "frames decoded", timeout: 30_000 })
    .toBeGreaterThan(before + 10);
  await expect
    .poll(async () => (await thumbnail(page, testId)).length, { message: "a picture is there", timeout: 15_000 })
    .toBeGreaterThan(0);
  const first = await thumbnail(page, testId);
  const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
  expect(mean, "not black").toBeGreaterThan(20);
  await expect
    .poll(
      async () => {
        const next = await thumbnail(page, testId);
        return next.filter((value, n) => Math.abs(value - (first[n] ?? 0)) > 24).length;
      },
      { message: "pixels that changed", timeout: 15_000 },
    )
    .toBeGreaterThan(3);
}

/** Sound above silence arrives: the loudest level of the decoded audio within some seconds. */
export async function expectSound(page: Page): Promise<void> {
  let loudest = 0;
  await expect
    .poll(
      async () => {
        loudest = Math.max(loudest, (await inbound(page)).audioLevel);
        return loudest;
      },
      { message: "audio level above silence", timeout: 20_000, intervals: [100] },
    )
    .toBeGreaterThan(0.01);
}
