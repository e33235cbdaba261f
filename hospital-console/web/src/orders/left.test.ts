import type { Delivery, Dispense } from "@yunzhen/client";
import { expect, it } from "vitest";
import { whatIsLeft } from "./left";

const parcel = (state: Delivery["state"]) => ({ state });
const filling = (state: Dispense["state"], batches: string[], delivery_id?: string) =>
  ({ state, packs: batches.map((batch) => ({ batch })), delivery_id }) as Pick<
    Dispense,
    "state" | "packs" | "delivery_id"
  >;

it("says what is still to be done with the packs of a withdrawn order, wherever they are", () => {
  expect(whatIsLeft(undefined, [])).toEqual(["counter"]);
  expect(whatIsLeft(undefined, [filling("cancelled", [])])).toEqual(["counter"]);
  expect(whatIsLeft(undefined, [filling("cancelled", ["A"])])).toEqual(["filled"]);
  expect(whatIsLeft(parcel("cancelled"), [filling("cancelled", ["A"], "d1")])).toEqual(["packed"]);
  expect(whatIsLeft(parcel("recalled"), [filling("cancelled", ["A"], "d1")])).toEqual(["parcel"]);
  expect(whatIsLeft(parcel("lost"), [filling("cancelled", ["A"], "d1")])).toEqual(["lost"]);
  expect(whatIsLeft(parcel("returned"), [filling("cancelled", ["A"], "d1")])).toEqual(["counter"]);
  expect(whatIsLeft(parcel("discrepancy"), [filling("completed", ["A"], "d1")])).toEqual(["home"]);
});

it("forgets neither the part at the home nor the rest at the counter", () => {
  const fillings = [filling("completed", ["A"], "d1"), filling("cancelled", ["B"])];
  expect(whatIsLeft(parcel("received"), fillings)).toEqual(["home", "filled"]);
});
