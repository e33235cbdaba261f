import { describe, expect, it } from "vitest";
import { Listening, readSound, SoundBuffers } from "../src/call/listening";

/** Two seconds of sound at 48 kHz each, with so many milliseconds made up in so many pieces. */
function listen(): {
  listening: Listening;
  hear: (madeUpMs: number, pieces: number, silentMs?: number) => number | null;
} {
  const listening = new Listening();
  const sum = { at: 0, samples: 0, concealed: 0, silent: 0, events: 0 };
  const hear = (madeUpMs: number, pieces: number, silentMs = 0): number | null => {
    sum.at += 2000;
    sum.samples += 96_000;
    sum.concealed += 48 * (madeUpMs + silentMs);
    sum.silent += 48 * silentMs;
    sum.events += pieces;
    return listening.push({ ...sum });
  };
  hear(0, 0);
  return { listening, hear };
}

describe("the buffer of received sound", () => {
  it("is the browser's own while single packets are missing, and in silence", () => {
    const { hear } = listen();
    expect([hear(0, 0), hear(100, 5), hear(30, 1), hear(0, 1, 1500)]).toEqual([null, null, null, null]);
  });

  it("is as deep as the deepest hole, within bounds, for three minutes", () => {
    const { hear } = listen();
    expect([hear(90, 1), hear(160, 1), hear(70, 1), hear(310, 1)]).toEqual([130, 200, 200, 280]);
    const quiet = Array.from({ length: 90 }, () => hear(0, 0));
    expect([quiet[89], hear(0, 0), hear(70, 1)]).toEqual([280, null, 120]);
  });

  it("is not made deeper by an outage, which it could not bridge", () => {
    const { hear } = listen();
    expect([hear(400, 1), hear(2000, 1)]).toEqual([null, null]);
  });

  it("is set on the receiver whose sound it is, where the browser can be told", () => {
    const receivers = ["home", "observer"].map((id) => ({ track: { id }, jitterBufferTarget: null as number | null }));
    const old = { track: { id: "home" } };
    const peer = {
      getTransceivers: () => [...receivers, old].map((receiver) => ({ receiver })),
    } as unknown as RTCPeerConnection;
    const buffers = new SoundBuffers();
    const stats = (concealed: number, samples: number): Record<string, unknown>[] => [
      { type: "inbound-rtp", kind: "video", trackIdentifier: "picture", framesDecoded: 3 },
      {
        type: "inbound-rtp",
        kind: "audio",
        trackIdentifier: "home",
        totalSamplesReceived: samples,
        concealedSamples: concealed,
        silentConcealedSamples: 0,
        concealmentEvents: concealed ? 1 : 0,
      },
    ];
    buffers.push(peer, readSound(0, stats(0, 96_000)));
    buffers.push(peer, readSound(2000, stats(48 * 120, 192_000)));
    expect(receivers.map((receiver) => receiver.jitterBufferTarget)).toEqual([160, null]);
    expect("jitterBufferTarget" in old).toBe(false);
  });
});
