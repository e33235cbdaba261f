/** What was given for one thing, tried for another: media tokens, idempotency keys, links, PINs, credentials, signatures. */
import { randomUUID } from "node:crypto";
import { ask, Intruder, short, verdictOf } from "./intruder.mjs";

const OFFER = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "c=IN IP4 0.0.0.0",
  "a=mid:0",
  "a=recvonly",
  "a=rtcp-mux",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:abcdefghijklmnopqrstuvwx",
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`,
  "a=setup:actpass",
  "a=rtpmap:96 H264/90000",
  "a=fmtp:96 packetization-mode=1;profile-level-id=42e01f;level-asymmetry-allowed=1",
  "",
].join("\r\n");

/** Media tokens: for another consultation, the other direction, altered, after their session ended. */
export async function media(world, tally, stack) {
  const { caller, nurse } = world.victims;
  const whip = stack.urls.whip;
  const give = async (person, direction) =>
    JSON.parse(
      (await person.attempt("POST", `/api/consultations/${world.call.id}/media-tokens`, { direction })).text || "{}",
    );
  const [watch, publish] = [await give(caller, "watch"), await give(caller, "publish")];
  if (!watch.token) return tally.note(`no media token could be had: ${JSON.stringify(watch).slice(0, 120)}`);
  const others = (world.ids.get("consultations") ?? []).map(({ id }) => id).filter((id) => id !== world.call.id);
  const tryIt = async (what, method, path, token, body = OFFER) => {
    const headers = { "content-type": "application/sdp", ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await ask(whip, { method, path, headers, body });
    tally.add("media tickets", verdictOf(answer), `${what}: ${method} ${path}: ${short(answer)}`);
  };
  for (const id of [...others.slice(-8), randomUUID()]) {
    await tryIt("another consultation", "POST", `/whep/${id}`, watch.token);
    await tryIt("another consultation", "POST", `/whip/${id}`, publish.token);
  }
  await tryIt("the other direction", "POST", `/whip/${world.call.id}`, watch.token);
  await tryIt("the other direction", "POST", `/whep/${world.call.id}`, publish.token);
  for (const token of [
    undefined,
    "",
    "x",
    watch.token.slice(0, -1),
    `${watch.token}A`,
    watch.token.toUpperCase(),
    caller.session,
  ]) {
    await tryIt("an altered ticket", "POST", `/whep/${world.call.id}`, token);
  }
  for (const leg of [world.leg, randomUUID()].filter(Boolean)) {
    await tryIt("somebody else's leg", "DELETE", `/whep/session/${leg}`, watch.token);
    await tryIt("somebody else's leg", "DELETE", `/whip/session/${leg}`, publish.token);
    await tryIt("somebody else's leg", "PATCH", `/whep/session/${leg}`, watch.token, "a=ice-ufrag:x\r\n");
  }
  // A ticket of a session that ended.
  const leaving = new Intruder(stack.urls.console, "specialist", "the specialist, elsewhere");
  await leaving.signIn("specialist1", stack.password);
  const late = await give(leaving, "watch");
  await leaving.signOut();
  // "Nobody who is signed out is in a call": the record is asked twice a second.
  await new Promise((next) => setTimeout(next, 1500));
  await tryIt("a ticket of a session that ended", "POST", `/whep/${world.call.id}`, late.token);
  // Legs at the box, with a consultation that is not there and a leg that is not hers.
  for (const id of [...others.slice(-2), randomUUID()]) {
    const answer = await nurse.attempt("POST", `/page/consultations/${id}/legs`, OFFER);
    tally.check("media tickets", answer.status >= 400, `the tablet joins ${id}: ${short(answer)}`);
  }
}

/** Keys of idempotency, links, PINs, credentials, signatures. */
export async function tickets(world, tally, stack) {
  const { nurse, prescriber, pharmacist, pharmacy } = world.victims;
  const other = (words) => world.intruders.find((one) => one.words === words);
  const replay = "idempotency keys of somebody else";
  // The same key, path and body from another person must not bring the first one's answer.
  for (const [by, again, path, body] of [
    [nurse, other("nurse of another home"), "/api/calendars", {}],
    [nurse, other("another pharmacy"), "/api/calendars", {}],
    [
      prescriber,
      other("specialist of another hospital"),
      "/api/prescription-favourites",
      {
        name: `k-${world.mark}`,
        items: [{ drug_id: "amlodipine-5mg", dose: 1, frequency: "qd", route: "oral", days: 7, instruction: "x" }],
      },
    ],
    [prescriber, other("colleague of the specialist"), "/api/calendars", {}],
    [nurse, other("nurse of another home"), `/api/residents/${world.resident.id}/notes`, { text: "夜间咳嗽" }],
    [nurse, world.observer, `/api/residents/${world.resident.id}/notes`, { text: "夜间咳嗽两次" }],
    [nurse, world.intruders[0], `/api/residents/${world.resident.id}/notes`, { text: "夜间咳嗽三次" }],
  ]) {
    if (!again) continue;
    const key = randomUUID();
    const first = await by.attempt("POST", path, body, { "idempotency-key": key });
    const second = await again.attempt("POST", path, body, { "idempotency-key": key });
    const id = /"id":"([^"]+)"/.exec(first.text)?.[1];
    const got = first.status < 300 && (second.text === first.text || (id && second.text.includes(id)));
    tally.check(replay, !got, `${again.words} POST ${path}: ${short(second)}`);
  }

  const links = "links, PINs and feeds of somebody else";
  const { parcelA, parcelB } = world;
  const knock = async (what, path, body) => {
    const visitor = new Intruder(stack.urls.console, "anyone", "a visitor");
    await visitor.send("GET", "/session/me", undefined, { allow: [401] });
    const answer = await visitor.attempt("POST", path, body);
    tally.add(links, verdictOf(answer), `${what}: ${short(answer)}`);
  };
  const token = (parcel) => parcel?.packed.courier_link_path?.split("/").pop();
  if (token(parcelA) && token(parcelB)) {
    await knock("a run's link with another run's PIN", "/session/courier", {
      link_token: token(parcelA),
      pin: parcelB.packed.courier_pin,
    });
    await knock("a run's link without its PIN", "/session/courier", { link_token: token(parcelA), pin: "" });
    await knock("a run's link as an observer's", "/session/observer", {
      link_token: token(parcelA),
      device: randomUUID(),
    });
  }
  const device = randomUUID();
  await knock("an observer's link that nobody has", "/session/observer", { link_token: "A".repeat(32), device });
  for (const feed of ["a", "A".repeat(43), randomUUID(), "%2e%2e"]) {
    const answer = await ask(stack.urls.console, { path: `/api/calendar-feeds/${feed}` });
    tally.add(links, verdictOf(answer), `feed ${feed}: ${short(answer)}`);
  }
  if (parcelA) {
    // The code of one parcel for another, by the nurse whose parcels they are.
    const at = `/api/deliveries/${parcelA.packed.delivery.id}`;
    const seen = JSON.parse((await nurse.attempt("GET", at)).text);
    const counts = (seen.packs ?? []).map((pack) => ({ item_no: pack.item_no, quantity: pack.quantity, damaged: 0 }));
    const answer = await nurse.attempt("POST", `${at}/receive`, {
      version: seen.version,
      parcel_code: parcelB?.packed.parcel_code ?? "AAAAAA",
      counts,
    });
    tally.check(links, answer.status >= 400 && answer.status < 500, `another parcel's code: ${short(answer)}`);
  }

  const systems = "pharmacy systems: credentials";
  const { systemA, systemB } = world;
  if (systemA && systemB) {
    const [a, b] = [systemA, systemB].map((one) => one.credential ?? one.secret ?? "");
    const [idA, secretA] = a.split(".");
    const [idB, secretB] = b.split(".");
    const order = parcelA?.prescription.id;
    for (const [what, credential, path] of [
      ["its id with another's secret", `${idA}.${secretB}`, "self"],
      ["an id and nothing", `${idA}.`, "self"],
      ["a secret alone", secretA, "self"],
      ["one letter changed", `${a.slice(0, -1)}${a.endsWith("A") ? "B" : "A"}`, "self"],
      ["another's orders", b, `orders/${order}`],
      ["another's parcels", b, `parcels/${parcelA?.packed.delivery.id}`],
      ["a person's session", nurse.session, "self"],
      ["an unknown id", `${randomUUID()}.${secretB}`, "self"],
    ]) {
      const answer = await ask(stack.urls.console, {
        path: `/api/pharmacy/v1/${path}`,
        headers: { authorization: `Bearer ${credential}` },
      });
      tally.add(systems, verdictOf(answer), `${what}: ${short(answer)}`);
    }
    for (const path of ["/api/residents", "/api/prescriptions", "/api/stock", "/api/audit", "/session/me"]) {
      const answer = await ask(stack.urls.console, { path, headers: { authorization: `Bearer ${b}` } });
      tally.add(systems, verdictOf(answer), `outside its routes: ${path}: ${short(answer)}`);
    }
    const hook = [
      "http://127.0.0.1:1/",
      "http://169.254.169.254/latest/meta-data",
      "file:///etc/passwd",
      "http://[::1]:80/",
      "https://user:pass@example.com/",
      "gopher://x/",
      "http://0.0.0.0/",
      "http://10.0.0.1/",
    ];
    for (const url of hook) {
      const answer = await ask(stack.urls.console, {
        method: "PUT",
        path: "/api/pharmacy/v1/webhook",
        headers: { authorization: `Bearer ${b}`, "content-type": "application/json", "idempotency-key": randomUUID() },
        body: JSON.stringify({ url }),
      });
      // The demo allows its own machine on purpose ([webhooks] allow_loopback), for tests with a receiver there.
      const isDemo = /127\.0\.0\.1|\[::1\]/.test(url);
      tally.check("webhooks that lead inside", isDemo || answer.status >= 400, `${url}: ${short(answer)}`);
    }
  }

  const signatures = "signatures of something else";
  if (parcelA && parcelB) {
    // A prescription that is not signed yet, and the signature of one that is.
    const asked = await nurse.post("/api/consultations", {
      resident_id: world.resident.id,
      reason: "复诊",
      urgency: "routine",
    });
    const visit = await prescriber.post(`/api/consultations/${asked.id}/begin`, { version: asked.version });
    const line = { drug_id: "amlodipine-5mg", dose: 1, frequency: "qd", route: "oral", days: 7, instruction: "x" };
    const draft = await prescriber.post(`/api/consultations/${asked.id}/prescriptions`, {
      diagnosis_code: "I10",
      supply: "ordinary",
      valid_days: 1,
      items: [line],
    });
    const at = `/api/prescriptions/${draft.id}`;
    const { document } = await prescriber.post(`${at}/signing-document`, { version: draft.version });
    // What is refused below is refused for what is signed, and not because the last proof of identity is too old.
    await prescriber.post("/api/sessions/current/authentication", { password: stack.password });
    const genuine = await prescriber.sign(document);
    const [head, body, seal] = genuine.split(".");
    const made = (header, payload = document) =>
      `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${Buffer.from(payload).toString("base64url")}.${seal}`;
    const swap = (text, from, to) => text.replace(from, to);
    const before = (await prescriber.get(`/api/prescriptions/${parcelA.prescription.id}`)).signature?.jws;
    const tries = [
      ["another prescription's", before],
      ["by another key", await pharmacist.sign(document)],
      ["alg none", made({ alg: "none", typ: "yunzhen+jws", x5c: prescriber.certificate.x5c }).replace(/[^.]+$/, "")],
      ["alg HS256", made({ alg: "HS256", typ: "yunzhen+jws", x5c: prescriber.certificate.x5c })],
      ["a swapped certificate", made({ alg: "ES256", typ: "yunzhen+jws", x5c: pharmacist.certificate.x5c })],
      ["a key in the header", made({ alg: "ES256", typ: "yunzhen+jws", jwk: {}, x5c: [] })],
      ["a changed dose", await prescriber.sign(swap(document, /"dose":[^,}]+/, '"dose":9'))],
      ["another resident", await prescriber.sign(swap(document, world.resident.id, parcelB.resident.id))],
      ["a byte changed", `${head}.${body}.${seal.slice(0, -2)}${seal.endsWith("AA") ? "BB" : "AA"}`],
      ["white space added", await prescriber.sign(`${document} `)],
      ["nothing", ".."],
    ];
    for (const [what, jws] of tries) {
      const answer = await prescriber.attempt("POST", `${at}/sign`, { version: draft.version, jws });
      tally.check(signatures, answer.status >= 400 && answer.status < 500, `${what}: ${short(answer)}`);
    }
    await prescriber.attempt("POST", `/api/consultations/${asked.id}/complete`, {
      version: (await prescriber.get(`/api/consultations/${asked.id}`)).version ?? visit.version,
    });
  }
  void pharmacy;
}

/** Guessing, last of all: it closes the door for this address for a while. */
export async function guessing(world, tally, stack) {
  const guess = async (username, n, more = {}) => {
    const visitor = new Intruder(stack.urls.console, "anyone", "a guesser");
    await visitor.send("GET", "/session/me", undefined, { allow: [401] });
    return ask(stack.urls.console, {
      method: "POST",
      path: "/session/sign-in",
      headers: {
        "content-type": "application/json",
        cookie: `yz_csrf=${visitor.csrf}`,
        "x-csrf-token": visitor.csrf,
        ...more,
      },
      body: JSON.stringify({ username, password: `guess-${n}` }),
    });
  };
  let tries = 0;
  let last;
  for (; tries < 30; tries += 1) {
    last = await guess(`shop-${world.mark}`, tries);
    if (last.status === 429) break;
  }
  tally.check("guessing passwords", last.status === 429, `${tries} wrong passwords for one account: ${short(last)}`);
  // Another account, another address in what the browser says of itself: the address is the same.
  for (let n = 0; n < 10; n += 1) {
    const answer = await guess(`shop-${world.mark}`, n, {
      "x-forwarded-for": `198.51.100.${n}`,
      "x-real-ip": `198.51.100.${n}`,
      forwarded: `for=198.51.100.${n}`,
    });
    tally.check("guessing passwords", answer.status === 429, `behind a made-up address: ${short(answer)}`);
  }
  // An account that is not there answers as one that is.
  let pin;
  for (tries = 0; tries < 30 && pin?.status !== 429; tries += 1) {
    const visitor = new Intruder(stack.urls.console, "anyone", "a guesser");
    await visitor.send("GET", "/session/me", undefined, { allow: [401] });
    const link_token = world.parcelA?.packed.courier_link_path?.split("/").pop() ?? "x";
    pin = await ask(stack.urls.console, {
      method: "POST",
      path: "/session/courier",
      headers: { "content-type": "application/json", cookie: `yz_csrf=${visitor.csrf}`, "x-csrf-token": visitor.csrf },
      body: JSON.stringify({ link_token, pin: String(100000 + tries) }),
    });
  }
  tally.check("guessing a courier's PIN", pin.status === 429, `${tries} PINs: ${short(pin)}`);
}
