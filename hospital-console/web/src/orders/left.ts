/** What a pharmacy still has to do with the medicines of an order that its prescriber withdrew: pure. */
import type { Delivery, Dispense } from "@yunzhen/client";

/** Nothing of it, taken from the shelf and lying at the counter, in a parcel at the counter, with the courier, at the home, or lost. */
export type Left = "counter" | "filled" | "packed" | "parcel" | "home" | "lost";

/** One for each place where some of it is: a part may be at the home while the rest was being filled. */
export function whatIsLeft(
  delivery: Pick<Delivery, "state"> | undefined,
  fillings: readonly Pick<Dispense, "state" | "packs" | "delivery_id">[],
): Left[] {
  // A filling that ended without a parcel ended with the withdrawal.
  const filled = fillings.some(
    ({ state, packs, delivery_id }) => state === "cancelled" && packs.length > 0 && delivery_id === undefined,
  );
  const sent = ofParcel(delivery);
  const left: Left[] = [...(sent ? [sent] : []), ...(filled ? (["filled"] as const) : [])];
  return left.length > 0 ? left : ["counter"];
}

function ofParcel(delivery: Pick<Delivery, "state"> | undefined): Left | undefined {
  switch (delivery?.state) {
    case "cancelled":
      return "packed";
    case "recalled":
      return "parcel";
    case "received":
    case "discrepancy":
      return "home";
    case "lost":
      return "lost";
    default:
      return undefined;
  }
}
