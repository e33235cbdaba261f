/** How much of each line has gone out, in prescribed units: pure. */
import type { Dispense, Pack, PrescriptionItem } from "../api/types";

export interface Owed {
  no: number;
  reached: number;
  underWay: number;
  owed: number;
  /** Did not arrive and is not sent any more: the pharmacy settled it otherwise. */
  closed: number;
}

const ON_THE_WAY = new Set<Dispense["state"]>(["preparation", "on_hold", "in_progress"]);

/** All packs of a line in one filling are of one product, of which `factor` units stand for a prescribed one. */
function unitsOf(packs: readonly Pack[], no: number): number {
  const own = packs.filter((pack) => pack.item_no === no);
  const given = own.reduce((total, pack) => total + pack.quantity, 0);
  return Math.floor(given / (own[0]?.substitution?.factor ?? 1));
}

/** Line by line: what reached the home as the nurse counted it, what is being picked or is in a parcel, and what nobody has taken up yet. */
export function owedOf(
  items: readonly Pick<PrescriptionItem, "no" | "quantity" | "owed" | "closed">[],
  fillings: readonly Pick<Dispense, "state" | "packs">[],
): Owed[] {
  const open = fillings.filter(({ state }) => ON_THE_WAY.has(state));
  return items.map(({ no, quantity, owed, closed = 0 }) => {
    const underWay = open.reduce((total, { packs }) => total + unitsOf(packs, no), 0);
    return { no, reached: quantity - owed - closed, underWay, owed: Math.max(0, owed - underWay), closed };
  });
}
