/** A body that its schema allows, with ids of the victim's where the schema asks for ids: an attack that fails for its form proves little. */
import { randomUUID } from "node:crypto";
import { openapi } from "./access.mjs";

const DAY_MS = 86_400_000;
/** What a sample of text says. */
const TEXT = "attack";

function resolved(schema) {
  let now = schema;
  while (now?.$ref) now = openapi.components.schemas[now.$ref.split("/").pop()];
  return now ?? {};
}

/** `known`: values by the name of their field. `everything`: also what is not required. */
export function sample(schema, { known = {}, everything = false, text = TEXT, name, depth = 0 } = {}) {
  const it = resolved(schema);
  const deeper = (part, more) => sample(part, { known, everything, text, name, depth: depth + 1, ...more });
  if (name !== undefined && known[name] !== undefined) return known[name];
  if (it.const !== undefined) return it.const;
  if (it.enum) return it.enum.find((one) => one !== null);
  const choice = it.oneOf ?? it.anyOf;
  if (choice) return deeper(choice.find((one) => resolved(one).type !== "null") ?? choice[0]);
  if (it.allOf) return Object.assign({}, ...it.allOf.map((part) => deeper(part)));
  const type = Array.isArray(it.type) ? it.type.find((one) => one !== "null") : it.type;
  if (type === "object" || it.properties) {
    const required = new Set(it.required ?? []);
    const fields = Object.entries(it.properties ?? {}).filter(
      ([field]) => required.has(field) || (everything && depth < 4),
    );
    return Object.fromEntries(fields.map(([field, part]) => [field, deeper(part, { name: field })]));
  }
  if (type === "array")
    return Array.from({ length: Math.max(it.minItems ?? 0, depth < 3 ? 1 : 0) }, () => deeper(it.items ?? {}));
  if (type === "integer" || type === "number") return Math.max(it.minimum ?? 0, name === "version" ? 1 : 1);
  if (type === "boolean") return true;
  if (type === "string" || type === undefined) return words(it, text, name);
  return null;
}

function words(it, text, name) {
  if (it.examples?.length > 0) return it.examples[0];
  if (it.format === "uuid") return randomUUID();
  if (it.format === "date" || /(_on|_date|expiry|^day)$/.test(name ?? ""))
    return new Date(Date.now() + 2 * DAY_MS).toISOString().slice(0, 10);
  if (it.format === "date-time" || /_at$/.test(name ?? "")) return new Date().toISOString();
  const long = text.padEnd(it.minLength ?? 0, "x");
  return it.maxLength ? long.slice(0, it.maxLength) : long;
}
