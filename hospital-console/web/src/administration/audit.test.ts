import { expect, it } from "vitest";
import {
  aboutWhom,
  ACTIONS,
  EMPTY,
  ENTITIES,
  filterOf,
  hasSubject,
  isFiltered,
  linkTo,
  queryOf,
  sameAs,
  type AuditFilter,
} from "./audit";

it("asks the relay for all of it, of which only a part is loaded: whole local days, actions, sort, kind of record, a person, a record, purpose", () => {
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
  expect(queryOf({ ...EMPTY, actions: ["a", "b"], group: "reads", entity: "staff", purpose: "treatment" })).toEqual({
    action: "a,b",
    sort: "reads",
    entity: "staff",
    purpose: "TREAT",
  });
  expect([isFiltered(EMPTY), isFiltered({ ...EMPTY, actorId: "s1" })]).toEqual([false, true]);
});

it("has words for every kind of event and of record that the relay knows, and offers these and no other", async () => {
  const { readFileSync, readdirSync, existsSync } = await import("node:fs");
  const { join } = await import("node:path");
  const source = join(import.meta.dirname, "../../../../relay/domain/src/audit");
  const files = existsSync(source) ? readdirSync(source).map((name) => join(source, name)) : [];
  const text = [`${source}.rs`, ...files].map((file) => readFileSync(file, "utf8")).join("\n");
  const kinds = [...text.matchAll(/= "([a-z_]+\.[a-z_]+)" of [A-Z]/g)].map((match) => match[1] ?? "");
  expect(kinds.length).toBeGreaterThan(50);
  expect([...ACTIONS].sort()).toEqual(kinds.sort());
  const entities = [...text.matchAll(/^ {8}[A-Z]\w+ = "([a-z_]+)",$/gm)].map((match) => match[1] ?? "");
  const sorts = ["reads", "changes", "sessions"];
  expect([...ENTITIES, ...sorts].sort()).toEqual(entities.sort());
});

it("names the members of staff that an event is about, and no resident", () => {
  const staff = new Map([["0199a1c0-7d4e-7c11-9a2b-00005020045f", "李梅"]]);
  expect(aboutWhom("0199a1c0-7d4e-7c11-9a2b-00005020045f", staff)).toBe("李梅");
  expect(aboutWhom("0199a1c0-7d4e-7c11-9a2b-000000000001", staff)).toBe("00000001");
  expect(aboutWhom("00000000-0000-0000-0000-000000000000", staff)).toBeNull();
});

it("says of a refused sign-in alone that there is no account: a queue that moved and a refused box read so too", () => {
  const nobody = "00000000-0000-0000-0000-000000000000";
  const about = (entity: string, entity_id = nobody) => ({ entity, entity_id });
  expect([about("session"), about("queue"), about("box"), about("box", "b1")].map(hasSubject)).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(sameAs(about("session"))).toEqual({ entityId: nobody, entity: "session" });
  expect(sameAs(about("resident", "r1"))).toEqual({ entityId: "r1" });
});

it("is led to by a link of another page, and asks the relay for that", () => {
  const link = linkTo({ purpose: "BTG", actorId: "s3", entityId: "r7" });
  const filter = filterOf(new URL(link, "http://x").searchParams);
  expect(queryOf(filter)).toEqual({ purpose: "BTG", actor_id: "s3", entity_id: "r7" });
  expect(filterOf(new URLSearchParams())).toEqual(EMPTY);
});
