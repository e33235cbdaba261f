import type { Consent } from "@yunzhen/client";
import { expect, it } from "vitest";
import { notInForce, standingOf, viewBoxOf } from "./consents";

const revoked: Consent = {
  id: "1",
  kind: "recording",
  version: 2,
  text_version: 1,
  giver: "resident",
  giver_name: "王秀英",
  witness_name: "李慧",
  given_at: "2026-01-01T00:00:00Z",
  received_at: "2026-01-01T00:00:00Z",
  revoked_at: "2026-02-01T00:00:00Z",
  signature: { svg_path: "M0 0L1 1" },
};

it("tells in force, outdated, revoked and missing apart", () => {
  const state = (in_force: boolean, outdated = false) => ({ kind: "recording" as const, in_force, outdated });
  expect(standingOf(state(true), [])).toBe("in_force");
  expect(standingOf(state(true, true), [revoked])).toBe("outdated");
  expect(standingOf(state(false), [revoked])).toBe("revoked");
  expect(standingOf(state(false), [{ ...revoked, kind: "data_sharing" }])).toBe("missing");
  expect(notInForce([state(false), { kind: "data_sharing", in_force: true, outdated: false }])).toEqual(["recording"]);
});

it("frames a signature wherever it was drawn", () => {
  expect(viewBoxOf("M10 20L110 60")).toBe("4 14 112 52");
  expect(viewBoxOf("")).toBe("0 0 1 1");
});
