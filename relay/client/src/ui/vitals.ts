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

/** How responsive somebody is: its number is only a code, people read the word (`vital.level`). */
export const RESPONSIVENESS = "67775-7";
export const LEVELS = ["0", "1", "2", "3", "4"] as const;

/** What is typed at the bed, in the order of the keypad. */
export const VITAL_SIGNS: readonly VitalSign[] = [
  { code: "8480-6", unit: "mm[Hg]", shownUnit: "mmHg", digits: 0, plausible: [50, 280], band: [90, 150] },
  { code: "8462-4", unit: "mm[Hg]", shownUnit: "mmHg", digits: 0, plausible: [20, 180], band: [50, 90] },
  { code: "8867-4", unit: "/min", shownUnit: "/min", digits: 0, plausible: [20, 250], band: [55, 100] },
  { code: "2708-6", unit: "%", shownUnit: "%", digits: 0, plausible: [50, 100], band: [94, 100] },
  { code: "8310-5", unit: "Cel", shownUnit: "°C", digits: 1, plausible: [30, 43], band: [35.8, 37.3] },
  { code: "9279-1", unit: "/min", shownUnit: "/min", digits: 0, plausible: [4, 70], band: [12, 22] },
  { code: "14743-9", unit: "mmol/L", shownUnit: "mmol/L", digits: 1, plausible: [0.6, 35], band: [4.4, 10] },
  { code: "29463-7", unit: "kg", shownUnit: "kg", digits: 1, plausible: [20, 250], band: [0, 0] },
];

/** What comes by device, laboratory or import, and is charted beside the others. */
export const OTHER_SIGNS: readonly VitalSign[] = [
  { code: "8478-0", unit: "mm[Hg]", shownUnit: "mmHg", digits: 0, plausible: [30, 220], band: [65, 110] },
  { code: "72514-3", unit: "{score}", shownUnit: "/10", digits: 0, plausible: [0, 10], band: [0, 3] },
  { code: "9269-2", unit: "{score}", shownUnit: "/15", digits: 0, plausible: [3, 15], band: [14, 15] },
  { code: RESPONSIVENESS, unit: "{score}", shownUnit: "", digits: 0, plausible: [0, 4], band: [0, 0.5] },
  { code: "3151-8", unit: "L/min", shownUnit: "L/min", digits: 1, plausible: [0, 60], band: [0, 0] },
  { code: "8302-2", unit: "cm", shownUnit: "cm", digits: 0, plausible: [80, 220], band: [0, 0] },
  { code: "39156-5", unit: "kg/m2", shownUnit: "kg/m²", digits: 1, plausible: [8, 80], band: [18.5, 28] },
  { code: "14682-9", unit: "umol/L", shownUnit: "µmol/L", digits: 0, plausible: [10, 2000], band: [41, 111] },
  { code: "2823-3", unit: "mmol/L", shownUnit: "mmol/L", digits: 1, plausible: [1, 10], band: [3.5, 5.3] },
  { code: "4548-4", unit: "%", shownUnit: "%", digits: 1, plausible: [3, 20], band: [4, 8] },
];

/** The chart, from what changes by the hour to what changes by the month. Those that belong together share one pair of axes. */
export const CHART: readonly (readonly string[])[] = [
  ["8480-6", "8462-4"],
  ["8478-0"],
  ["8867-4"],
  ["2708-6", "59408-5"],
  ["3151-8"],
  ["8310-5"],
  ["9279-1"],
  ["72514-3"],
  ["9269-2"],
  ["14743-9", "15074-8"],
  ["29463-7"],
  ["39156-5"],
  ["8302-2"],
  ["14682-9"],
  ["2823-3"],
  ["4548-4"],
];

/** Which level the value of a reading is, when it is one. */
export function levelOf(reading: { code: string; value: number }): (typeof LEVELS)[number] | undefined {
  return reading.code === RESPONSIVENESS ? LEVELS[Math.round(reading.value)] : undefined;
}

export function vitalSign(code: string): VitalSign | undefined {
  // Both codes mean oxygen saturation; glucose by meter or laboratory share a plot.
  const same = code === "59408-5" ? "2708-6" : code === "15074-8" ? "14743-9" : code;
  return VITAL_SIGNS.find((sign) => sign.code === same) ?? OTHER_SIGNS.find((sign) => sign.code === same);
}

export function bandOf(observation: Pick<Observation, "code" | "low" | "high">): [number, number] | undefined {
  const known = vitalSign(observation.code)?.band;
  const low = observation.low ?? known?.[0];
  const high = observation.high ?? known?.[1];
  return low === undefined || high === undefined || high <= low ? undefined : [low, high];
}

export function rangeWord(
  observation: Pick<Observation, "code" | "low" | "high" | "value">,
): "high" | "low" | "abnormal" | "inRange" {
  const band = bandOf(observation);
  if (!band) return "inRange";
  // A word is neither high nor low.
  if (observation.code === RESPONSIVENESS) return observation.value > band[1] ? "abnormal" : "inRange";
  return observation.value > band[1] ? "high" : observation.value < band[0] ? "low" : "inRange";
}
