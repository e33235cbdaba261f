import type { PrescriptionSummary } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { byUrgencyAndAge, nextAfter } from "./order";

const one = (id: string, urgency: "routine" | "urgent", waiting_since: string) =>
  ({ id, urgency, waiting_since }) as unknown as PrescriptionSummary;

describe("the review queue", () => {
  const queue = [
    one("b", "routine", "2026-11-23T10:00:00Z"),
    one("a", "routine", "2026-11-23T09:00:00Z"),
    one("c", "urgent", "2026-11-23T11:00:00Z"),
  ].sort(byUrgencyAndAge);
  it("has urgent first, then the oldest", () => {
    expect(queue.map((p) => p.id)).toEqual(["c", "a", "b"]);
  });
  it("opens the next one after a decision, and nothing after the last", () => {
    expect(nextAfter(queue, "a")).toBe("b");
    expect(nextAfter(queue, "b")).toBe("c");
    expect(nextAfter([one("a", "routine", "")], "a")).toBeUndefined();
  });
});
