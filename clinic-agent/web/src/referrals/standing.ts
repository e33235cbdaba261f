/** What of referrals and rides waits for the home. Pure. */
import type { ReferralState, ReferralSummary, TransportState, TransportSummary } from "@yunzhen/client";

export type Meaning = "primary" | "danger" | "person" | "done" | "waiting";

export const REFERRAL_MEANING: Record<ReferralState, Meaning> = {
  drafted: "waiting",
  sent: "waiting",
  seen: "waiting",
  information_requested: "person",
  accepted: "person",
  under_way: "primary",
  done: "done",
  refused: "danger",
  did_not_attend: "person",
  withdrawn: "waiting",
};

export const RIDE_MEANING: Record<TransportState, Meaning> = {
  requested: "person",
  confirmed: "waiting",
  under_way: "primary",
  done: "done",
  cancelled: "waiting",
};

const ENDED: readonly ReferralState[] = ["done", "refused", "withdrawn"];

export const isOpenReferral = (state: ReferralState): boolean => !ENDED.includes(state);
export const isOpenRide = (state: TransportState): boolean => state !== "done" && state !== "cancelled";

export interface Sought {
  text: string;
  all: boolean;
  residentId: string | null;
}

/** What needs the nurse first, urgent before routine, then the newest. */
export function shownReferrals(
  items: readonly ReferralSummary[],
  { text, all, residentId }: Sought,
): ReferralSummary[] {
  const query = text.trim().toLowerCase();
  return items
    .filter((one) => all || isOpenReferral(one.state))
    .filter((one) => residentId === null || one.resident.id === residentId)
    .filter((one) =>
      [one.resident.name, one.resident.bed, one.hospital].some((part) => part.toLowerCase().includes(query)),
    )
    .sort(
      (a, b) =>
        Number(REFERRAL_MEANING[b.state] === "person") - Number(REFERRAL_MEANING[a.state] === "person") ||
        Number(b.urgency === "urgent") - Number(a.urgency === "urgent") ||
        b.created_at.localeCompare(a.created_at),
    );
}

/** The next ride first. */
export function shownRides(items: readonly TransportSummary[], { text, all, residentId }: Sought): TransportSummary[] {
  const query = text.trim().toLowerCase();
  return items
    .filter((one) => all || isOpenRide(one.state))
    .filter((one) => residentId === null || one.resident_id === residentId)
    .filter((one) => [one.resident_name, one.bed, one.destination].some((part) => part.toLowerCase().includes(query)))
    .sort((a, b) => a.pick_up_at.localeCompare(b.pick_up_at));
}
