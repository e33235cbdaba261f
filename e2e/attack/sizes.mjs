/** Too much of everything: bodies, heads, nesting, compressed bombs; connections that say too little too slowly. After each the page still answers. */
import { createConnection } from "node:net";
import { gzipSync } from "node:zlib";
import { ask, short } from "./intruder.mjs";

/** The attacker's own address: an honest visitor comes from another one. */
export const ELSEWHERE = "127.0.0.66";

const MB = 1024 * 1024;
/** Refused, or cut off while it still spoke: a server may close before all of a body came. */
const isRefused = ({ status, error }) =>
  (status >= 400 && status < 500) || (status === 0 && /^(EPIPE|ECONNRESET)$/.test(error));
/** An honest visitor gets the page within this, whatever else goes on. */
const HONEST_MS = 2000;
/** Of a body without end so much may go: what the two kernels hold between them on the way, and our limit. */
const MOST_TAKEN = 16 * MB;
/** Longer than any of our limits lets a head take (`header_timeout`, 30 s) ... */
const SLOW_MS = 45_000;
/** ... and with QUICK only as long as it takes to see whether others are hurt. */
const SLOW_QUICK_MS = 3_000;

export async function oversized(world, tally, stack) {
  const { nurse, administrator } = world.victims;
  const name = "oversized";
  const honest = async (origin, what) => {
    const from = performance.now();
    const answer = await ask(origin, { path: "/healthz", patience: 5000 });
    tally.check(
      "oversized: the page is there after it",
      answer.status === 200 && performance.now() - from < HONEST_MS,
      `${what}: ${short(answer)}`,
    );
  };
  const resident = `/api/residents/${world.resident.id}`;
  const json = (text) => [text, { "content-type": "application/json" }];
  const bombs = [
    ["2 MB of text", JSON.stringify({ reason: "x".repeat(2 * MB) })],
    [
      "1 MB of name",
      JSON.stringify({ resident_id: world.resident.id, reason: "名".repeat(80_000), urgency: "routine" }),
    ],
    ["nested 100,000 deep", "[".repeat(100_000) + "]".repeat(100_000)],
    ["objects nested 30,000 deep", '{"a":'.repeat(30_000) + "1" + "}".repeat(30_000)],
    ["30,000 fields", `{${Array.from({ length: 30_000 }, (_, n) => `"k${n}":1`).join(",")}}`],
    ["a number of 200,000 digits", `{"version":${"9".repeat(200_000)}}`],
    ["a number beyond all", '{"version":1e999999999}'],
    ["no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ["a NUL", JSON.stringify({ resident_id: world.resident.id, reason: "a\u0000b", urgency: "routine" })],
    ["half a surrogate", '{"reason":"\\ud800","urgency":"routine"}'],
    ["a field twice", '{"version":1,"version":2,"reason":"x"}'],
    ["a prototype", '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'],
  ];
  for (const person of [nurse, administrator]) {
    for (const [what, text] of bombs) {
      for (const path of ["/api/consultations", `${resident}/notes`, "/api/resident-imports", "/session/sign-in"]) {
        const answer = await person.attempt("POST", path, ...json(text));
        tally.check(name, isRefused(answer), `${person.words} POST ${path} ${what}: ${short(answer)}`);
      }
      await honest(person.origin, what);
    }
    // A body that says it is compressed is not blown up: 50 MB of zeros come as 50 kB.
    const bomb = gzipSync(Buffer.alloc((world.quick ? 5 : 50) * MB, 0x20));
    const blown = await person.attempt("POST", "/api/consultations", bomb, {
      "content-encoding": "gzip",
      "content-type": "application/json",
    });
    tally.check(name, isRefused(blown), `a compressed bomb: ${short(blown)}`);
    for (const [what, headers, path] of [
      ["a head of 1 MB", { "x-long": "a".repeat(MB) }, "/healthz"],
      ["500 headers", Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`x-h${n}`, "a"])), "/healthz"],
      ["a cookie of 200 kB", { cookie: `yz_session=${"a".repeat(200_000)}` }, "/api/homes"],
      ["an address of 1 MB", {}, `/${"a".repeat(MB)}`],
      ["a query of 500 kB", {}, `/api/residents?q=${"a".repeat(500_000)}`],
      ["a language of 100 kB", { "accept-language": "zh,".repeat(33_000) }, "/api/homes"],
      ["10,000 ranges", { range: `bytes=${Array.from({ length: 4000 }, () => "0-").join(",")}` }, "/api/homes"],
    ]) {
      const from = performance.now();
      const answer = await ask(person.origin, { path, headers, patience: 5000 });
      // Cut off, refused, or answered as the visitor without rights that it is.
      const isCheap =
        answer.status === 0 || answer.status >= 400 || (answer.status === 200 && performance.now() - from < HONEST_MS);
      tally.check(name, isCheap && !(answer.status >= 500), `${what}: ${short(answer)}`);
      await honest(person.origin, what);
    }
    for (const path of ["/api/consultations", "/session/sign-in"]) {
      for (const [what, header] of [
        ["a body without end", "transfer-encoding: chunked"],
        ["a body of 4 GB", "content-length: 4294967296"],
      ]) {
        const taken = await endless(person, path, header);
        tally.check(name, taken < MOST_TAKEN, `${what} to ${path}: ${(taken / MB).toFixed(1)} MB were taken`);
      }
    }
    await honest(person.origin, "bodies without end");
  }
  const sdp = "v=0\r\n" + "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n".repeat(30_000);
  for (const path of [`/whip/${world.call?.id}`, `/whep/${world.call?.id}`]) {
    const answer = await ask(stack.urls.whip, {
      method: "POST",
      path,
      headers: { "content-type": "application/sdp", authorization: "Bearer x" },
      body: sdp,
    });
    tally.check(name, [0, 401, 413].includes(answer.status), `SDP of a megabyte to ${path}: ${short(answer)}`);
  }
  const offer = await nurse.attempt("POST", `/page/consultations/${world.call?.id}/legs`, sdp);
  tally.check(name, isRefused(offer), `SDP of a megabyte to the box: ${short(offer)}`);
}

/** Bytes until somebody has enough: how many went. */
function endless(person, path, length) {
  const { hostname, port } = new URL(person.origin);
  return new Promise((resolve) => {
    let sent = 0;
    const bytes = "a".repeat(0x10000);
    const chunk = length.includes("chunked") ? `10000\r\n${bytes}\r\n` : bytes;
    const socket = createConnection({ host: hostname, port }, () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${length}\r\nidempotency-key: a-key-of-the-attack\r\n` +
          `cookie: yz_session=${person.session}; yz_csrf=${person.csrf}\r\nx-csrf-token: ${person.csrf}\r\n\r\n`,
      );
      const more = () => {
        while (!socket.destroyed && sent < 64 * MB) {
          sent += 0x10000;
          if (!socket.write(chunk)) return;
        }
        socket.destroy();
      };
      socket.on("drain", more);
      more();
    });
    socket.setTimeout(5000, () => socket.destroy());
    socket.on("data", () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => resolve(Math.max(0, sent - socket.writableLength)));
  });
}

/**
 * Many connections that say one byte a second, of a head or of a body: an honest visitor is served all the while, and without QUICK none of them is there at the end.
 */
export async function slowloris(world, tally, stack) {
  const listeners = [
    ["the hospital's page", stack.urls.console, "/healthz"],
    ["the box's page", stack.urls.page, "/healthz"],
    ["WHIP", stack.urls.whip, "/whip/x"],
  ];
  const many = world.quick ? 300 : 1100;
  for (const [where, origin, path] of world.quick ? listeners.slice(0, 1) : listeners) {
    for (const [how, head] of [
      ["heads", "GET / HTTP/1.1\r\nx-slow: "],
      [
        "bodies",
        `POST /session/sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncookie: yz_csrf=a\r\nx-csrf-token: a\r\ncontent-length: 1000\r\n\r\n{"a":"`,
      ],
    ]) {
      const { hostname, port } = new URL(origin);
      const open = new Set();
      let opened = 0;
      for (let n = 0; n < many; n += 1) {
        const socket = createConnection({ host: hostname, port, localAddress: ELSEWHERE }, () => {
          opened += 1;
          socket.write(head);
        });
        open.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => open.delete(socket));
        socket.on("data", () => {});
      }
      const drip = setInterval(() => open.forEach((socket) => !socket.connecting && socket.write("a")), 1000);
      const until = performance.now() + (world.quick ? SLOW_QUICK_MS : SLOW_MS);
      let worst = 0;
      while (performance.now() < until) {
        const from = performance.now();
        const answer = await ask(origin, { path, patience: 10_000 });
        const took = answer.status === 0 ? 10_000 : performance.now() - from;
        worst = Math.max(worst, took);
        if (took > HONEST_MS) break;
        await new Promise((next) => setTimeout(next, 500));
      }
      clearInterval(drip);
      tally.check(
        "slowloris: others are served",
        worst < HONEST_MS,
        `${where}, slow ${how} ×${many}: an honest visitor waited ${Math.round(worst)} ms`,
      );
      if (!world.quick && worst < HONEST_MS) {
        const alive = [...open].filter((socket) => !socket.connecting && !socket.destroyed).length;
        tally.check(
          "slowloris: slow ones are let go",
          alive === 0,
          `${where}, slow ${how}: ${alive} of ${opened} are there after ${SLOW_MS / 1000} s`,
        );
      }
      open.forEach((socket) => socket.destroy());
    }
  }
}
