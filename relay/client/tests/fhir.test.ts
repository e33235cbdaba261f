// Every resource that the relay makes, in every state (`relay/domain/tests/fhir`, written by a test of the domain), against the definitions of R4.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { codesIn, faults, has, required, type Json } from "./fhir-definitions";

const folder = join(import.meta.dirname, "../../domain/tests/fhir");
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8")) as unknown;
const files = readdirSync(folder).filter((file) => file.endsWith(".json") && file !== "codes.json");
const resources = (file: string) => [read(file)].flat() as Json[];

describe("golden files", () => {
  test.each(files)("%s is as R4 defines it", (file) => {
    for (const resource of resources(file)) expect(faults(resource).faults, String(resource.id)).toEqual([]);
  });

  test("there is one of each kind that is claimed, and codes were looked up in all of them", () => {
    const statement = read("CapabilityStatement.json") as { rest: { resource: { type: string }[] }[] };
    const claimed = statement.rest[0]?.resource.map((r) => r.type) ?? [];
    const all = files.flatMap(resources);
    expect(claimed.length).toBeGreaterThan(0);
    for (const kind of claimed) {
      const some = all.filter((resource) => resource.resourceType === kind);
      expect(some.length, kind).toBeGreaterThan(0);
      // R4 binds nothing of a Provenance that we write.
      if (kind !== "Provenance") expect(Math.min(...some.map((r) => faults(r).codes)), kind).toBeGreaterThan(0);
    }
  });

  test("every resource that is referred to by a relative address is of a kind that is claimed", () => {
    const statement = read("CapabilityStatement.json") as { rest: { resource: { type: string }[] }[] };
    const claimed = statement.rest[0]?.resource.map((r) => r.type) ?? [];
    const references = JSON.stringify(files.filter((f) => f !== "CapabilityStatement.json").map(read)).matchAll(
      /"reference":"([A-Za-z]+)\//g,
    );
    for (const [, kind] of references) expect(claimed).toContain(kind);
  });
});

test("each state of each machine has a code of the set that R4 requires", () => {
  const codes = read("codes.json") as { machine: string; state: string; element: string; code: string }[];
  expect(codes.length).toBeGreaterThan(100);
  for (const { machine, state, element, code } of codes)
    expect(has(required(element), undefined, code), `${machine} ${state}: ${element} = ${code}`).toBe(true);
});

test("a search takes the statuses that R4 has, all of them and no others", () => {
  const source = readFileSync(join(import.meta.dirname, "../../domain/src/fhir/kind.rs"), "utf8");
  const table = source.slice(source.indexOf("fn statuses"), source.indexOf("fn needs_patient"));
  const rows = [...table.matchAll(/Self::(\w+) => (?:\{\s*)?&\[([^\]]+)\]/g)];
  expect(rows.length).toBe(9);
  for (const [, kind = "", codes = ""] of rows) {
    const ours = [...codes.matchAll(/"([^"]+)"/g)].map(([, code]) => code);
    expect(ours.sort(), kind).toEqual(codesIn(required(`${kind}.status`)).sort());
  }
});

// Without these the tests above could be green because nothing is looked at.
describe("what the definitions refuse", () => {
  const task = () => structuredClone(resources("Task-delivery-in_transit.json")[0] as Json);
  test.each([
    ["a status that R4 does not have", { ...task(), status: "delivering" }],
    ["a missing status", { ...task(), status: undefined }],
    ["an element that R4 does not have", { ...task(), parcel: "X" }],
    ["a list where one is allowed", { ...task(), focus: [{ reference: "Patient/1" }] }],
  ])("%s", (_, resource) => {
    expect(faults(JSON.parse(JSON.stringify(resource)) as Json).faults).not.toEqual([]);
  });

  test("a booked appointment without its time (app-3)", () => {
    const appointment = structuredClone(resources("Appointment-scheduled.json")[0] as Json);
    delete appointment.start;
    delete appointment.end;
    expect(faults(appointment).faults.join()).toContain("app-3");
  });

  test("a wrong code deep inside", () => {
    const patient = structuredClone(resources("Patient-resident.json")[0] as Json);
    (patient.name as Json[])[0] = { use: "stage", text: "王秀英" };
    expect(faults(patient).faults.join()).toContain("HumanName.use");
  });
});
