import type { Box } from "@yunzhen/client";
import { describe, expect, it } from "vitest";
import { daysLeft, isCopied, narrowed, needsAttention } from "./boxes";

const box = (home_name: string, change: Partial<Box>): Box => ({
  home_id: home_name,
  home_name,
  state: "connected",
  connected: true,
  certificate_ends_soon: false,
  link: "good",
  ...change,
});

describe("boxes", () => {
  const good = box("松鹤颐养院", { version: "0.2.0" });
  const away = box("桂花园护理院", { state: "away", connected: false, certificate_serial: "4AF0" });
  const copied = box("长江路社区养老中心", { clone_seen_at: "2026-11-23T08:00:00.000Z" });
  const late = box("滨江护理院", { certificate_ends_soon: true });
  const all = [good, away, copied, late];

  it("asks for a person where something is wrong, and for nobody where a code is open", () => {
    expect(all.filter(needsAttention)).toEqual([away, copied, late]);
    expect(needsAttention(box("x", { state: "enrolling", connected: false }))).toBe(false);
  });

  it("counts a copied one beside the way to the boxes, and no other that needs a person", () => {
    expect(all.filter(isCopied)).toEqual([copied]);
  });

  it("narrows by state and by what is known of a box", () => {
    expect(narrowed(all, { state: "away", text: "" })).toEqual([away]);
    expect(narrowed(all, { state: "attention", text: "江" })).toEqual([copied, late]);
    expect(narrowed(all, { state: "all", text: " 4af " })).toEqual([away]);
    expect(narrowed(all, { state: "all", text: "0.2" })).toEqual([good]);
    expect(narrowed(all, { state: "revoked", text: "" })).toEqual([]);
  });

  it("counts the days of a certificate that is good", () => {
    expect(daysLeft({ ...good, certificate_days_left: 12 })).toBe(12);
    expect(daysLeft({ ...good, certificate_days_left: 0 })).toBeUndefined();
    expect(daysLeft({ ...good, state: "revoked", certificate_days_left: 12 })).toBeUndefined();
    expect(daysLeft(good)).toBeUndefined();
  });
});
