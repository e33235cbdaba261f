/** Which call comes first for an administrator: whose turn it is, then how soon, then how long. */
import type { Triage, UrgentCall, UrgentCallState } from "@yunzhen/client";

const OPEN: readonly UrgentCallState[] = ["with_administrator", "raised", "with_next_on_duty", "answered"];
const TRIAGE: readonly Triage[] = ["abnormal", "unknown", "in_range"];

export const isOpen = (call: Pick<UrgentCall, "state">): boolean => OPEN.includes(call.state);

/** Nobody on duty answered: the administrator is the last who can. */
export const isYours = (call: Pick<UrgentCall, "state">): boolean => call.state === "with_administrator";

export function byNeed(calls: readonly UrgentCall[]): UrgentCall[] {
  const rank = (call: UrgentCall): number => (isOpen(call) ? OPEN.indexOf(call.state) : OPEN.length);
  return [...calls].sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    if (!isOpen(a)) return b.raised_at.localeCompare(a.raised_at);
    return TRIAGE.indexOf(a.triage) - TRIAGE.indexOf(b.triage) || a.raised_at.localeCompare(b.raised_at);
  });
}
