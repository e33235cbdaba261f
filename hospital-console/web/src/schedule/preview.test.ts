import type { AvailabilityRule } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { lengthOf, preview } from "./preview";

const rule = (more: Partial<AvailabilityRule> = {}): AvailabilityRule => ({
  weekday: "tuesday",
  start: "14:00:00",
  end: "15:00:00",
  slot_minutes: 20,
  valid_from: "2026-01-01",
  ...more,
});
const times = (rules: AvailabilityRule[], exceptions: Parameters<typeof preview>[0]["exceptions"] = []) =>
  preview({ rules, exceptions }, "2026-11-23", 7).map((day) => day.times.join(" "));

describe("preview", () => {
  it("cuts a block of its weekday into slots and leaves the rest of the week empty", () => {
    expect(times([rule()])).toEqual(["", "14:00 14:20 14:40", "", "", "", "", ""]);
  });
  it("holds from the first to the last day, both included", () => {
    expect(times([rule({ valid_from: "2026-11-24", valid_until: "2026-11-24" })])[1]).toBe("14:00 14:20 14:40");
    expect(times([rule({ valid_from: "2026-11-25" })])[1]).toBe("");
    expect(times([rule({ valid_until: "2026-11-23" })])[1]).toBe("");
  });
  it("a day off takes the rules of the day out, an extra block of the same day stays", () => {
    const extra = { kind: "extra_block", date: "2026-11-24", start: "09:00:00", end: "09:30:00", slot_minutes: 15 };
    const exceptions = [{ kind: "day_off", date: "2026-11-24" }, extra] as Parameters<typeof preview>[0]["exceptions"];
    expect(times([rule()], exceptions)[1]).toBe("09:00 09:15");
  });
  it("of two blocks that overlap the earlier one's slots stand", () => {
    expect(times([rule(), rule({ start: "14:30:00", end: "15:30:00", slot_minutes: 30 })])[1]).toBe(
      "14:00 14:20 14:40 15:00",
    );
  });
  it("a remainder that is too short is no slot, and midnight ends a day", () => {
    expect(times([rule({ start: "23:30:00", end: "00:00:00" })])[1]).toBe("23:30");
    expect(lengthOf({ start: "23:30:00", end: "00:00:00" })).toBe(30);
  });
  it("goes over the end of a leap February", () => {
    const days = preview({ rules: [], exceptions: [] }, "2028-02-28", 3).map((day) => day.date);
    expect(days).toEqual(["2028-02-28", "2028-02-29", "2028-03-01"]);
  });
});
