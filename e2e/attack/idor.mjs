/** IDOR: every operation of the API as every role, with real ids of another home, hospital, pharmacy, run, consultation; and every list, searched for what is not theirs. */
import { randomUUID } from "node:crypto";
import { operations } from "./access.mjs";
import { short, verdictOf } from "./intruder.mjs";
import { sample } from "./sample.mjs";

/** Fields of bodies and queries that name somebody else's. */
const NAMING = [
  "resident_id",
  "consultation_id",
  "prescription_id",
  "delivery_id",
  "home_id",
  "patient",
  "pharmacy_id",
];

const placeOf = (path) => /^\/api\/((?:pharmacy\/v1\/|fhir\/)?[\w-]+)/.exec(path)[1];

export async function idor(world, tally, { ids: most }) {
  const all = operations();
  const untried = new Set();
  for (const intruder of world.intruders) {
    for (const operation of all) {
      if (!operation.action) continue;
      const isSystems = operation.path.startsWith("/api/pharmacy/v1");
      const scope = operation.scope(intruder.role);
      if (!isAttack(scope, intruder, operation)) continue;
      const targets = pick(world, operation, scope, intruder, most, untried);
      for (const target of targets) {
        const path = filled(operation, target, world);
        const body = operation.body && bodyOf(operation, world);
        const answer = await intruder.attempt(operation.method, path, body, bodyHeaders(operation));
        const name = target ? "IDOR: ids that are somebody else's" : "IDOR: routes that are not the role's";
        tally.add(name, verdictOf(answer), `${intruder.words} ${operation.method} ${path}: ${short(answer)}`);
      }
      // A pharmacy's own system has no place elsewhere, and cookies have none in its routes.
      if (isSystems && intruder.role !== "pharmacy_system") continue;
    }
    await lists(world, intruder, all, tally);
  }
  if (untried.size > 0) tally.note(`no real id was there to try for: ${[...untried].sort().join(", ")}`);
}

/** Whether doing this to somebody else's is an attack: with a scope of everything it is the role's work. */
function isAttack(scope, intruder, { path, method }) {
  if (scope === "No") return true;
  if (scope === "All") return false;
  const isColleague = intruder.words.startsWith("colleague");
  if (scope === "Begun") return isColleague;
  // Who is of the same hospital may see it; what is another's own is not theirs.
  if (isColleague) return scope === "Own" && path.includes("{");
  const isPosted = ["POST", "PUT"].includes(method);
  return path.includes("{") || (scope === "Home" && isPosted);
}

function pick(world, { path, method, body }, scope, intruder, most, untried) {
  if (!path.includes("{")) {
    if (scope === "No") return [undefined];
    // Without an id in the path the body has to name somebody else's.
    const named = Object.keys(body ? sample(body.schema) : {});
    return method === "POST" && named.some((field) => NAMING.includes(field)) ? [undefined] : [];
  }
  const place = placeOf(path);
  let known = world.ids.get(place) ?? [];
  if (scope === "Home") known = known.filter(({ home }) => home === world.home);
  const isOwn = new Set([world.call?.id, world.parcelB?.packed.delivery.id, world.parcelB?.packed.delivery.run_id]);
  if (scope === "Assigned") known = known.filter(({ id }) => !isOwn.has(id));
  if (["Rel", "Own", "Begun"].includes(scope) && intruder.role === "specialist")
    known = known.filter(({ id }) => world.tied.has(id) === false);
  if (intruder.role === "specialist" && scope !== "No") known = known.filter(({ id }) => world.heard.has(id));
  if (place === "pharmacies" || place === "homes" || place === "staff")
    known = known.filter(({ id }) => id !== intruder.me?.pharmacy_id);
  if (known.length === 0) {
    untried.add(place);
    return scope === "No" ? [{ id: randomUUID() }] : [];
  }
  return known.slice(-most);
}

function filled({ path, query }, target, world) {
  const known = knownOf(world);
  const at = path
    .replace("{id}", target ? encodeURIComponent(target.id) : randomUUID())
    .replace("{leg}", world.leg ?? randomUUID())
    .replace("{guest}", world.observer?.guest ?? randomUUID())
    .replace("{token}", randomUUID());
  const asked = query
    .filter((one) => one.required)
    .map((one) => `${one.name}=${encodeURIComponent(sample(one.schema, { known, name: one.name }))}`);
  return asked.length > 0 ? `${at}?${asked.join("&")}` : at;
}

function knownOf(world) {
  const time = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  return {
    resident_id: world.resident.id,
    patient: world.resident.id,
    consultation_id: world.call?.id,
    prescription_id: world.parcelA?.prescription.id,
    delivery_id: world.parcelA?.packed.delivery.id,
    home_id: world.home,
    specialist_id: world.victims.caller.me.id,
    drug_id: "amlodipine-5mg",
    diagnosis_code: "I10",
    content_base64: world.PNG,
    from: time(-1),
    until: time(7),
    scheduled_at: time(2),
    starts_at: time(2),
    frequency: "qd",
    parcel_code: world.parcelA?.packed.parcel_code,
    jws: "eyJhbGciOiJFUzI1NiJ9.e30.AA",
  };
}

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

function bodyOf({ body }, world) {
  return body.type === "application/json" ? sample(body.schema, { known: knownOf(world) }) : SDP;
}

function bodyHeaders({ body }) {
  return body && body.type !== "application/json" ? { "content-type": body.type } : {};
}

/** Lists answer everybody with their own: nothing of the victims may be in them, whatever the query says. */
async function lists(world, intruder, all, tally) {
  if (
    intruder.role !== "nurse" &&
    intruder.role !== "pharmacy" &&
    intruder.role !== "courier" &&
    intruder.role !== "observer"
  )
    return;
  const { resident, home, call, parcelA } = world;
  const secrets = [resident.id, resident.name, parcelA?.prescription.id, parcelA?.packed.delivery.id];
  if (intruder.role !== "observer") secrets.push(call?.id);
  const asks = [
    "",
    `?home_id=${home}`,
    `?resident_id=${resident.id}`,
    `?q=${encodeURIComponent(resident.name)}`,
    `?ids=${parcelA?.prescription.id}`,
  ];
  for (const { method, path, query } of all) {
    if (
      method !== "GET" ||
      path.includes("{") ||
      path.startsWith("/api/fhir/metadata") ||
      path.endsWith("openapi.json") ||
      path === "/api/events"
    )
      continue;
    const needed = query
      .filter((one) => one.required)
      .map((one) => `${one.name}=${encodeURIComponent(sample(one.schema, { known: knownOf(world), name: one.name }))}`);
    const queries = path.startsWith("/api/fhir") ? ["", `?patient=${resident.id}`, `?_id=${resident.id}`] : asks;
    for (const ask of queries) {
      const rest = [ask.slice(1), ...needed].filter(Boolean).join("&");
      const answer = await intruder.attempt("GET", rest ? `${path}?${rest}` : path);
      // What the asker said comes back in links and complaints, and is no news.
      const said = decodeURIComponent(ask);
      const leaked =
        answer.status < 300 && secrets.find((one) => one && !said.includes(one) && answer.text.includes(one));
      tally.check(
        "IDOR: lists that hold somebody else's",
        !leaked && answer.status < 500,
        `${intruder.words} GET ${path}${ask}: ${leaked || short(answer)}`,
      );
    }
  }
}

/** Which ids a specialist of another hospital may know of: who waits for anybody is everybody's, see `domain::relation`. */
export async function ties(world) {
  const open = new Set();
  for (const state of ["requested", "waiting", "scheduled"]) {
    const { text } = await world.victims.nurse.attempt("GET", `/api/consultations?state=${state}`);
    for (const [id] of text.matchAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g)) open.add(id);
  }
  world.tied = open;
  // Of the caller and the prescriber, or of residents who were seen by them: what a stranger could want.
  world.heard = new Set(
    [...world.ids.values()]
      .flat()
      .filter(({ home }) => home === undefined || home === world.home)
      .map(({ id }) => id),
  );
}
