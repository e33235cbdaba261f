/** Days, weeks and slots as the home thinks of them: in the time of this tablet. Pure. */
import type { Appointment, Slot, StaffRef } from "@yunzhen/client";

/** A day as `2026-11-24`, in the tablet's own zone. */
export type Day = string;

const two = (value: number): string => String(value).padStart(2, "0");

export function dayOf(at: string | number): Day {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Midnight of a day; counted by the calendar, so that a day of 23 or 25 hours is one day. */
export function startOf(day: Day): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date);
}

export function addDays(day: Day, count: number): Day {
  const start = startOf(day);
  return dayOf(new Date(start.getFullYear(), start.getMonth(), start.getDate() + count).getTime());
}

/** Monday to Sunday around a day. */
export function weekOf(day: Day): Day[] {
  const monday = addDays(day, -((startOf(day).getDay() + 6) % 7));
  return Array.from({ length: 7 }, (_, n) => addDays(monday, n));
}

/** From the first midnight to the one after the last day. */
export function windowOf(days: readonly Day[]): { from: string; until: string } {
  const first = days[0] ?? dayOf(Date.now());
  const last = days.at(-1) ?? first;
  return { from: startOf(first).toISOString(), until: startOf(addDays(last, 1)).toISOString() };
}

export function isDay(text: string | null): text is Day {
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(startOf(text).getTime());
}

export interface Sought {
  text: string;
  specialistId: string | null;
}

/** Found by resident, bed or specialist. */
export function matchesAppointment({ consultation, specialist }: Appointment, { text, specialistId }: Sought): boolean {
  if (specialistId !== null && specialist.id !== specialistId) return false;
  const query = text.trim().toLowerCase();
  const { name, bed } = consultation.resident;
  return query === "" || [name, bed, specialist.name].some((part) => part.toLowerCase().includes(query));
}

export function onDay(appointments: readonly Appointment[], day: Day): Appointment[] {
  return appointments
    .filter(({ starts_at }) => dayOf(starts_at) === day)
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
}

export interface SlotDay {
  day: Day;
  slots: Slot[];
  free: number;
}

/** The slots of each day that has any, earliest first. */
export function slotsByDay(slots: readonly Slot[]): SlotDay[] {
  const days = new Map<Day, Slot[]>();
  for (const slot of [...slots].sort((a, b) => a.starts_at.localeCompare(b.starts_at))) {
    const day = dayOf(slot.starts_at);
    days.set(day, [...(days.get(day) ?? []), slot]);
  }
  return [...days].map(([day, own]) => ({ day, slots: own, free: own.filter((slot) => slot.free).length }));
}

/** The free ones nearest to a time that was lost to somebody else: later ones first, for nobody can be early. */
export function nextFree(slots: readonly Slot[], lost: string, count = 3): Slot[] {
  const free = slots.filter((slot) => slot.free && slot.starts_at !== lost);
  const later = free.filter((slot) => slot.starts_at > lost).sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const earlier = free.filter((slot) => slot.starts_at < lost).sort((a, b) => b.starts_at.localeCompare(a.starts_at));
  return [...later, ...earlier].slice(0, count);
}

/** The specialists of these appointments, each once, by name. */
export function specialistsOf(appointments: readonly Appointment[]): StaffRef[] {
  const all = new Map(appointments.map(({ specialist }) => [specialist.id, specialist]));
  return [...all.values()].sort((a, b) => a.name.localeCompare(b.name, "zh-CN"));
}

/** The clock in another zone when it shows another time there; `undefined` where it says the same as here. */
export function clockElsewhere(at: string, zone: string): string | undefined {
  const clock = (timeZone?: string): string =>
    new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", day: "2-digit", timeZone }).format(
      new Date(at),
    );
  if (clock() === clock(zone)) return undefined;
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date(at));
}

/** `datetime-local` wants the clock of this tablet. */
export function asLocalInput(at: number): string {
  const date = new Date(at);
  return `${dayOf(at)}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What the person typed, as an instant; `undefined` while it is none. */
export function fromLocalInput(text: string): string | undefined {
  const at = new Date(text);
  return text === "" || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
