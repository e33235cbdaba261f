/** A returned entry put right: pure. What was measured or written, and when, stays; only the changed value is the nurse's. */
import type { Reading } from "@yunzhen/client";
import { problems, type Entries, type EntryProblem } from "../visit/vitals-check";
import type { SpoolEntry, SpoolItem } from "./box-api";

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
