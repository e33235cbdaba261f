import type { Dose, DosesOfDay } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import type { SpoolItem } from "../src/box/box-api";
import {
  barredNow,
  beds,
  entryOf,
  givenEarlierAt,
  isOfAnotherDay,
  readPack,
  readScan,
  roundAt,
  sameHour,
  standing,
  standsElsewhere,
} from "../src/doses/plan";

const resident = (id: string, bed: string) => ({ id, name: id, bed, allergies: [], code: `YZR:${id}` });

const dose = (of: ReturnType<typeof resident>, more: Partial<Dose> = {}): Dose => ({
  resident: of,
  prescription_id: "p1",
  item_no: 1,
  drug_name: "氨氯地平",
  drug_name_en: "Amlodipine",
  strength: "5 mg",
  dose: 1,
  dose_unit: "片",
  route: "oral",
  instruction: "",
  code: "YZM:p1:1",
  state: "due",
  sequence: 0,
  entries: [],
  due_at: "2026-11-24T00:00:00.000Z",
  round: "morning",
  ...more,
});

const wang = resident("r1", "2-05");
const chen = resident("r2", "2-10");
const day = (items: Dose[], as_needed: Dose[] = []): DosesOfDay => ({
  day: "2026-11-24",
  zone: "Asia/Shanghai",
  items,
  as_needed,
  stopped: [],
  runways: [],
});

const written = (state: SpoolItem["state"], sequence = 0): SpoolItem => ({
  id: "s1",
  kind: "dose",
  resident_id: "r1",
  state,
  created_at: "2026-11-24T00:05:00Z",
  body: {
    prescription_id: "p1",
    item_no: 1,
    due_at: "2026-11-24T00:00:00.000Z",
    sequence,
    outcome: "given",
    at: "2026-11-24T00:05:00Z",
  },
});

describe("doses of a day", () => {
  it("goes by bed, who needs something first", () => {
    const done = dose(wang, { state: "given", sequence: 1 });
    const found = beds(day([done, dose(chen), dose(resident("r3", "2-9"), { round: "noon" })]), "morning", []);
    expect(found.map((bed) => [bed.resident.bed, bed.due])).toEqual([
      ["2-10", 1],
      ["2-05", 0],
    ]);
  });

  it("does not count as due what the doctor stopped: the round said that it was to be given", () => {
    const course = { prescription_id: "p1", resident: wang, drug_names: [], specialist_name: "", reason: "" };
    const stopped = [{ ...course, stopped_at: "2026-11-24T00:01:00Z" }];
    const items = [dose(wang), dose(wang, { prescription_id: "p2", code: "YZM:p2:1" })];
    const [bed] = beds({ ...day(items), stopped }, "morning", []);
    expect([bed?.due, bed?.missed, bed?.stopped]).toEqual([1, 0, 1]);
    const held = [dose(wang, { state: "held", sequence: 1 })];
    expect(beds({ ...day(held), stopped }, "morning", [])[0]?.stopped).toBe(0);
  });

  it("marks the same ingredient of two prescriptions at one hour: both were given at 08:00 unasked", () => {
    const one = dose(wang, { ingredients: ["amlodipine"] });
    const other = (more: Partial<Dose> = {}) =>
      dose(wang, {
        prescription_id: "p2",
        drug_name: "氨氯地平阿托伐他汀",
        ingredients: ["atorvastatin", "amlodipine"],
        ...more,
      });
    const found = (second: Dose) => sameHour(one, day([one, second])).length;
    expect(found(other())).toBe(1);
    expect(sameHour(other(), day([one, other()]))).toEqual([one]);
    expect(found(other({ due_at: "2026-11-24T10:00:00.000Z" }))).toBe(0);
    expect(found(other({ resident: chen }))).toBe(0);
    expect(found(other({ ingredients: ["atorvastatin"] }))).toBe(0);
    // Another product came for it: it is what was prescribed all the same.
    const { drug_name, drug_name_en, strength, dose_unit } = one;
    const prescribed = { drug_name, drug_name_en, strength, dose: 1, dose_unit };
    expect(found(other({ ingredients: [], drug_name: "左旋氨氯地平", prescribed }))).toBe(1);
    expect(found(other({ prescription_id: "p1", item_no: 2 }))).toBe(0);
    const course = { prescription_id: "p2", resident: wang, drug_names: [], specialist_name: "", reason: "" };
    const stopped = [{ ...course, stopped_at: "2026-11-24T00:01:00Z" }];
    expect(sameHour(one, { ...day([one, other()]), stopped })).toEqual([]);
  });

  it("tells a stopped prescription from another one of the same medicine that stands", () => {
    const by = { drug_names: ["氨氯地平"], specialist_name: "", reason: "", stopped_at: "2026-11-24T00:01:00Z" };
    const course = { ...by, prescription_id: "p1", resident: wang };
    const other = dose(wang, { prescription_id: "p2", code: "YZM:p2:1" });
    const of = (items: Dose[]) => standsElsewhere(course, { ...day(items), stopped: [course] });
    expect(of([dose(wang), other])).toBe(true);
    expect(of([dose(wang)])).toBe(false);
    expect(of([dose(chen, { prescription_id: "p2" })])).toBe(false);
    expect(of([{ ...other, drug_name: "二甲双胍" }])).toBe(false);
    // Another product came for it: it is the medicine that was prescribed all the same.
    const { drug_name, drug_name_en, strength, dose_unit } = other;
    const prescribed = { drug_name, drug_name_en, strength, dose: 1, dose_unit };
    expect(of([{ ...other, drug_name: "左旋氨氯地平", prescribed }])).toBe(true);
  });

  it("does not offer again what this box has written without a link", () => {
    expect(standing(dose(wang), [written("saved")]).state).toBe("given");
    expect(standing(dose(wang), [written("received")]).state).toBe("due");
    const refused = standing(dose(wang), [written("refused")]);
    expect([refused.state, refused.waiting?.state]).toEqual(["due", "refused"]);
    expect(standing(dose(wang, { sequence: 2 }), [written("refused")]).waiting).toBeUndefined();
  });

  it("knows a bed, a wristband and a label, and says when the medicine is another's", () => {
    const other = dose(chen, { prescription_id: "p2", code: "YZM:p2:1" });
    const all = day([dose(wang), other]);
    expect(readScan("2-05", all, undefined).kind).toBe("resident");
    expect(readScan("yzr:R1\n", all, undefined).kind).toBe("resident");
    expect(readScan("YZM:p1:1", all, undefined).kind).toBe("resident_first");
    expect(readScan("yzm:p1:1", all, "r1").kind).toBe("medicine");
    expect(readScan("YZM:p2:1", all, "r1").kind).toBe("wrong_medicine");
    expect(readScan("6901234567890", all, "r1").kind).toBe("unknown");
  });

  it("sends what the nurse saw and nothing that is empty", () => {
    expect(
      entryOf(dose(wang, { sequence: 1 }), { outcome: "held", not_given: "fasting", note: "  " }, "t", {}),
    ).toEqual({
      prescription_id: "p1",
      item_no: 1,
      due_at: "2026-11-24T00:00:00.000Z",
      sequence: 1,
      outcome: "held",
      not_given: "fasting",
      at: "t",
    });
  });

  it("has the rounds of the relay's policy", () => {
    expect([7, 12, 18, 21, 2].map(roundAt)).toEqual(["morning", "noon", "evening", "night", "night"]);
  });
});

describe("a pack, where a batch was called back", () => {
  const recalls = [{ recall_id: "rc1", batch: "A2604", level: "second" as const, reason: "溶出度" }];
  const called = dose(wang, { recalls, batches: ["C2611"] });
  const read = (text: string) => readPack(text, called, "2026-11-24");

  it("is told by its 2D code, or by the batch printed on it", () => {
    expect(read("(01)06901234567892(17)281130(10)C2611")).toEqual({ kind: "good", batch: "C2611" });
    expect(read(" c2611 ")).toEqual({ kind: "good", batch: "C2611" });
    expect(read("(01)06901234567892(17)281130(10)A2604")).toEqual({ kind: "recalled", batch: "A2604" });
    expect(read("a2604")).toEqual({ kind: "recalled", batch: "A2604" });
    expect(read("X1")).toEqual({ kind: "strange", batch: "X1" });
    expect(read("  ")).toEqual({ kind: "empty" });
  });

  it("is sent with the entry", () => {
    const entry = entryOf(called, { outcome: "given", batch: "C2611" }, "2026-11-24T00:05:00Z", {});
    expect(entry).toMatchObject({ outcome: "given", batch: "C2611" });
  });
});

describe("what is given when needed", () => {
  const now = Date.parse("2026-11-24T06:00:00.000Z");
  const needed = (more: Partial<Dose>): Dose =>
    dose(wang, { due_at: undefined, round: undefined, most_per_day: 3, given_last_day: 1, ...more });

  it("is barred by the most of a day, then by the hours since the last one: a second dose a minute later was offered", () => {
    expect(barredNow(needed({}), now)).toBeUndefined();
    expect(barredNow(needed({ hours_apart: 4, not_before: "2026-11-24T07:30:00.000Z" }), now)).toBe("soon");
    expect(barredNow(needed({ given_last_day: 3, not_before: "2026-11-24T07:30:00.000Z" }), now)).toBe("full");
  });

  it("is open again by the page's own clock, though nobody asked the relay", () => {
    const medicine = needed({ hours_apart: 4, not_before: "2026-11-24T06:00:00.000Z" });
    expect([barredNow(medicine, now - 1), barredNow(medicine, now)]).toEqual(["soon", undefined]);
  });

  it("names the day of an hour that is not today's: with 24 hours apart the hour read as one that was over", () => {
    // 22:30 in Shanghai.
    const late = Date.parse("2026-11-24T14:30:00.000Z");
    const of = (at: string) => isOfAnotherDay(at, late, "Asia/Shanghai");
    expect([of("2026-11-24T15:59:00.000Z"), of("2026-11-24T16:00:00.000Z")]).toEqual([false, true]);
  });

  it("that was given already can be written with its own time, whatever bars one more: it stayed unrecorded", () => {
    const at = (text: string) => givenEarlierAt(text, now, "Asia/Shanghai");
    expect(at("2026-11-24T13:30")).toBe("2026-11-24T05:30:00.000Z");
    expect(at("2026-11-23T23:10")).toBe("2026-11-23T15:10:00.000Z");
    expect([at("2026-11-24T14:01"), at("")]).toEqual([undefined, undefined]);
  });

  it("bars no dose that has its time", () => {
    expect(barredNow(dose(wang, { given_last_day: 9, most_per_day: 1 }), now)).toBeUndefined();
  });
});
