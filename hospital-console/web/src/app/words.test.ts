import { keyPaths } from "@yunzhen/client";
import { expect, it } from "vitest";
import { en, zh } from "./words";

it("says the same things in both languages", () => {
  expect(keyPaths(en)).toEqual(keyPaths(zh));
});
