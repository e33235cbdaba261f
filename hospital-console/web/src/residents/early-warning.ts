/** The early-warning score in words. NEWS2 without all seven parameters has no total: it is never shown as a low score. */
import type { EarlyWarningBand, EarlyWarningParameter, EarlyWarningScore, Meaning } from "@yunzhen/client";

export const BAND: Record<EarlyWarningBand, Meaning> = {
  low: "done",
  low_medium: "person",
  medium: "person",
  high: "danger",
};

/** "6", or "≥3" where something is missing or old. */
export function scoreText(score: Pick<EarlyWarningScore, "total" | "at_least">): string {
  return score.total === undefined || score.total === null ? `≥${score.at_least}` : String(score.total);
}

/** LOINC of a parameter, for its unit and its digits. */
export const CODE: Partial<Record<EarlyWarningParameter, string>> = {
  respiration: "9279-1",
  saturation: "2708-6",
  systolic: "8480-6",
  pulse: "8867-4",
  temperature: "8310-5",
};

export type PartWords =
  | { say: "air" }
  | { say: "flow"; litres: number }
  | { say: "level"; level: number }
  | { say: "glasgow"; points: number }
  | { say: "value"; code: string; value: number };

/** How a value is said: oxygen as flow or air, consciousness as a level or a Glasgow score, the rest as measured. */
export function partWords(parameter: EarlyWarningParameter, value: number): PartWords {
  if (parameter === "oxygen") return value === 0 ? { say: "air" } : { say: "flow", litres: value };
  if (parameter === "consciousness")
    return value <= 4 ? { say: "level", level: value } : { say: "glasgow", points: value };
  return { say: "value", code: CODE[parameter] ?? "", value };
}
