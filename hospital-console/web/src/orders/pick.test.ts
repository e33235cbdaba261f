import type { Dispense, Pack, PrescriptionItem, Stock } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { asRecorded, isSame, printable, problemOf, propose, scanned, takenOf, underWay, withPutBack } from "./pick";

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
    const code = (batch: string, expiry: string) => ({ gtin: "06900000000014", batch, expiry });
    const other = scanned(code("LATE", "2028-01-31"), items, picks, SHELF);
    expect(other.ok && other.picks.filter((p) => p.scanned).map((p) => p.batch)).toEqual(["LATE"]);
    const only = { ...code("ONLY", "2027-01-31"), gtin: "06901234567892" };
    expect(scanned(only, items, picks, SHELF)).toEqual({ ok: false, problem: "not_ordered" });
    expect(scanned(code("FAKE", "2027-01-31"), items, picks, SHELF)).toEqual({ ok: false, problem: "not_in_stock" });
    expect(scanned(code("SOON", "2029-01-31"), items, picks, SHELF)).toEqual({ ok: false, problem: "other_date" });
    const one = item(1, "a", 7);
    const replaced = scanned(code("LATE", "2028-01-31"), [one], propose([one], [SHELF[1] as Stock], TODAY), SHELF);
    expect(replaced.ok && takenOf(one, replaced.picks)).toBe(7);
  });
});

describe("a code that was read", () => {
  it("stands in a sentence with its separators shown, and never endlessly", () => {
    expect(printable(" 0106901234567893\u001d10A1 ")).toBe("0106901234567893␝10A1");
    expect(printable("9".repeat(200))).toBe("9".repeat(60));
  });
});

describe("two medicines with the same batch number", () => {
  const [A, B, UNKNOWN] = ["06900000000014", "06901234567892", "06900000000021"];
  const items = [item(1, "a", 10), item(2, "b", 10)];
  const pack = (gtin: string, batch = "SAME") => ({ gtin, batch, expiry: "2028-01-31" });
  const same = (drug: string, gtin?: string) => stock(drug, "SAME", "2028-01-31", 50, gtin);
  const scan = (gtin: string, shelf: readonly Stock[], of = items) => {
    const found = scanned(pack(gtin), of, propose(of, shelf, TODAY), shelf);
    return found.ok ? [found.by, found.picks.filter((p) => p.scanned).map((p) => p.item_no)] : found.problem;
  };

  it("are told apart by the article number, where the stock has it", () => {
    const shelf = [same("a", A), same("b", B)];
    expect([scan(A, shelf), scan(B, shelf)]).toEqual([
      ["article", [1]],
      ["article", [2]],
    ]);
    // One of the two was taken in by hand: the number of the other still is the other's.
    expect(scan(B, [same("a"), same("b", B)])).toEqual(["article", [2]]);
    // A number that no pack on the shelf has cannot be of the one whose number is another.
    expect(scan(UNKNOWN, [same("a", A), same("b", B)])).toBe("not_in_stock");
  });

  it("are not told apart by the batch alone: the code of one marks neither", () => {
    expect(scan(UNKNOWN, [same("a"), same("b")])).toBe("ambiguous");
    // Also when only one of them is ordered: the pack in hand may be the other.
    expect(scan(UNKNOWN, [same("a"), same("b")], [item(1, "a", 10)])).toBe("ambiguous");
    // And whatever their dates: a date is no name.
    expect(scan(UNKNOWN, [same("a"), stock("b", "SAME", "2029-01-31", 50)])).toBe("ambiguous");
  });

  it("are not mixed up when the number is known of another batch of the other medicine", () => {
    const shelf = [same("a"), stock("b", "OTHER", "2028-06-30", 50, B)];
    expect(scan(B, shelf)).toBe("not_in_stock");
    // The number is nobody's: batch and date agree with one medicine only, which the screen says as it is.
    expect(scan(UNKNOWN, shelf)).toEqual(["batch", [1]]);
    // The same medicine by its number of another batch.
    expect(scan(A, [same("a"), stock("a", "OTHER", "2028-06-30", 50, A)])).toEqual(["article", [1]]);
  });

  it("does not take an article number that was booked for two medicines as proof", () => {
    expect(scan(A, [same("a", A), same("b", A)])).toBe("ambiguous");
  });
});

describe("an order that was filled and not packed yet", () => {
  const ten = { drug: { id: "a10" }, factor: 2 };
  const line = { ...item(1, "a", 5), substitutes: [ten] } as unknown as PrescriptionItem;
  const pack = (batch: string, quantity: number, more: Partial<Pack> = {}) =>
    ({ item_no: 1, drug_id: "a", batch, expiry: "2028-01-31", quantity, ...more }) as Pack;
  const filling = (state: Dispense["state"], packs: Pack[]) => ({ state, packs });

  it("begins with what is recorded, and nothing is to be recorded again", () => {
    const instead = pack("TEN", 10, {
      drug_id: "a10",
      substitution: { prescribed: "a", factor: 2, reason: "out_of_stock" },
    });
    const recorded = asRecorded([line], { packs: [instead], part_reason: undefined });
    expect(recorded.picks).toEqual([{ item_no: 1, batch: "TEN", expiry: "2028-01-31", quantity: 10, scanned: false }]);
    expect(recorded.others.get(1)).toEqual({ substitute: ten, reason: "out_of_stock" });
    const read = { ...recorded, picks: recorded.picks.map((pick) => ({ ...pick, scanned: true })) };
    expect(isSame(recorded, read)).toBe(true);
    expect(isSame(recorded, { ...recorded, others: new Map() })).toBe(false);
    expect(isSame(recorded, { ...recorded, reason: "damaged" })).toBe(false);
  });

  it("is the open filling, not one that was sent or ended, nor one without batches", () => {
    const open = filling("preparation", [pack("NEW", 2)]);
    expect(underWay([filling("completed", [pack("OLD", 3)]), open])).toBe(open);
    expect(underWay([filling("in_progress", [pack("OLD", 3)]), filling("preparation", [])])).toBeUndefined();
    expect(underWay([filling("cancelled", [pack("OLD", 3)])])).toBeUndefined();
  });

  it("has what it took on the shelf for itself", () => {
    const shelf = withPutBack(
      [stock("a", "LATE", "2028-01-31", 0), stock("b", "LATE", "2028-01-31", 1)],
      [pack("LATE", 5)],
    );
    expect(shelf.map((s) => s.on_hand)).toEqual([5, 1]);
    const { picks } = asRecorded([line], { packs: [pack("LATE", 5)] });
    expect(picks.map((pick) => problemOf(pick, line, picks, shelf, TODAY))).toEqual(["none"]);
  });
});
