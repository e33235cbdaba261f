import { expect, it } from "vitest";
import { progressEvery } from "../src/ui/still-progress";

it("does not ask each second for a still that is owed after the call", () => {
  expect(progressEvery([{ state: "kept" }, { state: "asked" }], false)).toBe(1000);
  expect(progressEvery([{ state: "kept" }, { state: "asked" }], true)).toBe(30_000);
  expect(progressEvery([{ state: "kept" }, { state: "failed" }], false)).toBe(false);
  expect(progressEvery(undefined, true)).toBe(false);
});
