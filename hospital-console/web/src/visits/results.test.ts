import type { Visit } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { blank, faultOf, keyFor, toResults, type TypedStop } from "./results";

const stop = (resident_id: string, state: "expected" | "seen") => ({
  resident_id,
  state,
  diagnoses: [{ code: "I10", confirmed: false, display_zh: "高血压", display_en: "Hypertension" }],
});
const visit = {
  doctors: [
    { id: "s1", name: "甲" },
    { id: "s2", name: "乙" },
  ],
  route: [{ stops: [stop("r1", "expected"), stop("r2", "seen")] }, { stops: [stop("r3", "expected")] }],
} as unknown as Visit;
const typed = (more: Partial<TypedStop>): TypedStop => ({
  outcome: "seen",
  on: "2026-11-24",
  doctor: "s2",
  reason: "",
  diagnoses: [{ code: "I10", confirmed: true, evidence: "血压 162/94" }],
  ...more,
});

describe("results of a visit", () => {
  it("begin with those still expected, by the doctor who is signed in, and keep what was typed", () => {
    const before = { r1: typed({}) };
    const all = blank(visit, before, "2026-11-24", "s2");
    expect(Object.keys(all)).toEqual(["r1", "r3"]);
    expect(all.r1).toBe(before.r1);
    expect(all.r3).toMatchObject({ outcome: "open", doctor: "s2", on: "2026-11-24" });
    expect(blank(visit, {}, "2026-11-24", "s9").r1?.doctor).toBe("s1");
  });
  it("are sent for those that are decided, confirmed diagnoses only", () => {
    const two = [...typed({}).diagnoses, { code: "E11.9", confirmed: false, evidence: "未查" }];
    const all = { r1: typed({ diagnoses: two }), r3: typed({ outcome: "not_seen", reason: " 住院 " }) };
    expect(toResults(visit, all)).toEqual([
      {
        resident_id: "r1",
        on: "2026-11-24",
        doctor: "s2",
        confirmed: [{ diagnosis_code: "I10", evidence: "血压 162/94" }],
      },
      { resident_id: "r3", on: "2026-11-24", doctor: "s2", not_seen_reason: "住院" },
    ]);
    expect(toResults(visit, { r1: typed({ outcome: "open" }) })).toEqual([]);
  });
  it("tell what is missing", () => {
    expect(faultOf(typed({}))).toBeUndefined();
    expect(faultOf(typed({ on: "" }))).toBe("no_date");
    expect(faultOf(typed({ outcome: "not_seen" }))).toBe("no_reason");
    expect(faultOf(typed({ diagnoses: [{ code: "I10", confirmed: true, evidence: " " }] }))).toBe("no_evidence");
    expect(faultOf(typed({ outcome: "open", on: "" }))).toBeUndefined();
  });
  it("go out with one key as long as they say the same", () => {
    const results = toResults(visit, { r1: typed({}) });
    const first = keyFor({ typed: {} }, results);
    expect(keyFor({ typed: {}, sent: first }, results)).toBe(first);
    expect(keyFor({ typed: {}, sent: first }, [])).not.toEqual(first);
  });
});
