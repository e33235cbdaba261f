import type { Prescription, PrescriptionItem } from "@yunzhen/client";
import { expect, it } from "vitest";
import { changesOf } from "./changes";

const item = (id: string, part: Partial<PrescriptionItem> = {}) =>
  ({
    no: 1,
    drug: { id },
    dose: 1,
    frequency: "qd",
    route: "oral",
    days: 7,
    quantity: 7,
    instruction: "",
    ...part,
  }) as PrescriptionItem;
const of = (items: PrescriptionItem[], part: Partial<Prescription> = {}) =>
  ({ diagnosis: { code: "I10" }, supply: "ordinary", items, ...part }) as Prescription;

it("finds nothing where only numbers of lines and empty fields differ", () => {
  const after = of([item("b"), item("a", { no: 2, taper: [], substitution: false, instruction: " " })]);
  expect(changesOf(of([item("a"), item("b")]), after)).toEqual({ diagnosis: false, supply: false, lines: [] });
});

it("says what was added, what was changed and what is gone", () => {
  const before = of([item("a"), item("gone")]);
  const changed = item("a", { dose: 2, quantity: 14, route: "sublingual" });
  const after = of([changed, item("new")], { supply: "chronic", diagnosis: { code: "I50.9", display: "" } });
  expect(changesOf(before, after)).toEqual({
    diagnosis: true,
    supply: true,
    lines: [
      { kind: "changed", before: item("a"), item: changed, fields: ["dose", "route", "quantity"] },
      { kind: "added", item: item("new") },
      { kind: "removed", item: item("gone") },
    ],
  });
});

it("says that the least hours between two doses were changed: the pharmacist read that the content is the same", () => {
  const needed = (hours_apart?: number) => item("a", { frequency: "prn", most_per_day: 3, hours_apart });
  const fieldsOf = (before?: number, after?: number) =>
    changesOf(of([needed(before)]), of([needed(after)])).lines.map((line) => line.kind === "changed" && line.fields);
  expect(fieldsOf(6, 4)).toEqual([["hours_apart"]]);
  expect(fieldsOf(6, undefined)).toEqual([["hours_apart"]]);
  expect(fieldsOf(6, 6)).toEqual([]);
});

it("holds two lines of one medicine against each other in their order", () => {
  const before = of([item("a"), item("a", { dose: 2 })]);
  expect(changesOf(before, of([item("a")])).lines).toEqual([{ kind: "removed", item: item("a", { dose: 2 }) }]);
});
