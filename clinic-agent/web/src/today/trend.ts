/** The last value of each vital sign and where it is going. Pure. */
import type { Observation } from "@yunzhen/client";
import { RESPONSIVENESS, vitalSign, type VitalSign } from "@yunzhen/client/ui";

export interface VitalNow {
  sign: VitalSign;
  last: Observation;
  /** Against the value before; undefined when there is none. */
  trend: "up" | "down" | "same" | undefined;
}

export function vitalsNow(
  signs: readonly VitalSign[],
  last: readonly Observation[],
  history: readonly Observation[],
): VitalNow[] {
  return signs.flatMap((sign): VitalNow[] => {
    const known = [...last, ...history]
      .filter((observation) => vitalSign(observation.code)?.code === sign.code)
      .sort((a, b) => b.measured_at.localeCompare(a.measured_at));
    const newest = known[0];
    if (!newest) return [];
    const before = known.find(
      (observation) => observation.id !== newest.id && observation.measured_at < newest.measured_at,
    );
    // A word goes neither up nor down.
    if (!before || sign.code === RESPONSIVENESS) return [{ sign, last: newest, trend: undefined }];
    const step = (sign.plausible[1] - sign.plausible[0]) * 0.01;
    const delta = newest.value - before.value;
    return [{ sign, last: newest, trend: Math.abs(delta) < step ? "same" : delta > 0 ? "up" : "down" }];
  });
}
