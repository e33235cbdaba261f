import type { RoundStop } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { lateOf, moved, shifted } from "./order";

const stop = (id: string, more: Partial<RoundStop["consultation"]> = {}) =>
  ({ consultation: { id, state: "scheduled", ...more } }) as Pick<RoundStop, "consultation">;

describe("lateness", () => {
  const at = (position: RoundStop["position"], late_minutes: number) => ({ position, late_minutes });
  it("is what those who still wait are told, not what is past or early", () => {
    expect(lateOf({ stops: [at("past", 40), at("next", 12), at("next", 9)] })).toBe(12);
    expect(lateOf({ stops: [at("past", 40)] })).toBe(0);
    expect(lateOf({ stops: [at("next", -5)] })).toBe(0);
  });
});

describe("the running order", () => {
  const stops = [stop("a", { began_at: "x", ended_at: "y" }), stop("b"), stop("c", { state: "cancelled" }), stop("d")];
  it("exchanges with the next who can move, over those who cannot", () => {
    expect(moved(stops, "d", -1)).toEqual(["a", "d", "c", "b"]);
    expect(moved(stops, "b", 1)).toEqual(["a", "d", "c", "b"]);
  });
  it("does not move who was seen, nor over the ends", () => {
    expect(moved(stops, "a", 1)).toBeUndefined();
    expect(moved(stops, "b", -1)).toBeUndefined();
    expect(moved(stops, "d", 1)).toBeUndefined();
    expect(moved(stops, "nobody", 1)).toBeUndefined();
  });
  it("of a plan is any order", () => {
    expect(shifted(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    expect(shifted(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
    expect(shifted(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  });
});
