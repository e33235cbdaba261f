/**
 * Markup in every text field: each command that takes text is given by those whose work it is, with markup in all of its texts. What is stored is shown later, to others:
 * the browser part opens their screens and looks whether any of it became an element. Here: what is not shown by our pages (FHIR's narrative, files).
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { openapi, operations } from "./access.mjs";
import { short } from "./intruder.mjs";
import { sample } from "./sample.mjs";

/** Short fields keep its beginning: an element all the same. */
export const MARK = "data-yz-xss";
const PAYLOADS = [
  `<i ${MARK}><img src=x onerror=yzPwned=1>`,
  `"'><svg ${MARK} onload=yzPwned=1>`,
  `</script><script ${MARK}>yzPwned=1</script>`,
  "javascript:yzPwned=1//{{constructor.constructor('yzPwned=1')()}}${yzPwned=1}",
];

/** What a command takes a word for that is none to be chosen freely. */
const CODES =
  /^(code|.*_code|frequency|route|unit|zone|timezone|jws|secret|parcel_code|signature|.*_base64|data|batch|phone|.*phone|id_number|proof_jws|link_token|pin|device|url|password|username|from|until|.*_at|.*_on|.*_date|expiry|day)$/;

export async function plant(world, tally, stack) {
  const { victims, resident } = world;
  const mark = world.mark;
  // By an installer's commands, so that names of people and pharmacies are markup as well.
  const name = PAYLOADS[0];
  let planted = 0;
  for (const [command, secret, args] of [
    [
      "register-staff",
      "YUNZHEN_STAFF_PASSWORD",
      ["--role", "nurse", "--username", `x-${mark}`, "--person", name, "--home", world.home],
    ],
    [
      "register-pharmacy",
      "YUNZHEN_PHARMACY_PASSWORD",
      [
        "--name",
        name,
        "--address",
        PAYLOADS[1],
        "--phone",
        "0571-5550199",
        "--person",
        name,
        "--username",
        `xp-${mark}`,
      ],
    ],
    ["register-home", "NONE", ["--name", name]],
  ]) {
    try {
      const config = ["--config", join(stack.etc, "relay.toml")];
      execFileSync(stack.bin.relay, [command, ...config, ...args], {
        env: { ...process.env, [secret]: stack.password },
        stdio: "pipe",
      });
      planted += 1;
    } catch {
      // Refused, or not asked for in this way: nothing is planted.
    }
  }
  const time = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  const known = {
    resident_id: resident.id,
    home_id: world.home,
    specialist_id: victims.caller.me.id,
    drug_id: "amlodipine-5mg",
    diagnosis_code: "I10",
    doctors: [victims.prescriber.me.id],
    frequency: "qd",
    route: "oral",
    dose: 1,
    days: 7,
    measured_at: time(-0.01),
    given_at: time(-0.01),
    taken_at: time(-0.01),
    content_base64: world.PNG,
    conditions: [],
    allergies: [],
    contacts: [],
  };
  const people = Object.values(victims);
  for (const operation of operations()) {
    const { method, path, body, scope } = operation;
    if (!["POST", "PUT"].includes(method) || body?.type !== "application/json") continue;
    if (/\/(dry-run|findings-preview)$|pharmacy\/v1|sessions|resident-imports|media-state|quality|legs/.test(path))
      continue;
    // A wrong password shuts the account for a while, and a key that is revoked signs nothing more.
    if (/second-factor|passkeys|password|signing-keys\/\{id\}/.test(path)) continue;
    const texts = textsOf(body.schema);
    if (texts.length === 0) continue;
    for (const person of people.filter(({ role }) => scope(role) !== "No").slice(0, 2)) {
      for (const target of path.includes("{id}") ? targets(world, path) : [undefined]) {
        const at = target ? path.replace("{id}", target) : path;
        const version = target ? await versionOf(person, at) : undefined;
        const payload = PAYLOADS[planted % PAYLOADS.length];
        const own = { ...known, ...(version === undefined ? {} : { version }) };
        let answer = { status: 422, text: "" };
        // What is refused field by field is put right field by field; the rest stays markup.
        for (let round = 0; round < 5 && (answer.status === 400 || answer.status === 422); round += 1) {
          corrected(own, answer);
          answer = await person.attempt(
            method,
            at,
            sample(body.schema, { known: own, everything: round < 2, text: payload }),
          );
          tally.check("XSS: text that breaks the server", answer.status < 500, `${method} ${at}: ${short(answer)}`);
        }
        if (answer.status < 300) planted += 1;
        else if (process.env.DEBUG_PLANT)
          console.error(
            person.role,
            method,
            at,
            short(answer).slice(0, 60),
            /"(errors|detail)":.*/.exec(answer.text)?.[0].slice(0, 200),
          );
      }
    }
  }
  // By hand, because their forms are particular: a name, a bed, a note, a drug's instruction, a message.
  const { nurse, prescriber } = victims;
  const more = [
    [nurse, `/api/residents/${resident.id}/notes`, { text: PAYLOADS[1] }],
    [
      nurse,
      `/api/residents/${resident.id}/documents`,
      { kind: "photo", title: PAYLOADS[0], content_base64: world.PNG, taken_at: time(0) },
    ],
    [
      prescriber,
      "/api/prescription-favourites",
      {
        name: PAYLOADS[0].slice(0, 40),
        items: [
          { drug_id: "amlodipine-5mg", dose: 1, frequency: "qd", route: "oral", days: 7, instruction: PAYLOADS[2] },
        ],
      },
    ],
  ];
  for (const [person, path, said] of more) if ((await person.attempt("POST", path, said)).status < 300) planted += 1;
  const registered = await registerResident(nurse, openapi.components.schemas.ResidentInput, known);
  if (registered) planted += 1;
  tally.note(`XSS: ${planted} texts with markup were taken and are shown to somebody`);

  // Files that are pages: kept as pictures they must not be, nor served as pages.
  for (const [what, text] of [
    ["HTML", "<!doctype html><script>yzPwned=1</script>"],
    ["SVG", '<svg xmlns="http://www.w3.org/2000/svg" onload="yzPwned=1"/>'],
    [
      "a picture that goes on as a page",
      `${Buffer.from(world.PNG, "base64").toString("latin1")}<script>yzPwned=1</script>`,
    ],
  ]) {
    const answer = await nurse.attempt("POST", `/api/residents/${resident.id}/documents`, {
      kind: "photo",
      title: what,
      content_base64: Buffer.from(text, "latin1").toString("base64"),
      taken_at: time(0),
    });
    const id = /"id":"([^"]+)"/.exec(answer.text)?.[1];
    const served = answer.status < 300 && (await nurse.attempt("GET", `/api/documents/${id}/content`));
    const isSafe =
      !served ||
      (/^image\/(png|jpeg|webp)/.test(served.headers["content-type"] ?? "") &&
        served.headers["x-content-type-options"] === "nosniff");
    tally.check(
      "XSS: files that are pages",
      isSafe,
      `${what}: ${short(answer)}; served as ${served && served.headers["content-type"]}`,
    );
  }
  // FHIR's narrative is XHTML that others show.
  for (const path of Object.keys(openapi.paths).filter(
    (one) => /^\/api\/fhir\/\w+$/.test(one) && !one.endsWith("metadata"),
  )) {
    const { status, text } = await nurse.attempt("GET", `${path}?patient=${resident.id}&_count=100`);
    if (status !== 200) continue;
    const divs = [...text.matchAll(/"div":"((?:[^"\\]|\\.)*)"/g)].map(([, div]) => JSON.parse(`"${div}"`));
    const bad = divs.find((div) =>
      /<(i|img|svg|script)[\s>]|onerror\s*=\s*[^&]|javascript:/i.test(div.replace(/&lt;[\s\S]*?&gt;/g, "")),
    );
    tally.check("XSS: FHIR narrative", !bad, `${path}: ${bad?.slice(0, 160)}`);
  }
  // What is asked comes back in complaints: as JSON, never as a page.
  for (const person of [nurse, victims.administrator]) {
    for (const path of [
      "/api/<script>yzPwned=1<%2fscript>",
      "/api/residents?q=<svg/onload=yzPwned=1>",
      "/api/consultations/<img%20src=x>",
      "/<script>yzPwned=1<%2fscript>",
      "/session/<svg>",
      "/page/<svg>",
      "/fhir/<svg>",
    ]) {
      const at = path.replace(/[<>]/g, (c) => (c === "<" ? "%3C" : "%3E"));
      const answer = await person.attempt("GET", at, undefined, { accept: "text/html" });
      const isPage = /html/.test(answer.headers["content-type"] ?? "");
      tally.check(
        "XSS: reflected",
        !(isPage && /<(script>yz|svg|img src=x)/.test(answer.text)) &&
          answer.headers["x-content-type-options"] === "nosniff",
        `${at}: ${answer.headers["content-type"]}`,
      );
      const csp = answer.headers["content-security-policy"] ?? "";
      tally.check(
        "XSS: a policy that lets scripts in",
        /script-src 'self'(;|$)/.test(csp) && !/script-src[^;]*unsafe/.test(csp),
        `${at}: ${csp.slice(0, 80)}`,
      );
    }
  }
}

/** Takes what the answer says of its fields into account. */
function corrected(known, { text }) {
  let fields = [];
  try {
    fields = JSON.parse(text).fields ?? [];
  } catch {
    // Nothing was said of fields.
  }
  for (const { path, message } of fields) {
    const name = path
      .split(/[.[\]]/)
      .filter((part) => part && !/^\d+$/.test(part))
      .pop();
    const [, choice] = /one of: (\w+)/.exec(message) ?? [];
    const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
    if (choice) known[name] = choice;
    else if (/past|future|latest|must be/i.test(message) && /_at$/.test(name)) known[name] = day(2);
    else if (/_(on|date)$/.test(name)) known[name] = day(known[name] ? 5 : -1).slice(0, 10);
    else if (name === "not_after") Object.assign(known, { not_before: day(1), not_after: day(5) });
    else if (/name/.test(name)) known[name] = "测试";
  }
}

/** Ids of the victims' work, never the call that runs: it must go on. */
function targets(world, path) {
  const place = /^\/api\/([\w-]+)/.exec(path)[1];
  if (place === "residents") return [world.resident.id];
  const ids = (world.ids.get(place) ?? [])
    .filter(({ id, home }) => id !== world.call?.id && home !== world.other?.id)
    .map(({ id }) => id);
  return ids.slice(-2);
}

async function versionOf(person, path) {
  const [, at] = /^(\/api\/[\w-]+\/[^/]+)/.exec(path) ?? [];
  const { status, text } = await person.attempt("GET", at);
  return status === 200 ? JSON.parse(text).version : undefined;
}

function textsOf(schema) {
  const at = schema.$ref ? openapi.components.schemas[schema.$ref.split("/").pop()] : schema;
  return Object.entries(at.properties ?? {}).filter(
    ([name, part]) => part.type === "string" && !part.enum && !part.format && !CODES.test(name),
  );
}

/** A resident whose name, bed and contacts are markup. */
async function registerResident(nurse, schema, known) {
  const id_number = identityNumber();
  for (const everything of [true, false]) {
    const said = {
      ...sample(schema, {
        known: { ...known, conditions: [], allergies: [], contacts: [], id_number },
        everything,
        text: PAYLOADS[0],
      }),
      id_number,
    };
    for (const field of ["sex", "birth_date", "photo_id"]) delete said[field];
    const answer = await nurse.attempt("POST", "/api/residents", said);
    if (answer.status < 300) return true;
  }
  return false;
}

/** Eighteen characters with their check digit: a made-up person of 1940. */
function identityNumber() {
  const body =
    `33010619400${1 + (Date.now() % 8)}1${1 + (Date.now() % 7)}${String(Math.floor(Math.random() * 900) + 100)}`.slice(
      0,
      17,
    );
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((all, weight, n) => all + weight * Number(body[n]), 0);
  return body + "10X98765432"[sum % 11];
}

/** For the browser: the screens to open, by who opens them. */
export function screens(world) {
  const first = (place, most = 3) =>
    (world.ids.get(place) ?? [])
      .filter(({ id, home }) => home !== world.other?.id && id !== world.call?.id)
      .slice(-most)
      .map(({ id }) => id);
  const each = (place, ...paths) => first(place).flatMap((id) => paths.map((path) => path.replace(":id", id)));
  const r = world.resident.id;
  return {
    nurse: [
      "/",
      "/registry",
      `/registry/${r}`,
      `/registry/${r}/edit`,
      `/registry/${r}/documents`,
      `/registry/${r}/consents`,
      "/registry/new",
      `/residents/${r}`,
      `/residents/${r}/start`,
      "/schedule",
      `/schedule/book?resident=${r}`,
      "/rounds",
      ...each("rounds", "/rounds/:id"),
      "/visits",
      ...each("visits", "/visits/:id"),
      "/referrals",
      ...each("referrals", "/referrals/:id"),
      ...each("transports", "/transports/:id"),
      "/doses",
      `/doses/${r}`,
      "/recalls",
      ...each("recalls", "/recalls/:id"),
      "/deliveries",
      ...each("deliveries", "/deliveries/:id"),
      ...each("consultations", "/consultations/:id"),
    ],
    specialist: [
      "/consultations",
      "/prescriptions",
      ...each("prescriptions", "/prescriptions/:id"),
      "/schedule",
      "/schedule/availability",
      "/rounds",
      ...each("rounds", "/rounds/:id"),
      "/visits",
      ...each("visits", "/visits/:id"),
      "/referrals",
      ...each("referrals", "/referrals/:id"),
      "/refills",
      "/residents",
      `/residents/${r}`,
      "/residents/break-glass",
      ...each("consultations", "/consultations/:id"),
    ],
    pharmacist: [
      "/reviews",
      ...each("prescriptions", "/reviews/:id"),
      "/recalls",
      ...each("recalls", "/recalls/:id"),
      "/safety",
    ],
    pharmacy: ["/orders", ...each("prescriptions", "/orders/:id"), "/stock", "/recalls", "/interfaces"],
    administrator: [
      "/imports",
      "/duplicates",
      "/break-glass",
      "/duty",
      "/urgent-calls",
      "/transfers",
      "/homes",
      "/pharmacies",
      "/staff",
      "/boxes",
      "/audit",
      "/retention",
      "/interfaces",
      "/safety",
      "/recalls",
    ],
  };
}
