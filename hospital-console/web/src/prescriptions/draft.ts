/** The prescription as it is being written: lines may be incomplete; `toDraft` is what the relay can take. */
import {
  fits,
  type NumberRule,
  type Assessment,
  type Draft,
  type Drug,
  type Finding,
  type Frequency,
  type PrescribingLimits,
  type Prescription,
  type PrescriptionItem,
  type Route,
  type Supply,
} from "@yunzhen/client";

/** Days of a line or a step; how many the kind of supply leaves is said beside it. */
export const DAYS: NumberRule = { min: 1, decimals: 0 };
/** What leaves the pharmacy, in the drug's units. */
export const UNITS: NumberRule = { min: 1, decimals: 0 };
/** From one time to the next, where it is taken when needed. */
export const HOURS: NumberRule = { min: 1, max: 24, decimals: 0 };

/** One step of a dose that changes. */
export interface Step {
  dose: number | undefined;
  frequency: Frequency;
  days: number;
}

export interface Line {
  /** Stays with the line while others come and go. */
  id: number;
  drug: Drug | undefined;
  /** The medicine that was on the line before another one is chosen. */
  former: Drug | undefined;
  dose: number | undefined;
  frequency: Frequency;
  /** Nothing until somebody said it: a medicine whose ways are not known has none by itself. */
  route: Route | undefined;
  days: number;
  /** Every step of a dose that changes; then dose, frequency and days of the line are not used. Empty for a steady dose. */
  taper: Step[];
  /** How much leaves the pharmacy, as a person typed it, where it does not follow from dose, frequency and days: taken when needed. */
  quantity: number | undefined;
  /** The most times a day, where it is taken when needed: it is prescribed, and the quantity is computed from it unless one is typed. */
  mostPerDay: number | undefined;
  /** The least hours from one time to the next, where it is taken when needed. */
  hoursApart: number | undefined;
  instruction: string;
  /** The pharmacy may give the same medicine in a smaller strength. */
  substitution: boolean;
}

export interface Writing {
  diagnosis_code: string | undefined;
  supply: Supply;
  valid_days: number;
  lines: Line[];
  hard_stop_reason: string;
  assessment: Partial<Assessment>;
}

export const FREQUENCIES: Frequency[] = [
  "qd",
  "bid",
  "tid",
  "qid",
  "qam",
  "qn",
  "q4h",
  "q6h",
  "q8h",
  "q12h",
  "qod",
  "tiw",
  "biw",
  "qw",
  "st",
  "prn",
];
/** A step ends after its days: it cannot depend on need. */
export const STEP_FREQUENCIES = FREQUENCIES.filter((frequency) => frequency !== "prn");
const ROUTES: Route[] = ["oral", "topical", "inhaled", "subcutaneous", "sublingual"];
export const SUPPLIES: Supply[] = ["ordinary", "emergency", "chronic"];

let nextLine = 0;
export const emptyLine = (): Line => ({
  id: (nextLine += 1),
  drug: undefined,
  former: undefined,
  dose: undefined,
  frequency: "qd",
  route: undefined,
  days: 7,
  taper: [],
  quantity: undefined,
  mostPerDay: undefined,
  hoursApart: undefined,
  instruction: "",
  substitution: false,
});

/** A medicine chosen for a line. Nothing that was written for another one is meant for it: ten units of the first are not ten tablets of the second. */
export function chosen(line: Line, drug: Drug): Line {
  if (line.former?.id === drug.id) return { ...line, drug, former: undefined };
  return { ...emptyLine(), id: line.id, days: line.days, drug, route: drug.routes?.[0], former: line.former };
}

/** What was written went with the medicine that it was for, and nothing stands in its place yet. */
export const isCleared = (line: Line): boolean =>
  line.drug !== undefined && line.former !== undefined && line.dose === undefined && line.taper.length === 0;

/** The ways to offer for a medicine, those of its form first. */
export function waysOf({ routes = [] }: Drug): { usual: Route[]; others: Route[] } {
  return { usual: routes, others: ROUTES.filter((route) => !routes.includes(route)) };
}

export const emptyWriting = (diagnosis_code: string | undefined): Writing => ({
  diagnosis_code,
  supply: "ordinary",
  valid_days: 1,
  lines: [emptyLine()],
  hard_stop_reason: "",
  assessment: {},
});

/** A line as it was stored, on a prescription or under a name. */
const lineFrom = (item: PrescriptionItem): Line => {
  const line = asWritten(item);
  // What the most times a day come to was computed, and is again when dose or days change.
  return totalWhenNeeded({ ...line, quantity: undefined }) === line.quantity ? { ...line, quantity: undefined } : line;
};

const asWritten = (item: PrescriptionItem): Line => ({
  id: (nextLine += 1),
  drug: item.drug,
  former: undefined,
  dose: item.dose,
  frequency: item.frequency,
  route: item.route,
  days: item.days,
  taper: (item.taper ?? []).map(({ dose, frequency, days }) => ({ dose, frequency, days })),
  quantity: whenNeeded(item) ? item.quantity : undefined,
  mostPerDay: whenNeeded(item) ? item.most_per_day : undefined,
  hoursApart: whenNeeded(item) ? item.hours_apart : undefined,
  instruction: item.instruction,
  substitution: item.substitution ?? false,
});

/** From a stored draft, to go on with it. */
export function writingFrom(prescription: Prescription): Writing {
  return {
    // A draft may be without one until it is chosen.
    diagnosis_code: prescription.diagnosis.code || undefined,
    supply: prescription.supply,
    valid_days: prescription.valid_days,
    hard_stop_reason: prescription.hard_stop_reason ?? "",
    assessment: prescription.assessment ?? {},
    lines: prescription.items.map(lineFrom),
  };
}

/** The same with more lines, as many as there is room for; lines on which nothing was chosen make room. */
export function withItems(writing: Writing, items: readonly PrescriptionItem[], cap: number): Writing {
  const begun = writing.lines.filter((line) => line.drug !== undefined);
  return { ...writing, lines: [...begun, ...items.map(lineFrom)].slice(0, Math.max(cap, begun.length)) };
}

/** The days a line lasts, all steps together; what is given once is of one day, however many were written before. */
export function lineDays(line: Line): number {
  if (line.taper.length > 0) return line.taper.reduce((sum, step) => sum + step.days, 0);
  return once(line) ? 1 : line.days;
}

export const whenNeeded = ({ frequency }: Pick<Line, "frequency">): boolean => frequency === "prn";

/** Given once and at once, on one day. */
export const once = ({ frequency }: Pick<Line, "frequency">): boolean => frequency === "st";

/** More digits than the relay keeps: another dose would be stored than was typed. */
const tooFine = (dose: number): boolean => Math.abs(dose * 1000 - Math.round(dose * 1000)) > 1e-6;

const isDose = (dose: number | undefined): boolean => dose !== undefined && dose > 0 && !tooFine(dose);

/** What is wrong with a dose that was typed. */
export function doseProblem(dose: number | undefined): "zero" | "decimals" | undefined {
  if (dose === undefined || Number.isNaN(dose)) return undefined;
  if (dose <= 0) return "zero";
  return tooFine(dose) ? "decimals" : undefined;
}

/** The most times within 24 hours that the hours from one time to the next leave room for, where fewer than the most times a day that are prescribed. */
export function fewerPossible({ mostPerDay, hoursApart }: Pick<Line, "mostPerDay" | "hoursApart">): number | undefined {
  if (mostPerDay === undefined || hoursApart === undefined || !fits(hoursApart, HOURS)) return undefined;
  const possible = Math.ceil(24 / hoursApart);
  return possible < mostPerDay ? possible : undefined;
}

/**
 * What leaves the pharmacy of a medicine taken when needed: what was typed, else dose × most times a day × days in whole units, rounded up as the relay does.
 * Of times that the hours apart leave no room for nothing is supplied.
 */
export function totalWhenNeeded(line: Line): number | undefined {
  const { drug, dose, mostPerDay } = line;
  if (line.quantity !== undefined || mostPerDay === undefined) return line.quantity;
  if (!drug || dose === undefined || !isDose(dose) || !fits(mostPerDay, UNITS) || !fits(lineDays(line), DAYS))
    return undefined;
  const perUnit = Math.max(1, Math.round(drug.doses_per_unit * 1000));
  const times = fewerPossible(line) ?? mostPerDay;
  return Math.ceil((Math.round(dose * 1000) * times * lineDays(line)) / perUnit);
}

/** What a line can lack, in the order of its fields. */
export type Lack = "drug" | "steps" | "dose" | "route" | "days" | "limit" | "gap" | "quantity";

/** The first thing that a line lacks. */
export function lackOf(line: Line): Lack | undefined {
  if (line.drug === undefined) return "drug";
  const stepped = line.taper.length > 0;
  const isStep = (step: Step) => isDose(step.dose) && fits(step.days, DAYS);
  if (stepped && (line.taper.length < 2 || !line.taper.every(isStep))) return "steps";
  if (!stepped && !isDose(line.dose)) return "dose";
  if (line.route === undefined) return "route";
  if (stepped) return undefined;
  if (!fits(lineDays(line), DAYS)) return "days";
  if (!whenNeeded(line)) return undefined;
  if (line.mostPerDay !== undefined && !fits(line.mostPerDay, UNITS)) return "limit";
  if (line.hoursApart !== undefined && !fits(line.hoursApart, HOURS)) return "gap";
  return fits(totalWhenNeeded(line), UNITS) ? undefined : "quantity";
}

/** The first line, as the page counts them, that lacks something, and what. */
export function firstLack({ lines }: Writing): { no: number; what: Lack } | undefined {
  for (const [index, line] of lines.entries()) {
    const what = lackOf(line);
    if (what !== undefined) return { no: index + 1, what };
  }
  return undefined;
}

type Complete = Line & { drug: Drug; route: Route };

const complete = (line: Line): line is Complete => lackOf(line) === undefined;

/** A complete line as the relay takes it: of steps, the line says the first one and the days of all. */
function toItem(line: Complete): Draft["items"][number] {
  const [first] = line.taper;
  const steps = line.taper.map((step) => ({ ...step, dose: step.dose ?? 0 }));
  return {
    drug_id: line.drug.id,
    dose: first ? (first.dose ?? 0) : (line.dose ?? 0),
    dose_unit: line.drug.dose_unit ?? line.drug.unit,
    frequency: first?.frequency ?? line.frequency,
    route: line.route,
    days: lineDays(line),
    ...(steps.length > 0 && { taper: steps }),
    most_per_day: !first && whenNeeded(line) ? line.mostPerDay : undefined,
    hours_apart: !first && whenNeeded(line) ? line.hoursApart : undefined,
    quantity: !first && whenNeeded(line) ? totalWhenNeeded(line) : undefined,
    instruction: line.instruction.trim(),
    substitution: line.substitution,
  };
}

/** The lines that can be kept or sent. */
export const completeItems = (lines: readonly Line[]): Draft["items"] => lines.filter(complete).map(toItem);

/** Nothing until every part of it is there. */
export function assessmentOf({ assessment }: Writing): Assessment | undefined {
  const { assessed = "", result = "", confirmed_by, confirmed_name = "" } = assessment;
  if (confirmed_by === undefined || [assessed, result, confirmed_name].some((text) => text.trim() === "")) return;
  return { assessed: assessed.trim(), result: result.trim(), confirmed_by, confirmed_name: confirmed_name.trim() };
}

/** A long supply beyond what is usual. */
export const needsAssessment = (writing: Writing, limits: PrescribingLimits): boolean =>
  writing.supply === "chronic" && writing.lines.some((line) => lineDays(line) > limits.supply_chronic_days);

/** The room for days that the kind of supply leaves. */
export const maxDays = (supply: Supply, limits: PrescribingLimits): number =>
  ({
    ordinary: limits.supply_ordinary_days,
    emergency: limits.supply_emergency_days,
    chronic: limits.supply_chronic_assessed_days,
  })[supply];

/** Nothing until there is one complete line. Without a diagnosis it cannot be signed, but the relay counts and checks it. */
export function toDraft(writing: Writing): Draft | undefined {
  const items = completeItems(writing.lines);
  if (items.length === 0) return undefined;
  return {
    diagnosis_code: writing.diagnosis_code ?? "",
    supply: writing.supply,
    valid_days: writing.valid_days,
    items,
    hard_stop_reason: writing.hard_stop_reason.trim() || undefined,
    assessment: writing.supply === "chronic" ? assessmentOf(writing) : undefined,
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

export type Obstacle = "no_diagnosis" | "no_line" | "incomplete" | "assessment" | "blocked" | "reason_required";

/** Found by the safety check, which may not have spoken yet of the text as it stands. */
export const isOfChecks = (of: Obstacle | undefined): boolean => of === "blocked" || of === "reason_required";

/** Why it cannot be signed yet, the first reason from the top of the page; or nothing. */
export function obstacle(
  writing: Writing,
  findings: readonly Finding[],
  limits?: PrescribingLimits,
): Obstacle | undefined {
  if (writing.diagnosis_code === undefined) return "no_diagnosis";
  if (writing.lines.length === 0) return "no_line";
  if (firstLack(writing)) return "incomplete";
  if (limits && needsAssessment(writing, limits) && !assessmentOf(writing)) return "assessment";
  if (count(findings, "block") > 0) return "blocked";
  if (count(findings, "hard_stop") > 0 && writing.hard_stop_reason.trim() === "") return "reason_required";
  return undefined;
}
