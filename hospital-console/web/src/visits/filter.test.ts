import type { VisitCandidate } from "@yunzhen/client";
import { expect, it } from "vitest";
import { matchesCandidate } from "./filter";

const candidate = {
  name: "赵国强",
  bed: "215-2",
  home: { id: "h1", name: "松鹤颐养院" },
  missing: [{ code: "I25.1", display_zh: "冠心病", display_en: "Coronary disease" }],
} as unknown as VisitCandidate;

it("finds a candidate by home, name, bed and diagnosis in either language", () => {
  for (const word of ["", "国强", "215", "i25", "coronary", "冠心"]) {
    expect(matchesCandidate(candidate, "h1", word), word).toBe(true);
  }
  expect(matchesCandidate(candidate, "h2", "")).toBe(false);
  expect(matchesCandidate(candidate, null, "糖尿病")).toBe(false);
});
