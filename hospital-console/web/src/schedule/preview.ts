/** Which times a published week gives, by the clock of its zone. The relay's slots are the truth; this is what one sees while typing. */
import type { AvailabilityException, AvailabilityRule } from "@yunzhen/client";
import { addDays, WEEKDAYS, weekdayIndex } from "../common/dates";

export interface PreviewDay {
  date: string;
  /** Taken out by an exception. */
  off: boolean;
  /** Start of each, "14:00". */
  times: string[];
}

/** Minutes since midnight of "14:00" or "14:00:00". */
export function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

const clockOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** A block until midnight ends at "00:00". */
export function lengthOf(block: { start: string; end: string }): number {
  const end = minutesOf(block.end);
  return (end === 0 ? 1440 : end) - minutesOf(block.start);
}

export function preview(
  published: { rules: readonly AvailabilityRule[]; exceptions: readonly AvailabilityException[] },
  from: string,
  days: number,
): PreviewDay[] {
  return Array.from({ length: days }, (_, n) => ofDay(published, addDays(from, n)));
}

function ofDay(
  { rules, exceptions }: { rules: readonly AvailabilityRule[]; exceptions: readonly AvailabilityException[] },
  date: string,
): PreviewDay {
  const off = exceptions.some((e) => e.kind === "day_off" && e.date === date);
  const weekly = rules.filter(
    (rule) =>
      !off &&
      rule.weekday === WEEKDAYS[weekdayIndex(date)] &&
      rule.valid_from <= date &&
      (rule.valid_until == null || date <= rule.valid_until),
  );
  const extra = exceptions.filter((e) => e.kind === "extra_block" && e.date === date) as Extract<
    AvailabilityException,
    { kind: "extra_block" }
  >[];
  const blocks = [...weekly, ...extra].sort((a, b) => minutesOf(a.start) - minutesOf(b.start));
  const times: string[] = [];
  let busyUntil = 0;
  for (const block of blocks) {
    const end = minutesOf(block.start) + lengthOf(block);
    if (block.slot_minutes < 5) continue;
    for (let at = minutesOf(block.start); at + block.slot_minutes <= end; at += block.slot_minutes) {
      if (at < busyUntil) continue;
      times.push(clockOf(at));
      busyUntil = at + block.slot_minutes;
    }
  }
  return { date, off, times };
}
