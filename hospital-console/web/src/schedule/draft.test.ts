import type { Availability } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { draftOf, faults, updateOf } from "./draft";

const published: Availability = {
  specialist: { id: "s1", name: "陈立诚" },
  version: 3,
  zone: "Asia/Shanghai",
  rules: [{ weekday: "monday", start: "14:00:00", end: "16:00:00", slot_minutes: 15, valid_from: "2026-01-01" }],
  exceptions: [
    { kind: "day_off", date: "2026-12-25" },
    { kind: "extra_block", date: "2026-12-26", start: "09:00:00", end: "10:00:00", slot_minutes: 20 },
  ],
};

describe("the draft of published times", () => {
  it("goes back as it came", () => {
    const { specialist: _, version, ...same } = published;
    expect(updateOf(draftOf(published), version)).toEqual({ ...same, version });
  });
  it("has no fault while every line gives at least one slot", () => {
    expect(faults(draftOf(published))).toEqual([]);
  });
  it.each([
    [{ end: "13:00" }, "end_before_start"],
    [{ end: "" }, "end_before_start"],
    [{ slot_minutes: 4 }, "slot_minutes"],
    [{ slot_minutes: 121 }, "slot_minutes"],
    [{ end: "14:10" }, "slot_too_long"],
    [{ valid_until: "2025-12-31" }, "validity"],
    [{ valid_from: "" }, "no_date"],
  ])("names what is wrong with a rule: %o", (change, fault) => {
    const draft = draftOf(published);
    const rules = draft.rules.map((rule) => ({ ...rule, ...change }));
    expect(faults({ ...draft, rules }).map((f) => f.fault)).toEqual([fault]);
  });
});
