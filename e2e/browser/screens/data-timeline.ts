/** A call of four minutes that froze: the link narrows, is away for eight seconds, and comes back step by step. Invented, test-only. */
import type { MediaSecond, MediaTimeline, Rung, SigningByCall } from "@yunzhen/client";
import { now } from "./clock";

const BEGUN = now() - 240_000;

/** How the link is at a second of the call. */
function second(at: number): MediaSecond {
  if (at >= 95 && at < 103) return { away: true };
  const narrow = at >= 70 && at < 150;
  const rung: Rung = !narrow ? "full" : at < 85 ? "small" : at < 120 ? "sound" : "slow";
  const capacity = { full: 1450, small: 320, slow: 90, stills: 60, sound: 45, forward: 20 }[rung];
  const wave = Math.sin(at / 3);
  const kbps = Math.round(capacity * (1 + 0.08 * wave));
  return {
    rung,
    shown: rung,
    camera: "room",
    sound: true,
    picture: rung !== "sound",
    target_kbps: Math.round(capacity * 1.1),
    received_kbps: kbps,
    loss_permille: narrow ? Math.round(40 + 30 * wave) : 2,
    queue_ms: narrow ? Math.round(90 + 60 * wave) : 6,
    jitter_ms: narrow ? 18 : 2,
    round_trip_ms: narrow ? 210 : 46,
  };
}

export const standing = (rest: Partial<SigningByCall> = {}): SigningByCall => ({
  enough: true,
  least_rung: "slow",
  last: "full",
  held: "full",
  held_seconds: 60,
  connected_seconds: 232,
  least_connected_seconds: 0,
  ...rest,
});

export const tooLow = standing({ enough: false, last: "sound", held: "sound" });

export const timeline: MediaTimeline = {
  consultation_id: "c8",
  stretches: [0, 60, 120, 180].map((from) => ({
    from: new Date(BEGUN + from * 1000).toISOString(),
    seconds: Array.from({ length: 60 }, (_, index) => second(from + index)),
  })),
  signing: standing(),
};

export const noTimeline: MediaTimeline = { consultation_id: "c8", stretches: [], signing: standing() };
