/** Which of the six columns an order is in. The pharmacy thinks in these; the machines behind have more states. */
import {
  everyPage,
  type Api,
  type Delivery,
  type DeliveryState,
  type Discrepancy,
  type Prescription,
  type PrescriptionState,
  type PrescriptionSummary,
} from "@yunzhen/client";

export const COLUMNS = ["ordered", "ready", "in_delivery", "not_deliverable", "query", "delivered"] as const;
export type Column = (typeof COLUMNS)[number];

/** Orders that somebody has to do something for; drafts and reviews are nobody's order. */
export const UNDER_WAY: readonly PrescriptionState[] = [
  "approved",
  "dispensing",
  "on_hold",
  "packed",
  "in_delivery",
  "returned",
];
/** What is over; the newest are enough to look at. */
export const OVER: readonly PrescriptionState[] = ["delivered"];
/** Ended by its prescriber; on the board only while its parcel still is somebody's to do. */
export const WITHDRAWN: readonly PrescriptionState[] = ["cancelled", "stopped"];
/** On its way back to the pharmacy. */
const COMING_BACK: readonly DeliveryState[] = ["returning", "recalled", "refused"];
/** The same, or nobody knows where. */
const BACK: readonly DeliveryState[] = [...COMING_BACK, "lost"];
const PARCELS_UNDER_WAY: readonly DeliveryState[] = [
  "awaiting_courier",
  "accepted",
  "in_transit",
  "at_door",
  "on_hold",
  "quarantined",
  "returning",
  "recalled",
  "refused",
];

/** How long the board keeps a parcel that was withdrawn at the counter, in milliseconds: nobody says of it that it was opened. */
const UNPACKED_WITHIN = 24 * 3_600_000;

/** It was withdrawn at the counter within a day: the stock counts its packs on the shelf, and somebody has to put them there. */
export function isToUnpack({ state, timeline }: Pick<Delivery, "state" | "timeline">, now: number): boolean {
  const ended = timeline.at(-1)?.at;
  return state === "cancelled" && ended !== undefined && now - Date.parse(ended) < UNPACKED_WITHIN;
}

/** All orders under way, the newest of those that are over or withdrawn, and of the older ones those of which a parcel is still somebody's to do. */
export async function readOrders(api: Api, now: number): Promise<PrescriptionSummary[]> {
  const [underWay, over, withdrawn, back, unpacked, short] = await Promise.all([
    everyPage((cursor) => api.prescriptions.list({ state: UNDER_WAY.join(","), cursor })),
    api.prescriptions.list({ state: OVER.join(","), newest: true }),
    api.prescriptions.list({ state: WITHDRAWN.join(","), newest: true }),
    everyPage((cursor) => api.deliveries.list({ state: COMING_BACK.join(","), cursor })),
    api.deliveries.list({ state: "cancelled" }),
    openDiscrepancies(api),
  ]);
  const counter = unpacked.items.filter((parcel) => isToUnpack(parcel, now));
  // One that was withdrawn between the answers is taken as it ended.
  const known = new Map([...underWay, ...over.items, ...withdrawn.items].map((order) => [order.id, order]));
  const todo = new Set(
    [...back, ...counter, ...short].flatMap(({ prescription_id: id }) => (id && !known.has(id) ? [id] : [])),
  );
  for (const ids of chunks([...todo], AT_ONCE)) {
    const { items } = await api.prescriptions.list({ ids: ids.join(",") });
    for (const order of items) known.set(order.id, order);
  }
  return [...known.values()];
}

/** What the relay takes of ids at once. */
const AT_ONCE = 100;

const chunks = <T>(all: readonly T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / most) }, (_, n) => all.slice(n * most, (n + 1) * most));

/** Counts that did not come out and that nobody has settled, however long ago. */
export const openDiscrepancies = (api: Api): Promise<Discrepancy[]> =>
  everyPage((cursor) => api.discrepancies.list({ state: "open", cursor }));

/** Those of an order whose parcel is not its present one: the next parcel may go out before the count of the last is settled. */
export const ofEarlierParcels = (
  open: readonly Discrepancy[],
  { id, delivery_id }: Pick<Prescription, "id" | "delivery_id">,
): Discrepancy[] => open.filter((one) => one.prescription_id === id && one.delivery_id !== delivery_id);

/** Orders that were under way when the board was last read, and are withdrawn now. */
export function withdrawnSince(
  before: readonly PrescriptionSummary[],
  now: readonly PrescriptionSummary[],
): PrescriptionSummary[] {
  const underWay = new Set(before.filter(({ state }) => UNDER_WAY.includes(state)).map(({ id }) => id));
  return now.filter(({ id, state }) => WITHDRAWN.includes(state) && underWay.has(id));
}

/**
 * All parcels under way, the newest of the others and of those withdrawn at the counter, and the older ones of which a count waits to be settled; one that ends between the answers is taken as it ended.
 */
export async function readParcels(api: Api): Promise<Delivery[]> {
  const [underWay, newest, withdrawn, short] = await Promise.all([
    everyPage((cursor) => api.deliveries.list({ state: PARCELS_UNDER_WAY.join(","), cursor })),
    api.deliveries.list(),
    api.deliveries.list({ state: "cancelled" }),
    openDiscrepancies(api),
  ]);
  const known = new Map([...underWay, ...newest.items, ...withdrawn.items].map((parcel) => [parcel.id, parcel]));
  const older = new Set(short.map((one) => one.delivery_id).filter((id) => !known.has(id)));
  for (const parcel of await Promise.all([...older].map((id) => api.deliveries.get(id)))) known.set(parcel.id, parcel);
  return [...known.values()];
}

export interface Order extends PrescriptionSummary {
  /** Its newest parcel. */
  delivery: Delivery | undefined;
  /** A count that did not come out, of whichever of its parcels, waits to be settled. */
  discrepancy: boolean;
}

export function columnOf(order: Order, now: number): Column | undefined {
  const delivery = order.delivery?.state;
  if (order.discrepancy) return "query";
  if (WITHDRAWN.includes(order.state)) {
    if (order.delivery && isToUnpack(order.delivery, now)) return "not_deliverable";
    // Lost is the end of it; until then the pharmacy takes it back.
    return delivery && delivery !== "lost" && BACK.includes(delivery) ? "not_deliverable" : undefined;
  }
  // A parcel of an earlier filling says nothing of the one that is being picked.
  if (order.state === "dispensing") return "ordered";
  if (order.state === "on_hold" || delivery === "on_hold" || delivery === "quarantined") return "query";
  if (delivery && BACK.includes(delivery)) return "not_deliverable";
  switch (order.state) {
    case "approved":
      return "ordered";
    case "packed":
      return "ready";
    case "in_delivery":
      return "in_delivery";
    case "returned":
      return "not_deliverable";
    case "delivered":
      return "delivered";
    default:
      return undefined;
  }
}

/** Open to be taken, for the first time or once its parcel is back. Who has it already may ask for its secret again, which is another thing. */
export const mayTake = ({ state, allowed }: Pick<Prescription, "state" | "allowed">): boolean =>
  allowed.includes("accept") && (state === "approved" || state === "returned");

/** The parcel that the order is in, from the counter to the door; one that came back, or was counted, is not. */
export const isOf = ({ id }: Pick<Delivery, "id">, order: Pick<Prescription, "state" | "delivery_id">): boolean =>
  order.delivery_id === id && (order.state === "packed" || order.state === "in_delivery");

/** The code of one that came back, was withdrawn at the counter, or goes back because of a recall, opens nothing any more, and would be taken for the next one's. */
export const codeOpens = ({ state, batch_recalled }: Pick<Delivery, "state" | "batch_recalled">): boolean =>
  state !== "returned" && state !== "cancelled" && !batch_recalled;

/** Of these the newest parcel is what the order is about; of others it is an earlier filling's. */
const IN_A_PARCEL: readonly PrescriptionState[] = ["packed", "in_delivery", "returned", ...WITHDRAWN];

/**
 * A line of an order that goes out in parts with which nobody has anything to do: `index` counts its medicines from 0, as `drug_names` does.
 * What is owed of a line is said beside it, and a parcel that says nothing of its packs says nothing of its lines.
 */
export function asideOf(order: Order, index: number): "not_in_parcel" | "nothing_owed" | undefined {
  if ((order.owed?.[index] ?? 0) > 0) return undefined;
  if (IN_A_PARCEL.includes(order.state)) {
    const packs = order.delivery?.packs ?? [];
    return packs.length > 0 && packs.every(({ item_no }) => item_no !== index + 1) ? "not_in_parcel" : undefined;
  }
  return order.owed !== undefined ? "nothing_owed" : undefined;
}

/** Since when it is where it is, as far as the board can tell. */
export function since(order: Order): string | undefined {
  return order.delivery?.timeline.at(-1)?.at ?? order.waiting_since ?? order.signed_at ?? undefined;
}

export function sortOrders(
  orders: readonly PrescriptionSummary[],
  deliveries: readonly Delivery[],
  now: number,
): Record<Column, Order[]> {
  const open = new Set(
    deliveries.filter((d) => d.discrepancies?.some(({ state }) => state === "open")).map((d) => d.prescription_id),
  );
  const byPrescription = new Map<string | undefined, Delivery>();
  // Newest first: an earlier filling's parcel stands behind.
  for (const d of deliveries) if (!byPrescription.has(d.prescription_id)) byPrescription.set(d.prescription_id, d);
  const board: Record<Column, Order[]> = {
    ordered: [],
    ready: [],
    in_delivery: [],
    not_deliverable: [],
    query: [],
    delivered: [],
  };
  for (const summary of orders) {
    const order = {
      ...summary,
      delivery: byPrescription.get(summary.id),
      discrepancy: open.has(summary.id),
    };
    const column = columnOf(order, now);
    if (column) board[column].push(order);
  }
  for (const column of COLUMNS) {
    board[column].sort((a, b) => {
      if (a.urgency !== b.urgency) return a.urgency === "urgent" ? -1 : 1;
      const order = (since(a) ?? "").localeCompare(since(b) ?? "");
      return column === "delivered" ? -order : order;
    });
  }
  return board;
}

export function matchesOrder(order: PrescriptionSummary, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase();
  return (
    wanted === "" ||
    [order.resident.name, order.resident.home_name, ...order.drug_names, ...(order.drug_names_en ?? [])].some((text) =>
      text.toLocaleLowerCase().includes(wanted),
    )
  );
}
