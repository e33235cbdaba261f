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
    { no: 1, quantity: 14, owed: 8 },
    { no: 2, quantity: 7, owed: 7 },
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
    { no: 1, reached: 6, underWay: 6, owed: 2, closed: 0 },
    { no: 2, reached: 0, underWay: 0, owed: 7, closed: 0 },
  ]);
  const untouched = items.map((item) => ({ ...item, owed: item.quantity }));
  expect(owedOf(untouched, [])).toEqual([
    { no: 1, reached: 0, underWay: 0, owed: 14, closed: 0 },
    { no: 2, reached: 0, underWay: 0, owed: 7, closed: 0 },
  ]);
});

test("of another strength whole units count, over all batches together", () => {
  const packs = (quantities: number[]) =>
    filling(
      "in_progress",
      quantities.map((quantity) => [1, quantity]),
    ).packs.map((pack) => ({
      ...pack,
      drug_id: "atorvastatin-10mg",
      substitution: { prescribed: "atorvastatin-20mg", factor: 2, reason: "out_of_stock" as const },
    }));
  const items = [{ no: 1, quantity: 7, owed: 7 }];
  const underWay = { ...filling("in_progress", []), packs: packs([5, 9]) };
  expect(owedOf(items, [underWay])).toEqual([{ no: 1, reached: 0, underWay: 7, owed: 0, closed: 0 }]);
});

test("what arrived broken is owed again", () => {
  const items = [{ no: 1, quantity: 7, owed: 2 }];
  expect(owedOf(items, [filling("completed", [[1, 7]])])).toEqual([
    { no: 1, reached: 5, underWay: 0, owed: 2, closed: 0 },
  ]);
});

test("what was written off did not arrive: the line said that it had", () => {
  const items = [{ no: 1, quantity: 7, owed: 3, closed: 1 }];
  expect(owedOf(items, [filling("completed", [[1, 4]])])).toEqual([
    { no: 1, reached: 3, underWay: 0, owed: 3, closed: 1 },
  ]);
});
