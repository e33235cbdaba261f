/** Which of the six columns an order is in. The pharmacy thinks in these; the machines behind have more states. */
import {
  everyPage,
  type Api,
  type Delivery,
  type DeliveryState,
  type PrescriptionState,
  type PrescriptionSummary,
} from "@yunzhen/client";

export const COLUMNS = ["ordered", "ready", "in_delivery", "not_deliverable", "query", "delivered"] as const;
export type Column = (typeof COLUMNS)[number];

/** Orders that somebody has to do something for; drafts, reviews and cancelled ones are nobody's order. */
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
/** On its way back to the pharmacy, or nobody knows where. */
const BACK: readonly DeliveryState[] = ["returning", "recalled", "refused", "lost"];
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

/** All orders under way and the newest of those that are over. */
export async function readOrders(api: Api): Promise<PrescriptionSummary[]> {
  const [underWay, over] = await Promise.all([
    everyPage((cursor) => api.prescriptions.list({ state: UNDER_WAY.join(","), cursor })),
    api.prescriptions.list({ state: OVER.join(","), newest: true }),
  ]);
  return [...underWay, ...over.items];
}

/** All parcels under way and the newest of the others; one that ends between the two answers is taken as it ended. */
export async function readParcels(api: Api): Promise<Delivery[]> {
  const [underWay, newest] = await Promise.all([
    everyPage((cursor) => api.deliveries.list({ state: PARCELS_UNDER_WAY.join(","), cursor })),
    api.deliveries.list(),
  ]);
  return [...new Map([...underWay, ...newest.items].map((parcel) => [parcel.id, parcel])).values()];
}

export interface Order extends PrescriptionSummary {
  delivery: Delivery | undefined;
  /** Something of it was short, damaged or called back, and the pharmacy has not settled it. */
  unsettled: boolean;
}

export function columnOf(order: Order): Column | undefined {
  const delivery = order.delivery?.state;
  if (order.unsettled && (order.state === "dispensing" || order.state === "delivered")) return "query";
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

function isUnsettled(parcel: Delivery): boolean {
  return (parcel.discrepancies ?? []).some(({ state }) => state === "open");
}

/** Since when it is where it is, as far as the board can tell. */
export function since(order: Order): string | undefined {
  return order.delivery?.timeline.at(-1)?.at ?? order.waiting_since ?? order.signed_at ?? undefined;
}

export function sortOrders(
  orders: readonly PrescriptionSummary[],
  deliveries: readonly Delivery[],
): Record<Column, Order[]> {
  // Those under way come first, then the newest: an order has one parcel at a time.
  const byPrescription = new Map([...deliveries].reverse().map((d) => [d.prescription_id, d]));
  const unsettled = new Set(deliveries.filter(isUnsettled).map((d) => d.prescription_id));
  const board: Record<Column, Order[]> = {
    ordered: [],
    ready: [],
    in_delivery: [],
    not_deliverable: [],
    query: [],
    delivered: [],
  };
  for (const summary of orders) {
    const order = { ...summary, delivery: byPrescription.get(summary.id), unsettled: unsettled.has(summary.id) };
    const column = columnOf(order);
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
    [order.resident.name, order.resident.home_name, ...order.drug_names].some((text) =>
      text.toLocaleLowerCase().includes(wanted),
    )
  );
}
