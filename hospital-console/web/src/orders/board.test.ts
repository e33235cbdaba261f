import type { Api, Delivery, PrescriptionSummary } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import {
  asideOf,
  codeOpens,
  columnOf,
  isOf,
  ofEarlierParcels,
  mayTake,
  OVER,
  readOrders,
  readParcels,
  sortOrders,
  UNDER_WAY,
  withdrawnSince,
  type Order,
} from "./board";

const NOW = Date.parse("2026-11-23T08:00:00Z");
const order = (state: PrescriptionSummary["state"], delivery?: Delivery["state"], discrepancy = false) =>
  ({ id: "x", state, delivery: delivery && { state: delivery, timeline: [] }, discrepancy }) as unknown as Order;
const summary = (id: string, state: PrescriptionSummary["state"]) => ({ id, state }) as unknown as PrescriptionSummary;
const parcel = (id: string, prescription_id: string, state: Delivery["state"], open = false) =>
  ({
    ...{ id, prescription_id, state, timeline: [] },
    discrepancies: open ? [{ state: "open" }] : [],
  }) as unknown as Delivery;

const page = <T>(items: T[]) => Promise.resolve({ items, next: null });
const nothing = { list: () => page([]) };
const asApi = (some: object) => ({ deliveries: nothing, discrepancies: nothing, ...some }) as unknown as Api;

it("offers an order again whose parcel came back: it had no button", () => {
  expect(mayTake({ state: "approved", allowed: ["accept"] })).toBe(true);
  expect(mayTake({ state: "returned", allowed: ["accept"] })).toBe(true);
  expect(mayTake({ state: "returned", allowed: [] })).toBe(false);
  expect(mayTake({ state: "dispensing", allowed: ["accept", "dispense"] })).toBe(false);
});

it("shows code and PIN of the parcel that the order is in, not of one that came back", () => {
  const of = (state: PrescriptionSummary["state"], delivery_id: string) => isOf({ id: "d1" }, { state, delivery_id });
  expect([of("packed", "d1"), of("in_delivery", "d1")]).toEqual([true, true]);
  expect([of("returned", "d1"), of("dispensing", "d1"), of("stopped", "d1"), of("packed", "d2")]).not.toContain(true);
});

it("has every open discrepancy of an order to settle: the next parcel hid the form of the one before", () => {
  const open = [
    { id: "1", prescription_id: "p", delivery_id: "before" },
    { id: "2", prescription_id: "p", delivery_id: "now" },
    { id: "3", prescription_id: "another", delivery_id: "before" },
  ] as unknown as Parameters<typeof ofEarlierParcels>[0];
  const ids = (delivery_id?: string) => ofEarlierParcels(open, { id: "p", delivery_id }).map(({ id }) => id);
  // That of the present parcel stands with the parcel.
  expect(ids("now")).toEqual(["1"]);
  expect(ids()).toEqual(["1", "2"]);
});

it("tells the lines of a later parcel from those that came before: its card named all medicines of the prescription", () => {
  const asides = (state: PrescriptionSummary["state"], packed: number[], owed?: number[]) => {
    const delivery = { ...parcel("d2", "p", "awaiting_courier"), packs: packed.map((item_no) => ({ item_no })) };
    return [0, 1, 2].map((index) => asideOf({ ...order(state), owed, delivery } as unknown as Order, index));
  };
  // The rest of the second line: the others are in the home.
  expect(asides("packed", [2, 2])).toEqual(["not_in_parcel", undefined, "not_in_parcel"]);
  // The first part, without what was not there.
  expect(asides("in_delivery", [1, 2], [0, 4, 7])).toEqual([undefined, undefined, undefined]);
  // The rest is being picked; the parcel is that of the first part.
  expect(asides("dispensing", [1, 2], [0, 8, 0])).toEqual(["nothing_owed", undefined, "nothing_owed"]);
  expect(asides("approved", [])).toEqual([undefined, undefined, undefined]);
  expect(asides("delivered", [2])).toEqual([undefined, undefined, undefined]);
  // Of parcels that name no packs nothing is known.
  expect(asides("packed", [])).toEqual([undefined, undefined, undefined]);
});

describe("the board", () => {
  it("has a column for every state it asks for", () => {
    for (const state of [...UNDER_WAY, ...OVER]) expect(columnOf(order(state), NOW), state).toBeDefined();
  });
  it("has the order of the second page, and of those that are over the newest page", async () => {
    const asked: { state?: string; newest?: boolean; cursor?: string }[] = [];
    const list = (query: (typeof asked)[number]) => {
      asked.push(query);
      const second = { items: [{ id: "late" }], next: null };
      return Promise.resolve(
        query.newest
          ? { items: [{ id: "old" }], next: "more" }
          : query.cursor
            ? second
            : { items: [{ id: "first" }], next: "2" },
      );
    };
    const orders = await readOrders(asApi({ prescriptions: { list } }), NOW);
    expect(orders.map((p) => p.id)).toEqual(["first", "late", "old"]);
    expect(asked).toHaveLength(4);
  });
  it("finds an order that was withdrawn before a hundred others, by its parcel or its count, and asks for nothing else", async () => {
    const asked: string[] = [];
    const list = ({ ids, newest }: { ids?: string; newest?: boolean }) => {
      if (ids) asked.push(ids);
      const named = ids?.split(",").map((id) => ({ id, state: "stopped" })) ?? [];
      return Promise.resolve({ items: newest ? [{ id: "new" }] : named, next: null });
    };
    const back = [parcel("1", "long-ago", "recalled"), parcel("2", "new", "refused")];
    const short = [{ prescription_id: "counted", delivery_id: "3" }];
    const api = asApi({
      prescriptions: { list },
      deliveries: { list: ({ state }: { state?: string } = {}) => page(state?.includes("recalled") ? back : []) },
      discrepancies: { list: () => page(short) },
    });
    expect((await readOrders(api, NOW)).map((p) => p.id)).toEqual(["new", "long-ago", "counted"]);
    expect(asked).toEqual(["long-ago,counted"]);
  });
  it("has the parcel of a count that nobody settled, however old it is", async () => {
    const api = asApi({
      deliveries: {
        list: () => page([parcel("1", "p", "received")]),
        get: (id: string) => Promise.resolve(parcel(id, "p", "discrepancy", true)),
      },
      discrepancies: {
        list: () =>
          page([
            { prescription_id: "p", delivery_id: "9" },
            { prescription_id: "p", delivery_id: "1" },
          ]),
      },
    });
    expect((await readParcels(api)).map((d) => d.id)).toEqual(["1", "9"]);
  });
  it("keeps a withdrawn order until its parcel is back or lost", () => {
    for (const state of ["cancelled", "stopped"] as const) {
      expect(columnOf(order(state, "recalled"), NOW)).toBe("not_deliverable");
      expect(columnOf(order(state, "discrepancy", true), NOW)).toBe("query");
      for (const ended of ["returned", "lost", "cancelled", "discrepancy"] as const)
        expect(columnOf(order(state, ended), NOW), ended).toBeUndefined();
      expect(columnOf(order(state), NOW)).toBeUndefined();
    }
  });
  it("keeps a parcel that was withdrawn at the counter for a day, to be opened: it stood there and was in no column", async () => {
    const cancelled = (at: string) =>
      ({ ...parcel("d1", "p", "cancelled"), timeline: [{ step: "cancel", at }] }) as Delivery;
    const [today, before] = [cancelled("2026-11-22T08:00:01Z"), cancelled("2026-11-22T08:00:00Z")];
    for (const state of ["cancelled", "stopped"] as const) {
      expect(sortOrders([summary("p", state)], [today], NOW).not_deliverable.map(({ id }) => id)).toEqual(["p"]);
      expect(sortOrders([summary("p", state)], [before], NOW).not_deliverable).toEqual([]);
    }
    const asked: string[] = [];
    const api = (one: Delivery) =>
      asApi({
        prescriptions: {
          list: ({ ids }: { ids?: string }) => {
            if (ids) asked.push(ids);
            return page(ids ? [summary("p", "cancelled")] : []);
          },
        },
        deliveries: { list: ({ state }: { state?: string } = {}) => page(state === "cancelled" ? [one] : []) },
      });
    // Of a hundred that were withdrawn since it is not among the newest.
    expect((await readOrders(api(today), NOW)).map(({ id }) => id)).toEqual(["p"]);
    expect((await readParcels(api(today))).map(({ id }) => id)).toEqual(["d1"]);
    expect(await readOrders(api(before), NOW)).toEqual([]);
    expect(asked).toEqual(["p"]);
  });
  it("offers the label of a parcel that somebody can open by its code: a withdrawn one had one to print", () => {
    const opens = (state: Delivery["state"], batch_recalled = false) => codeOpens({ state, batch_recalled });
    expect([opens("awaiting_courier"), opens("at_door")]).toEqual([true, true]);
    expect([opens("cancelled"), opens("returned"), opens("in_transit", true)]).not.toContain(true);
  });
  it("says which order under way was withdrawn since, and says it once", () => {
    const before = [summary("a", "dispensing"), summary("b", "packed"), summary("c", "cancelled")];
    const now = [summary("a", "cancelled"), summary("b", "packed"), summary("c", "cancelled")];
    expect(withdrawnSince(before, now).map((p) => p.id)).toEqual(["a"]);
    expect(withdrawnSince(now, now)).toEqual([]);
  });
  it("looks at the newest parcel of an order, and at an open discrepancy of any", () => {
    const parcels = [parcel("second", "x", "in_transit"), parcel("first", "x", "discrepancy")];
    const place = (all: Delivery[]) =>
      Object.entries(sortOrders([summary("x", "in_delivery")], all, NOW)).find(([, orders]) => orders.length > 0)?.[0];
    expect(place(parcels)).toBe("in_delivery");
    expect(place([parcels[0] as Delivery, parcel("first", "x", "discrepancy", true)])).toBe("query");
  });
  it("puts held-up and short deliveries where a person looks", () => {
    expect(columnOf(order("in_delivery", "on_hold"), NOW)).toBe("query");
    expect(columnOf(order("delivered", "discrepancy", true), NOW)).toBe("query");
    expect(columnOf(order("dispensing", "discrepancy", true), NOW)).toBe("query");
    expect(columnOf(order("in_delivery", "lost"), NOW)).toBe("not_deliverable");
    expect(columnOf(order("in_delivery", "at_door"), NOW)).toBe("in_delivery");
  });
  it("shows a settled order as finished, and one that is owed again as ordered", () => {
    expect(columnOf(order("delivered", "discrepancy"), NOW)).toBe("delivered");
    expect(columnOf(order("dispensing", "discrepancy"), NOW)).toBe("ordered");
  });
  it("goes by an order's newest parcel, and by a count of any of them that nobody settled", () => {
    const under = [summary("p", "in_delivery")];
    const [again, short] = [parcel("2", "p", "in_transit"), parcel("1", "p", "discrepancy")];
    expect(sortOrders(under, [again, short], NOW).in_delivery.map((o) => o.delivery?.id)).toEqual(["2"]);
    expect(sortOrders(under, [again, parcel("1", "p", "discrepancy", true)], NOW).query).toHaveLength(1);
  });
  it("sorts urgent first, then oldest", () => {
    const signed = (id: string, urgency: string, signed_at: string) =>
      ({ id, urgency, signed_at, state: "approved" }) as unknown as PrescriptionSummary;
    const board = sortOrders(
      [signed("b", "routine", "2"), signed("a", "routine", "1"), signed("c", "urgent", "3")],
      [],
      NOW,
    );
    expect(board.ordered.map((o) => o.id)).toEqual(["c", "a", "b"]);
  });
});
