/** A returned entry put right: pure. What was measured or written, and when, stays; only the changed value is the nurse's. */
import type { Reading } from "@yunzhen/client";
import { problems, type Entries, type EntryProblem } from "../visit/vitals-check";
import { DISMISS_REASONS, type DismissReason, type SpoolEntry, type SpoolItem } from "./box-api";

/** What is addressed to a resident by name; the others fail for reasons of their own. */
const OF_A_RESIDENT: readonly SpoolItem["kind"][] = ["observations", "note", "document", "ecg"];

/**
 * The resident left this home's list between writing and sending: no correction makes the hospital take it from here. Who is on the list has not left, whatever the
 * hospital did not find; while the list has not come nobody knows.
 */
export const residentGone = (item: SpoolItem, listed: readonly { id: string }[] | undefined): boolean =>
  item.problem?.code === "not_found" &&
  OF_A_RESIDENT.includes(item.kind) &&
  listed !== undefined &&
  !listed.some(({ id }) => id === item.resident_id);

/** Only what was typed can be put right, and only where the hospital can then take it. */
export const canCorrect = (item: SpoolItem, gone: boolean): boolean =>
  (item.kind === "observations" || item.kind === "note") && Boolean(item.body) && !gone;

/** Why it may be let go, the likeliest first. */
export const reasonsFor = (gone: boolean): readonly Exclude<DismissReason, "corrected">[] =>
  gone ? ["handed_on", ...DISMISS_REASONS] : DISMISS_REASONS;

/** One text per reading, in the order of the entry, or one for a note. */
export function typedOf(item: SpoolItem): string[] {
  if (item.kind === "observations") return (item.body?.readings ?? []).map((reading) => String(reading.value));
  return item.kind === "note" ? [item.body?.text ?? ""] : [];
}

/** What is wrong with the texts as they stand now; a reading that was emptied is left out. */
export function wrongIn(item: SpoolItem, texts: readonly string[]): EntryProblem[] {
  if (item.kind !== "observations") return [];
  const entries: Entries = Object.fromEntries(
    (item.body?.readings ?? []).map(({ code }, position) => [code, texts[position] ?? ""]),
  );
  return problems(entries);
}

/** The entry to send instead; undefined when nothing is left of it. */
export function correctedEntry(item: SpoolItem, texts: readonly string[]): SpoolEntry | undefined {
  const { resident_id } = item;
  if (item.kind === "note") {
    const text = (texts[0] ?? "").trim();
    return text === "" || !item.body ? undefined : { kind: "note", resident_id, body: { ...item.body, text } };
  }
  if (item.kind !== "observations") return undefined;
  const readings = (item.body?.readings ?? []).flatMap((reading, position) => {
    const text = (texts[position] ?? "").trim().replace(",", ".");
    const value = Number(text);
    if (text === "" || !Number.isFinite(value)) return [];
    return [value === reading.value ? reading : typed(reading, value)];
  });
  return readings.length === 0 ? undefined : { kind: "observations", resident_id, body: { readings } };
}

/** What a person wrote over is no longer what the device said. */
function typed({ code, unit, measured_at }: Reading, value: number): Reading {
  return { code, unit, measured_at, value };
}
