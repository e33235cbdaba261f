import type { AvailabilityRule } from "@yunzhen/client";
import { expect, it } from "vitest";
import type { AvailabilityDraft } from "./draft";
import { overlaps } from "./overlaps";

const rule = (key: number, start: string, end: string, more: Partial<AvailabilityRule> = {}) => ({
  key,
  weekday: "monday" as const,
  start,
  end,
  slot_minutes: 15,
  valid_from: "2026-01-01",
  ...more,
});
const draft = (rules: AvailabilityDraft["rules"], exceptions: AvailabilityDraft["exceptions"] = []) => ({
  zone: "Asia/Shanghai",
  rules,
  exceptions,
});

it("says of a block inside another one what both have, before it is published", () => {
  expect(overlaps(draft([rule(1, "07:00", "22:00"), rule(2, "09:00", "11:00")]))).toEqual([
    { key: 2, line: 1, from: "09:00", until: "11:00" },
  ]);
  expect(overlaps(draft([rule(1, "20:00", "00:00"), rule(2, "18:00", "00:00")]))).toEqual([
    { key: 2, line: 1, from: "20:00", until: "24:00" },
  ]);
});

it("says nothing of blocks that touch, of other weekdays, of other seasons and of unfinished lines", () => {
  const first = rule(1, "07:00", "09:00");
  for (const second of [
    rule(2, "09:00", "11:00"),
    rule(2, "08:00", "09:00", { weekday: "tuesday" }),
    rule(2, "08:00", ""),
  ]) {
    expect(overlaps(draft([first, second]))).toEqual([]);
  }
  const spring = rule(1, "07:00", "09:00", { valid_until: "2026-05-31" });
  expect(overlaps(draft([spring, rule(2, "08:00", "09:00", { valid_from: "2026-06-01" })]))).toEqual([]);
});

it("says it of an extra block over the weekly times of that day, unless that day is off", () => {
  // A Monday.
  const date = "2026-11-30";
  const extra = { key: 9, kind: "extra_block" as const, date, start: "08:00", end: "10:00", slot_minutes: 15 };
  const weekly = [rule(1, "07:00", "09:00")];
  expect(overlaps(draft(weekly, [extra]))).toEqual([{ key: 9, line: 1, from: "08:00", until: "09:00" }]);
  expect(overlaps(draft(weekly, [extra, { key: 8, kind: "day_off", date }]))).toEqual([]);
});
