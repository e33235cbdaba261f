import type { PrescriptionSummary } from "@yunzhen/client";
import { expect, it } from "vitest";
import { openRejections } from "./from-pharmacists";

it("tells of a rejection until another was written, it was read, or its days are over", () => {
  const now = Date.parse("2026-11-24T08:00:00Z");
  const one = (id: string, waiting_since: string, replaced = false) =>
    ({ id, state: "rejected", waiting_since, replaced }) as unknown as PrescriptionSummary;
  const all = [
    one("new", "2026-11-24T07:59:00Z"),
    one("replaced", "2026-11-24T07:58:00Z", true),
    one("read", "2026-11-24T07:57:00Z"),
    one("old", "2026-11-21T07:59:00Z"),
  ];
  expect(openRejections(all, ["read"], now).map(({ id }) => id)).toEqual(["new"]);
});
