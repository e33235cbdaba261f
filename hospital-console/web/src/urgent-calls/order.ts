import type { UrgentCall, UrgentCallState } from "@yunzhen/client";

const RINGING: readonly UrgentCallState[] = ["raised", "with_next_on_duty", "with_administrator"];

export const isUnanswered = (call: Pick<UrgentCall, "state">): boolean => RINGING.includes(call.state);

const TRIAGE: Record<UrgentCall["triage"], number> = { abnormal: 0, unknown: 1, in_range: 2 };

/** Unanswered before answered, then by triage, then who has called longest. */
export function mostUrgentFirst(
  a: Pick<UrgentCall, "state" | "triage" | "raised_at">,
  b: Pick<UrgentCall, "state" | "triage" | "raised_at">,
): number {
  if (isUnanswered(a) !== isUnanswered(b)) return isUnanswered(a) ? -1 : 1;
  return TRIAGE[a.triage] - TRIAGE[b.triage] || Date.parse(a.raised_at) - Date.parse(b.raised_at);
}
