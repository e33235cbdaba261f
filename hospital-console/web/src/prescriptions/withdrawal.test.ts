import { describe, expect, it } from "vitest";
import { isEnded, isOver, withdrawalOf } from "./withdrawal";

describe("what a withdrawal means", () => {
  it("depends on where the medicine is", () => {
    const of = (state: Parameters<typeof withdrawalOf>[0], ...steps: string[]) =>
      withdrawalOf(
        state,
        steps.map((step) => ({ step })),
      );
    expect(of("signed", "sign")).toBe("before_use");
    expect(of("on_hold", "accept", "ask")).toBe("before_use");
    expect(of("packed", "pack")).toBe("packed");
    expect(of("in_delivery", "hand_over")).toBe("on_road");
    expect(of("dispensing", "deliver_part")).toBe("some_there");
    expect(of("delivered", "deliver_part", "deliver")).toBe("delivered");
  });
  it("and a rejection are read before it is written again; what expired only ended", () => {
    expect((["rejected", "cancelled", "stopped", "expired", "delivered"] as const).map(isEnded)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect((["expired", "cancelled", "approved"] as const).map(isOver)).toEqual([true, true, false]);
  });
});
