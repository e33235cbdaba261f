import type { ReferralState, ReferralSummary } from "@yunzhen/client";

export type Group = "open" | "drafted" | "attention" | "done" | "all";
export const GROUPS: readonly Group[] = ["open", "drafted", "attention", "done", "all"];

const OVER: readonly ReferralState[] = ["done", "refused", "withdrawn"];
/** Where a person has to do something before it goes on. */
const ATTENTION: readonly ReferralState[] = ["drafted", "information_requested", "did_not_attend", "refused"];

export function inGroup(state: ReferralState, group: Group): boolean {
  switch (group) {
    case "all":
      return true;
    case "done":
      return OVER.includes(state);
    case "drafted":
      return state === "drafted";
    case "attention":
      return ATTENTION.includes(state);
    case "open":
      return !OVER.includes(state);
  }
}

export function matchesReferral(r: ReferralSummary, group: Group, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase();
  const texts = [r.resident.name, r.resident.home_name, r.hospital, r.department, r.reason];
  return inGroup(r.state, group) && (wanted === "" || texts.some((text) => text.toLocaleLowerCase().includes(wanted)));
}

/** Urgent first, then what has stood still longest. */
export function byNeed(a: ReferralSummary, b: ReferralSummary): number {
  if (a.urgency !== b.urgency) return a.urgency === "urgent" ? -1 : 1;
  return Date.parse(a.state_since) - Date.parse(b.state_since);
}
