/** The doses of a day as a nurse walks through them: by round, by bed, with what waits on the box. Pure. */
import {
  dayAt,
  parseGs1,
  type Dose,
  type DoseResident,
  type DoseRound,
  type DosesOfDay,
  type NewDoseEntry,
} from "@yunzhen/client";
import type { SpoolItem } from "../box/box-api";
import { fromLocalInput } from "../schedule/calendar";

export type RoundChoice = DoseRound | "all";
export const ROUNDS: readonly RoundChoice[] = ["morning", "noon", "evening", "night", "all"];

/** The same hours as the relay's policy. */
export function roundAt(hour: number): DoseRound {
  if (hour >= 4 && hour <= 10) return "morning";
  if (hour >= 11 && hour <= 14) return "noon";
  return hour >= 15 && hour <= 19 ? "evening" : "night";
}

type Written = Extract<SpoolItem, { kind: "dose" }>;

/** What this box has written about a dose and the list does not show yet. */
export function waitingFor(dose: Dose, spool: readonly SpoolItem[]): Written | undefined {
  return spool.find((item): item is Written => {
    if (item.kind !== "dose" || !item.body || item.state === "received") return false;
    const { prescription_id, item_no, due_at, sequence } = item.body;
    const same = prescription_id === dose.prescription_id && item_no === dose.item_no;
    if (!same) return false;
    // A new one of what is given when needed has no time of its own.
    if (dose.due_at === undefined) return item.state !== "refused";
    return (
      due_at === dose.due_at && (item.state === "refused" ? sequence >= dose.sequence : sequence === dose.sequence)
    );
  });
}

export interface Standing {
  state: Dose["state"];
  /** Written here, on its way. */
  waiting?: Written | undefined;
}

/** Where a dose stands with what this box knows: nobody gives twice what was written without a link. */
export function standing(dose: Dose, spool: readonly SpoolItem[]): Standing {
  const waiting = waitingFor(dose, spool);
  if (!waiting || waiting.state === "refused") return { state: dose.state, waiting };
  return { state: waiting.body?.outcome ?? "due", waiting };
}

export interface Bed {
  resident: DoseResident;
  doses: Dose[];
  due: number;
  missed: number;
  /** Due before the doctor stopped the medicine, and written about by nobody. */
  stopped: number;
}

/** Residents of a round by bed, those who still need something first. */
export function beds(day: DosesOfDay, round: RoundChoice, spool: readonly SpoolItem[]): Bed[] {
  const found = new Map<string, Bed>();
  const ended = new Set(day.stopped.map((course) => course.prescription_id));
  for (const dose of day.items) {
    if (round !== "all" && dose.round !== round) continue;
    const bed = found.get(dose.resident.id) ?? { resident: dose.resident, doses: [], due: 0, missed: 0, stopped: 0 };
    const { state } = standing(dose, spool);
    bed.doses.push(dose);
    // What the doctor stopped is not to be given, though it was due before.
    const open = state === "due" || state === "missed";
    if (open && ended.has(dose.prescription_id)) bed.stopped += 1;
    else {
      bed.due += Number(state === "due");
      bed.missed += Number(state === "missed");
    }
    found.set(dose.resident.id, bed);
  }
  const rank = (bed: Bed): number => (bed.due + bed.missed + bed.stopped > 0 ? 0 : 1);
  return [...found.values()].sort(
    (a, b) => rank(a) - rank(b) || a.resident.bed.localeCompare(b.resident.bed, "en", { numeric: true }),
  );
}

const prescribedName = (dose: Dose): string => (dose.prescribed ?? dose).drug_name;

/** Another prescription of a medicine that was stopped stands, and its doses are given: the stop is not theirs. */
export function standsElsewhere(course: DosesOfDay["stopped"][number], day: DosesOfDay): boolean {
  const ended = new Set(day.stopped.map((one) => one.prescription_id));
  return [...day.items, ...day.as_needed].some(
    (dose) =>
      dose.resident.id === course.resident.id &&
      !ended.has(dose.prescription_id) &&
      course.drug_names.includes(prescribedName(dose)),
  );
}

/**
 * What other prescriptions give the same resident at the same time with an ingredient in common: nobody gives both unasked. What was stopped is not given. Pure.
 */
export function sameHour(dose: Dose, day: DosesOfDay): Dose[] {
  const ended = new Set(day.stopped.map((one) => one.prescription_id));
  if (dose.due_at === undefined || ended.has(dose.prescription_id)) return [];
  const has = new Set(dose.ingredients);
  return day.items.filter(
    (other) =>
      other.resident.id === dose.resident.id &&
      other.prescription_id !== dose.prescription_id &&
      !ended.has(other.prescription_id) &&
      other.due_at === dose.due_at &&
      ((other.ingredients ?? []).some((key) => has.has(key)) || prescribedName(other) === prescribedName(dose)),
  );
}

export type Scan =
  | { kind: "resident"; resident: DoseResident; code: string }
  | { kind: "medicine"; dose: Dose; code: string }
  | { kind: "wrong_medicine" }
  | { kind: "resident_first" }
  | { kind: "unknown"; code: string };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What a scanner, or a person who typed a bed, means; `at` is whose bed the nurse is at. */
export function readScan(text: string, day: DosesOfDay, at: string | undefined): Scan {
  const code = text.trim();
  const everything = [...day.items, ...day.as_needed];
  const resident = everything.find((dose) => same(dose.resident.code, code) || dose.resident.bed === code)?.resident;
  if (resident) return { kind: "resident", resident, code };
  if (!/^YZM:/i.test(code)) return { kind: "unknown", code };
  if (at === undefined) return { kind: "resident_first" };
  const open = (dose: Dose): boolean => dose.due_at === undefined || dose.state === "due" || dose.state === "missed";
  const of = everything.filter((dose) => dose.resident.id === at && same(dose.code, code));
  const dose = of.find(open) ?? of[0];
  return dose ? { kind: "medicine", dose, code } : { kind: "wrong_medicine" };
}

export type PackScan = { kind: "good" | "recalled" | "strange"; batch: string } | { kind: "empty" };

/** Which batch a nurse scanned from a box or typed from its print, where one of the medicine was called back. */
export function readPack(text: string, dose: Dose, today: string): PackScan {
  const scanned = parseGs1(text, today);
  const batch = scanned.ok ? scanned.code.batch : text.trim();
  if (batch === "") return { kind: "empty" };
  const recalled = (dose.recalls ?? []).find((recall) => same(recall.batch, batch));
  if (recalled) return { kind: "recalled", batch: recalled.batch };
  const good = (dose.batches ?? []).find((one) => same(one, batch));
  return good === undefined ? { kind: "strange", batch: batch.slice(0, 40) } : { kind: "good", batch: good };
}

export const keyOf = (dose: Dose): string => `${dose.prescription_id}:${dose.item_no}:${dose.due_at ?? "needed"}`;

/** What is sent: the entry names the dose and what the nurse had seen of it. */
export function entryOf(
  dose: Dose,
  wish: Pick<NewDoseEntry, "outcome" | "not_given" | "need" | "note" | "batch">,
  at: string,
  scanned: { resident?: string | undefined; medicine?: string | undefined },
): NewDoseEntry {
  const note = wish.note?.trim();
  return {
    prescription_id: dose.prescription_id,
    item_no: dose.item_no,
    sequence: dose.sequence,
    at,
    ...(dose.due_at === undefined ? {} : { due_at: dose.due_at }),
    ...(wish.outcome ? { outcome: wish.outcome } : {}),
    ...(wish.not_given ? { not_given: wish.not_given } : {}),
    ...(wish.need ? { need: wish.need } : {}),
    ...(wish.batch ? { batch: wish.batch } : {}),
    ...(note ? { note } : {}),
    ...(scanned.resident ? { scanned_resident: scanned.resident } : {}),
    ...(scanned.medicine ? { scanned_medicine: scanned.medicine } : {}),
  };
}

/** A dose may be given an hour before its time, by the relay's policy. */
export const EARLY_MINUTES = 60;

/** Whether one more of what is given when needed is barred now, and by what: the most of a day weighs more than the hours since the last one. */
export function barredNow(
  dose: Pick<Dose, "due_at" | "given_last_day" | "most_per_day" | "not_before">,
  now: number,
): "full" | "soon" | undefined {
  if (dose.due_at !== undefined) return undefined;
  if ((dose.given_last_day ?? 0) >= (dose.most_per_day ?? Infinity)) return "full";
  return dose.not_before !== undefined && now < Date.parse(dose.not_before) ? "soon" : undefined;
}

/** When a dose was given, as typed by the clock of the home; `undefined` unless it is over. */
export function givenEarlierAt(text: string, now: number, zone: string): string | undefined {
  const at = fromLocalInput(text, zone);
  return at !== undefined && Date.parse(at) <= now ? at : undefined;
}

/** Of another day than now: its hour alone would read as one of today. */
export const isOfAnotherDay = (at: string, now: number, zone: string): boolean => dayAt(at, zone) !== dayAt(now, zone);

export function mayBeGivenFrom(dose: Dose): number {
  return dose.due_at === undefined ? 0 : Date.parse(dose.due_at) - EARLY_MINUTES * 60_000;
}
