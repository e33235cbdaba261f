/** What the nurse typed → readings, or what is wrong with it. Pure. */
import type { Reading } from "@yunzhen/client";
import { RESPONSIVENESS, VITAL_SIGNS, type VitalSign } from "@yunzhen/client/ui";

export type Entries = Readonly<Record<string, string>>;

export type EntryProblem =
  { kind: "implausible"; sign: VitalSign } | { kind: "both_pressures" } | { kind: "pressure_order" } | { kind: "flow" };

/** Flow of inhaled oxygen in L/min, 0 is air. */
export const OXYGEN = "3151-8";
const MOST_FLOW = 60;
/** What is chosen rather than measured: code and unit. */
const CHOSEN: readonly [string, string][] = [
  [OXYGEN, "L/min"],
  [RESPONSIVENESS, "{score}"],
];

const SYSTOLIC = "8480-6";
const DIASTOLIC = "8462-4";

export function parse(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const value = Number(text.replace(",", "."));
  return Number.isFinite(value) ? value : Number.NaN;
}

export function implausible(sign: VitalSign, text: string | undefined): boolean {
  const value = parse(text);
  return value !== undefined && !(value >= sign.plausible[0] && value <= sign.plausible[1]);
}

export function outOfBand(sign: VitalSign, text: string | undefined): boolean {
  const value = parse(text);
  const [low, high] = sign.band;
  return value !== undefined && high > low && !implausible(sign, text) && (value < low || value > high);
}

export function oxygenWrong(entries: Entries): boolean {
  const flow = parse(entries[OXYGEN]);
  return flow !== undefined && !(flow >= 0 && flow <= MOST_FLOW);
}

export function problems(entries: Entries): EntryProblem[] {
  const found: EntryProblem[] = [];
  for (const sign of VITAL_SIGNS) if (implausible(sign, entries[sign.code])) found.push({ kind: "implausible", sign });
  const systolic = parse(entries[SYSTOLIC]);
  const diastolic = parse(entries[DIASTOLIC]);
  if ((systolic === undefined) !== (diastolic === undefined)) found.push({ kind: "both_pressures" });
  else if (systolic !== undefined && diastolic !== undefined && systolic <= diastolic) {
    found.push({ kind: "pressure_order" });
  }
  if (oxygenWrong(entries)) found.push({ kind: "flow" });
  return found;
}

export function readings(entries: Entries, measuredAt: string): Reading[] {
  const all = [...VITAL_SIGNS.map(({ code, unit }): [string, string] => [code, unit]), ...CHOSEN];
  return all.flatMap(([code, unit]) => {
    const value = parse(entries[code]);
    return value === undefined ? [] : [{ code, value, unit, measured_at: measuredAt }];
  });
}

/** One key of the keypad applied to a field: at most one decimal point and the sign's own decimals. */
export function press(text: string, key: string, sign: VitalSign): string {
  if (key === "back") return text.slice(0, -1);
  if (key === "clear") return "";
  if (key === ".") return sign.digits === 0 || text.includes(".") ? text : `${text === "" ? "0" : text}.`;
  const decimals = text.split(".")[1];
  if (decimals !== undefined && decimals.length >= sign.digits) return text;
  if (text.replace(".", "").length >= 4) return text;
  return text === "0" ? key : text + key;
}
