/**
 * The access table and the operations, read where the relay has them: `access.rs` says how far a role reaches with an action, `http/mod.rs` which action an operation is,
 * `openapi.json` where it is. So a route that is added is attacked without another word here.
 */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const read = (file) => readFileSync(join(root, file), "utf8");

/** In the order of the table's columns. */
export const ROLES = [
  "nurse",
  "specialist",
  "pharmacist",
  "pharmacy",
  "courier",
  "observer",
  "administrator",
  "box",
  "system",
];

/** Action → role → scope, by the names of the table's columns. */
function table() {
  const text = read("relay/domain/src/access.rs");
  const rows = [...text.matchAll(/Action::(\w+)\s*=>\s*\[([^\]]*)\]/g)];
  const scopes = rows.map(([, action, cells]) => {
    const words = cells
      .split(",")
      .map((cell) => cell.trim())
      .filter(Boolean);
    if (words.length !== ROLES.length)
      throw new Error(`access.rs: the row of ${action} has ${words.length} columns, not ${ROLES.length}`);
    return [action, Object.fromEntries(ROLES.map((role, n) => [role, words[n]]))];
  });
  if (scopes.length < 50) throw new Error("access.rs: the access table is no longer found as `Action::X => [ … ]`");
  const ofSystems = /const fn of_pharmacy_system[\s\S]*?\n}/.exec(text)?.[0] ?? "";
  const [all = "", asMembers = ""] = ofSystems.split("=> Scope::All");
  const named = (part) => new Set([...part.matchAll(/A::(\w+)/g)].map(([, name]) => name));
  for (const [action, row] of scopes) {
    row.pharmacy_system = named(all).has(action) ? "All" : named(asMembers).has(action) ? row.pharmacy : "No";
  }
  return new Map(scopes);
}

function actions() {
  const text = read("relay/src/http/mod.rs");
  const rows = [...text.matchAll(/\("(\w+)",\s*(?:Some\(Action::(\w+)\)|None)\)/g)];
  return new Map(rows.map(([, operation, action]) => [operation, action]));
}

export const openapi = JSON.parse(read("relay/openapi.json"));

/** Every operation: { id, method, path, action, scope(role), query, body }. Those without an action are open by their nature. */
export function operations() {
  const scopes = table();
  const of = actions();
  return Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.responses)
      .map(([method, operation]) => {
        if (!of.has(operation.operationId))
          throw new Error(`${operation.operationId} is not in the table of http/mod.rs`);
        const action = of.get(operation.operationId);
        if (action && !scopes.has(action)) throw new Error(`${action} is not in the access table`);
        const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
        return {
          id: operation.operationId,
          method: method.toUpperCase(),
          path,
          action,
          // `anyone`: without a session the table says nothing, and nothing is to be had.
          scope: (role) => (role === "anyone" ? "No" : (scopes.get(action)?.[role] ?? "All")),
          query: (operation.parameters ?? []).filter((one) => one.in === "query"),
          body: type && { type, schema: content.schema },
        };
      }),
  );
}
