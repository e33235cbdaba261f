/** What the nurse writes of a referral, as the one text that the hospital reads, and back. Pure. */
import type { ReferralContent, Urgency, Vehicle } from "@yunzhen/client";

/** What a ride would have to be; only wished for: a ride is asked for once there is an appointment. */
export type RideWish = Vehicle | "none";

export interface Account {
  reason: string;
  /** What she saw at the bed. */
  seen: string;
  ride: RideWish;
}

/** The words of the headings and vehicles in one language. */
export interface AccountWords {
  seen: string;
  ride: string;
  vehicles: Record<Vehicle, string>;
}

/** The relay takes no longer reason. */
export const LONGEST = 2000;

export function toText({ reason, seen, ride }: Account, words: AccountWords): string {
  const parts = [reason.trim()];
  if (seen.trim() !== "") parts.push(`${words.seen}${seen.trim()}`);
  if (ride !== "none") parts.push(`${words.ride}${words.vehicles[ride]}`);
  return parts.join("\n\n");
}

/** Text of somebody else stays in `reason`, whole. `languages`: it may have been written in the other one. */
export function fromText(text: string, languages: readonly AccountWords[]): Account {
  const account: Account = { reason: "", seen: "", ride: "none" };
  const rest: string[] = [];
  let open: "reason" | "seen" = "reason";
  const seen: string[] = [];
  for (const paragraph of text.split("\n\n")) {
    const words = languages.find((one) => paragraph.startsWith(one.seen) || paragraph.startsWith(one.ride));
    const vehicle = words && paragraph.startsWith(words.ride) ? vehicleOf(paragraph, words) : undefined;
    if (vehicle) account.ride = vehicle;
    else if (words && paragraph.startsWith(words.seen)) {
      open = "seen";
      seen.push(paragraph.slice(words.seen.length));
    } else (open === "seen" ? seen : rest).push(paragraph);
  }
  return { ...account, reason: rest.join("\n\n"), seen: seen.join("\n\n") };
}

function vehicleOf(paragraph: string, words: AccountWords): Vehicle | undefined {
  const said = paragraph.slice(words.ride.length);
  return (Object.keys(words.vehicles) as Vehicle[]).find((vehicle) => words.vehicles[vehicle] === said);
}

/** What is asked for while it is written. */
export interface Draft extends Account {
  urgency: Urgency;
  hospital: string;
  department: string;
  diagnosis: string | null;
}

export const emptyDraft: Draft = {
  reason: "",
  seen: "",
  ride: "none",
  urgency: "routine",
  hospital: "",
  department: "",
  diagnosis: null,
};

export function toContent(draft: Draft, words: AccountWords): ReferralContent {
  const hospital = draft.hospital.trim();
  const department = draft.department.trim();
  return {
    reason: toText(draft, words),
    urgency: draft.urgency,
    ...(hospital ? { hospital } : {}),
    ...(department ? { department } : {}),
    ...(draft.diagnosis ? { diagnosis_code: draft.diagnosis } : {}),
  };
}
