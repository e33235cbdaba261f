/** Days, weeks and slots as the home thinks of them: by the clock of its zone, whatever this tablet is set to. Pure. */
import {
  dayAt,
  daysAfter,
  instantAt,
  wallClock,
  type Appointment,
  type Day,
  type Slot,
  type StaffRef,
} from "@yunzhen/client";

const two = (value: number): string => String(value).padStart(2, "0");

/** Midnight of a day or, where the clock jumps over it, the first moment of the day. */
export function startOf(day: Day, zone: string): string {
  return new Date(instantAt(`${day}T00:00`, zone)).toISOString();
}

/** Monday to Sunday around a day. */
export function weekOf(day: Day): Day[] {
  const monday = daysAfter(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
  return Array.from({ length: 7 }, (_, n) => daysAfter(monday, n));
}

/** From the first midnight of `first` to the one after `last`. */
export function windowOf(first: Day, last: Day, zone: string): { from: string; until: string } {
  return { from: startOf(first, zone), until: startOf(daysAfter(last, 1), zone) };
}

export function isDay(text: string | null): text is Day {
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
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

export function onDay(appointments: readonly Appointment[], day: Day, zone: string): Appointment[] {
  return appointments
    .filter(({ starts_at }) => dayAt(starts_at, zone) === day)
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
}

/** Appointments that hold a time within `from..until`: the home's nurse would be in two places. */
export function heldWithin(appointments: readonly Appointment[], from: number, until: number): Appointment[] {
  return appointments.filter(
    ({ consultation, starts_at, ends_at }) =>
      ["scheduled", "waiting", "in_progress"].includes(consultation.state) &&
      Date.parse(starts_at) < until &&
      Date.parse(ends_at) > from,
  );
}

export interface SlotDay {
  day: Day;
  slots: Slot[];
  free: number;
}

/** The slots of each day that has any, earliest first. */
export function slotsByDay(slots: readonly Slot[], zone: string): SlotDay[] {
  const days = new Map<Day, Slot[]>();
  for (const slot of [...slots].sort((a, b) => a.starts_at.localeCompare(b.starts_at))) {
    const day = dayAt(slot.starts_at, zone);
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

/** The clock in another zone when it shows another time there; `undefined` where it says the same as `here`. */
export function clockElsewhere(at: string, zone: string, here: string): string | undefined {
  const there = wallClock(at, zone);
  const { day, hour, minute } = wallClock(at, here);
  if (there.day === day && there.hour === hour && there.minute === minute) return undefined;
  return `${two(there.hour)}:${two(there.minute)}`;
}

/** `datetime-local` knows no zone: it shows and takes the clock of the home. */
export function asLocalInput(at: number, zone: string): string {
  const { day, hour, minute } = wallClock(at, zone);
  return `${day}T${two(hour)}:${two(minute)}`;
}

/** What the person typed, as an instant; `undefined` while it is none. */
export function fromLocalInput(text: string, zone: string): string | undefined {
  const at = instantAt(text, zone);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
