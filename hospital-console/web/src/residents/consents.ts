/** Consents as they stand: what is there, what is missing, and what was taken back. */
import type { Consent, ConsentKind, Consents, ConsentState, Meaning } from "@yunzhen/client";

export type Standing = "in_force" | "outdated" | "revoked" | "missing";

export const MEANING: Record<Standing, Meaning> = {
  in_force: "done",
  outdated: "person",
  revoked: "danger",
  missing: "person",
};

/** Never given and taken back are different facts. */
export function standingOf(state: ConsentState, history: readonly Consent[]): Standing {
  if (state.in_force) return state.outdated ? "outdated" : "in_force";
  return history.some((consent) => consent.kind === state.kind && consent.revoked_at) ? "revoked" : "missing";
}

/** What nobody signed or somebody took back; for the summary, which has no history. */
export function notInForce(states: readonly ConsentState[]): ConsentKind[] {
  return states.filter((state) => !state.in_force).map((state) => state.kind);
}

export function ofKind({ history }: Consents, kind: ConsentKind): Consent[] {
  return history.filter((consent) => consent.kind === kind);
}

/** A frame around a drawn path, so that it is shown whole whatever it was drawn on. */
export function viewBoxOf(path: string): string {
  const numbers = [...path.matchAll(/-?\d+(?:\.\d+)?/g)].map((match) => Number(match[0]));
  const xs = numbers.filter((_, at) => at % 2 === 0);
  const ys = numbers.filter((_, at) => at % 2 === 1);
  if (xs.length === 0 || ys.length === 0) return "0 0 1 1";
  const [left, top] = [Math.min(...xs) - 6, Math.min(...ys) - 6];
  return `${left} ${top} ${Math.max(...xs) - left + 6} ${Math.max(...ys) - top + 6}`;
}
