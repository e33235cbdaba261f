/** An ECG as curves on paper: pure. It draws and reads nothing out of the curve. */
import type { Ecg, EcgLead } from "../api/types";

export type EcgCurve = Pick<Ecg, "leads" | "period_ms" | "origin_mv" | "factor_mv" | "data">;

/** Paper: 25 mm a second, 10 mm a millivolt. */
export const MM_PER_SECOND = 25;
export const MM_PER_MV = 10;
/** Above and below the curve. */
const MARGIN_MM = 5;
/** Two millivolts are always there: a flat line looks flat. */
const LEAST_MM = 20;

export const LEAD_LABEL: Record<EcgLead, string> = {
  i: "I",
  ii: "II",
  iii: "III",
  avr: "aVR",
  avl: "aVL",
  avf: "aVF",
  v1: "V1",
  v2: "V2",
  v3: "V3",
  v4: "V4",
  v5: "V5",
  v6: "V6",
  unnamed: "?",
};

export interface Trace {
  lead: EcgLead;
  /** Of the whole recording. */
  seconds: number;
  low: number;
  high: number;
  /** Stretches without a number. */
  gaps: number;
  /** In millimetres of paper, whole large squares. */
  width: number;
  height: number;
  /** SVG path in millimetres; it breaks where there is no signal. */
  path: string;
}

const large = (mm: number): number => Math.ceil(mm / 5) * 5;

/** The curves of a recording, a lead each. */
export function tracesOf(curve: EcgCurve): Trace[] {
  const words = curve.data.split(" ");
  return curve.leads.map((lead, first) => {
    const values: (number | undefined)[] = [];
    for (let at = first; at < words.length; at += curve.leads.length) {
      const unit = Number(words[at]);
      values.push(Number.isFinite(unit) ? unit * curve.factor_mv + curve.origin_mv : undefined);
    }
    return traceOf(lead, values, curve.period_ms);
  });
}

function traceOf(lead: EcgLead, values: readonly (number | undefined)[], periodMs: number): Trace {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const low = known[0] ?? 0;
  const high = known.at(-1) ?? 0;
  // Electrodes have an offset of their own: the paper is laid around the curve, whatever it is.
  const middle = (low + high) / 2;
  const height = large(Math.max(LEAST_MM, (high - low) * MM_PER_MV) + 2 * MARGIN_MM);
  const step = (periodMs / 1000) * MM_PER_SECOND;
  let path = "";
  let gaps = 0;
  let open = false;
  values.forEach((value, at) => {
    if (value === undefined) {
      if (open || at === 0) gaps += 1;
      open = false;
      return;
    }
    path += `${open ? "L" : "M"}${(at * step).toFixed(2)} ${(height / 2 - (value - middle) * MM_PER_MV).toFixed(2)}`;
    open = true;
  });
  const seconds = (values.length * periodMs) / 1000;
  return { lead, seconds, low, high, gaps, width: large(seconds * MM_PER_SECOND), height, path };
}
