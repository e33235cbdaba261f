import type { UrgentCall } from "@yunzhen/client";
import { expect, it } from "vitest";
import { byNeed, isOpen, isYours } from "./order";

const call = (id: string, state: UrgentCall["state"], triage: UrgentCall["triage"], raised_at: string): UrgentCall => ({
  id,
  state,
  triage,
  raised_at,
  version: 1,
  bed: "101-1",
  home_id: "h1",
  home_name: "松鹤颐养院",
  home_phone: "1",
  called: [],
  shared_by: [],
  steps: [],
  allowed: [],
});

it("puts whose turn it is first, then the worse, then the longer; what is over comes last, newest first", () => {
  const calls = [
    call("old", "false_alarm", "abnormal", "2026-11-24T01:00:00Z"),
    call("new", "consultation", "abnormal", "2026-11-24T02:00:00Z"),
    call("answered", "answered", "abnormal", "2026-11-24T01:00:00Z"),
    call("late", "with_administrator", "unknown", "2026-11-24T01:30:00Z"),
    call("early", "with_administrator", "unknown", "2026-11-24T01:10:00Z"),
    call("worse", "with_administrator", "abnormal", "2026-11-24T02:30:00Z"),
    call("raised", "raised", "abnormal", "2026-11-24T01:00:00Z"),
  ];
  expect(byNeed(calls).map((c) => c.id)).toEqual(["worse", "early", "late", "raised", "answered", "new", "old"]);
});

it("knows what goes on and what waits for the administrator", () => {
  expect([isOpen({ state: "answered" }), isOpen({ state: "transport_request" })]).toEqual([true, false]);
  expect([isYours({ state: "with_administrator" }), isYours({ state: "raised" })]).toEqual([true, false]);
});
