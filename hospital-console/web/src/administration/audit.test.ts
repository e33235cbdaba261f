import type { AuditEvent } from "@yunzhen/client";
import { expect, it } from "vitest";
import { EMPTY, filterOf, groupOf, isFiltered, linkTo, matchesAudit, queryOf, type AuditFilter } from "./audit";
import * as messages from "./audit-messages";

const event = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  seq: 7,
  at: new Date(2026, 10, 24, 12).toISOString(),
  actor: "specialist:s1",
  actor_role: "specialist",
  actor_name: "陈立诚",
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

it("filters what is loaded by purpose, sort, action and kind of record", () => {
  expect([matches(event({ purpose: "BTG" }), { purpose: "BTG" }), matches(event(), { purpose: "BTG" })]).toEqual([
    true,
    false,
  ]);
  expect(matches(event(), { purpose: "treatment" })).toBe(true);
  expect([matches(event(), { group: "reads" }), matches(event(), { group: "changes" })]).toEqual([true, false]);
  expect([matches(event(), { actions: ["resident.changed"] }), matches(event(), { entity: "resident" })]).toEqual([
    false,
    true,
  ]);
});

it("asks the relay for what it can filter: whole local days, one action, a person, a record, broken glass", () => {
  expect(queryOf(EMPTY)).toEqual({});
  const asked: AuditFilter = {
    ...EMPTY,
    purpose: "BTG",
    actions: ["resident.viewed"],
    entityId: "r1",
    actorId: "s1",
    from: "2026-12-31",
    to: "2026-12-31",
  };
  expect(queryOf(asked)).toEqual({
    action: "resident.viewed",
    entity_id: "r1",
    actor_id: "s1",
    purpose: "BTG",
    from: new Date(2026, 11, 31).toISOString(),
    until: new Date(2027, 0, 1).toISOString(),
  });
  expect(queryOf({ ...EMPTY, actions: ["a", "b"], purpose: "treatment" })).toEqual({});
  expect([isFiltered(EMPTY), isFiltered({ ...EMPTY, actorId: "s1" })]).toEqual([false, true]);
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

it("is led to by a link of another page, and asks the relay for that", () => {
  const link = linkTo({ purpose: "BTG", actorId: "s3", entityId: "r7" });
  const filter = filterOf(new URL(link, "http://x").searchParams);
  expect(queryOf(filter)).toEqual({ purpose: "BTG", actor_id: "s3", entity_id: "r7" });
  expect(filterOf(new URLSearchParams())).toEqual(EMPTY);
});
