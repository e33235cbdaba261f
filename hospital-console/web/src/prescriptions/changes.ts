/** What a prescription that takes the place of another one changes, line by line. Pure; the words are the page's. */
import type { Prescription, PrescriptionItem } from "@yunzhen/client";

export type Field =
  | "dose"
  | "frequency"
  | "taper"
  | "most_per_day"
  | "hours_apart"
  | "route"
  | "days"
  | "quantity"
  | "instruction"
  | "substitution";

export type LineChange =
  | { kind: "added" | "removed"; item: PrescriptionItem }
  | { kind: "changed"; before: PrescriptionItem; item: PrescriptionItem; fields: Field[] };

export interface Changes {
  diagnosis: boolean;
  supply: boolean;
  lines: LineChange[];
}

type Written = Pick<Prescription, "diagnosis" | "supply" | "items">;

/** What a person reads of each field; absent and empty are the same. */
const SAID: Record<Field, (item: PrescriptionItem) => unknown> = {
  dose: (item) => item.dose,
  frequency: (item) => item.frequency,
  taper: (item) => JSON.stringify((item.taper ?? []).map(({ dose, frequency, days }) => [dose, frequency, days])),
  most_per_day: (item) => item.most_per_day,
  hours_apart: (item) => item.hours_apart,
  route: (item) => item.route,
  days: (item) => item.days,
  quantity: (item) => item.quantity,
  instruction: (item) => item.instruction.trim(),
  substitution: (item) => item.substitution ?? false,
};

const FIELDS = Object.keys(SAID) as Field[];

/** Lines of one medicine are held against each other in their order. */
export function changesOf(before: Written, after: Written): Changes {
  const left = [...before.items];
  const lines: LineChange[] = [];
  for (const item of after.items) {
    const at = left.findIndex(({ drug }) => drug.id === item.drug.id);
    const [was] = at < 0 ? [] : left.splice(at, 1);
    if (!was) {
      lines.push({ kind: "added", item });
      continue;
    }
    const fields = FIELDS.filter((field) => SAID[field](was) !== SAID[field](item));
    if (fields.length > 0) lines.push({ kind: "changed", before: was, item, fields });
  }
  return {
    diagnosis: before.diagnosis.code !== after.diagnosis.code,
    supply: before.supply !== after.supply,
    lines: [...lines, ...left.map((item): LineChange => ({ kind: "removed", item }))],
  };
}
