/** Whether what is sent is held or comes back: its prescription stays "on its way" by its machine until the pharmacy has the parcel again. Pure. */
import type { DoorToDose, PrescriptionState, PrescriptionSummary } from "../api/types";

export type OffTheWay = "held" | "back";

/** What is next of a whole chain, or of a line of a list. */
export type Chain = Pick<DoorToDose, "next" | "reason"> | Pick<PrescriptionSummary, "next" | "reason">;

const SENT: readonly PrescriptionState[] = ["packed", "in_delivery"];

/** Nothing while it goes its straight way, and once the prescription says itself where it is. */
export function offTheWay(state: PrescriptionState, chain: Chain | undefined): OffTheWay | undefined {
  if (!SENT.includes(state)) return undefined;
  switch (chain?.next) {
    case "decide":
    case "try_again":
      return "held";
    case "bring_back":
      return "back";
    case "take_back":
      // At the counter it comes back from nowhere.
      return state === "packed" ? "held" : "back";
    default:
      return undefined;
  }
}
