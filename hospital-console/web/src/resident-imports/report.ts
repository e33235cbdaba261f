/** The report of a file as lines of a table. */
import type { ImportReport } from "@yunzhen/client";

export interface BadLine {
  place: string;
  field: string;
  reason: string;
}

/** One line for each reason: an entry with three faults is mended in three places. */
export function badLines(report: ImportReport, language: string): BadLine[] {
  const zh = language.startsWith("zh");
  return report.bad.flatMap((entry) =>
    entry.reasons.map((reason) => ({
      place: entry.place,
      field: reason.field,
      reason: zh ? reason.message_zh : reason.message_en,
    })),
  );
}

export function matchesBad(line: BadLine, words: { place: string; field: string }, typed: string): boolean {
  const needle = typed.trim().toLocaleLowerCase();
  return `${words.place} ${line.place} ${words.field} ${line.field} ${line.reason}`
    .toLocaleLowerCase()
    .includes(needle);
}

/** `line 12` → 12; entries of a Bundle keep their reference. */
export function lineNumber(place: string): number | undefined {
  const found = /^line (\d+)$/.exec(place)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** `entry[7]` → 8: what has no name of its own is found by counting. */
export function entryNumber(place: string): number | undefined {
  const found = /^entry\[(\d+)\]$/.exec(place)?.[1];
  return found === undefined ? undefined : Number(found) + 1;
}

/** `conditions[1].since` → the field and which of its entries. */
export function fieldParts(field: string): { name: string; index?: number } {
  const [, name = field, index] = /^([A-Za-z_]+)(?:\[(\d+)\])?/.exec(field) ?? [];
  return index === undefined ? { name } : { name, index: Number(index) + 1 };
}

/** The bad lines as a table to hand back to whoever made the file. */
export function badLinesCsv(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  return `\uFEFF${[header, ...lines].map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}
