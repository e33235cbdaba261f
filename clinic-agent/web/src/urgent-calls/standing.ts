/** How an urgent call stands. Pure. */
import type { Observation, UrgentCall, UrgentCallState } from "@yunzhen/client";
import { RESPONSIVENESS } from "@yunzhen/client/ui";

const UNANSWERED: readonly UrgentCallState[] = ["raised", "with_next_on_duty", "with_administrator"];

/** Nobody takes care of it yet: it rings. */
export function isRinging(state: UrgentCallState): boolean {
  return UNANSWERED.includes(state);
}

/** Ended, one way or another. */
export function isOver(state: UrgentCallState): boolean {
  return !isRinging(state) && state !== "answered";
}

/** Whose the call is, or whose it may be. */
export function whoMayCall(call: Pick<UrgentCall, "resident" | "shared_by">, or: string): string {
  return call.resident?.name ?? call.shared_by.map((one) => one.name).join(or);
}

/** What somebody at the bed is told. */
export function bedsideOf(state: UrgentCallState): "heard" | "answered" | "over" {
  return isRinging(state) ? "heard" : isOver(state) ? "over" : "answered";
}

const TRIAGE: readonly UrgentCall["triage"][] = ["abnormal", "unknown", "in_range"];

/** Those that ring first, then by what is known of the resident, then who waits longest. */
export function worstFirst(calls: readonly UrgentCall[]): UrgentCall[] {
  return [...calls].sort(
    (a, b) =>
      Number(isRinging(b.state)) - Number(isRinging(a.state)) ||
      TRIAGE.indexOf(a.triage) - TRIAGE.indexOf(b.triage) ||
      a.raised_at.localeCompare(b.raised_at),
  );
}

/** Where the nurse goes on after she has said what came of it. */
export function nextPlace(call: UrgentCall): string | undefined {
  if (call.state === "consultation" && call.consultation_id) return `/consultations/${call.consultation_id}`;
  if (call.transport_id) return `/transports/${call.transport_id}`;
  if (call.referral_id) return `/referrals/${call.referral_id}`;
  return undefined;
}

/** The bed out of the address `/call/2-05`; `undefined` on any other page, empty where none is named. */
export function bedOfPath(path: string): string | undefined {
  const found = /^\/call(?:\/([^/]*))?\/?$/.exec(path);
  if (!found) return undefined;
  try {
    return decodeURIComponent(found[1] ?? "");
  } catch {
    return "";
  }
}

/** What says how somebody is now: breath, oxygen, pulse, pressure, temperature, sugar, consciousness, pain. What changes by the week is in the record. */
const AT_ONCE = [
  "9279-1",
  "2708-6",
  "59408-5",
  "3151-8",
  "8867-4",
  "8480-6",
  "8462-4",
  "8478-0",
  "8310-5",
  "14743-9",
  "15074-8",
  RESPONSIVENESS,
  "9269-2",
  "72514-3",
];

/** Of the last vital signs those that are read on the way to a bed, in their order. */
export function atOnce(signs: readonly Observation[]): Observation[] {
  const known = signs.filter((one) => AT_ONCE.includes(one.code));
  return known.sort((a, b) => AT_ONCE.indexOf(a.code) - AT_ONCE.indexOf(b.code));
}

/** When all were measured in the same minute, that is said once. */
export function sameTime(signs: readonly Observation[]): string | undefined {
  const first = signs[0]?.measured_at;
  return signs.every((one) => one.measured_at.slice(0, 16) === first?.slice(0, 16)) ? first : undefined;
}
