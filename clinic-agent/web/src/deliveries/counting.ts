/** The count at the door: what arrived against what was expected. Pure. */
import type { Count, Delivery, DeliveryState, Pack } from "@yunzhen/client";
import type { SpoolItem } from "../box/box-api";

export type Counts = Readonly<Record<number, { quantity: number; damaged: number }>>;

const RANK: Partial<Record<DeliveryState, number>> = {
  at_door: 0,
  // The courier may stand at the door with it: the nurse gives it back.
  recalled: 0,
  in_transit: 1,
  on_hold: 2,
  quarantined: 2,
  accepted: 3,
  awaiting_courier: 4,
};

export function isExpected(delivery: Pick<Delivery, "state">): boolean {
  return RANK[delivery.state] !== undefined;
}

/** The courier brings it back: nobody waits for it, and it is not over. */
export function isComingBack({ state }: Pick<Delivery, "state">): boolean {
  return state === "returning" || state === "refused";
}

/** What is in it, each medicine once though it is of several batches. */
export function medicinesIn(packs: readonly Pack[], name: (pack: Pack) => string): string[] {
  return [...new Set(packs.map(name))];
}

/** The count of a parcel that this box has yet to send: nobody counts it again, though the relay knows of none. */
export function waitingCount<T extends Pick<SpoolItem, "kind" | "resident_id" | "state">>(
  deliveryId: string,
  spool: readonly T[],
): T | undefined {
  return spool.find(
    ({ kind, resident_id, state }) =>
      kind === "receipt" && resident_id === deliveryId && (state === "saved" || state === "sent"),
  );
}

/** How many parcels at the door somebody has yet to count. */
export function toCount(
  deliveries: readonly Pick<Delivery, "id" | "state">[],
  spool: readonly Pick<SpoolItem, "kind" | "resident_id" | "state">[],
): number {
  return deliveries.filter(({ id, state }) => state === "at_door" && !waitingCount(id, spool)).length;
}

/** At the door first. */
export function expectedFirst(deliveries: readonly Delivery[]): Delivery[] {
  return [...deliveries].sort(
    (a, b) => (RANK[a.state] ?? 9) - (RANK[b.state] ?? 9) || newest(b).localeCompare(newest(a)),
  );
}

function newest(delivery: Delivery): string {
  return delivery.timeline.at(-1)?.at ?? "";
}

/** Nothing is assumed damaged; the expected number stands until the nurse changes it. */
export function startCounts(packs: readonly Pack[]): Counts {
  return Object.fromEntries(packs.map((pack) => [pack.item_no, { quantity: pack.quantity, damaged: 0 }]));
}

export function hasDifference(packs: readonly Pack[], counts: Counts): boolean {
  return packs.some((pack) => {
    const count = counts[pack.item_no];
    return count !== undefined && (count.quantity !== pack.quantity || count.damaged > 0);
  });
}

export function tooManyDamaged(counts: Counts): boolean {
  return Object.values(counts).some((count) => count.damaged > count.quantity);
}

export function asBody(packs: readonly Pack[], counts: Counts): Count[] {
  return packs.map((pack) => ({ item_no: pack.item_no, ...(counts[pack.item_no] ?? { quantity: 0, damaged: 0 }) }));
}

/** A parcel of several batches of one line is counted once per line: what was packed, line by line. */
export function linesOf(packs: readonly Pack[]): Pack[] {
  const lines = new Map<number, Pack>();
  for (const pack of packs) {
    const known = lines.get(pack.item_no);
    lines.set(
      pack.item_no,
      known
        ? { ...known, quantity: known.quantity + pack.quantity, batch: `${known.batch}、${pack.batch}` }
        : { ...pack },
    );
  }
  return [...lines.values()];
}
