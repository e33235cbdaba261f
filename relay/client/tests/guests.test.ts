import { expect, it } from "vitest";
import { lackFor } from "../src/ui/guests";

it("the consent to family being present is asked of family, and of nobody else who comes", () => {
  expect([lackFor("family", "not_given"), lackFor("family", "revoked"), lackFor("family", undefined)]).toEqual([
    "not_given",
    "revoked",
    undefined,
  ]);
  expect([lackFor("interpreter", "not_given"), lackFor("second_specialist", "revoked")]).toEqual([
    undefined,
    undefined,
  ]);
});
