/** What the withdrawal of a prescription means where it is now. The relay decides what happens; this is for the words. */
import type { PrescriptionState } from "@yunzhen/client";

/** Taken back or refused: whoever writes it again has to know why it ended. */
export const isEnded = (state: PrescriptionState): boolean =>
  state === "rejected" || state === "cancelled" || state === "stopped";

/** Nobody dispenses it any more. */
export const isOver = (state: PrescriptionState): boolean => isEnded(state) || state === "expired";

export type Withdrawal = "before_use" | "packed" | "on_road" | "some_there" | "delivered";

export function withdrawalOf(state: PrescriptionState, steps: readonly { step: string }[]): Withdrawal {
  if (state === "delivered") return "delivered";
  // An earlier parcel was received in part.
  if (steps.some(({ step }) => step === "deliver_part")) return "some_there";
  if (state === "packed") return "packed";
  return state === "in_delivery" ? "on_road" : "before_use";
}
