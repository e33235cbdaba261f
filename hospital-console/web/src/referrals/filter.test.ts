import type { ReferralSummary } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { byNeed, inGroup, matchesReferral } from "./filter";

const referral = (more: Partial<ReferralSummary>) =>
  ({
    state: "sent",
    urgency: "routine",
    state_since: "2026-11-24T01:00:00Z",
    resident: { name: "王秀英", home_name: "松鹤颐养院" },
    hospital: "江城市第一医院",
    department: "心内科",
    reason: "胸痛",
    ...more,
  }) as ReferralSummary;

describe("the list of referrals", () => {
  it("groups every state", () => {
    expect(inGroup("information_requested", "attention")).toBe(true);
    expect(inGroup("did_not_attend", "open")).toBe(true);
    expect(inGroup("withdrawn", "open")).toBe(false);
    expect(inGroup("withdrawn", "done")).toBe(true);
    expect(inGroup("sent", "drafted")).toBe(false);
  });
  it("finds by name, home, hospital, department and reason", () => {
    for (const word of ["秀英", "松鹤", "第一医院", "心内", "胸痛", ""]) {
      expect(matchesReferral(referral({}), "all", word), word).toBe(true);
    }
    expect(matchesReferral(referral({}), "all", "骨折")).toBe(false);
    expect(matchesReferral(referral({ state: "done" }), "open", "")).toBe(false);
  });
  it("puts the urgent first, then the oldest", () => {
    const old = referral({ state_since: "2026-11-23T01:00:00Z" });
    const fresh = referral({});
    const urgent = referral({ urgency: "urgent", state_since: "2026-11-24T02:00:00Z" });
    expect([fresh, old, urgent].sort(byNeed)).toEqual([urgent, old, fresh]);
  });
});
