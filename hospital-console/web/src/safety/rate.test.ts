import { expect, it } from "vitest";
import { overrideRate } from "./rate";

it("is a whole percent and nothing for a rule that never spoke", () => {
  expect(overrideRate(3, 1)).toBe(33);
  expect(overrideRate(4, 4)).toBe(100);
  expect(overrideRate(0, 0)).toBe(0);
});
