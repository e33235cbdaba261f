/** How much of each line has gone out: pure. */
import type { Dispense, PrescriptionItem } from "../api/types";

export interface Owed {
  no: number;
  reached: number;
  underWay: number;
  owed: number;
}

const ON_THE_WAY = new Set<Dispense["state"]>(["preparation", "on_hold", "in_progress"]);

/** Line by line: what reached the home, what is being picked or is in a parcel, and what nobody has taken up yet. */
export function owedOf(
  items: readonly Pick<PrescriptionItem, "no" | "quantity">[],
  fillings: readonly Dispense[],
): Owed[] {
  const sum = (no: number, counts: (state: Dispense["state"]) => boolean): number =>
    fillings
      .filter(({ state }) => counts(state))
      .flatMap(({ packs }) => packs)
      .filter((pack) => pack.item_no === no)
      .reduce((total, pack) => total + pack.quantity, 0);
  return items.map(({ no, quantity }) => {
    const reached = sum(no, (state) => state === "completed");
    const underWay = sum(no, (state) => ON_THE_WAY.has(state));
    return { no, reached, underWay, owed: Math.max(0, quantity - reached - underWay) };
  });
}
