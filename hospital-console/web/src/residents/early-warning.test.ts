import { expect, it } from "vitest";
import { partWords, scoreText } from "./early-warning";

it("never says a total where something is missing", () => {
  expect([
    scoreText({ total: 6, at_least: 6 }),
    scoreText({ at_least: 0 }),
    scoreText({ total: 0, at_least: 0 }),
  ]).toEqual(["6", "≥0", "0"]);
});

it("says oxygen, consciousness and the rest each in its own way", () => {
  expect(partWords("oxygen", 0)).toEqual({ say: "air" });
  expect(partWords("oxygen", 2)).toEqual({ say: "flow", litres: 2 });
  expect(partWords("consciousness", 1)).toEqual({ say: "level", level: 1 });
  expect(partWords("consciousness", 14)).toEqual({ say: "glasgow", points: 14 });
  expect(partWords("pulse", 88)).toEqual({ say: "value", code: "8867-4", value: 88 });
});
