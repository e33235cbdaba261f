import type { Prescription } from "@yunzhen/client";

type Decided = Pick<Prescription, "state" | "pharmacist" | "approval">;

/** How a prescription that is not under review stands to the reader: approved or rejected by them, or not theirs any more. */
export function outcome({ state, pharmacist, approval }: Decided, reader: string): "approved" | "rejected" | "gone" {
  if (pharmacist?.id !== reader) return "gone";
  // Whatever became of it afterwards: the approval is theirs.
  if (approval) return "approved";
  return state === "rejected" ? "rejected" : "gone";
}
