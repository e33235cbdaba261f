import { describe, expect, it } from "vitest";
import { inBrief } from "../src/box/link-words";

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
