/** Days and clock times as forms have them. A civil date is `2026-11-24`; an instant is RFC 3339. */
import type { Weekday } from "@yunzhen/client";

/** As a week is written down: it begins on Monday. */
export const WEEKDAYS: readonly Weekday[] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

const two = (n: number): string => String(n).padStart(2, "0");

/** The local day of an instant. */
export function dateOf(at: Date | number | string): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** Calendar arithmetic, so that a day of 23 or 25 hours is one day. */
export function addDays(date: string, days: number): string {
  const d = new Date(`${date}T00:00:00Z`);
  d.setUTCDate(d.getUTCDate() + days);
  return d.toISOString().slice(0, 10);
}

/** 0 is Monday. */
export function weekdayIndex(date: string): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
}

export const mondayOf = (date: string): string => addDays(date, -weekdayIndex(date));

/** Local midnight as an instant: the edge of a window to ask for. */
export const startOfDay = (date: string): string => new Date(`${date}T00:00:00`).toISOString();

/** From midnight to midnight, or longer: "00:00–00:00" says nothing. */
export function coversDay({ starts_at, ends_at }: { starts_at: string; ends_at: string }, date: string): boolean {
  return (
    Date.parse(starts_at) <= Date.parse(startOfDay(date)) &&
    Date.parse(startOfDay(addDays(date, 1))) <= Date.parse(ends_at)
  );
}

/** For `<input type="datetime-local">`. */
export function toLocalInput(at: Date | number | string): string {
  const d = new Date(at);
  return `${dateOf(d)}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** What was typed as an instant; nothing while it is incomplete. */
export function fromLocalInput(text: string): string | undefined {
  const at = new Date(text).getTime();
  return text === "" || Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** The next full quarter of an hour, at least `minutes` away. */
export function nextQuarter(now: number, minutes = 5): number {
  const quarter = 15 * 60_000;
  return Math.ceil((now + minutes * 60_000) / quarter) * quarter;
}
