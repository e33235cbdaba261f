import { readFileSync } from "node:fs";
import type { Delivery } from "@yunzhen/client";
import { expect, it } from "vitest";
import { codesFor, type Decision } from "./decisions";

it("offers for each decision the reasons that the relay takes for it, and in its order", () => {
  const table = new URL("../../../../relay/domain/tests/data/decisions.txt", import.meta.url);
  const rows = readFileSync(table, "utf8").trim().split("\n");
  expect(rows.length).toBeGreaterThan(1);
  for (const row of rows) {
    const [of = "", codes = ""] = row.split(": ");
    const [decision, quarantine] = of.split(" ") as [Decision, Delivery["quarantine"]];
    expect(codesFor(decision, quarantine === undefined ? {} : { quarantine }), of).toEqual(codes.split(" "));
  }
});

it("does not let a warm parcel go on for being the right one", () => {
  expect(codesFor("release", { quarantine: "temperature" })).toEqual(["stable", "misread", "other"]);
  expect(codesFor("turn-back", { quarantine: "temperature" })).toEqual(codesFor("turn-back", {}));
});
