import { describe, expect, it } from "vitest";
import { fits, numberOf, numberProblem, sameNumber } from "../src";

const stock = { min: 1, max: 100_000, decimals: 0 };

describe("a number that was typed", () => {
  it("is told and never mended: stock was booked as the nearest number that the field took", () => {
    const typed = ["1000000000", "-5", "0", "2.5", "1", "100000"].map(numberOf);
    expect(typed).toEqual([1_000_000_000, -5, 0, 2.5, 1, 100_000]);
    expect(typed.map((n) => numberProblem(n, stock))).toEqual([
      "above",
      "below",
      "below",
      "whole",
      undefined,
      undefined,
    ]);
    expect(typed.map((n) => fits(n, stock))).toEqual([false, false, false, false, true, true]);
  });
  it("is none while it is only begun, and an empty field is not wrong but is not sent", () => {
    expect(numberOf("  ")).toBeUndefined();
    for (const begun of ["-", ".", "0x1f", "Infinity", "1e5"]) expect(numberOf(begun)).toBeNaN();
    expect(numberProblem(NaN, {})).toBe("unreadable");
    expect(numberProblem(undefined, stock)).toBeUndefined();
    expect(fits(undefined, stock)).toBe(false);
  });
  it("keeps a point on its way: 0. was taken for nothing, and 0.5 became 5", () => {
    expect(["0.", "0.0", "1.50", "007"].map(numberOf)).toEqual([0, 0, 1.5, 7]);
    expect(sameNumber(numberOf("0."), 0)).toBe(true);
    expect(sameNumber(numberOf("-"), undefined)).toBe(true);
    expect(sameNumber(numberOf("5"), undefined)).toBe(false);
  });
  it("counts digits behind the point as they are written, not as the machine keeps them", () => {
    for (const n of [0.1, 0.3, 120.123456, -179.999999]) expect(numberProblem(n, { decimals: 6 })).toBeUndefined();
    expect(numberProblem(30.1234567, { decimals: 6 })).toBe("decimals");
  });
});
