/** The duty roster of one week, in the zone of whoever plans it. Pure: times in, lanes and gaps out. */
import type { NewShift, Shift } from "@yunzhen/client";

/** Eight midnights: Monday to the next Monday, by the calendar, so that a day may have 23 or 25 hours. */
export function weekOf(at: number): number[] {
  const day = new Date(at);
  const monday = day.getDate() - ((day.getDay() + 6) % 7);
  return Array.from({ length: 8 }, (_, n) => new Date(day.getFullYear(), day.getMonth(), monday + n).getTime());
}

/** The Monday so many weeks later. */
export function weekLater(monday: number, weeks: number): number {
  const day = new Date(monday);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 7 * weeks).getTime();
}

export interface Turn {
  shift: Shift;
  from: number;
  until: number;
  /** It began the day before, or goes on the day after. */
  begun: boolean;
  goesOn: boolean;
}

/** What of each turn falls into a day, by time. */
export function turnsOf(shifts: readonly Shift[], line: number, from: number, until: number): Turn[] {
  return shifts
    .filter((shift) => shift.line === line && Date.parse(shift.starts_at) < until && Date.parse(shift.ends_at) > from)
    .map((shift) => {
      const [starts, ends] = [Date.parse(shift.starts_at), Date.parse(shift.ends_at)];
      return {
        shift,
        from: Math.max(starts, from),
        until: Math.min(ends, until),
        begun: starts < from,
        goesOn: ends > until,
      };
    })
    .sort((a, b) => a.from - b.from || a.shift.id.localeCompare(b.shift.id));
}

/** When nobody at all is on duty: an urgent call would go to the administrator. */
export function gaps(shifts: readonly Shift[], from: number, until: number): [number, number][] {
  const covered = shifts
    .map((shift): [number, number] => [Date.parse(shift.starts_at), Date.parse(shift.ends_at)])
    .sort((a, b) => a[0] - b[0]);
  const found: [number, number][] = [];
  let reached = from;
  for (const [starts, ends] of covered) {
    if (starts > reached && reached < until) found.push([reached, Math.min(starts, until)]);
    reached = Math.max(reached, ends);
  }
  if (reached < until) found.push([reached, until]);
  return found;
}

/** The lines in use, and always the first. */
export function linesOf(shifts: readonly Shift[]): number[] {
  return [...new Set([1, ...shifts.map((shift) => shift.line)])].sort((a, b) => a - b);
}

export interface Draft {
  specialist: string;
  line: number;
  day: string;
  start: string;
  end: string;
}

/** Day and clock times as a turn; an end that is not after the start is on the next day. Undefined while something is missing. */
export function toShift(draft: Draft): NewShift | undefined {
  const { specialist, line, day, start, end } = draft;
  if (!specialist || !/^\d{4}-\d{2}-\d{2}$/.test(day) || !/^\d{2}:\d{2}$/.test(start) || !/^\d{2}:\d{2}$/.test(end)) {
    return undefined;
  }
  const at = (clock: string, later: number): Date => {
    const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
    const [hours = 0, minutes = 0] = clock.split(":").map(Number);
    return new Date(year, month - 1, date + later, hours, minutes);
  };
  return {
    specialist_id: specialist,
    line,
    starts_at: at(start, 0).toISOString(),
    ends_at: at(end, end > start ? 0 : 1).toISOString(),
  };
}
