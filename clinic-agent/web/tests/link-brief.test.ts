import { describe, expect, it } from "vitest";
import { inBrief, interruptionOf } from "../src/box/link-words";

describe("the link's sentence in the top bar", () => {
  it("is its first clause where the whole would break the bar", () => {
    expect(inBrief("本机的证书已被吊销，请管理员重新登记本机；记录都保存在本机")).toBe("本机的证书已被吊销");
    expect(inBrief("The relay is restarting; this box reconnects by itself")).toBe("The relay is restarting");
  });
  it("is whole where it fits, or has no shorter form", () => {
    expect(inBrief("离线：所有记录都保存在本机")).toBeUndefined();
    expect(inBrief("Offline: everything is saved here")).toBeUndefined();
    expect(inBrief("Another device connected with the certificate of this box")).toBeUndefined();
  });
});

describe("why nothing of a call passes", () => {
  const link = { words_zh: "", words_en: "", since: "2026-11-23T08:00:00.000Z" };
  it("is that the box is shut out, and not a link that comes back, also while it dials again", () => {
    expect(interruptionOf({ ...link, state: "offline", revoked: true })).toBe("revoked");
    expect(interruptionOf({ ...link, state: "connecting", revoked: true })).toBe("revoked");
  });
  it("is a lost link, or nothing while the link holds or the box has not said", () => {
    expect(interruptionOf({ ...link, state: "offline" })).toBe("lost");
    expect(interruptionOf({ ...link, state: "connecting" })).toBe("lost");
    expect(interruptionOf({ ...link, state: "connected" })).toBeUndefined();
    expect(interruptionOf(undefined)).toBeUndefined();
  });
});
