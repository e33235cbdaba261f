import type { Licence, LicenceStanding, Staff } from "@yunzhen/client";
import { expect, it } from "vitest";
import { endsWithin, known, SOON_DAYS, toRecord } from "./licences";

const until = (valid_until?: string) => ({ licence_record: { valid_until } as Licence });

it("tells a licence on record from a number that is known alone, and from nothing", () => {
  const record = { number: "110330000000001" } as Licence;
  expect(known("110330000000001", record)).toEqual({ what: "record", record });
  expect(known("110330000000001", undefined)).toEqual({ what: "number", number: "110330000000001" });
  expect(known(undefined, undefined)).toEqual({ what: "nothing" });
});

it("counts who can sign nothing for want of a licence on record, each person once, and nobody who has left", () => {
  const of = (more: Partial<Staff>) => toRecord({ id: "s1", version: 1, name: "方晓", role: "specialist", ...more });
  const record = (standing: LicenceStanding) => ({ standing }) as Licence;
  expect(of({ licence_gap: "nothing", licence: "110330000000001" })).toBe(true);
  expect(of({ role: "pharmacist", licence_gap: "no_end", licence_record: record("good") })).toBe(true);
  expect(of({ licence_gap: "over", licence_record: record("over") })).toBe(true);
  expect(of({ licence_record: record("ends") })).toBe(true);
  expect(of({ role: "nurse", licence_record: record("over") })).toBe(true);
  expect(of({ licence_record: record("good") })).toBe(false);
  expect(of({ role: "administrator" })).toBe(false);
  expect(of({ closed: true })).toBe(false);
  expect(of({ closed: true, licence_record: record("over") })).toBe(false);
});

it("lists what ends within sixty days and what is over", () => {
  const today = "2026-11-23";
  expect(endsWithin(until("2027-01-22"), SOON_DAYS, today)).toBe(true);
  expect(endsWithin(until("2027-01-23"), SOON_DAYS, today)).toBe(false);
  expect(endsWithin(until("2026-11-01"), SOON_DAYS, today)).toBe(true);
  expect(endsWithin(until(), SOON_DAYS, today)).toBe(false);
  expect(endsWithin({}, SOON_DAYS, today)).toBe(false);
});
