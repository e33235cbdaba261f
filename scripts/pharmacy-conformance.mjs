#!/usr/bin/env node
/**
 * Walks the pharmacy API (docs/pharmacy-api.md) as a pharmacy's own system would, against any installation, and says section by section what holds.
 *
 *   node scripts/pharmacy-conformance.mjs --url https://console.example.org --credential <id>.<secret>
 *        [--ca ca.pem]              an authority that the machine does not know
 *        [--receiver 127.0.0.1:0]   where this program listens for webhooks
 *        [--webhook https://…]      how the installation reaches it, when that differs; `none` leaves webhooks out
 *        [--wait 60]                seconds for what others do: events, the cancellation
 *
 * Needs two offered test orders: the first is filled and its parcel taken back, the second is accepted and cancelled by the hospital when this program says so. Node 20, no packages.
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    url: { type: "string" },
    credential: { type: "string" },
    ca: { type: "string" },
    receiver: { type: "string", default: "127.0.0.1:0" },
    webhook: { type: "string" },
    wait: { type: "string", default: "60" },
  },
});
if (!options.url || !options.credential) {
  console.error(
    "usage: pharmacy-conformance.mjs --url <console> --credential <id>.<secret> [--ca …] [--receiver …] [--webhook …] [--wait …]",
  );
  process.exit(2);
}
const base = new URL("/api/pharmacy/v1", options.url);
const ca = options.ca ? readFileSync(options.ca) : undefined;
const WAIT_MS = Number(options.wait) * 1000;
const PHARMACIST = { name: "测试药师", licence: "CONFORMANCE-1" };
/** Section 6: what was signed longer ago than this is refused. */
const TOLERANCE_SECONDS = 300;

const rows = [];
class Failed extends Error {}

/** One thing that must hold; a failure is noted and the rest goes on. */
async function check(section, what, run) {
  try {
    const result = await run();
    rows.push([section, "passed", what]);
    return result;
  } catch (error) {
    rows.push([section, "FAILED", `${what}: ${error.message}`]);
    return undefined;
  }
}

function expect(what, actual, expected) {
  if (actual !== expected) throw new Failed(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}

/** One request; the answer is { status, body }. */
function ask(method, path, body, { credential = options.credential, key = randomUUID() } = {}) {
  const target = new URL(base.pathname + path, base);
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const headers = { accept: "application/json", "accept-language": "en" };
  if (credential) headers.authorization = `Bearer ${credential}`;
  if (method !== "GET" && key) headers["idempotency-key"] = key;
  if (text !== undefined)
    Object.assign(headers, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  const client = target.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const request = client.request(target, { method, headers, ca, timeout: 15_000 }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        const said = Buffer.concat(parts).toString("utf8");
        let read;
        try {
          read = said === "" ? undefined : JSON.parse(said);
        } catch {
          read = said;
        }
        resolve({ status: response.statusCode, body: read });
      });
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 15 s")));
    request.on("error", reject);
    request.end(text);
  });
}

async function done(method, path, body, more) {
  const answer = await ask(method, path, body, more);
  if (answer.status >= 300) throw new Failed(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function refused(status, code, method, path, body, more) {
  const answer = await ask(method, path, body, more);
  expect(`status of ${method} ${path} (${JSON.stringify(answer.body?.code)})`, answer.status, status);
  if (code) expect("code", answer.body.code, code);
  for (const part of ["title", "detail", "action"])
    if (!answer.body[part]) throw new Failed(`the problem has no ${part}`);
  return answer.body;
}

async function until(what, probe) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Failed(`not within ${options.wait} s: ${what}`);
    await new Promise((next) => setTimeout(next, 200));
  }
}

/** All events after one, page by page. */
async function eventsAfter(after) {
  const items = [];
  for (;;) {
    const page = await done("GET", `/events?after=${encodeURIComponent(after)}`);
    items.push(...page.items);
    after = page.next;
    if (!page.more) return { items, next: after };
  }
}

/** A receiver as section 6 wants it: signature, time, and each id once. */
class Receiver {
  secrets = [];
  handled = new Map();
  duplicates = 0;
  refusals = [];
  /** Answers with an error so often first. */
  failing = 0;

  async listen() {
    const [host, port] = options.receiver.split(/:(?=\d+$)/);
    this.server = http.createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        response.statusCode = this.take(request.headers, Buffer.concat(parts).toString("utf8"));
        response.end();
      });
    });
    await new Promise((ready, failed) => this.server.listen(Number(port), host, ready).once("error", failed));
    return `http://${host}:${this.server.address().port}/`;
  }

  take(headers, body) {
    if (this.failing > 0) {
      this.failing -= 1;
      return 503;
    }
    const why = this.judge(headers, body);
    if (why) {
      this.refusals.push(why);
      return 401;
    }
    const id = headers["webhook-id"];
    if (this.handled.has(id)) this.duplicates += 1;
    else this.handled.set(id, { ...JSON.parse(body), signatures: headers["webhook-signature"].split(" ").length });
    return 204;
  }

  judge(headers, body) {
    const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature } = headers;
    if (!id || !timestamp || !signature) return "unsigned";
    if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return "old";
    const proofs = this.secrets.map((secret) => sign(secret, id, timestamp, body));
    const equal = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
    return signature.split(" ").some((one) => proofs.some((proof) => equal(one, proof))) ? undefined : "forged";
  }
}

function sign(secret, id, timestamp, body) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

/** The example of the guide, which our own tests compute. */
function guideExample() {
  const secret = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
  const body =
    '{"id":"evt_42","kind":"order.offered","at":"2026-11-23T02:00:00.000Z","order_id":"019b76da-a800-7000-8000-000200000001"}';
  expect(
    "the signature",
    sign(secret, "evt_42", "1795399200", body),
    "v1,RHxMln7T1suqFiDp9rFXfefiaatryNvsS6XbvNKrjWc=",
  );
}

async function access(me) {
  await check("1", "without a credential nothing is answered", () =>
    refused(401, "unauthenticated", "GET", "/self", undefined, { credential: "" }),
  );
  await check("1", "a secret that is not that of the id is refused", () => {
    const secret = options.credential.split(".")[1];
    const swapped = (secret[0] === "A" ? "B" : "A") + secret.slice(1);
    return refused(401, "bad_credential", "GET", "/self", undefined, { credential: `${me.system_id}.${swapped}` });
  });
  await check("1", "an order that is not one's own does not exist", () =>
    refused(404, "not_found", "GET", `/orders/${randomUUID()}`),
  );
}

async function badInput(order) {
  const path = `/orders/${order.id}/accept`;
  const body = { version: order.version, pharmacist: PHARMACIST };
  await check("2", "a command without a pharmacist is refused by name", async () => {
    const problem = await refused(422, "invalid_input", "POST", path, { version: order.version });
    expect("the field", problem.fields[0].path, "pharmacist");
  });
  await check("7", "an unknown field is refused by name", async () => {
    const problem = await refused(422, "invalid_input", "POST", path, { ...body, colour: "red" });
    expect("the field", problem.fields[0].path, "colour");
  });
  await check("7", "what is no JSON is refused", () => refused(400, "bad_request", "POST", path, "{"));
  await check("8", "a body over the limit is refused", () =>
    refused(413, "too_large", "POST", path, { ...body, x: "x".repeat(300 * 1024) }),
  );
  await check("4", "a command without a key is refused", () =>
    refused(400, "idempotency_key_missing", "POST", path, body, { key: "" }),
  );
  await check("3", "a version that is not the newest is refused", () =>
    refused(409, "stale_version", "POST", path, { ...body, version: order.version + 7 }),
  );
  await check("3", "nothing of this was stored", async () => {
    const now = await done("GET", `/orders/${order.id}`);
    expect("the version", now.version, order.version);
  });
}

/** Takes an order, with a lost reply and a lost secret in between. */
async function accept(order) {
  const body = { version: order.version, pharmacist: PHARMACIST };
  const key = randomUUID();
  const accepted = await done("POST", `/orders/${order.id}/accept`, body, { key });
  await check("4", "the same key gets the first answer again", async () => {
    const again = await done("POST", `/orders/${order.id}/accept`, body, { key });
    expect("the answer", JSON.stringify(again), JSON.stringify(accepted));
  });
  await check("4", "the same key with another request is refused", () =>
    refused(422, "idempotency_key_reused", "POST", `/orders/${order.id}/accept`, { ...body, version: 1 }, { key }),
  );
  await check("4", "a lost secret is given once more", async () => {
    const again = await done("POST", `/orders/${order.id}/accept`, { ...body, version: accepted.order.version });
    expect("the secret", again.secret, accepted.secret);
  });
  return accepted;
}

function dispensing(accepted, secret = accepted.secret) {
  const inAYear = `${new Date().getFullYear() + 2}-12-31`;
  const packs = accepted.order.items.map((item) => ({
    item_no: item.no,
    batch: "CONFORMANCE",
    expiry: inAYear,
    quantity: item.owed,
  }));
  return { version: accepted.order.version, secret, packs, pharmacist: PHARMACIST };
}

async function fill(accepted) {
  const { order } = accepted;
  await check("3", "a swapped secret of an acceptance is refused", () =>
    refused(403, "wrong_secret", "POST", `/orders/${order.id}/dispense`, dispensing(accepted, "not-the-secret")),
  );
  await check("3", "goods are taken in", async () => {
    const { packs } = dispensing(accepted);
    for (const [n, { batch, expiry, quantity }] of packs.entries()) {
      await done("POST", "/stock", { drug_id: order.items[n].drug.id, batch, expiry, quantity });
    }
  });
  const dispensed = await check("3", "batches are recorded", () =>
    done("POST", `/orders/${order.id}/dispense`, dispensing(accepted)),
  );
  if (!dispensed) return undefined;
  return check("3", "the parcel is closed once, also when the reply is lost", async () => {
    const body = {
      version: dispensed.version,
      secret: accepted.secret,
      courier_name: "测试配送",
      courier_phone: "13800000001",
      pharmacist: PHARMACIST,
    };
    const key = randomUUID();
    const packed = await done("POST", `/orders/${order.id}/pack`, body, { key });
    const again = await done("POST", `/orders/${order.id}/pack`, body, { key });
    expect("the parcel", again.parcel.id, packed.parcel.id);
    return packed;
  });
}

async function webhooks(receiver, cursor) {
  await check("6", "every event that polling tells arrives, signed", async () => {
    const { items } = await eventsAfter(cursor);
    if (items.length === 0) throw new Failed("polling tells nothing");
    await until("all events have arrived", () => items.every((event) => receiver.handled.has(event.id)));
    for (const event of items) expect(`the kind of ${event.id}`, receiver.handled.get(event.id).kind, event.kind);
    if (receiver.refusals.length > 0) throw new Failed(`refused: ${receiver.refusals.join(", ")}`);
  });
  await check("6", "a rotation signs with both secrets, and what is sent again comes under its id", async () => {
    const rotated = await done("POST", "/webhook/rotate");
    const [first] = receiver.handled.keys();
    const before = receiver.handled.get(first);
    receiver.secrets = [rotated.secret];
    receiver.handled.delete(first);
    await done("POST", "/webhook/replay", { from: first });
    const again = await until("the event comes again", () => receiver.handled.get(first));
    expect("the kind", again.kind, before.kind);
    expect("the number of signatures", again.signatures, 2);
  });
  await check("6", "an answer of 503 is tried again", async () => {
    const last = [...receiver.handled.keys()].at(-1);
    receiver.handled.delete(last);
    receiver.failing = 1;
    await done("POST", "/webhook/replay", { from: last });
    await until("the event comes after a refusal", () => receiver.failing === 0 && receiver.handled.has(last));
  });
  await check(
    "6",
    "this receiver refuses a forged, an old and an unsigned message, and handles a repeated one once",
    () => {
      const [secret] = receiver.secrets;
      const now = String(Math.floor(Date.now() / 1000));
      const old = String(Number(now) - TOLERANCE_SECONDS - 1);
      const body = '{"id":"evt_1","kind":"order.cancelled"}';
      const message = (timestamp, signature) => ({
        "webhook-id": "evt_test",
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
      });
      expect("forged", receiver.take(message(now, sign("whsec_AAAA", "evt_test", now, body)), body), 401);
      expect("changed", receiver.take(message(now, sign(secret, "evt_test", now, body)), body.replace("1", "2")), 401);
      expect("replayed after its time", receiver.take(message(old, sign(secret, "evt_test", old, body)), body), 401);
      expect("unsigned", receiver.take({}, body), 401);
      const before = receiver.duplicates;
      const good = message(now, sign(secret, "evt_test", now, body));
      expect("right", receiver.take(good, body), 204);
      expect("right again", receiver.take(good, body), 204);
      expect("duplicates", receiver.duplicates, before + 1);
    },
  );
  await check("6", "an address into a private network is refused in words", async () => {
    const problem = await refused(422, "invalid_input", "PUT", "/webhook", { url: "https://169.254.169.254/" });
    expect("the field", problem.fields[0].path, "url");
  });
}

async function cancelled(order, cursor) {
  const accepted = await check("3", "a second order is accepted", () =>
    done("POST", `/orders/${order.id}/accept`, { version: order.version, pharmacist: PHARMACIST }),
  );
  if (!accepted) return;
  await check("5", "the cancellation is told by polling", async () => {
    console.log(`CANCEL ${order.id}  (the hospital cancels this order now; waiting ${options.wait} s)`);
    await until("order.cancelled is told", async () => {
      const { items } = await eventsAfter(cursor);
      return items.some((event) => event.kind === "order.cancelled" && event.order_id === order.id);
    });
  });
  await check("3", "a cancelled order is not dispensed by who believes the old state", () =>
    refused(409, "stale_version", "POST", `/orders/${order.id}/dispense`, dispensing(accepted)),
  );
  await check("3", "nor by who has read the new one", async () => {
    const now = await done("GET", `/orders/${order.id}`);
    const body = { ...dispensing(accepted), version: now.version };
    await refused(409, "not_possible_now", "POST", `/orders/${order.id}/dispense`, body);
  });
}

async function main() {
  const me = await check("1", "the credential is accepted", () => done("GET", "/self"));
  if (!me) return;
  console.log(`${me.system_name} of ${me.pharmacy.name} at ${base.href}`);
  await check("6", "the example of the guide is computed", guideExample);
  await access(me);
  const receiver = new Receiver();
  const hooked = options.webhook !== "none";
  if (hooked) {
    await check("6", "a webhook is set and its secret shown once", async () => {
      const listening = await receiver.listen();
      await ask("DELETE", "/webhook");
      const set = await done("PUT", "/webhook", { url: options.webhook ?? listening });
      if (!set.secret?.startsWith("whsec_")) throw new Failed("no secret is shown");
      receiver.secrets = [set.secret];
    });
  }
  const cursor = me.newest_event;
  await check("5", "a cursor that was never given out is refused", () =>
    refused(400, "bad_request", "GET", "/events?after=evt_999999999999"),
  );
  const offered = await check("3", "two orders are offered", async () => {
    const { items } = await done("GET", "/orders?state=approved");
    if (items.length < 2) throw new Failed(`there are ${items.length}: sign and approve test orders first`);
    return items;
  });
  if (offered) {
    await badInput(offered[0]);
    const accepted = await check("3", "an order is accepted", () => accept(offered[0]));
    const packed = accepted && (await fill(accepted));
    if (packed) {
      await check("3", "the parcel is taken back", () =>
        done("POST", `/parcels/${packed.parcel.id}/take-back`, {
          version: packed.parcel.version,
          pharmacist: PHARMACIST,
        }),
      );
    }
    await check("5", "polling tells each step, in order, and nothing twice", async () => {
      const { items, next } = await eventsAfter(cursor);
      const ids = items.map((event) => Number(event.id.slice(4)));
      if (ids.some((id, n) => n > 0 && id <= ids[n - 1])) throw new Failed("ids do not grow");
      const mine = items.filter((event) => event.order_id === offered[0].id).map((event) => event.kind);
      for (const kind of ["order.accepted", "order.dispensed", "order.packed"]) {
        if (!mine.includes(kind)) throw new Failed(`no ${kind} among ${mine.join(", ")}`);
      }
      expect("events after the cursor", (await eventsAfter(next)).items.length, 0);
    });
    await cancelled(offered[1], cursor);
  }
  if (hooked && receiver.secrets.length > 0) {
    if (offered) await webhooks(receiver, cursor);
    await check("6", "the webhook is removed", () => done("DELETE", "/webhook"));
  }
  receiver.server?.close();
  receiver.server?.closeAllConnections();
}

await main();
for (const [section, result, what] of rows) console.log(`${result}  §${section}  ${what}`);
const failed = rows.filter(([, result]) => result !== "passed").length;
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
