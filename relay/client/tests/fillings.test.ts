import { expect, test } from "vitest";
import type { Dispense } from "../src/api/types";
import { owedOf } from "../src/chart/fillings";

const filling = (state: Dispense["state"], quantities: [no: number, quantity: number][]): Dispense => ({
  id: state,
  number: 1,
  state,
  pharmacy_name: "仁康药房",
  packs: quantities.map(([item_no, quantity]) => ({
    item_no,
    quantity,
    name: "氨氯地平",
    unit: "片",
    batch: "B1",
    expiry: "2027-01-01",
  })),
  created_at: "2026-11-23T02:00:00Z",
  state_since: "2026-11-23T02:00:00Z",
});

test("what was declined or cancelled went nowhere, what is in a parcel is not owed", () => {
  const items = [
    { no: 1, quantity: 14 },
    { no: 2, quantity: 7 },
  ];
  const fillings = [
    filling("declined", [[1, 14]]),
    filling("cancelled", [[2, 7]]),
    filling("completed", [[1, 6]]),
    filling("in_progress", [
      [1, 4],
      [1, 2],
    ]),
  ];
  expect(owedOf(items, fillings)).toEqual([
    { no: 1, reached: 6, underWay: 6, owed: 2 },
    { no: 2, reached: 0, underWay: 0, owed: 7 },
  ]);
  expect(owedOf(items, [])).toEqual([
    { no: 1, reached: 0, underWay: 0, owed: 14 },
    { no: 2, reached: 0, underWay: 0, owed: 7 },
  ]);
});
