import type { PrescriptionSummary } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { firstDue, nextAfter } from "./order";

const one = (id: string, state: PrescriptionSummary["state"] = "signed") =>
  ({ id, state }) as unknown as PrescriptionSummary;

describe("the review queue", () => {
  const queue = [one("c"), one("a"), one("b")];
  it("opens the next one after a decision, and nothing after the last", () => {
    expect(nextAfter(queue, "c")).toBe("a");
    expect(nextAfter(queue, "b")).toBe("c");
    expect(nextAfter([one("a")], "a")).toBeUndefined();
    expect(nextAfter(queue, "gone meanwhile")).toBe("c");
  });
  it("passes over what waits for the prescriber", () => {
    const asked = [one("q", "in_question"), one("a"), one("r", "in_question"), one("b")];
    expect(firstDue(asked)).toBe("a");
    expect(nextAfter(asked, "a")).toBe("b");
    expect(nextAfter(asked, "b")).toBe("a");
    expect(firstDue([one("q", "in_question")])).toBe("q");
  });
});
