/** The stretch of time that the curves show: chosen, moved, made shorter or longer. Pure; times in milliseconds. */

export interface ChartWindow {
  from: number;
  to: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const SPANS = { day: DAY, three_days: 3 * DAY, two_weeks: 14 * DAY, three_months: 90 * DAY } as const;
export type Span = keyof typeof SPANS;
/** How far back readings are fetched. */
export const REACH = SPANS.three_months;
const SHORTEST = 6 * HOUR;
/** A page that ticks by the minute shows a window that ended a moment ago. */
const AT_ITS_END = 5 * 60_000;

export const windowOf = (span: Span, now: number): ChartWindow => ({ from: now - SPANS[span], to: now });

/** Which choice the window is, if it is one. */
export function spanOf(window: ChartWindow, now: number): Span | undefined {
  if (Math.abs(window.to - now) > 60_000) return undefined;
  return (Object.keys(SPANS) as Span[]).find((span) => Math.abs(window.to - window.from - SPANS[span]) < 60_000);
}

/** Half as long or twice as long: around its middle, or, where it ends now, to its end, so that the newest days stay in sight. */
export function zoom(window: ChartWindow, direction: "in" | "out", now: number): ChartWindow {
  const length = window.to - window.from;
  const next = Math.min(REACH, Math.max(SHORTEST, direction === "in" ? length / 2 : length * 2));
  if (window.to >= now - AT_ITS_END) return within({ from: window.to - next, to: window.to }, now);
  const middle = (window.from + window.to) / 2;
  return within({ from: middle - next / 2, to: middle + next / 2 }, now);
}

/** Half a window earlier or later. */
export function pan(window: ChartWindow, direction: "earlier" | "later", now: number): ChartWindow {
  const step = ((window.to - window.from) / 2) * (direction === "earlier" ? -1 : 1);
  return within({ from: window.from + step, to: window.to + step }, now);
}

/** Neither into the future nor beyond what was fetched; its length stays. */
function within({ from, to }: ChartWindow, now: number): ChartWindow {
  const length = to - from;
  const end = Math.max(Math.min(to, now), now - REACH + length);
  return { from: end - length, to: end };
}

export const canZoom = (window: ChartWindow, direction: "in" | "out"): boolean =>
  direction === "in" ? window.to - window.from > SHORTEST : window.to - window.from < REACH;

export const canPan = (window: ChartWindow, direction: "earlier" | "later", now: number): boolean =>
  direction === "later" ? window.to < now - 1000 : window.from > now - REACH + 1000;
