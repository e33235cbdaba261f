/** What the withdrawal of a prescription means where it is now. The relay decides what happens; this is for the words. */
import type { PrescriptionState } from "@yunzhen/client";

export type Withdrawal = "before_use" | "packed" | "on_road" | "some_there" | "delivered";

export function withdrawalOf(state: PrescriptionState, steps: readonly { step: string }[]): Withdrawal {
  if (state === "delivered") return "delivered";
  // An earlier parcel was received in part.
  if (steps.some(({ step }) => step === "deliver_part")) return "some_there";
  if (state === "packed") return "packed";
  return state === "in_delivery" ? "on_road" : "before_use";
}
