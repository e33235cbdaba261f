/**
 * A call of four minutes that froze: the specialist comes after twelve seconds, the link narrows as 5G gives way to LTE and HSPA, is away for eight seconds, and comes
 * back step by step. Invented, test-only.
 */
import type {
  MediaSecond,
  MediaSignal,
  MediaStretch,
  MediaTimeline,
  RadioTechnology,
  Rung,
  SigningByCall,
} from "@yunzhen/client";
import { now } from "./clock";

const BEGUN = now() - 240_000;

/** How the link is at a second of the call. */
function second(at: number): MediaSecond {
  const specialist = at >= 12;
  if (at >= 95 && at < 103) return { away: true, specialist };
  const narrow = at >= 70 && at < 150;
  const rung: Rung = !narrow ? "full" : at < 85 ? "small" : at < 120 ? "sound" : "slow";
  const capacity = { full: 1450, small: 320, slow: 90, stills: 60, sound: 45, forward: 20 }[rung];
  const wave = Math.sin(at / 3);
  const kbps = Math.round(capacity * (1 + 0.08 * wave));
  return {
    rung,
    shown: rung,
    specialist,
    ...(specialist ? { seen: rung } : {}),
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

const signal = (technology: RadioTechnology, quality_percent: number): MediaSignal => ({
  path: "5G",
  technology,
  quality_percent,
  strength: quality_percent >= 55 ? "strong" : quality_percent >= 30 ? "fair" : "weak",
});

/** What the modem says, each time it changed, by seconds of the call. */
const SIGNALS: [number, MediaSignal][] = [
  [0, signal("nr5g", 78)],
  [30, signal("nr5g", 61)],
  [66, signal("nr5g", 24)],
  [72, signal("lte", 38)],
  [86, signal("hspa", 14)],
  [121, signal("hspa", 31)],
  [138, signal("lte", 52)],
  [170, signal("nr5g", 70)],
];

/** A stretch begins with what was said last. */
function signals(from: number): NonNullable<MediaStretch["signals"]> {
  const before = SIGNALS.filter(([at]) => at <= from).at(-1);
  const within = SIGNALS.filter(([at]) => at > from && at < from + 60);
  return [...(before ? [[from, before[1]] as const] : []), ...within].map(([at, one]) => ({
    from_second: at - from,
    signals: [one],
  }));
}

export const standing = (rest: Partial<SigningByCall> = {}): SigningByCall => ({
  enough: true,
  least_rung: "slow",
  last: "full",
  held: "full",
  held_seconds: 60,
  connected_seconds: 220,
  least_connected_seconds: 0,
  ...rest,
});

export const tooLow = standing({ enough: false, last: "sound", held: "sound" });
/** The home is in the call, and the specialist is not. */
export const apart = standing({ enough: false, apart: true, connected_seconds: 0 });

export const timeline: MediaTimeline = {
  consultation_id: "c8",
  stretches: [0, 60, 120, 180].map((from) => ({
    from: new Date(BEGUN + from * 1000).toISOString(),
    seconds: Array.from({ length: 60 }, (_, index) => second(from + index)),
    signals: signals(from),
  })),
  signing: standing(),
};

export const noTimeline: MediaTimeline = { consultation_id: "c8", stretches: [], signing: standing() };
