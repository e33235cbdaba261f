import type { DoorToDose, PrescriptionSummary } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { EMPTY, FATES, isFiltered, queryOf, takenBack, takenBackLately, takenBackQuery } from "./approvals";

describe("a pharmacist's approvals", () => {
  it("asks for what became of them, for the resident, and for whole days of the hospital", () => {
    expect(queryOf(EMPTY)).toEqual({ approved: true });
    expect(queryOf({ ...EMPTY, fate: "withdrawn" })).toEqual({ approved: true, state: "cancelled,stopped" });
    const resident = { id: "r1", name: "王秀英" };
    expect(queryOf({ ...EMPTY, resident, from: "2026-11-23", to: "2026-11-30" })).toEqual({
      approved: true,
      resident_id: "r1",
      from: "2026-11-22T16:00:00.000Z",
      until: "2026-11-30T16:00:00.000Z",
    });
    expect([EMPTY, { ...EMPTY, resident }].map(isFiltered)).toEqual([false, true]);
    expect(new Set(FATES.map((fate) => JSON.stringify(queryOf({ ...EMPTY, fate })))).size).toBe(FATES.length);
  });
  it("says how the prescriber took one back, and nothing of what ended otherwise", () => {
    const settled = { reason: "settled" } as unknown as DoorToDose;
    expect(takenBack("cancelled", false, undefined)).toBe("cancelled");
    expect(takenBack("stopped", false, undefined)).toBe("stopped");
    expect(takenBack("stopped", true, undefined)).toBe("replaced");
    expect(takenBack("cancelled", false, settled)).toBeUndefined();
    for (const state of ["approved", "delivered", "expired"] as const)
      expect(takenBack(state, false, undefined)).toBeUndefined();
  });
  it("counts what was taken back within a day, and asks the same all day", () => {
    const now = Date.parse("2026-11-24T08:00:00Z");
    const one = (id: string, state: string, waiting_since: string) =>
      ({ id, state, waiting_since }) as unknown as PrescriptionSummary;
    const all = [
      one("news", "stopped", "2026-11-23T08:01:00Z"),
      one("old", "cancelled", "2026-11-23T07:59:00Z"),
      one("goes on", "approved", "2026-11-24T07:59:00Z"),
    ];
    expect(takenBackLately(all, now).map(({ id }) => id)).toEqual(["news"]);
    expect(takenBackQuery(now)).toEqual(takenBackQuery(now + 3_600_000));
    expect(takenBackQuery(now)).toMatchObject({ approved: true, state: "cancelled,stopped" });
  });
});
