import type { Prescription } from "@yunzhen/client";

type Decided = Pick<Prescription, "state" | "pharmacist" | "approval" | "replaced_by">;

export type Outcome =
  "approved" | "rejected" | "approvedByOther" | "rejectedByOther" | "withdrawn" | "replaced" | "expired";

/** How a prescription that is not under review stands to the reader: who decided on it, or why nobody did. */
export function outcome({ state, pharmacist, approval, replaced_by }: Decided, reader: string): Outcome {
  const mine = pharmacist?.id === reader;
  // Whatever became of it afterwards: the approval stands.
  if (approval) return mine ? "approved" : "approvedByOther";
  if (state === "rejected") return mine ? "rejected" : "rejectedByOther";
  if (state === "expired") return "expired";
  if (state === "cancelled" || state === "stopped") return replaced_by === undefined ? "withdrawn" : "replaced";
  // Nothing goes to a pharmacy without an approval.
  return "approvedByOther";
}
