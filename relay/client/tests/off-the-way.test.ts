import { expect, it } from "vitest";
import type { Delivery } from "../src/api/types";
import { excursionOf } from "../src/ui/excursion";
import { offTheWay } from "../src/ui/off-the-way";

it("says of a parcel that is stopped or turned round that it is held or comes back: its order read as on its way", () => {
  const of = (next: "decide" | "try_again" | "bring_back" | "take_back" | "bring" | "give") =>
    offTheWay("in_delivery", { next });
  expect([of("decide"), of("try_again")]).toEqual(["held", "held"]);
  expect([of("bring_back"), of("take_back")]).toEqual(["back", "back"]);
  expect([of("bring"), of("give")]).toEqual([undefined, undefined]);
  expect(offTheWay("packed", { next: "take_back", reason: "recall" })).toBe("held");
  expect(offTheWay("in_delivery", undefined)).toBeUndefined();
  // The state says it already.
  expect(offTheWay("returned", { next: "accept", reason: "turned_back" })).toBeUndefined();
  expect(offTheWay("cancelled", { next: "take_back", reason: "withdrawn" })).toBeUndefined();
});

const at = (clock: string): string => `2026-11-23T${clock}:00.000Z`;
const parcel = (...readings: [clock: string, celsius: number][]): Delivery =>
  ({
    cold_range: { lowest: 2, highest: 8 },
    timeline: [{ step: "pack", at: at("01:00") }],
    temperatures: readings.map(([clock, celsius]) => ({
      celsius,
      measured_at: at(clock),
      by: "courier",
      out_of_range: celsius < 2 || celsius > 8,
    })),
  }) as unknown as Delivery;
const now = Date.parse(at("03:00"));

it("tells how long a parcel was too warm at least and at most: who released it had a curve and no time", () => {
  const told = excursionOf(parcel(["02:00", 5], ["02:20", 9.5], ["02:40", 11.2], ["02:50", 6]), now);
  expect(told).toEqual({
    worst: 11.2,
    side: "warm",
    good: at("02:00"),
    from: at("02:20"),
    to: at("02:40"),
    again: at("02:50"),
    least: 20,
    most: 50,
  });
});

it("counts on while nobody has measured it in range again, and from the packing where nobody had measured it before", () => {
  expect(excursionOf(parcel(["02:20", 1.2]), now)).toEqual({
    worst: 1.2,
    side: "cold",
    from: at("02:20"),
    to: at("02:20"),
    least: 0,
    most: 120,
  });
});

it("tells of the newest of two times, of readings that came in any order, and of none that was in range", () => {
  const twice = parcel(["02:50", 5], ["02:30", 9], ["02:10", 5], ["02:00", 14], ["01:50", 5]);
  expect(excursionOf(twice, now)).toMatchObject({ worst: 9, good: at("02:10"), again: at("02:50"), most: 40 });
  expect(excursionOf(parcel(["02:00", 5]), now)).toBeUndefined();
  expect(excursionOf(parcel(), now)).toBeUndefined();
});
