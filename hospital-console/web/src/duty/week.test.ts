import type { Shift } from "@yunzhen/client";
import { expect, it } from "vitest";
import { gaps, linesOf, toShift, turnsOf, weekLater, weekOf } from "./week";

const shift = (id: string, line: number, from: string, until: string): Shift => ({
  id,
  line,
  now: false,
  specialist: { id: "s1", name: "陈立诚" },
  starts_at: new Date(from).toISOString(),
  ends_at: new Date(until).toISOString(),
});
const at = (text: string): number => new Date(text).getTime();

it("begins on Monday, also when asked on a Sunday and over the end of a year", () => {
  expect(weekOf(at("2026-11-29T23:30"))[0]).toBe(at("2026-11-23T00:00"));
  expect(weekOf(at("2027-01-01T12:00"))[0]).toBe(at("2026-12-28T00:00"));
  expect(weekLater(at("2026-12-28T00:00"), 1)).toBe(at("2027-01-04T00:00"));
});

it("cuts a night into its two days", () => {
  const night = shift("n", 1, "2026-11-23T20:00", "2026-11-24T08:00");
  const [monday, tuesday, wednesday] = weekOf(at("2026-11-23T12:00"));
  const first = turnsOf([night], 1, monday ?? 0, tuesday ?? 0);
  const second = turnsOf([night], 1, tuesday ?? 0, wednesday ?? 0);
  expect(first.map((t) => [t.from, t.until, t.begun, t.goesOn])).toEqual([
    [at("2026-11-23T20:00"), tuesday, false, true],
  ]);
  expect(second.map((t) => [t.until, t.begun, t.goesOn])).toEqual([[at("2026-11-24T08:00"), true, false]]);
  expect(turnsOf([night], 2, monday ?? 0, tuesday ?? 0)).toEqual([]);
});

it("finds when nobody is on duty", () => {
  const from = at("2026-11-23T00:00");
  const until = at("2026-11-24T00:00");
  const turns = [
    shift("b", 2, "2026-11-23T10:00", "2026-11-23T14:00"),
    shift("a", 1, "2026-11-22T20:00", "2026-11-23T08:00"),
    shift("c", 1, "2026-11-23T11:00", "2026-11-23T12:00"),
  ];
  expect(gaps(turns, from, until)).toEqual([
    [at("2026-11-23T08:00"), at("2026-11-23T10:00")],
    [at("2026-11-23T14:00"), until],
  ]);
  expect(gaps([], from, until)).toEqual([[from, until]]);
  expect(gaps([shift("x", 1, "2026-11-22T00:00", "2026-11-25T00:00")], from, until)).toEqual([]);
  expect(gaps([shift("later", 1, "2026-11-25T00:00", "2026-11-26T00:00")], from, until)).toEqual([[from, until]]);
});

it("knows the lines in use", () => {
  expect(linesOf([])).toEqual([1]);
  expect(linesOf([shift("a", 3, "2026-11-23T00:00", "2026-11-23T01:00")])).toEqual([1, 3]);
});

it("reads an end before the start as the next morning", () => {
  const night = toShift({ specialist: "s1", line: 1, day: "2026-11-30", start: "20:00", end: "08:00" });
  expect(night?.ends_at).toBe(new Date("2026-12-01T08:00").toISOString());
  const whole = toShift({ specialist: "s1", line: 1, day: "2026-11-30", start: "08:00", end: "08:00" });
  expect(whole?.ends_at).toBe(new Date("2026-12-01T08:00").toISOString());
  expect(toShift({ specialist: "", line: 1, day: "2026-11-30", start: "08:00", end: "12:00" })).toBeUndefined();
  expect(toShift({ specialist: "s1", line: 1, day: "", start: "08:00", end: "12:00" })).toBeUndefined();
});
