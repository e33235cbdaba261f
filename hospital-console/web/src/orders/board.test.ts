import type { Api, Delivery, PrescriptionSummary } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { columnOf, OVER, readOrders, sortOrders, UNDER_WAY, type Order } from "./board";

const order = (state: PrescriptionSummary["state"], delivery?: Delivery["state"], unsettled = false) =>
  ({ id: "x", state, delivery: delivery && { state: delivery, timeline: [] }, unsettled }) as unknown as Order;

describe("the board", () => {
  it("has a column for every state it asks for", () => {
    for (const state of [...UNDER_WAY, ...OVER]) expect(columnOf(order(state)), state).toBeDefined();
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
    const orders = await readOrders({ prescriptions: { list } } as unknown as Api);
    expect(orders.map((p) => p.id)).toEqual(["first", "late", "old"]);
    expect(asked).toHaveLength(3);
  });
  it("puts held-up and short deliveries where a person looks", () => {
    expect(columnOf(order("in_delivery", "on_hold"))).toBe("query");
    expect(columnOf(order("delivered", "discrepancy", true))).toBe("query");
    expect(columnOf(order("dispensing", "discrepancy", true))).toBe("query");
    expect(columnOf(order("in_delivery", "lost"))).toBe("not_deliverable");
    expect(columnOf(order("in_delivery", "at_door"))).toBe("in_delivery");
  });
  it("shows a settled order as finished, and one that is sent again by its new parcel", () => {
    expect(columnOf(order("delivered", "discrepancy"))).toBe("delivered");
    expect(columnOf(order("dispensing", "discrepancy"))).toBe("ordered");
    const summary = { id: "p", state: "in_delivery" } as unknown as PrescriptionSummary;
    const parcel = (state: Delivery["state"], open: string) =>
      ({
        id: state,
        state,
        prescription_id: "p",
        timeline: [],
        discrepancies: [{ state: open }],
      }) as unknown as Delivery;
    const board = sortOrders([summary], [parcel("in_transit", "resolved"), parcel("discrepancy", "open")]);
    expect(board.in_delivery.map((o) => o.delivery?.state)).toEqual(["in_transit"]);
  });
  it("sorts urgent first, then oldest", () => {
    const summary = (id: string, urgency: string, signed_at: string) =>
      ({ id, urgency, signed_at, state: "approved" }) as unknown as PrescriptionSummary;
    const board = sortOrders(
      [summary("b", "routine", "2"), summary("a", "routine", "1"), summary("c", "urgent", "3")],
      [],
    );
    expect(board.ordered.map((o) => o.id)).toEqual(["c", "a", "b"]);
  });
});
