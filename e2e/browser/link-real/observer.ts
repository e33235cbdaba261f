/**
 * What a page shows and sounds, written down by the page itself: every rendered frame with the number painted into it, levels of the sound, some whole
 * frames. The same for the specialist's page and for Janus' viewer. The functions are sent into the page: they use nothing from outside themselves.
 */
import type { BrowserContext, Page } from "@playwright/test";
import type { Picture, Sound } from "./figures";
import { readSquares } from "./scene";

/** What the page hands back. */
export interface Seen {
  pictures: Picture[];
  sound: Sound;
  /** Sums over the peers' inbound streams, one each second. */
  received: Received[];
}

export interface Received {
  at: number;
  bytes: number;
  concealed: number;
  samples: number;
  framesDecoded: number;
}

interface Wishes {
  /** Takes a POST of a frame's luma; what it is in the query. */
  sink: string;
  /** Between whole frames. */
  everyMs: number;
}

interface State {
  yzPeers: RTCPeerConnection[];
  yzRead: typeof readSquares;
  yzWorklet: string;
  yzSeen: Seen & { stop: () => void };
}

/** Root mean square of each 10 ms at 48 kHz, half a second at a time. */
const WORKLET = `
registerProcessor("yz-level", class extends AudioWorkletProcessor {
  sum = 0; count = 0; levels = [];
  process(inputs) {
    const samples = inputs[0][0] ?? new Float32Array(128);
    for (const sample of samples) {
      this.sum += sample * sample;
      this.count += 1;
      if (this.count < 480) continue;
      this.levels.push(Math.sqrt(this.sum / 480));
      this.sum = this.count = 0;
      if (this.levels.length === 50) { this.port.postMessage(this.levels); this.levels = []; }
    }
    return true;
  }
});`;

/** Before the page loads: keeps its peers. */
export async function keepPeers(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const state = window as unknown as State;
    state.yzPeers = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        state.yzPeers.push(this);
      }
    };
  });
}

export async function beginToObserve(page: Page, wishes: Wishes): Promise<void> {
  await page.evaluate(`window.yzRead = ${readSquares.toString()}; window.yzWorklet = ${JSON.stringify(WORKLET)}`);
  await page.evaluate(observe, wishes);
}

export async function endOfObserving(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const { yzSeen } = window as unknown as State;
    yzSeen.stop();
    const { pictures, sound, received } = yzSeen;
    return { pictures, sound, received };
  });
}

/** How many frames were rendered until now. */
export function renderedSoFar(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as State).yzSeen.pictures.length);
}

async function observe({ sink, everyMs }: Wishes): Promise<void> {
  const state = window as unknown as State;
  const epoch = performance.timeOrigin;
  const seen: Seen = { pictures: [], sound: { began: 0, levels: [] }, received: [] };

  let video: HTMLVideoElement | undefined;
  let lastWhole = 0;
  const strip = async (frame: VideoFrame, shown: number): Promise<void> => {
    const visible = frame.visibleRect as DOMRectReadOnly;
    const whole = shown - lastWhole >= everyMs;
    if (whole) lastWhole = shown;
    // Luma comes first in every format that a decoder gives; a fortieth of the width is a cell, and five of them hold both rows.
    const height = whole ? visible.height : Math.min(visible.height, 2 * Math.ceil(visible.width / 16));
    const rect = { x: visible.x, y: visible.y, width: visible.width, height };
    const bytes = new Uint8Array(frame.allocationSize({ rect }));
    const [plane] = await frame.copyTo(bytes, { rect });
    frame.close();
    if (!plane) return;
    const luma = bytes.subarray(plane.offset);
    const read = state.yzRead(luma, plane.stride, visible.width);
    seen.pictures.push({ shown, ...read, width: visible.width });
    if (!whole || read.number === undefined || read.time === undefined) return;
    const query = new URLSearchParams({
      number: String(read.number),
      time: String(read.time),
      shown: String(Math.round(shown)),
      width: String(visible.width),
      height: String(visible.height),
      stride: String(plane.stride),
    });
    await fetch(`${sink}?${query}`, { method: "POST", mode: "no-cors", body: luma.slice(0, plane.stride * height) });
  };
  const onFrame =
    (of: HTMLVideoElement): VideoFrameRequestCallback =>
    (_now, metadata) => {
      if (of !== video) return;
      of.requestVideoFrameCallback(onFrame(of));
      const shown = epoch + metadata.expectedDisplayTime;
      // A frame that is gone before it could be copied counts as shown and unread.
      strip(new VideoFrame(of), shown).catch(() =>
        seen.pictures.push({ shown, number: undefined, time: undefined, width: 0 }),
      );
    };

  const ears = new AudioContext({ sampleRate: 48_000 });
  await ears.audioWorklet.addModule(URL.createObjectURL(new Blob([state.yzWorklet], { type: "text/javascript" })));
  const level = new AudioWorkletNode(ears, "yz-level", {
    numberOfInputs: 1,
    channelCount: 1,
    channelCountMode: "explicit",
  });
  level.connect(ears.destination);
  level.port.onmessage = ({ data }: MessageEvent<number[]>) => {
    // Half a second of levels is half a second old.
    if (seen.sound.levels.length === 0) seen.sound.began = epoch + performance.now() - data.length * 10;
    seen.sound.levels.push(...data);
  };
  const heard = new Set<MediaStreamTrack>();

  // The page may show another element or get other tracks at any time.
  const look = (): void => {
    const shown = document.querySelector<HTMLVideoElement>("[data-testid=main-video]");
    if (shown && shown !== video) {
      video = shown;
      shown.requestVideoFrameCallback(onFrame(shown));
    }
    for (const { track } of state.yzPeers.flatMap((peer) => peer.getReceivers())) {
      if (track.kind !== "audio" || track.muted || heard.has(track)) continue;
      heard.add(track);
      ears.createMediaStreamSource(new MediaStream([track])).connect(level);
    }
  };
  const count = async (): Promise<void> => {
    const total = { at: epoch + performance.now(), bytes: 0, concealed: 0, samples: 0, framesDecoded: 0 };
    for (const peer of state.yzPeers) {
      (await peer.getStats()).forEach((entry: Record<string, unknown>) => {
        if (entry.type !== "inbound-rtp") return;
        total.bytes += Number(entry.bytesReceived ?? 0) + Number(entry.headerBytesReceived ?? 0);
        total.concealed += Number(entry.concealedSamples ?? 0);
        total.samples += Number(entry.totalSamplesReceived ?? 0);
        total.framesDecoded += Number(entry.framesDecoded ?? 0);
      });
    }
    seen.received.push(total);
  };
  look();
  const timers = [setInterval(look, 100), setInterval(() => void count(), 1000)];
  state.yzSeen = {
    ...seen,
    stop: () => {
      timers.forEach(clearInterval);
      video = undefined;
      void ears.close();
    },
  };
}
