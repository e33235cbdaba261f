import { expect, test } from "vitest";
import { tracesOf } from "../src/chart/ecg";

const curve = (leads: ("i" | "ii")[], samples: (number | string)[]) => ({
  leads,
  period_ms: 4,
  origin_mv: 0,
  factor_mv: 0.005,
  data: samples.join(" "),
});

test("a second is 25 mm and a millivolt 10 mm", () => {
  const samples = Array.from({ length: 250 }, (_, at) => (at === 125 ? 200 : 0));
  const trace = tracesOf(curve(["i"], samples))[0];
  expect(trace).toMatchObject({ seconds: 1, low: 0, high: 1, gaps: 0, width: 25, height: 30 });
  expect(trace?.path).toContain("L12.50 10.00");
  expect(trace?.path.startsWith("M0.00 20.00")).toBe(true);
});

test("leads take turns, and a gap is not drawn over", () => {
  const [first, second] = tracesOf(curve(["i", "ii"], [10, 20, "E", 20, "U", 20, 10, 20]));
  expect([first?.low, second?.low]).toEqual([0.05, 0.1]);
  expect([first?.gaps, second?.gaps]).toEqual([1, 0]);
  expect(first?.path.split("M").length).toBe(3);
});

test("a curve far from zero and one of nothing are drawn all the same", () => {
  expect(tracesOf(curve(["i"], [40_000, 40_200]))[0]).toMatchObject({ low: 200, height: 30 });
  expect(tracesOf(curve(["i"], ["E", "E"]))[0]).toMatchObject({ path: "", gaps: 1 });
});
