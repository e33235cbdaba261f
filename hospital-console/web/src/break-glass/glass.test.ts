import type { AuditEvent, BreakGlass } from "@yunzhen/client";
import { expect, it } from "vitest";
import { countOf, isReviewed, matchesGlass, minutesLeft, readsThrough, reasonLength, stateNow } from "./glass";

const at = Date.parse("2026-11-24T03:00:00Z");

it("is over when its time is, whoever forgot to close it", () => {
  const ends_at = "2026-11-24T03:00:00Z";
  expect([stateNow({ state: "open", ends_at }, at - 1), stateNow({ state: "open", ends_at }, at)]).toEqual([
    "open",
    "over",
  ]);
  expect(stateNow({ state: "questioned", ends_at }, at + 1)).toBe("questioned");
});

it("counts the time left in whole minutes and says one until the end", () => {
  expect(minutesLeft("2026-11-24T03:59:30Z", at)).toBe(60);
  expect(minutesLeft("2026-11-24T03:00:01Z", at)).toBe(1);
  expect(minutesLeft("2026-11-24T02:59:00Z", at)).toBe(0);
});

it("counts rare characters as one, like the server", () => {
  expect(reasonLength("  𠮷㛃 ")).toBe(2);
});

const glass: BreakGlass = {
  id: "g",
  version: 1,
  state: "closed",
  resident_id: "r",
  home_id: "h",
  home_name: "松鹤颐养院",
  hospital: "云溪市中医院",
  specialist: { id: "s", name: "陈立诚" },
  reason: "夜间急诊",
  opened_at: "",
  ends_at: "",
};

it("counts what is listed and says when there is more", () => {
  expect(countOf({ items: [] })).toBe(0);
  expect(countOf({ items: [glass, glass] })).toBe(2);
  expect(countOf({ items: [glass, glass], next: "c" })).toBe("2+");
});

it("finds by person, place and reason", () => {
  expect(["陈立", "云溪", "松鹤", "急诊", "无"].map((word) => matchesGlass(glass, word))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(isReviewed(glass)).toBe(false);
});

it("lists what was read of this record, not the opening and not another record that stood open", () => {
  const row = (seq: number, action: string, entity: string, entity_id: string): AuditEvent => ({
    seq,
    at: "2026-11-24T03:00:00Z",
    actor: "specialist:s3",
    actor_role: "specialist",
    action,
    entity,
    entity_id,
    purpose: "BTG",
  });
  const events = [
    row(4, "referral.viewed", "referral", "f1"),
    row(3, "resident.viewed", "resident", "r2"),
    row(2, "resident.viewed", "resident", "r1"),
    row(1, "break_glass.opened", "break_glass", "g1"),
  ];
  expect(readsThrough(events, { resident_id: "r1" }).map((read) => read.seq)).toEqual([4, 2]);
});
