/**
 * Victims and intruders. The victims are the demo's people with a day's work behind them: a prescription with the pharmacy, a parcel on its way, papers, a call that runs. The
 * intruders have sessions as good as theirs, in another home, another hospital, another pharmacy, on another run, in another consultation; registered for this, as an installer does.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Failure } from "../../scripts/stack/program.mjs";
import { operations } from "./access.mjs";
import { Intruder } from "./intruder.mjs";
import { sample } from "./sample.mjs";

/** Entity of the audit log → the part of the path that its ids stand behind. */
const PLACE = {
  resident: ["residents"],
  consultation: ["consultations"],
  prescription: ["prescriptions", "pharmacy/v1/orders"],
  delivery: ["deliveries", "pharmacy/v1/parcels"],
  stock: ["stock", "pharmacy/v1/stock"],
  courier_run: ["courier-runs"],
  referral: ["referrals"],
  visit: ["visits"],
  transport: ["transports"],
  round: ["rounds"],
  break_glass: ["break-glass"],
  duplicate: ["duplicates"],
  recall: ["recalls", "pharmacy/v1/recalls"],
  discrepancy: ["discrepancies"],
  urgent_call: ["urgent-calls"],
  refill: ["refills"],
  legal_hold: ["legal-holds"],
  pharmacy_system: ["pharmacy-systems"],
  calendar: ["calendars"],
  favourite: ["prescription-favourites"],
  schedule: ["availability"],
  box: ["boxes"],
  signing_key: ["signing-keys"],
};

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
/** What the victims write is markup from the beginning, so that every screen that shows it to others is tried (see xss.mjs). */
export const MARKUP = "<i data-yz-xss><img src=x onerror=yzPwned=1>";
const LINE = { drug_id: "amlodipine-5mg", dose: 1, frequency: "qd", route: "oral", days: 7, instruction: MARKUP };

/** Everything that the attacks need; `consultation`: the id of the call that runs already, or none: then one is begun. */
export async function prepare(stack, tally, consultation) {
  const mark = randomUUID().slice(0, 6);
  const { console: desk, page } = stack.urls;
  const who = (origin, role, words) => new Intruder(origin, role, words);
  const home = stack.box_home_id;
  const other = stack.homes.find(({ id }) => id !== home);
  const account = (role, at = () => true) => {
    const found = stack.accounts.find((one) => one.role === role && at(one));
    if (!found) throw new Failure(`the demo has no account of role ${role}`);
    return found.username;
  };
  const enter = async (person, username) => {
    await person.signIn(username, stack.password);
    return person;
  };

  const victims = {
    nurse: await enter(
      who(page, "nurse", "the home's nurse"),
      account("nurse", (a) => a.home_id === home),
    ),
    caller: await enter(who(desk, "specialist", "the specialist in the call"), "specialist1"),
    prescriber: await enter(who(desk, "specialist", "the prescriber"), "specialist2"),
    pharmacist: await enter(who(desk, "pharmacist", "the reviewer"), account("pharmacist")),
    pharmacy: await enter(who(desk, "pharmacy", "the home's pharmacy"), account("pharmacy")),
    administrator: await enter(who(desk, "administrator", "an administrator"), account("administrator")),
  };
  const register = (command, args, secret) =>
    execFileSync(stack.bin.relay, [command, "--config", join(stack.etc, "relay.toml"), ...args], {
      env: { ...process.env, [secret]: stack.password },
    });
  const staff = (role, username, more) =>
    register(
      "register-staff",
      ["--role", role, "--username", username, "--person", "测试", ...more],
      "YUNZHEN_STAFF_PASSWORD",
    );
  const licence = () => String(Math.floor(Math.random() * 9e14) + 1e14);
  staff("specialist", `far-${mark}`, [
    "--hospital",
    "远方医院",
    "--licence",
    licence(),
    "--practising-since",
    "2010-01-01",
  ]);
  staff("specialist", `near-${mark}`, [
    "--hospital",
    "云溪市第一人民医院",
    "--licence",
    licence(),
    "--practising-since",
    "2010-01-01",
  ]);
  staff("pharmacist", `ph-${mark}`, ["--hospital", "远方医院", "--licence", licence()]);
  const shop = [
    "--address",
    "云溪市学府路 3 号",
    "--phone",
    "0571-5550199",
    "--person",
    "孙丽",
    "--name",
    `他家药店${mark}`,
  ];
  register("register-pharmacy", [...shop, "--username", `shop-${mark}`], "YUNZHEN_PHARMACY_PASSWORD");

  // What is not there is told and left out; the attack goes on with the rest.
  const made = async (what, make) => {
    try {
      return await make();
    } catch (error) {
      tally.note(`not attacked, because it could not be made: ${what} (${String(error.message).slice(0, 160)})`);
      return undefined;
    }
  };

  const call = consultation
    ? await victims.nurse.get(`/api/consultations/${consultation}`)
    : await made("a running consultation", () => begun(victims));
  const parcel = (place, phone) => made(`parcel ${place}`, () => order(victims, call?.resident.id, place, phone));
  const [parcelA, parcelB] = [await parcel(0, `139${Date.now() % 1e8}`), await parcel(1, `137${Date.now() % 1e8}`)];
  const { nurse, administrator, prescriber } = victims;
  const resident = parcelA?.resident ?? (await nurse.get("/api/residents")).items[0];

  const papers = { residents: resident.id };
  const put = (path, more = {}, by = nurse) =>
    made(path, () => {
      const operation = operations().find((one) => one.method === "POST" && one.path === path);
      const body = { ...sample(operation.body.schema), ...more };
      return by.post(path.replace("{id}", papers[path.split("/")[2]] ?? ""), body);
    });
  const photo = { kind: "photo", title: MARKUP, content_base64: PNG, taken_at: new Date().toISOString() };
  await put("/api/residents/{id}/documents", photo);
  await put("/api/calendars", {});
  await put("/api/prescription-favourites", { name: `f-${mark}`, items: [LINE] }, prescriber);
  await put("/api/legal-holds", { resident_id: resident.id, reason: MARKUP }, administrator);
  const pharmacies = (await administrator.get("/api/pharmacies")).items;
  const theirs = pharmacies.find(({ name }) => name === `他家药店${mark}`);
  const ours = pharmacies.find(({ id }) => id !== theirs.id);
  const system = (one) =>
    put("/api/pharmacy-systems", { pharmacy_id: one.id, name: `s-${one.id.slice(-4)}-${mark}` }, administrator);
  const [systemA, systemB] = [await system(ours), await system(theirs)];
  const runsLink = async (made) => {
    if (made?.packed.courier_link_path) return made.packed;
    const run = `/api/courier-runs/${made.packed.delivery.run_id}`;
    return victims.pharmacy.post(`${run}/link`, { version: (await victims.pharmacy.get(run)).version });
  };
  const courier = await made("a courier of another run", async () => {
    const person = who(desk, "courier", "courier of another run");
    await person.send("GET", "/session/me", undefined, { allow: [401] });
    const { courier_link_path, courier_pin: pin } = await runsLink(parcelB);
    await person.post("/session/courier", { link_token: courier_link_path.split("/").pop(), pin });
    return person;
  });
  const observer = await made("an observer of a consultation", async () => {
    const { link_path } = await nurse.post(`/api/consultations/${call.id}/invitations`, {
      kind: "family",
      display_name: MARKUP,
    });
    const person = who(desk, "observer", "observer of one consultation");
    await person.send("GET", "/session/me", undefined, { allow: [401] });
    await person.post("/session/observer", { link_token: link_path.split("/").pop(), device: randomUUID() });
    const guests = `/api/consultations/${call.id}/invitations`;
    const { items } = await nurse.get(guests);
    const waiting = items.find(({ state }) => state === "waiting");
    await nurse.post(`${guests}/${waiting.id}/admit`, { version: waiting.version });
    person.guest = waiting.id;
    return person;
  });

  const signedIn = (role, words, username, origin = desk) =>
    made(words, () => enter(who(origin, role, words), username));
  const credentialed = (one, words) => {
    if (!one) return undefined;
    const person = who(desk, "pharmacy_system", words);
    person.credential = one.credential ?? one.secret ?? `${one.id}.${one.token}`;
    return person;
  };
  const intruders = [
    who(desk, "anyone", "nobody, at the hospital's page"),
    who(page, "anyone", "nobody, at the box's page"),
    await signedIn(
      "nurse",
      "nurse of another home",
      account("nurse", (a) => a.home_id === other?.id),
    ),
    await signedIn("specialist", "specialist of another hospital", `far-${mark}`),
    await signedIn("specialist", "colleague of the specialist", `near-${mark}`),
    await signedIn("pharmacist", "another pharmacist", `ph-${mark}`),
    await signedIn("pharmacy", "another pharmacy", `shop-${mark}`),
    courier,
    observer,
    victims.administrator,
    credentialed(systemB, "another pharmacy's own system"),
  ].filter(Boolean);

  const ids = await collect(stack, victims, resident);
  return {
    mark,
    victims,
    intruders,
    ids,
    resident,
    call,
    parcelA,
    parcelB,
    systemA,
    systemB,
    home,
    other,
    observer,
    courier,
    PNG,
  };
}

/** A visit in person's worth of work by the prescriber, up to a parcel at the counter. The box is in another call, and stays there. */
async function order({ nurse, prescriber, pharmacist, pharmacy }, busy, place, courier_phone) {
  const { items } = await nurse.get("/api/residents");
  const resident = items.filter((one) => one.id !== busy && one.conditions.some(({ code }) => code === "I10"))[place];
  if (!resident) throw new Error(`nobody stands at ${place} among those with I10`);
  const asked = await nurse.post("/api/consultations", {
    resident_id: resident.id,
    reason: MARKUP,
    urgency: "routine",
  });
  await prescriber.post(`/api/consultations/${asked.id}/begin`, { version: asked.version });
  await prescriber.put(`/api/consultations/${asked.id}/note`, { text: MARKUP, diagnosis_code: "I10", version: 0 });
  const draft = { diagnosis_code: "I10", supply: "ordinary", valid_days: 1, items: [LINE] };
  let now = await prescriber.post(`/api/consultations/${asked.id}/prescriptions`, draft);
  const at = `/api/prescriptions/${now.id}`;
  for (const [person, document, command] of [
    [prescriber, "signing-document", "sign"],
    [pharmacist, "approval-document", "approve"],
  ]) {
    if (!person.key) await person.prepareToSign();
    if (person === pharmacist) {
      now = await pharmacist.post(`${at}/claim`, { version: now.version });
      now = await pharmacist
        .post(`${at}/ask`, { version: now.version, code: "dose", text: MARKUP, question: MARKUP })
        .catch(() => now);
      now = await prescriber
        .post(`${at}/answer`, { version: now.version, text: MARKUP, answer: MARKUP })
        .catch(() => now);
    }
    const { document: text } = await person.post(`${at}/${document}`, { version: now.version });
    now = await person.post(`${at}/${command}`, { version: now.version, jws: await person.sign(text) });
  }
  const { secret, prescription } = await pharmacy.post(`${at}/accept`, { version: now.version });
  const { items: shelf } = await pharmacy.get("/api/stock");
  const packs = prescription.items.map((item) => {
    const [best] = shelf.filter((one) => one.drug_id === item.drug.id).sort((a, b) => b.on_hand - a.on_hand);
    return { item_no: item.no, batch: best.batch, expiry: best.expiry, quantity: item.owed };
  });
  const dispensed = await pharmacy.post(`${at}/dispense`, { version: prescription.version, secret, packs });
  const { version } = dispensed.prescription ?? dispensed;
  const packed = await pharmacy.post(`${at}/pack`, { version, secret, courier_name: "赵师傅", courier_phone });
  const visit = await prescriber.get(`/api/consultations/${asked.id}`);
  await prescriber.post(`/api/consultations/${asked.id}/complete`, { version: visit.version });
  return { resident, prescription, packed, consultation: asked.id };
}

/** A call without browsers: for a run of this part alone. */
async function begun({ nurse, caller }) {
  const { items } = await nurse.get("/api/residents");
  const quiet = items.find((one) => !one.conditions.some(({ code }) => code === "I10")) ?? items[0];
  const asked = await nurse.post("/api/consultations", { resident_id: quiet.id, reason: "复诊", urgency: "routine" });
  return caller.post(`/api/consultations/${asked.id}/begin`, { version: asked.version });
}

/** Every id that the administrator's audit log names, and those of papers that it does not: place → [{ id, home }]. */
async function collect(stack, { administrator, nurse, prescriber }, resident) {
  const ids = new Map();
  const add = (place, id, home) => {
    const known = ids.get(place) ?? new Map();
    ids.set(place, known);
    known.set(id, { id, home: home ?? known.get(id)?.home });
  };
  let cursor = "";
  do {
    const page = await administrator.get(`/api/audit${cursor && `?cursor=${encodeURIComponent(cursor)}`}`);
    for (const { entity, entity_id, home_id } of page.items)
      for (const place of PLACE[entity] ?? []) add(place, entity_id, home_id);
    cursor = page.next ?? "";
  } while (cursor);
  for (const { id } of stack.homes) add("homes", id, id);
  const list = async (person, path) => (await person.attempt("GET", path)).text;
  const items = (text) => {
    try {
      return JSON.parse(text).items ?? [];
    } catch {
      return [];
    }
  };
  for (const place of ["staff", "pharmacies", "legal-holds"]) {
    for (const { id } of items(await list(administrator, `/api/${place}`))) add(place, id);
  }
  const time = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  for (const { id } of items(await list(nurse, `/api/duty?from=${time(-5)}&until=${time(20)}`))) add("duty", id);
  for (const place of ["documents", "consents", "ecgs"]) {
    for (const { id } of items(await list(nurse, `/api/residents/${resident.id}/${place}`)))
      add(place, id, stack.box_home_id);
  }
  for (const { id } of items(await list(prescriber, "/api/prescription-favourites")))
    add("prescription-favourites", id);
  for (const { id } of items(await list(nurse, "/api/calendars"))) add("calendars", id, stack.box_home_id);
  for (const one of (await nurse.get("/api/residents")).items) {
    const { text } = await prescriber.attempt("GET", `/api/residents/${one.id}/eligibility`);
    for (const [, id] of text.matchAll(/"id":"([0-9a-f-]{36})"/g)) add("eligibility", id, stack.box_home_id);
  }
  for (const path of operations()
    .map((one) => one.path)
    .filter((path) => /^\/api\/fhir\/\w+$/.test(path) && !path.endsWith("metadata"))) {
    const { text } = await nurse.attempt("GET", `${path}?patient=${resident.id}`);
    for (const [, id] of text.matchAll(/"resource":\{[^{}]*?"id":"([^"]+)"/g))
      add(path.slice(5), id, stack.box_home_id);
  }
  return new Map([...ids].map(([place, known]) => [place, [...known.values()]]));
}
