import { expect, it } from "vitest";
import { codesFor } from "./decisions";

it("offers for each decision the reasons that fit it: letting a warm parcel go on asked for none", () => {
  expect(codesFor("release", { quarantine: "temperature" })).toEqual(["stable", "misread", "other"]);
  expect(codesFor("release", { quarantine: "identity" })).toEqual(["verified", "other"]);
  expect(codesFor("turn-back", { quarantine: "temperature" })).toEqual(codesFor("turn-back", {}));
  expect(codesFor("turn-back", {})).not.toContain("stable");
});
