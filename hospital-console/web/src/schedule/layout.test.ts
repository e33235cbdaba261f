import { describe, expect, it } from "vitest";
import { hoursOf, place, presentHour } from "./layout";

const at = (clock: string): number => {
  const [h = 0, m = 0] = clock.split(":").map(Number);
  return (h * 60 + m) * 60_000;
};
const span = (id: string, from: string, until: string) => ({ id, starts: at(from), ends: at(until) });
const told = (...spans: ReturnType<typeof span>[]) =>
  place(spans, 0, 8).map((p) => `${p.item.id} ${p.top}+${p.height} ${p.lane}/${p.lanes}`);

describe("a day's column", () => {
  it("stands by the clock, one below the other", () => {
    expect(told(span("b", "9:00", "9:15"), span("a", "8:30", "9:00"))).toEqual(["a 30+30 0/1", "b 60+15 0/1"]);
  });
  it("gives a lane to each that overlaps, and the lane back afterwards", () => {
    expect(told(span("a", "8:00", "9:00"), span("b", "8:15", "8:30"), span("c", "8:30", "8:45"))).toEqual([
      "a 0+60 0/2",
      "b 15+15 1/2",
      "c 30+15 1/2",
    ]);
  });
  it("cuts what reaches over midnight", () => {
    expect(place([{ id: "n", starts: at("22:00"), ends: at("30:00") }], 0, 8)[0]).toMatchObject({
      top: 840,
      height: 120,
    });
  });
  it("shows the working day, and more when something lies outside", () => {
    expect(hoursOf([])).toEqual([8, 18]);
    expect(hoursOf([{ from: 400, until: 1150 }])).toEqual([6, 20]);
  });
});

it("opens at the hour that it is, and at the top before the first one", () => {
  expect(presentHour(at("17:48"), 0, 8)).toBe(9 * 60);
  expect(presentHour(at("06:10"), 0, 8)).toBe(0);
});
