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
  it("is gone when another decided, or nobody did", () => {
    expect(outcome({ state: "approved", pharmacist, approval }, "other")).toBe("gone");
    expect(outcome({ state: "cancelled", pharmacist }, "me")).toBe("gone");
    expect(outcome({ state: "expired" }, "me")).toBe("gone");
  });
});
