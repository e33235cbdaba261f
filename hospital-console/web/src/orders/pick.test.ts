import type { PrescriptionItem, Stock } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { problemOf, propose, scanned, takenOf } from "./pick";

const TODAY = "2026-11-23";
const item = (no: number, drug: string, owed: number) =>
  ({ no, drug: { id: drug }, days: 7, quantity: owed, owed }) as unknown as PrescriptionItem;
const stock = (drug_id: string, batch: string, expiry: string, on_hand: number, gtin?: string) =>
  ({ id: drug_id + batch, drug_id, batch, expiry, on_hand, gtin }) as Stock;

const SHELF = [
  stock("a", "LATE", "2028-01-31", 100),
  stock("a", "SOON", "2027-01-31", 5),
  stock("a", "GONE", "2026-11-25", 50),
  stock("b", "ONLY", "2027-01-31", 3, "06901234567892"),
];

describe("the pick list", () => {
  it("proposes what expires first and outlasts the treatment, over as many batches as it takes", () => {
    const picks = propose([item(1, "a", 7), item(2, "b", 5)], SHELF, TODAY);
    expect(picks.map((p) => [p.item_no, p.batch, p.quantity])).toEqual([
      [1, "SOON", 5],
      [1, "LATE", 2],
      [2, "ONLY", 3],
    ]);
  });

  it("does not promise the same box to two lines", () => {
    const picks = propose([item(1, "b", 2), item(2, "b", 2)], SHELF, TODAY);
    expect(picks.map((p) => p.quantity)).toEqual([2, 1]);
  });

  it("names what is wrong with a row", () => {
    const line = item(1, "a", 7);
    const of = (batch: string, quantity: number) => {
      const pick = { item_no: 1, batch, expiry: "2027-01-31", quantity, scanned: false };
      return problemOf(pick, line, [pick], SHELF, TODAY);
    };
    expect([of("SOON", 5), of("NONE", 1), of("SOON", 6), of("GONE", 1), of("LATE", 8), of("LATE", 0)]).toEqual([
      "none",
      "batch",
      "too_little",
      "short_dated",
      "too_much",
      "quantity",
    ]);
  });

  it("takes the pack in hand, and refuses one that is of no line, not booked, or dated otherwise", () => {
    const items = [item(1, "a", 7)];
    const picks = propose(items, SHELF, TODAY);
    const code = (batch: string, expiry: string) => ({ gtin: "06901234567892", batch, expiry });
    const other = scanned(code("LATE", "2028-01-31"), items, picks, SHELF);
    expect(other.ok && other.picks.filter((p) => p.scanned).map((p) => p.batch)).toEqual(["LATE"]);
    expect(scanned(code("ONLY", "2027-01-31"), items, picks, SHELF)).toEqual({ ok: false, problem: "not_ordered" });
    expect(scanned(code("FAKE", "2027-01-31"), items, picks, SHELF)).toEqual({ ok: false, problem: "not_in_stock" });
    expect(scanned(code("SOON", "2029-01-31"), items, picks, SHELF)).toEqual({ ok: false, problem: "other_date" });
    const one = item(1, "a", 7);
    const replaced = scanned(code("LATE", "2028-01-31"), [one], propose([one], [SHELF[1] as Stock], TODAY), SHELF);
    expect(replaced.ok && takenOf(one, replaced.picks)).toBe(7);
  });
});
