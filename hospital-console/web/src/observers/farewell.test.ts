import { describe, expect, it } from "vitest";
import { farewell } from "./farewell";

const asking = { isSuccess: false, refused: false };
const stands = { isSuccess: true, refused: false };
const refused = { isSuccess: false, refused: true };

describe("what a guest is told at the end", () => {
  it("is not that the consultation is over when they were sent out of it", () => {
    expect(farewell("hang_up", refused)).toBe("removed");
    expect(farewell("over", refused)).toBe("removed");
    expect(farewell("signed_out", asking)).toBe("removed");
  });
  it("is that it is over once the link is known to stand", () => {
    expect(farewell("hang_up", stands)).toBe("over");
    expect(farewell("hang_up", asking)).toBe("unknown");
  });
  it("is what the call says where it may go on", () => {
    expect(farewell("crash", asking)).toBeUndefined();
    expect(farewell("left", asking)).toBeUndefined();
  });
});
