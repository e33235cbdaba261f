/** The prescription as it is being written: lines may be incomplete; `toDraft` is what the relay can take. */
import type { Draft, Drug, Finding, Frequency, Prescription, Route, Supply } from "@yunzhen/client";

export interface Line {
  /** Stays with the line while others come and go. */
  id: number;
  drug: Drug | undefined;
  dose: number | undefined;
  frequency: Frequency;
  route: Route;
  days: number;
  /** How much leaves the pharmacy where it does not follow from dose, frequency and days: taken when needed. */
  quantity: number | undefined;
  instruction: string;
}

export interface Writing {
  diagnosis_code: string | undefined;
  supply: Supply;
  valid_days: number;
  lines: Line[];
  hard_stop_reason: string;
}

export const FREQUENCIES: Frequency[] = ["qd", "bid", "tid", "qid", "qn", "q8h", "q12h", "prn"];
export const ROUTES: Route[] = ["oral", "topical", "inhaled", "subcutaneous", "sublingual"];
export const SUPPLIES: Supply[] = ["ordinary", "emergency", "chronic"];

let nextLine = 0;
export const emptyLine = (): Line => ({
  id: (nextLine += 1),
  drug: undefined,
  dose: undefined,
  frequency: "qd",
  route: "oral",
  days: 7,
  quantity: undefined,
  instruction: "",
});

export const emptyWriting = (diagnosis_code: string | undefined): Writing => ({
  diagnosis_code,
  supply: "ordinary",
  valid_days: 1,
  lines: [emptyLine()],
  hard_stop_reason: "",
});

/** From a stored prescription: to go on with a draft, or to write again from a rejected one. */
export function writingFrom(prescription: Prescription): Writing {
  return {
    diagnosis_code: prescription.diagnosis.code,
    supply: prescription.supply,
    valid_days: prescription.valid_days,
    hard_stop_reason: prescription.hard_stop_reason ?? "",
    lines: prescription.items.map((item) => ({
      id: (nextLine += 1),
      drug: item.drug,
      dose: item.dose,
      frequency: item.frequency,
      route: item.route,
      days: item.days,
      quantity: whenNeeded(item) ? item.quantity : undefined,
      instruction: item.instruction,
    })),
  };
}

export const whenNeeded = ({ frequency }: Pick<Line, "frequency">): boolean => frequency === "prn";

const complete = (line: Line): line is Line & { drug: Drug; dose: number } =>
  line.drug !== undefined &&
  line.dose !== undefined &&
  line.dose > 0 &&
  line.days > 0 &&
  (!whenNeeded(line) || (line.quantity ?? 0) > 0);

/** Nothing until there is a diagnosis and at least one complete line. */
export function toDraft(writing: Writing): Draft | undefined {
  const items = writing.lines.filter(complete);
  if (writing.diagnosis_code === undefined || items.length === 0) return undefined;
  return {
    diagnosis_code: writing.diagnosis_code,
    supply: writing.supply,
    valid_days: writing.valid_days,
    items: items.map((line) => ({
      drug_id: line.drug.id,
      dose: line.dose,
      frequency: line.frequency,
      route: line.route,
      days: line.days,
      quantity: whenNeeded(line) ? line.quantity : undefined,
      instruction: line.instruction.trim(),
    })),
    hard_stop_reason: writing.hard_stop_reason.trim() || undefined,
  };
}

/** The number a complete line has on the prescription; incomplete lines have none. */
export function itemNumber(writing: Writing, lineId: number): number | undefined {
  const index = writing.lines.filter(complete).findIndex((line) => line.id === lineId);
  return index < 0 ? undefined : index + 1;
}

const RANK: Record<Finding["severity"], number> = { block: 0, hard_stop: 1, warn: 2, info: 3 };

/** Whether the rule found something. A clear answer keeps the severity of its rule, so severity alone says nothing. */
export const found = (finding: Finding): boolean => finding.outcome !== "clear";

export const count = (findings: readonly Finding[], severity: Finding["severity"]): number =>
  findings.filter((f) => found(f) && f.severity === severity).length;

/** Worst first; what was found clear is not a finding to read. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings
    .filter(found)
    .sort((a, b) => RANK[a.severity] - RANK[b.severity] || (a.item_no ?? 0) - (b.item_no ?? 0));
}

export type Obstacle = "no_diagnosis" | "incomplete" | "blocked" | "reason_required";

/** Why it cannot be signed yet, or nothing. */
export function obstacle(writing: Writing, findings: readonly Finding[]): Obstacle | undefined {
  if (writing.diagnosis_code === undefined) return "no_diagnosis";
  if (writing.lines.length === 0 || !writing.lines.every(complete)) return "incomplete";
  if (count(findings, "block") > 0) return "blocked";
  if (count(findings, "hard_stop") > 0 && writing.hard_stop_reason.trim() === "") return "reason_required";
  return undefined;
}
