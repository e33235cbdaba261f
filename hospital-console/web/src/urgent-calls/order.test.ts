import { expect, it } from "vitest";
import { isUnanswered, mostUrgentFirst } from "./order";

const call = (
  state: Parameters<typeof isUnanswered>[0]["state"],
  triage: "abnormal" | "unknown" | "in_range",
  minute: number,
) => ({
  state,
  triage,
  raised_at: new Date(Date.UTC(2026, 10, 24, 9, minute)).toISOString(),
});

it("shows who still waits for an answer first, then by triage, then by time", () => {
  const answered = call("answered", "abnormal", 0);
  const calm = call("raised", "in_range", 1);
  const unknown = call("with_administrator", "unknown", 4);
  const later = call("raised", "abnormal", 3);
  const earlier = call("with_next_on_duty", "abnormal", 2);
  expect([answered, calm, unknown, later, earlier].sort(mostUrgentFirst)).toEqual([
    earlier,
    later,
    unknown,
    calm,
    answered,
  ]);
});

it("rings until somebody answered", () => {
  expect(isUnanswered({ state: "with_next_on_duty" })).toBe(true);
  expect(isUnanswered({ state: "answered" })).toBe(false);
  expect(isUnanswered({ state: "false_alarm" })).toBe(false);
});
