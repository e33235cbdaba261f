/** When a tablet that nobody touches locks, and how often the box hears that somebody does. Pure; `use-idle.ts` has the timer. */

export interface Activity {
  /** The last touch of the glass or key, in milliseconds. */
  touchedAt: number;
  /** When the box was told last. */
  toldAt: number;
}

/** The box allows a minute on top of the idle time. */
export const TELL_MS = 30_000;

/** A touch: what is known after it, and whether the box has to hear of it. */
export function touched(activity: Activity, now: number): { activity: Activity; tell: boolean } {
  const tell = now - activity.toldAt >= TELL_MS;
  return { activity: { touchedAt: now, toldAt: tell ? now : activity.toldAt }, tell };
}

/** The same where the clock was put back meanwhile, which counts as a touch now and not as one in an hour. */
export const upTo = (activity: Activity, now: number): Activity => ({
  touchedAt: Math.min(activity.touchedAt, now),
  toldAt: Math.min(activity.toldAt, now),
});

export const isIdle = (activity: Activity, now: number, afterMs: number): boolean =>
  now - activity.touchedAt >= afterMs;
