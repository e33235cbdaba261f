import type { Licence } from "@yunzhen/client";
import { expect, test } from "vitest";
import { licenceGap } from "./gap";

const licence = (standing: Licence["standing"], valid_until?: string): Licence => ({
  version: 1,
  number: "110330000000001",
  hospital: "市一院",
  specialty: "心内科",
  standing,
  valid_until,
  recorded_at: "2026-10-08T02:00:00.000Z",
  recorded_by: { id: "a1", name: "孙磊" },
});

test("a key waits until the facts of its holder's licence are on record", () => {
  for (const role of ["specialist", "pharmacist"] as const) {
    expect(licenceGap({ role, licence: undefined })).toBe("nothing");
    expect(licenceGap({ role, licence: licence("over", "2026-01-01") })).toBe("over");
    expect(licenceGap({ role, licence: licence("good", "2031-01-01") })).toBeUndefined();
  }
  expect(licenceGap({ role: "specialist", licence: licence("good") })).toBeUndefined();
  expect(licenceGap({ role: "pharmacist", licence: licence("good") })).toBe("no_end");
});
