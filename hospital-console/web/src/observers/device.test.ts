import { describe, expect, it } from "vitest";
import { deviceOf } from "./device";

const memory = () => {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
};

describe("a guest's device", () => {
  it("is the same for the same link after a reload, and another for another link or browser", () => {
    const telephone = memory();
    const first = deviceOf("link-a", telephone);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(deviceOf("link-a", telephone)).toBe(first);
    expect(deviceOf("link-b", telephone)).not.toBe(first);
    expect(deviceOf("link-a", memory())).not.toBe(first);
  });
});
