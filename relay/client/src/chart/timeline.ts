/** A call's seconds as the plots and the table show them: pure. */
import type { MediaSecond, MediaTimeline, Rung } from "../api/types";

/** Best first. */
export const RUNGS = ["full", "small", "slow", "stills", "sound", "forward"] as const satisfies readonly Rung[];

/** Height on the plot: 6 the full picture, 1 messages, 0 nothing. */
export const heightOf = (shown: Rung | undefined): number => (shown ? RUNGS.length - RUNGS.indexOf(shown) : 0);
export const rungAt = (height: number): Rung | undefined => RUNGS[RUNGS.length - height];

export const isAtLeast = (shown: Rung, least: Rung): boolean => heightOf(shown) >= heightOf(least);

/** Whether a rung is worth words during the call: everything below the full picture. */
export const isBelowFull = (rung: Rung | null | undefined): rung is Exclude<Rung, "full"> =>
  rung !== undefined && rung !== null && rung !== "full";

export interface TimelineSeries {
  /** Seconds since 1970, in order; where nothing was recorded there is one point more, without values. */
  times: number[];
  shown: (number | null)[];
  received: (number | null)[];
  target: (number | null)[];
  queue: (number | null)[];
  roundTrip: (number | null)[];
  /** Percent. */
  loss: (number | null)[];
}

/** One row for each second; a second without a link has no values, and its rung is nothing. */
export function seriesOf({ stretches }: Pick<MediaTimeline, "stretches">): TimelineSeries {
  const series: TimelineSeries = {
    times: [],
    shown: [],
    received: [],
    target: [],
    queue: [],
    roundTrip: [],
    loss: [],
  };
  const push = (time: number, shown: number | null, second: MediaSecond): void => {
    series.times.push(time);
    series.shown.push(shown);
    series.received.push(second.received_kbps ?? null);
    series.target.push(second.target_kbps ?? null);
    series.queue.push(second.queue_ms ?? null);
    series.roundTrip.push(second.round_trip_ms ?? null);
    series.loss.push(second.loss_permille === undefined ? null : second.loss_permille / 10);
  };
  for (const { from, seconds } of stretches) {
    const begun = Math.round(Date.parse(from) / 1000);
    const last = series.times.at(-1);
    // Rows of a minute follow one another; anything else is a hole.
    if (last !== undefined && begun > last + 1) push(last + 1, null, {});
    seconds.forEach((second, index) => push(begun + index, heightOf(second.shown), second));
  }
  return series;
}

export interface TimelineRow {
  /** Milliseconds since 1970. */
  at: number;
  /** The worst that was shown; absent: for a moment nothing. */
  worst: Rung | undefined;
  /** Seconds without a link. */
  away: number;
  received: number | undefined;
  target: number | undefined;
  queue: number | undefined;
  roundTrip: number | undefined;
  jitter: number | undefined;
  loss: number | undefined;
  /** Whether the specialist was in the call; absent where nobody wrote it down. */
  specialist: "there" | "partly" | "notThere" | undefined;
}

/** Seconds of one row of the table: few enough rows to be read. */
export const stepOf = (seconds: number): number => (seconds <= 300 ? 5 : seconds <= 1800 ? 30 : 60);

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
const most = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : Math.max(...values));

/** Mean rates, the largest delay and loss and the worst picture of each so many seconds. */
export function rowsOf({ stretches }: Pick<MediaTimeline, "stretches">, step: number): TimelineRow[] {
  const groups = new Map<number, MediaSecond[]>();
  for (const { from, seconds } of stretches) {
    const begun = Math.round(Date.parse(from) / 1000);
    seconds.forEach((second, index) => {
      const group = Math.floor((begun + index) / step) * step;
      groups.set(group, [...(groups.get(group) ?? []), second]);
    });
  }
  return [...groups].map(([at, seconds]) => {
    const known = (pick: (second: MediaSecond) => number | undefined): number[] =>
      seconds.map(pick).filter((value) => value !== undefined);
    return {
      at: at * 1000,
      worst: rungAt(Math.min(...seconds.map((second) => heightOf(second.shown)))),
      away: seconds.filter((second) => second.away).length,
      received: mean(known((second) => second.received_kbps)),
      target: mean(known((second) => second.target_kbps)),
      queue: most(known((second) => second.queue_ms)),
      roundTrip: most(known((second) => second.round_trip_ms)),
      jitter: most(known((second) => second.jitter_ms)),
      loss: most(known((second) => (second.loss_permille === undefined ? undefined : second.loss_permille / 10))),
      specialist: attendance(seconds),
    };
  });
}

function attendance(seconds: readonly MediaSecond[]): TimelineRow["specialist"] {
  const known = seconds.map(({ specialist }) => specialist).filter((there) => there !== undefined);
  if (known.length === 0) return undefined;
  if (known.every(Boolean)) return "there";
  return known.some(Boolean) ? "partly" : "notThere";
}

/** For how many seconds the specialist was in the call, and had a moving picture in it; absent where nobody wrote it down. */
export function attendedOf({
  stretches,
}: Pick<MediaTimeline, "stretches">): { together: number; seen: number } | undefined {
  const known = stretches.flatMap(({ seconds }) => seconds).filter(({ specialist }) => specialist !== undefined);
  if (known.length === 0) return undefined;
  const together = known.filter(({ specialist }) => specialist === true);
  return {
    together: together.length,
    seen: together.filter(({ seen }) => seen !== undefined && isAtLeast(seen, "slow")).length,
  };
}

/** How much of the call was on which rung, best first, nothing last; those that were not had are left out. In percent. */
export function sharesOf({
  stretches,
}: Pick<MediaTimeline, "stretches">): { shown: Rung | undefined; share: number }[] {
  const all = stretches.flatMap(({ seconds }) => seconds);
  return [...RUNGS, undefined].flatMap((rung) => {
    const count = all.filter(({ shown }) => (shown ?? undefined) === rung).length;
    return count === 0 ? [] : [{ shown: rung, share: (100 * count) / all.length }];
  });
}
