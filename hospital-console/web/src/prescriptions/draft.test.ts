import type { Drug, Finding, PrescribingLimits, Prescription, PrescriptionItem } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import {
  chosen,
  doseProblem,
  emptyLine,
  emptyWriting,
  fewerPossible,
  firstLack,
  isCleared,
  isOfChecks,
  itemNumber,
  lackOf,
  lineDays,
  maxDays,
  needsAssessment,
  obstacle,
  toDraft,
  totalWhenNeeded,
  waysOf,
  withItems,
  worstFirst,
  writingFrom,
  type Line,
  type Writing,
} from "./draft";

const drug = { id: "amlodipine-5mg", unit: "片", doses_per_unit: 1, routes: ["oral"] } as Drug;
const finding = (severity: Finding["severity"], outcome: Finding["outcome"] = "alert") =>
  ({ severity, outcome, message_zh: severity }) as Finding;

function writing(): Writing {
  const complete = { ...chosen(emptyLine(), drug), dose: 1 };
  return { ...emptyWriting("I10"), lines: [emptyLine(), complete] };
}

describe("a prescription being written", () => {
  it("is no draft without a complete line; without a diagnosis it is counted and checked, and not signed", () => {
    expect(toDraft(emptyWriting("I10"))).toBeUndefined();
    const undecided = { ...writing(), diagnosis_code: undefined };
    expect(toDraft(undecided)).toMatchObject({ diagnosis_code: "", items: [{ drug_id: "amlodipine-5mg" }] });
    expect(obstacle(undecided, [])).toBe("no_diagnosis");
    const stored = { diagnosis: { code: "", display: "" }, items: [] } as unknown as Prescription;
    expect(writingFrom(stored).diagnosis_code).toBeUndefined();
  });
  it("refuses a dose with more digits than are kept, and does not round it", () => {
    expect([0.1234, 0.0004, 2.12345].map(doseProblem)).toEqual(["decimals", "decimals", "decimals"]);
    expect([0.123, 47.5, 0.1, 99_999.999, undefined].map(doseProblem)).toEqual(Array(5).fill(undefined));
    expect(doseProblem(0)).toBe("zero");
    const line = { ...chosen(emptyLine(), drug), dose: 0.1234 };
    expect(toDraft({ ...emptyWriting("I10"), lines: [line] })).toBeUndefined();
  });
  it("sends complete lines only and numbers them as the relay does", () => {
    const now = writing();
    expect(toDraft(now)?.items.map((i) => i.drug_id)).toEqual(["amlodipine-5mg"]);
    expect(itemNumber(now, now.lines[0]?.id ?? 0)).toBeUndefined();
    expect(itemNumber(now, now.lines[1]?.id ?? 0)).toBe(1);
  });
  it("computes the quantity of what is taken when needed from the most times a day, as the relay rounds", () => {
    const line = { ...chosen(emptyLine(), drug), dose: 0.5, days: 7, frequency: "prn" as const };
    expect(totalWhenNeeded({ ...line, mostPerDay: 3 })).toBe(11);
    expect(totalWhenNeeded({ ...line, mostPerDay: 3, days: 0 })).toBeUndefined();
    expect(totalWhenNeeded({ ...line, mostPerDay: 3, quantity: 4 })).toBe(4);
    expect(totalWhenNeeded({ ...line, quantity: 4 })).toBe(4);
    const inMl = { ...drug, doses_per_unit: 100 } as Drug;
    expect(totalWhenNeeded({ ...line, drug: inMl, dose: 10, mostPerDay: 2 })).toBe(2);
    const sent = { ...emptyWriting("I10"), lines: [{ ...line, mostPerDay: 3 }] };
    expect(toDraft(sent)?.items[0]).toMatchObject({ quantity: 11, most_per_day: 3 });
    const fewer = { ...emptyWriting("I10"), lines: [{ ...line, mostPerDay: 3, quantity: 4 }] };
    expect(toDraft(fewer)?.items[0]).toMatchObject({ quantity: 4, most_per_day: 3 });
    const daily = { ...emptyWriting("I10"), lines: [{ ...line, mostPerDay: 3, frequency: "qd" as const }] };
    expect(toDraft(daily)?.items[0]?.most_per_day).toBeUndefined();
    // The hours from one time to the next go with it, and only where they are hours of a day.
    const apart = (hoursApart: number, more = {}) =>
      toDraft({ ...emptyWriting("I10"), lines: [{ ...line, mostPerDay: 3, hoursApart, ...more }] });
    expect(apart(4)?.items[0]).toMatchObject({ hours_apart: 4 });
    expect([apart(0), apart(25)]).toEqual([undefined, undefined]);
    expect(apart(4, { frequency: "qd" })?.items[0]?.hours_apart).toBeUndefined();
  });

  it("says how many times a day the hours apart leave room for where they contradict the most times, and supplies no more", () => {
    const line = { ...chosen(emptyLine(), drug), dose: 1, days: 7, frequency: "prn" as const };
    const of = (mostPerDay: number | undefined, hoursApart: number | undefined) =>
      fewerPossible({ mostPerDay, hoursApart });
    expect([of(3, 12), of(2, 24), of(4, 10)]).toEqual([2, 1, 3]);
    expect([of(2, 12), of(3, 8), of(5, 5), of(3, undefined), of(undefined, 12), of(3, 25)]).toEqual(
      Array(6).fill(undefined),
    );
    expect(totalWhenNeeded({ ...line, mostPerDay: 3, hoursApart: 12 })).toBe(14);
    expect(totalWhenNeeded({ ...line, mostPerDay: 3, hoursApart: 8 })).toBe(21);
    expect(totalWhenNeeded({ ...line, mostPerDay: 3, hoursApart: 12, quantity: 21 })).toBe(21);
  });

  it("goes on with the most times a day of a stored draft, and computes again what was computed", () => {
    const item = { no: 1, drug, dose: 1, dose_unit: "片", frequency: "prn", route: "oral", days: 7, instruction: "" };
    const stored = (quantity: number) =>
      withItems(emptyWriting("I10"), [{ ...item, quantity, most_per_day: 3 } as PrescriptionItem], 5).lines[0];
    expect(stored(21)).toMatchObject({ mostPerDay: 3, quantity: undefined });
    expect(totalWhenNeeded({ ...(stored(21) as Line), days: 5 })).toBe(15);
    expect(stored(10)).toMatchObject({ mostPerDay: 3, quantity: 10 });
  });

  it("sends no total of 0, below 0 or in parts", () => {
    const line = { ...chosen(emptyLine(), drug), dose: 1, frequency: "prn" as const };
    for (const quantity of [0, -5, 2.5])
      expect(toDraft({ ...emptyWriting("I10"), lines: [{ ...line, quantity }] })).toBeUndefined();
    expect(toDraft({ ...emptyWriting("I10"), lines: [{ ...line, mostPerDay: 0, quantity: 4 }] })).toBeUndefined();
  });

  it("is complete with a quantity where the dose is taken when needed, and sends it only there", () => {
    const line = { ...chosen(emptyLine(), drug), dose: 1, frequency: "prn" as const };
    const of = (quantity: number | undefined) => ({ ...emptyWriting("I10"), lines: [{ ...line, quantity }] });
    expect(obstacle(of(undefined), [])).toBe("incomplete");
    expect(toDraft(of(0))).toBeUndefined();
    expect(toDraft(of(10))?.items[0]?.quantity).toBe(10);
    const daily = { ...emptyWriting("I10"), lines: [{ ...line, quantity: 10, frequency: "qd" as const }] };
    expect(toDraft(daily)?.items[0]?.quantity).toBeUndefined();
  });
  it("is of one day where the medicine is given once, whatever number of days was written before", () => {
    const line = { ...chosen(emptyLine(), drug), dose: 1, days: 7, frequency: "st" as const };
    const of = (frequency: "st" | "qd") => toDraft({ ...emptyWriting("I10"), lines: [{ ...line, frequency }] });
    expect([of("st")?.items[0]?.days, of("qd")?.items[0]?.days]).toEqual([1, 7]);
    expect(lineDays({ ...line, days: 0 })).toBe(1);
  });
  it("sends the steps of a dose that changes, with the first one and all days on the line", () => {
    const step = (dose: number | undefined, days: number) => ({ dose, frequency: "qd" as const, days });
    const line = { ...chosen(emptyLine(), drug), dose: 9, days: 99, taper: [step(2, 3), step(1, 4)] };
    const now = { ...emptyWriting("I10"), lines: [line] };
    expect(lineDays(line)).toBe(7);
    expect(toDraft(now)?.items[0]).toMatchObject({ dose: 2, days: 7, dose_unit: "片", taper: line.taper });
    expect(obstacle({ ...now, lines: [{ ...line, taper: [step(2, 3), step(undefined, 4)] }] }, [])).toBe("incomplete");
    expect(obstacle({ ...now, lines: [{ ...line, taper: [step(2, 3)] }] }, [])).toBe("incomplete");
  });
  it("takes kept lines into what is free, up to the cap", () => {
    const item = { drug, dose: 1, frequency: "qd", route: "oral", days: 7, instruction: "" } as PrescriptionItem;
    const begun = writing();
    expect(withItems(begun, [item, item], 5).lines).toHaveLength(3);
    expect(withItems(begun, [item, item, item], 2).lines).toHaveLength(2);
  });
  it("asks for an assessment beyond the usual days of a long supply, and sends it only whole", () => {
    const limits = { supply_ordinary_days: 5, supply_chronic_days: 28, supply_chronic_assessed_days: 84 };
    const of = (days: number): Writing => ({
      ...emptyWriting("I10"),
      supply: "chronic",
      lines: [{ ...chosen(emptyLine(), drug), dose: 1, days }],
    });
    expect([28, 29].map((days) => needsAssessment(of(days), limits as PrescribingLimits))).toEqual([false, true]);
    expect(maxDays("ordinary", limits as PrescribingLimits)).toBe(5);
    const part = { assessed: "血压", result: "平稳", confirmed_by: "resident" as const };
    expect(toDraft({ ...of(56), assessment: part })?.assessment).toBeUndefined();
    const sure = limits as PrescribingLimits;
    // The relay counts it as one of the findings that forbid it, which says nothing of what is missing.
    expect(obstacle({ ...of(56), assessment: part }, [finding("block")], sure)).toBe("assessment");
    const whole = { ...part, confirmed_name: "王秀英" };
    expect(obstacle({ ...of(56), assessment: whole }, [], sure)).toBeUndefined();
    expect(toDraft({ ...of(56), assessment: whole })?.assessment).toEqual(whole);
  });
  it("orders findings worst first and leaves out what was found clear", () => {
    const found = [finding("info"), finding("info", "clear"), finding("block"), finding("warn"), finding("hard_stop")];
    expect(worstFirst(found).map((f) => f.severity)).toEqual(["block", "hard_stop", "warn", "info"]);
  });
  it("takes the usual way of a medicine, and asks where none is known", () => {
    const insulin = { id: "insulin", unit: "支", doses_per_unit: 300, routes: ["subcutaneous"] } as Drug;
    expect(chosen(emptyLine(), insulin).route).toBe("subcutaneous");
    expect(waysOf(insulin)).toEqual({
      usual: ["subcutaneous"],
      others: ["oral", "topical", "inhaled", "sublingual"],
    });
    const unknown = { ...insulin, routes: undefined } as Drug;
    expect(waysOf(unknown).usual).toEqual([]);
    const line = { ...chosen(emptyLine(), unknown), dose: 10 };
    expect(lackOf(line)).toBe("route");
    expect(toDraft({ ...emptyWriting("I10"), lines: [line] })).toBeUndefined();
  });
  it("forgets what was written for the medicine before when another one is chosen, and keeps it for the same", () => {
    const insulin = { id: "insulin", unit: "支", doses_per_unit: 300, routes: ["subcutaneous"] } as Drug;
    const step = { dose: 10, frequency: "qn" as const, days: 3 };
    const before: Line = {
      ...chosen(emptyLine(), insulin),
      dose: 10,
      frequency: "prn",
      quantity: 2,
      mostPerDay: 3,
      taper: [step, step],
      instruction: "餐前皮下注射",
      substitution: true,
      days: 14,
    };
    const open: Line = { ...before, drug: undefined, former: insulin };
    const other = chosen(open, drug);
    expect(other).toMatchObject({
      id: before.id,
      drug,
      dose: undefined,
      frequency: "qd",
      route: "oral",
      quantity: undefined,
      mostPerDay: undefined,
      taper: [],
      instruction: "",
      substitution: false,
      days: 14,
    });
    expect([isCleared(other), isCleared({ ...other, dose: 1 }), isCleared(chosen(emptyLine(), drug))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(chosen(open, insulin)).toEqual({ ...before, former: undefined });
  });
  it("names the first thing that a line lacks, and on which line", () => {
    const ready = { ...chosen(emptyLine(), drug), dose: 1 };
    const of = (part: Partial<Line>) => lackOf({ ...ready, ...part });
    const steps = [{ dose: 1, frequency: "qd" as const, days: 0 }];
    expect([of({ drug: undefined }), of({ dose: 0 }), of({ days: 0 }), of({ taper: steps })]).toEqual([
      "drug",
      "dose",
      "days",
      "steps",
    ]);
    expect([of({ frequency: "prn" }), of({ frequency: "prn", mostPerDay: 0, quantity: 4 }), of({})]).toEqual([
      "quantity",
      "limit",
      undefined,
    ]);
    const lines = [ready, { ...ready, days: NaN }];
    expect(firstLack({ ...emptyWriting("I10"), lines })).toEqual({ no: 2, what: "days" });
  });
  it("says what stands in the way of signing", () => {
    expect(obstacle({ ...writing(), lines: [] }, [])).toBe("no_line");
    expect([isOfChecks("blocked"), isOfChecks("incomplete"), isOfChecks(undefined)]).toEqual([true, false, false]);
    const ready = { ...writing(), lines: writing().lines.slice(1) };
    expect(obstacle({ ...ready, diagnosis_code: undefined }, [])).toBe("no_diagnosis");
    expect(obstacle(writing(), [])).toBe("incomplete");
    expect(obstacle(ready, [finding("block")])).toBe("blocked");
    expect(obstacle(ready, [finding("hard_stop")])).toBe("reason_required");
    expect(obstacle({ ...ready, hard_stop_reason: "因为" }, [finding("hard_stop")])).toBeUndefined();
    expect(obstacle(ready, [finding("warn")])).toBeUndefined();
    expect(obstacle(ready, [finding("block", "clear"), finding("hard_stop", "clear")])).toBeUndefined();
  });
});
