import type { Stock } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { dating, filtered, type Filter } from "./shelf";

const TODAY = "2026-11-23";
const batch = (name: string, more: Partial<Stock>) =>
  ({
    id: name,
    batch: name,
    name_zh: "氨氯地平片",
    name_en: "Amlodipine",
    drug_id: "a",
    on_hand: 9,
    quarantined: 0,
    ...more,
  }) as Stock;
const ALL = [
  batch("GONE", { expiry: "2026-11-22" }),
  batch("SOON", { expiry: "2027-01-22", lasts_days: 14 }),
  batch("LATE", { expiry: "2027-01-23", lasts_days: 15, quarantined: 2 }),
  batch("EMPTY", { expiry: "2026-12-01", on_hand: 0 }),
];
const names = (filter: Filter, search = "") => filtered(ALL, filter, search, TODAY).map((s) => s.batch);

describe("the shelf", () => {
  it("finds what expires, runs out or is set apart", () => {
    expect(names("expiring")).toEqual(["GONE", "SOON"]);
    expect(names("short")).toEqual(["SOON"]);
    expect(names("quarantined")).toEqual(["LATE"]);
    expect(names("all", " lat")).toEqual(["LATE"]);
    expect(names("all", "氨氯")).toHaveLength(4);
  });
  it("marks the date from sixty days on", () => {
    expect(["2026-11-22", "2026-11-23", "2027-01-22", "2027-01-23"].map((day) => dating(day, TODAY))).toEqual([
      "expired",
      "soon",
      "soon",
      undefined,
    ]);
  });
});
