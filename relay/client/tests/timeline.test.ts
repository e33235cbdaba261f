import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  attendedOf,
  en,
  handovers,
  heightOf,
  isAtLeast,
  isBelowFull,
  rowsOf,
  rungAt,
  RUNGS,
  seriesOf,
  sharesOf,
  signalLines,
  signalRows,
  stepOf,
  STRENGTHS,
  zh,
} from "../src";
import type { MediaSecond, MediaSignal, MediaTimeline, RadioTechnology } from "../src/api/types";

const full: MediaSecond = {
  rung: "full",
  shown: "full",
  sound: true,
  picture: true,
  received_kbps: 1200,
  target_kbps: 1500,
  loss_permille: 5,
  queue_ms: 8,
  jitter_ms: 2,
  round_trip_ms: 40,
};
const slow: MediaSecond = { ...full, rung: "slow", shown: "slow", received_kbps: 60, queue_ms: 220, loss_permille: 80 };
const away: MediaSecond = { away: true };

const timeline: Pick<MediaTimeline, "stretches"> = {
  stretches: [
    { from: "2026-11-23T08:00:58.000Z", seconds: [full, full] },
    { from: "2026-11-23T08:01:00.000Z", seconds: [slow, away] },
    { from: "2026-11-23T08:05:00.000Z", seconds: [full] },
  ],
};

test("the best rung stands highest and nothing stands at the bottom", () => {
  expect(RUNGS.map(heightOf)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(heightOf(undefined)).toBe(0);
  expect([6, 4, 1, 0].map(rungAt)).toEqual(["full", "slow", "forward", undefined]);
  expect([isAtLeast("small", "slow"), isAtLeast("slow", "slow"), isAtLeast("stills", "slow")]).toEqual([
    true,
    true,
    false,
  ]);
  expect([isBelowFull("full"), isBelowFull("small"), isBelowFull(undefined), isBelowFull(null)]).toEqual([
    false,
    true,
    false,
    false,
  ]);
});

test("minutes that follow one another are one line, and where nothing was recorded the line breaks", () => {
  const series = seriesOf(timeline);
  const first = Date.parse("2026-11-23T08:00:58Z") / 1000;
  expect(series.times.map((time) => time - first)).toEqual([0, 1, 2, 3, 4, 242]);
  expect(series.shown).toEqual([6, 6, 4, 0, null, 6]);
  expect(series.received).toEqual([1200, 1200, 60, null, null, 1200]);
  expect(series.loss).toEqual([0.5, 0.5, 8, null, null, 0.5]);
  expect(seriesOf({ stretches: [] }).times).toEqual([]);
});

test("a line of the table has mean rates, the largest delay and loss and the worst picture", () => {
  const rows = rowsOf(timeline, 60);
  expect(rows.map((row) => [row.worst, row.away])).toEqual([
    ["full", 0],
    [undefined, 1],
    ["full", 0],
  ]);
  expect(rows[0]).toMatchObject({ received: 1200, target: 1500, loss: 0.5, roundTrip: 40 });
  expect(rows[1]).toMatchObject({ received: 60, queue: 220, loss: 8, jitter: 2 });
  expect(rows[1]?.at).toBe(Date.parse("2026-11-23T08:01:00Z"));
  expect([stepOf(60), stepOf(301), stepOf(7200)]).toEqual([5, 30, 60]);
});

test("the shares of the rungs add up, best first, nothing last", () => {
  const shares = sharesOf(timeline);
  expect(shares.map(({ shown }) => shown)).toEqual(["full", "slow", undefined]);
  expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(100);
  expect(sharesOf({ stretches: [] })).toEqual([]);
});

test("a rung is called the same by the pages and by the relay's refusal", () => {
  const relay = readFileSync(join(import.meta.dirname, "../../domain/src/media_timeline.rs"), "utf8");
  for (const rung of RUNGS) expect(relay).toContain(`("${zh.rung[rung]}", "${en.rung[rung]}")`);
});

test("a signal is called the same by the pages and by the box", () => {
  const radio = readFileSync(join(import.meta.dirname, "../../domain/src/radio.rs"), "utf8");
  for (const strength of STRENGTHS) {
    expect(radio).toContain(`("${zh.radio.strength[strength]}", "${en.radio.strength[strength]}")`);
  }
  for (const generation of Object.values(zh.radio.technology)) expect(radio).toContain(`=> "${generation}"`);
});

const heard = (technology: RadioTechnology, quality_percent: number, path = "5G"): MediaSignal => ({
  path,
  technology,
  quality_percent,
  strength: quality_percent >= 55 ? "strong" : "weak",
});
const falling: Pick<MediaTimeline, "stretches"> = {
  stretches: [
    {
      from: "2026-11-23T08:00:57.000Z",
      seconds: [full, full, full],
      signals: [
        { from_second: 0, signals: [heard("nr5g", 80)] },
        { from_second: 2, signals: [heard("nr5g", 20), heard("lte", 60, "SIM 2")] },
      ],
    },
    {
      from: "2026-11-23T08:01:00.000Z",
      seconds: [away, full, full],
      signals: [
        { from_second: 1, signals: [heard("lte", 50), heard("lte", 60, "SIM 2")] },
        { from_second: 2, signals: [heard("hspa", 12)] },
      ],
    },
  ],
};

test("each modem is a line, without values where nothing was heard of it", () => {
  const { times } = seriesOf(falling);
  const lines = signalLines(falling, times);
  expect(lines.map(({ path, quality }) => [path, quality])).toEqual([
    ["5G", [80, 80, 20, null, 50, 12]],
    ["SIM 2", [null, null, 60, null, 60, null]],
  ]);
  expect(signalLines(timeline, seriesOf(timeline).times)).toEqual([]);
});

test("a change of technology is marked where it happens, also over a time without a link; the first is none", () => {
  const { times } = seriesOf(falling);
  const marks = handovers(signalLines(falling, times), times, (technology) => technology);
  const first = Date.parse("2026-11-23T08:00:57Z") / 1000;
  expect(marks.map(({ at, label }) => [at - first, label])).toEqual([
    [4, "lte"],
    [5, "hspa"],
  ]);
});

test("a line of the table has the technologies in their order and the worst signal", () => {
  const rows = signalRows(falling, 60);
  const begun = Date.parse("2026-11-23T08:00:00Z");
  expect(rows.get(begun)).toEqual([
    { path: "5G", technologies: ["nr5g"], strength: "weak" },
    { path: "SIM 2", technologies: ["lte"], strength: "strong" },
  ]);
  expect(rows.get(begun + 60_000)?.[0]).toEqual({ path: "5G", technologies: ["lte", "hspa"], strength: "weak" });
});

test("how long the specialist was in the call is told where it was written down", () => {
  const there: MediaSecond = { ...full, specialist: true, seen: "full" };
  const voice: MediaSecond = { ...full, specialist: true, seen: "sound" };
  const alone: MediaSecond = { ...full, specialist: false };
  const attended = { stretches: [{ from: "2026-11-23T08:00:00.000Z", seconds: [alone, there, voice, there] }] };
  expect(attendedOf(attended)).toEqual({ together: 3, seen: 2 });
  expect(rowsOf(attended, 1).map(({ specialist }) => specialist)).toEqual(["notThere", "there", "there", "there"]);
  expect(rowsOf(attended, 60)[0]?.specialist).toBe("partly");
  expect([attendedOf(timeline), rowsOf(timeline, 60)[0]?.specialist]).toEqual([undefined, undefined]);
});
