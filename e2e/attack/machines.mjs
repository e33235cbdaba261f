/** Certificates that are none, foreign, of another kind, expired, revoked; old TLS; handshakes that never end; noise on the ports of media. What needs QUIC is in `yunzhen-attack`. */
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, short } from "./intruder.mjs";
import { ELSEWHERE } from "./sizes.mjs";

const HONEST_MS = 2000;

export async function machines(world, tally, stack) {
  const folder = mkdtempSync(join(tmpdir(), "yunzhen-attack-"));
  try {
    await atTheDoor(folder, world, tally, stack);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function atTheDoor(folder, world, tally, stack) {
  const certs = (...args) =>
    execFileSync(stack.bin.certs, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const pair = (dir, name) => ({
    cert: readFileSync(join(dir, `${name}.pem`)),
    key: readFileSync(join(dir, `${name}.key.pem`)),
  });
  const issue = (dir, kind, name, ...more) => {
    certs("issue", kind, "--dir", dir, "--out", folder, "--file", name, ...more);
    return pair(folder, name);
  };
  const ca = ["systems.pem", "root.pem"].map((name) => readFileSync(join(stack.pki, name)));
  const api = `https://localhost:${stack.ports.api}`;
  const token = world.victims.administrator.session;
  // The victim's own session, so that nothing but the certificate stands between.
  const knock = (own, more = {}) =>
    ask(api, {
      path: "/api/sessions/current",
      headers: { authorization: `Bearer ${token}` },
      tls: { ca, ...own, ...more },
      patience: 5000,
    });

  const foreign = join(folder, "foreign");
  certs("init", "--dir", foreign);
  const good = pair(stack.pki, "console");
  const control = await knock(good);
  if (control.status !== 200)
    throw new Error(
      `the console's own certificate is refused too, so nothing here would prove anything: ${short(control)}`,
    );
  const others = [
    ["no certificate", {}],
    ["a foreign authority's", issue(foreign, "console", "of-others")],
    ["self-signed", selfSigned(folder)],
    ["a box's", issue(stack.pki, "agent", "of-a-box", "--home", stack.box_home_id)],
    ["a relay's", issue(stack.pki, "relay", "of-a-relay")],
    ["expired", issue(stack.pki, "console", "expired", "--days", "0")],
    ["somebody else's key", { cert: good.cert, key: pair(folder, "of-a-box").key }],
    ["the authority's own", authorityItself(stack.pki)],
  ];
  for (const [what, own] of others) {
    if (!own) continue;
    const answer = await knock(own);
    tally.check("TLS: certificates that are not a console's", answer.status === 0, `${what}: ${short(answer)}`);
  }
  for (const version of ["TLSv1", "TLSv1.1", "TLSv1.2"]) {
    const old = await knock(good, { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" });
    tally.check("TLS: versions before 1.3", old.status === 0, `the relay, ${version}: ${short(old)}`);
    for (const origin of [stack.urls.console, stack.urls.page, stack.urls.whip].filter((url) =>
      url.startsWith("https:"),
    )) {
      const page = await ask(origin, {
        path: "/healthz",
        tls: { rejectUnauthorized: false, minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" },
        patience: 5000,
      });
      tally.check("TLS: versions before 1.3", page.status === 0, `${origin}, ${version}: ${short(page)}`);
    }
  }
  if (!stack.urls.console.startsWith("https:"))
    tally.note("the pages of this stack are without TLS: their versions of it were not tried");
  const plain = await ask(api.replace("https", "http"), {
    path: "/api/homes",
    headers: { authorization: `Bearer ${token}` },
    patience: 5000,
  });
  tally.check(
    "TLS: certificates that are not a console's",
    plain.status === 0 || plain.status === 400,
    `without TLS: ${short(plain)}`,
  );

  await revoked(folder, { certs, issue, knock }, tally, stack);
  await halfHandshakes(api, () => knock(good), world, tally);
}

/** A certificate that worked, until it is revoked: within five seconds it does not, on connections that are open neither. */
async function revoked(folder, { certs, issue, knock }, tally, stack) {
  const lacks = () => {
    try {
      return !/^\s*revoke\b/m.test(certs("--help"));
    } catch {
      return true;
    }
  };
  const list = join(stack.pki, "systems.crl.pem");
  const isRead = readFileSync(join(stack.etc, "relay.toml"), "utf8").includes("revoked");
  if (lacks() || !isRead)
    return tally.note("revocation was not tried: this build or this stack has none ([identity] revoked)");
  const stolen = issue(stack.pki, "console", "stolen", "--name", "stolen");
  const before = await knock(stolen);
  if (before.status !== 200) tally.note(`the certificate to revoke was refused before: ${short(before)}`);
  certs("revoke", "--dir", stack.pki, join(folder, "stolen.pem"));
  await new Promise((next) => setTimeout(next, 5000));
  const after = await knock(stolen);
  // The handshake may pass: who showed the certificate is nobody then.
  const isNobody = after.status === 0 || after.status === 401;
  tally.check("TLS: revoked certificates", isNobody, `five seconds after: ${short(after)} (${list})`);
}

/** Many who greet and say no more, and many who say nothing; a console that comes then is served. */
async function halfHandshakes(api, good, world, tally) {
  const { port } = new URL(api);
  const open = [];
  const many = world.quick ? 200 : 600;
  for (let n = 0; n < many; n += 1) {
    const socket = createConnection({ host: "127.0.0.1", port, localAddress: ELSEWHERE });
    socket.on("error", () => {});
    // Every second one begins a greeting and never ends it.
    if (n % 2 === 0)
      socket.on("connect", () => socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc])));
    open.push(socket);
  }
  await new Promise((next) => setTimeout(next, 500));
  for (let n = 0; n < 5; n += 1) {
    const from = performance.now();
    const answer = await good();
    const took = performance.now() - from;
    tally.check(
      "TLS: handshakes that never end",
      answer.status === 200 && took < HONEST_MS,
      `a console among ${many} of them: ${Math.round(took)} ms, ${short(answer)}`,
    );
  }
  open.forEach((socket) => socket.destroy());
}

function selfSigned(folder) {
  const [cert, key] = ["self.pem", "self.key.pem"].map((name) => join(folder, name));
  try {
    const name = [
      "-subj",
      "/O=Yunzhen/CN=console main",
      "-addext",
      "subjectAltName=DNS:localhost,URI:urn:yunzhen:console:main",
    ];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        key,
        "-out",
        cert,
        "-days",
        "2",
        ...name,
      ],
      { stdio: "ignore" },
    );
  } catch {
    return undefined;
  }
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

function authorityItself(pki) {
  // Where the key is kept elsewhere, as it should be, nobody can try.
  const has = readdirSync(pki).includes("systems.key.pem");
  return has
    ? { cert: readFileSync(join(pki, "systems.pem")), key: readFileSync(join(pki, "systems.key.pem")) }
    : undefined;
}

/** Noise on the two ports of media: QUIC that is none, STUN with names that nobody gave, DTLS and SRTP out of nowhere. The picture is the judge; the door answers honest visitors. */
export async function noise(world, tally, stack) {
  const seconds = world.quick ? 4 : 15;
  const perSecond = 4000;
  const socket = createSocket("udp4");
  await new Promise((bound) => socket.bind(0, ELSEWHERE, bound));
  socket.on("error", () => {});
  let answers = 0;
  let answered = 0;
  socket.on("message", (message) => {
    answers += 1;
    answered += message.length;
  });
  let sent = 0;
  let bytes = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    for (let n = 0; n < perSecond / 50; n += 1) {
      const packet = PACKETS[sent % PACKETS.length]();
      bytes += packet.length;
      socket.send(packet, sent % 2 ? stack.ports.boxes : stack.ports.media, "127.0.0.1");
      sent += 1;
    }
    await new Promise((next) => setTimeout(next, 20));
  }
  const status = await world.victims.nurse.attempt("GET", "/page/status");
  const linked = JSON.parse(status.text || "{}").link?.state;
  tally.check("noise on the media ports", linked === "connected", `${sent} datagrams; the box is ${linked}`);
  // Who answers strangers with more than they sent helps to attack others (QUIC's own rule: three times).
  tally.check("noise on the media ports", answered < 3 * bytes, `${answers} answers, ${answered} bytes for ${bytes}`);
  const honest = await ask(stack.urls.console, { path: "/healthz" });
  tally.check("noise on the media ports", honest.status === 200, short(honest));
  socket.close();
}

const PACKETS = [
  // A QUIC Initial of version 1 with a random id, and what it protects random too.
  () =>
    Buffer.concat([
      Buffer.from([0xc3, 0, 0, 0, 1, 8]),
      randomBytes(8),
      Buffer.from([0, 0, 0x44, 0x9e]),
      randomBytes(1180),
    ]),
  // A version that nobody speaks: asks for a negotiation.
  () =>
    Buffer.concat([
      Buffer.from([0xc3, 0x1a, 0x2a, 0x3a, 0x4a, 8]),
      randomBytes(8),
      Buffer.from([0]),
      randomBytes(1190),
    ]),
  // A short header for a connection that is not there.
  () => Buffer.concat([Buffer.from([0x43]), randomBytes(60)]),
  // STUN binding request for a leg that nobody has.
  () => {
    const name = Buffer.from("abcd:efgh12345678");
    const padded = Buffer.concat([name, Buffer.alloc((4 - (name.length % 4)) % 4)]);
    const attribute = Buffer.concat([Buffer.from([0, 6, 0, name.length]), padded]);
    return Buffer.concat([
      Buffer.from([0, 1, 0, attribute.length, 0x21, 0x12, 0xa4, 0x42]),
      randomBytes(12),
      attribute,
    ]);
  },
  // DTLS handshake record, RTP and RTCP out of nowhere, nothing at all.
  () => Buffer.concat([Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50]), randomBytes(50)]),
  () => Buffer.concat([Buffer.from([0x80, 0x66]), randomBytes(1000)]),
  () => Buffer.concat([Buffer.from([0x81, 206, 0, 2]), randomBytes(8)]),
  () => Buffer.alloc(0),
];
