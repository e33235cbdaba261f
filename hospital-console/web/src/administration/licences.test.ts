import type { Licence } from "@yunzhen/client";
import { expect, it } from "vitest";
import { endsWithin, known, SOON_DAYS } from "./licences";

const until = (valid_until?: string) => ({ licence_record: { valid_until } as Licence });

it("tells a licence on record from a number that is known alone, and from nothing", () => {
  const record = { number: "110330000000001" } as Licence;
  expect(known("110330000000001", record)).toEqual({ what: "record", record });
  expect(known("110330000000001", undefined)).toEqual({ what: "number", number: "110330000000001" });
  expect(known(undefined, undefined)).toEqual({ what: "nothing" });
});

it("lists what ends within sixty days and what is over", () => {
  const today = "2026-11-23";
  expect(endsWithin(until("2027-01-22"), SOON_DAYS, today)).toBe(true);
  expect(endsWithin(until("2027-01-23"), SOON_DAYS, today)).toBe(false);
  expect(endsWithin(until("2026-11-01"), SOON_DAYS, today)).toBe(true);
  expect(endsWithin(until(), SOON_DAYS, today)).toBe(false);
  expect(endsWithin({}, SOON_DAYS, today)).toBe(false);
});
