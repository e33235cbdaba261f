/** Clocks on the wall: what one in a zone shows at an instant, and the instant at which it shows that. Pure; the rules of the zones are the browser's. */

/** A day as `2026-11-24`. */
export type Day = string;

export interface WallClock {
  day: Day;
  hour: number;
  minute: number;
}

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, format);
  }
  return format;
}

/** The zone that this machine is set to. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Does the browser have its rules. */
export function knowsZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What a clock in `zone` shows, as if it were UTC. */
function shown(at: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

export function wallClock(at: string | number, zone: string): WallClock {
  const text = new Date(shown(new Date(at).getTime(), zone)).toISOString();
  return { day: text.slice(0, 10), hour: Number(text.slice(11, 13)), minute: Number(text.slice(14, 16)) };
}

export const dayAt = (at: string | number, zone: string): Day => wallClock(at, zone).day;

/** Calendar arithmetic, so that a day of 23 or 25 hours is one day. */
export function daysAfter(day: Day, count: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The first instant at which a clock in `zone` shows `local` (`2026-11-24T09:05`) or, where it jumps over that, the moment of the jump: as the relay takes it.
 * NaN for what is no time.
 */
export function instantAt(local: string, zone: string): number {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted)) return Number.NaN;
  const behind = (at: number): number => shown(at, zone) - at;
  // A clock is put forward or back once within two days, if at all.
  const both = [wanted - behind(wanted - DAY_MS), wanted - behind(wanted + DAY_MS)];
  const first = both.sort((a, b) => a - b).find((at) => shown(at, zone) === wanted);
  if (first !== undefined) return first;
  let [before, after] = both as [number, number];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (shown(middle, zone) < wanted) before = middle;
    else after = middle;
  }
  return after;
}
