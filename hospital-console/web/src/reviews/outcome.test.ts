import { describe, expect, it } from "vitest";
import { outcome } from "./outcome";

const approval = { jws: "a.b.c", certificate_serial: "1" } as NonNullable<Parameters<typeof outcome>[0]["approval"]>;
const pharmacist = { id: "me", name: "周敏" };

describe("a prescription that was decided on", () => {
  it("was not dealt with by somebody else when the reader approved or rejected it", () => {
    expect(outcome({ state: "approved", pharmacist, approval }, "me")).toBe("approved");
    expect(outcome({ state: "cancelled", pharmacist, approval }, "me")).toBe("approved");
    expect(outcome({ state: "rejected", pharmacist }, "me")).toBe("rejected");
  });
  it("was dealt with by another when another decided", () => {
    expect(outcome({ state: "approved", pharmacist, approval }, "other")).toBe("approvedByOther");
    expect(outcome({ state: "cancelled", pharmacist, approval }, "other")).toBe("approvedByOther");
    expect(outcome({ state: "rejected", pharmacist }, "other")).toBe("rejectedByOther");
  });
  it("says why nobody decided: a withdrawal under the review read as one of three things", () => {
    expect(outcome({ state: "cancelled", pharmacist }, "me")).toBe("withdrawn");
    expect(outcome({ state: "cancelled", pharmacist, replaced_by: "rx9" }, "me")).toBe("replaced");
    expect(outcome({ state: "expired" }, "me")).toBe("expired");
  });
});
