/** Opening hours as an administrator types them: one line for each weekday, as 08:00-12:00, 14:00-20:00. */
import type { PharmacyHours, Weekday } from "@yunzhen/client";
import { WEEKDAYS } from "../common/dates";

export type Lines = Record<Weekday, string>;

const WHOLE_DAY = "00:00-24:00";
const SPAN = /^(\d{2}:\d{2})\s*[-–—~～至]\s*(\d{2}:\d{2})$/u;

export function linesOf(hours: readonly PharmacyHours[]): Lines {
  const line = (weekday: Weekday) =>
    hours
      .filter((h) => h.weekday === weekday)
      .map((h) => `${h.opens}-${h.closes}`)
      .join(", ");
  return Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, line(weekday)])) as Lines;
}

export const dayAndNight = (): Lines => Object.fromEntries(WEEKDAYS.map((day) => [day, WHOLE_DAY])) as Lines;

/** The hours of one line; `undefined` when it cannot be read. An empty line is a day on which it stays closed. */
export function hoursOf(weekday: Weekday, line: string): PharmacyHours[] | undefined {
  const parts = line
    .replaceAll("：", ":")
    .split(/[,，、;；]/u)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const hours: PharmacyHours[] = [];
  for (const part of parts) {
    const [, opens, closes] = SPAN.exec(part) ?? [];
    if (!opens || !closes || !isTime(opens) || !isTime(closes) || opens >= closes) return undefined;
    hours.push({ weekday, opens, closes });
  }
  return hours;
}

function isTime(text: string): boolean {
  const [hour = 99, minute = 99] = text.split(":").map(Number);
  return minute < 60 && hour * 60 + minute <= 24 * 60;
}
