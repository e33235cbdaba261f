/** Vital signs: order, plausible ranges, bands. Plausible = a living person; outside it is a typing error. The same numbers as `relay/domain/src/vitals.rs`, which a test compares. */
import type { Observation } from "../api/types";

export interface VitalSign {
  code: string;
  unit: string;
  /** As people write it. */
  shownUnit: string;
  digits: number;
  plausible: [number, number];
  /** Used where an observation brings no band of its own. */
  band: [number, number];
}

export const VITAL_SIGNS: readonly VitalSign[] = [
  { code: "8480-6", unit: "mm[Hg]", shownUnit: "mmHg", digits: 0, plausible: [50, 280], band: [90, 140] },
  { code: "8462-4", unit: "mm[Hg]", shownUnit: "mmHg", digits: 0, plausible: [20, 180], band: [60, 90] },
  { code: "8867-4", unit: "/min", shownUnit: "/min", digits: 0, plausible: [20, 250], band: [60, 100] },
  { code: "2708-6", unit: "%", shownUnit: "%", digits: 0, plausible: [50, 100], band: [94, 100] },
  { code: "8310-5", unit: "Cel", shownUnit: "°C", digits: 1, plausible: [30, 43], band: [36, 37.3] },
  { code: "9279-1", unit: "/min", shownUnit: "/min", digits: 0, plausible: [4, 70], band: [12, 20] },
  { code: "14743-9", unit: "mmol/L", shownUnit: "mmol/L", digits: 1, plausible: [0.6, 35], band: [3.9, 10] },
  { code: "29463-7", unit: "kg", shownUnit: "kg", digits: 1, plausible: [20, 250], band: [0, 0] },
];

export function vitalSign(code: string): VitalSign | undefined {
  // Both codes mean oxygen saturation; glucose by meter or laboratory share a plot.
  const same = code === "59408-5" ? "2708-6" : code === "15074-8" ? "14743-9" : code;
  return VITAL_SIGNS.find((sign) => sign.code === same);
}

export function bandOf(observation: Pick<Observation, "code" | "low" | "high">): [number, number] | undefined {
  const known = vitalSign(observation.code)?.band;
  const low = observation.low ?? known?.[0];
  const high = observation.high ?? known?.[1];
  return low === undefined || high === undefined || high <= low ? undefined : [low, high];
}

export function rangeWord(
  observation: Pick<Observation, "code" | "low" | "high" | "value">,
): "high" | "low" | "inRange" {
  const band = bandOf(observation);
  if (!band) return "inRange";
  return observation.value > band[1] ? "high" : observation.value < band[0] ? "low" : "inRange";
}
