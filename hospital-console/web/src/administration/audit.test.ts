import type { AuditEvent } from "@yunzhen/client";
import { expect, it } from "vitest";
import { EMPTY, groupOf, isFiltered, matchesAudit, reachedStart, type AuditFilter } from "./audit";
import * as messages from "./audit-messages";

const event = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  seq: 7,
  at: new Date(2026, 10, 24, 12).toISOString(),
  actor: "陈立诚（专科医生）",
  action: "resident.viewed",
  entity: "resident",
  entity_id: "r1",
  ...more,
});
const matches = (item: AuditEvent, filter: Partial<AuditFilter>) => matchesAudit(item, { ...EMPTY, ...filter });

it("tells reads from changes from sessions", () => {
  expect(["resident.viewed", "resident.listed", "resident.documents_viewed", "referral.viewed"].map(groupOf)).toEqual([
    "reads",
    "reads",
    "reads",
    "reads",
  ]);
  expect([groupOf("resident.changed"), groupOf("consultation.waitlisted"), groupOf("session.opened")]).toEqual([
    "changes",
    "changes",
    "sessions",
  ]);
});

it("filters by purpose, kind, person, record and day", () => {
  expect([matches(event({ purpose: "BTG" }), { purpose: "BTG" }), matches(event(), { purpose: "BTG" })]).toEqual([
    true,
    false,
  ]);
  expect(matches(event(), { purpose: "treatment" })).toBe(true);
  expect([matches(event(), { group: "reads" }), matches(event(), { group: "changes" })]).toEqual([true, false]);
  expect([matches(event(), { actions: ["resident.changed"] }), matches(event(), { actor: "陈立" })]).toEqual([
    false,
    true,
  ]);
  expect([matches(event(), { entityId: "r1" }), matches(event(), { entityId: "r2" })]).toEqual([true, false]);
  expect([
    matches(event(), { from: "2026-11-24", to: "2026-11-24" }),
    matches(event(), { from: "2026-11-25" }),
  ]).toEqual([true, false]);
});

it("knows when looking further back is of no use", () => {
  expect(reachedStart(event(), { ...EMPTY, from: "2026-11-25" })).toBe(true);
  expect(reachedStart(event(), { ...EMPTY, from: "2026-11-24" })).toBe(false);
  expect([reachedStart(undefined, EMPTY), isFiltered(EMPTY), isFiltered({ ...EMPTY, actor: "a" })]).toEqual([
    false,
    false,
    true,
  ]);
});

it("has words for every kind of event and of record that the relay knows", async () => {
  const { readFileSync, readdirSync, existsSync } = await import("node:fs");
  const { join } = await import("node:path");
  const source = join(import.meta.dirname, "../../../../relay/domain/src/audit");
  const files = existsSync(source) ? readdirSync(source).map((name) => join(source, name)) : [];
  const text = [`${source}.rs`, ...files].map((file) => readFileSync(file, "utf8")).join("\n");
  const kinds = [...text.matchAll(/= "([a-z_]+\.[a-z_]+)" of [A-Z]/g)].map((match) => match[1] ?? "");
  expect(kinds.length).toBeGreaterThan(50);
  const unknown = kinds.filter((kind) => !(kind.replaceAll(".", "_") in messages.zh.actions));
  expect(unknown).toEqual([]);
  expect(kinds.map((kind) => kind.split(".")[0] ?? "").filter((kind) => !(kind in messages.zh.entities))).toEqual([]);
});
