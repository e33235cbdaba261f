/**
 * The reference: Chromium publishes its camera to Janus' videoroom, another Chromium watches. Only the publisher's packets take the link: Janus is told
 * that the publisher is nowhere, and the publisher that Janus is the proxy, so that ICE finds the way through it.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser, type Page } from "@playwright/test";
import { CHROMIUM, CHROMIUM_ARGS } from "../support/browser";
import { captureMoments, lastCapture } from "./figures";
import { MOST_BPS, publish, startJanus, subscribe } from "./janus";
import { keepPeers } from "./observer";
import type { Run, Setting } from "./program";
import { startProxy } from "./proxy";
import { readSquares } from "./scene";
import { reachableOnlyAt, udpCandidate } from "./sdp";

interface Camera {
  frames: { number: number; stamp: number; arrived: number }[];
  /** Seconds by what the encoder says limits it, and how long a frame takes it. */
  limits: Record<string, number>;
  encodeMs: number;
}

interface State {
  yzPeers: RTCPeerConnection[];
  yzRead: typeof readSquares;
  yzFrames: Camera["frames"];
}

/** An empty page of a secure origin. */
async function site(): Promise<{ origin: string; close: () => void }> {
  const page =
    "<!doctype html><title>room</title><video data-testid=main-video autoplay playsinline width=1280></video>";
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(page));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://localhost:${port}`, close: () => server.close() };
}

function launch(extra: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    // Addresses as they are: Janus does not resolve names made up by a browser.
    args: [...CHROMIUM_ARGS, "--disable-features=WebRtcHideLocalIpsWithMdns", ...extra],
    ignoreDefaultArgs: ["--mute-audio"],
  });
}

async function pageOf(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext({ permissions: ["camera", "microphone"] });
  await keepPeers(context);
  const page = await context.newPage();
  await page.goto(origin);
  return page;
}

/** Camera and microphone without the browser's own processing of sound, which a measure of silence must not meet; and the offer. */
async function offerOfCamera(page: Page, codec: string, most: number): Promise<string> {
  await page.evaluate(`window.yzRead = ${readSquares.toString()}`);
  return page.evaluate(
    async ([wanted, maxBitrate]) => {
      const state = window as unknown as State;
      state.yzFrames = [];
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
        video: { width: 1280, height: 720, frameRate: 30 },
      });
      const peer = new RTCPeerConnection();
      const [audio, video] = [stream.getAudioTracks()[0], stream.getVideoTracks()[0]];
      if (!audio || !video) throw new Error("no camera or no microphone");
      peer.addTransceiver(audio, { direction: "sendonly", streams: [stream] });
      const sender = peer.addTransceiver(video, {
        direction: "sendonly",
        streams: [stream],
        sendEncodings: [{ maxBitrate: maxBitrate as number }],
      });
      const codecs = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
      const is = (mime: string, name: unknown): boolean => mime.toLowerCase() === `video/${name}`;
      const chosen = codecs.filter(({ mimeType }) => is(mimeType, wanted) || is(mimeType, "rtx"));
      if (chosen.every(({ mimeType }) => is(mimeType, "rtx"))) throw new Error(`this Chromium cannot send ${wanted}`);
      sender.setCodecPreferences(chosen);
      await peer.setLocalDescription(await peer.createOffer());
      await new Promise<void>((done) => {
        if (peer.iceGatheringState === "complete") done();
        else peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && done());
      });
      // Each frame as it comes from the camera: its number, the camera's own stamp, and when it was here.
      const Processor = (window as unknown as Record<string, unknown>).MediaStreamTrackProcessor as new (of: {
        track: MediaStreamTrack;
      }) => { readable: ReadableStream<VideoFrame> };
      const reader = new Processor({ track: video.clone() }).readable.getReader();
      void (async () => {
        for (;;) {
          const { value: frame, done } = await reader.read();
          if (done) return;
          const arrived = performance.timeOrigin + performance.now();
          const visible = frame.visibleRect as DOMRectReadOnly;
          const rect = { x: visible.x, y: visible.y, width: visible.width, height: 2 * Math.ceil(visible.width / 16) };
          const bytes = new Uint8Array(frame.allocationSize({ rect }));
          const [plane] = await frame.copyTo(bytes, { rect });
          const stamp = frame.timestamp / 1000;
          frame.close();
          if (!plane) continue;
          const { number } = state.yzRead(bytes.subarray(plane.offset), plane.stride, visible.width);
          if (number !== undefined) state.yzFrames.push({ number, stamp, arrived });
        }
      })();
      return peer.localDescription?.sdp ?? "";
    },
    [codec, most] as const,
  );
}

const takeAnswer = (page: Page, sdp: string): Promise<void> =>
  page.evaluate(async (text) => {
    const [peer] = (window as unknown as State).yzPeers;
    await peer?.setRemoteDescription({ type: "answer", sdp: text });
  }, sdp);

const answerTo = (page: Page, offer: string): Promise<string> =>
  page.evaluate(async (sdp) => {
    const peer = new RTCPeerConnection();
    const stream = new MediaStream();
    peer.addEventListener("track", ({ track }) => {
      stream.addTrack(track);
      (document.querySelector("video") as HTMLVideoElement).srcObject = stream;
    });
    await peer.setRemoteDescription({ type: "offer", sdp });
    await peer.setLocalDescription(await peer.createAnswer());
    await new Promise<void>((done) => {
      if (peer.iceGatheringState === "complete") done();
      else peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && done());
    });
    return peer.localDescription?.sdp ?? "";
  }, offer);

const cameraOf = (page: Page): Promise<Camera> =>
  page.evaluate(async () => {
    const { yzPeers, yzFrames } = window as unknown as State;
    const camera: Camera = { frames: yzFrames, limits: {}, encodeMs: 0 };
    (await (yzPeers[0] as RTCPeerConnection).getStats()).forEach((entry: Record<string, unknown>) => {
      if (entry.type !== "outbound-rtp" || entry.kind !== "video") return;
      camera.limits = entry.qualityLimitationDurations as Record<string, number>;
      camera.encodeMs = (1000 * Number(entry.totalEncodeTime)) / Math.max(1, Number(entry.framesEncoded));
    });
    return camera;
  });

export async function startReference({ folder, source, codec, caseLine, onStop }: Setting): Promise<Run> {
  const web = await site();
  onStop(async () => web.close());
  const janus = await startJanus(folder);
  onStop(janus.stop);
  const home = await launch([
    `--use-file-for-fake-video-capture=${source.video}`,
    `--use-file-for-fake-audio-capture=${source.audio}`,
  ]);
  onStop(() => home.close());
  const hospital = await launch();
  onStop(() => hospital.close());
  const publishing = await pageOf(home, web.origin);
  const viewing = await pageOf(hospital, web.origin);

  const offer = await offerOfCamera(publishing, codec, MOST_BPS);
  // Port 9 discards: Janus learns the publisher's place from what comes through the link.
  const { answer, feed, up } = await publish(janus, codec, reachableOnlyAt(offer, "127.0.0.1", 9));
  const place = udpCandidate(answer);
  if (!place) throw new Error("Janus offers no IPv4 address: this machine has none but loopback");
  const proxy = await startProxy(`${place.address}:${place.port}`);
  onStop(proxy.stop);
  await proxy.tell(caseLine);
  const began = Date.now();
  await takeAnswer(publishing, reachableOnlyAt(answer, "127.0.0.1", proxy.port));
  await up();
  const subscriber = await subscribe(janus, feed);
  await subscriber.answer(await answerTo(viewing, subscriber.offer));

  return {
    began,
    viewing,
    proxy,
    end: async () => {
      const { frames, limits, encodeMs } = await cameraOf(publishing);
      const captures = captureMoments(frames);
      const limited = Object.values(limits).reduce((total, seconds) => total + seconds, 0);
      return {
        capturedAt: (picture) => lastCapture(captures, picture),
        cpuLimited: limited > 0 ? (100 * (limits.cpu ?? 0)) / limited : 0,
        encodeMs,
      };
    },
  };
}
