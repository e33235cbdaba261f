/** ECGs while looking at screens. Invented, test-only: straight lines between a few points, as the simulated recorder draws them. */
import type { Ecg, EcgSummary } from "@yunzhen/client";
import { now } from "./clock";

const BEAT: [ms: number, units: number][] = [
  [0, 0],
  [60, 0],
  [90, 25],
  [120, 0],
  [160, 0],
  [172, -15],
  [190, 220],
  [208, -50],
  [220, 0],
  [300, 4],
  [370, 55],
  [440, 0],
  [800, 0],
];

function height(at: number): number {
  const after = BEAT.findIndex(([ms]) => ms > at);
  const [begin, from] = BEAT[after - 1] ?? [0, 0];
  const [end, to] = BEAT[after] ?? [800, 0];
  return Math.round(from + ((to - from) * (at - begin)) / (end - begin));
}

const beats = Array.from({ length: 2500 }, (_, at) => height((at * 4) % 800));

export const ecgCurve = {
  leads: ["i" as const],
  period_ms: 4,
  origin_mv: 0,
  factor_mv: 0.005,
  data: beats.map((value, at) => (at > 1500 && at < 1540 ? "E" : String(value))).join(" "),
};

export const ecgSummaries = (residentId: string): EcgSummary[] => [
  {
    id: "e1",
    resident_id: residentId,
    leads: ["i"],
    seconds: 10,
    recorded_at: new Date(now() - 3_600_000).toISOString(),
    received_at: new Date(now() - 3_590_000).toISOString(),
    device: "心电仪 ECG-80 5C:31:3E:00:12:34",
    source: "device",
  },
];

export const ecg = (residentId: string): Ecg => ({
  ...(ecgSummaries(residentId)[0] as EcgSummary),
  ...ecgCurve,
  clock_offset_ms: -90_000,
});
