/** Paths that lead out of where files are served from, and into other routes. */
import { createConnection } from "node:net";
import { ask, short } from "./intruder.mjs";

const UP = [
  "../",
  "..%2f",
  "%2e%2e/",
  "%2e%2e%2f",
  "..%5c",
  "..\\",
  "%252e%252e%252f",
  "..%c0%af",
  "%c0%ae%c0%ae/",
  "....//",
  "..;/",
  "..%00/",
  ".%2e/",
];
const FILES = ["etc/passwd", "proc/self/environ", "proc/self/cmdline"];
const BELOW = [
  "/",
  "/assets/",
  "/assets/x/",
  "/api/documents/",
  "/api/recordings/",
  "/api/calendar-feeds/",
  "/api/residents/x/documents/",
  "/page/devices/readings/",
  "/whip/",
  "/whep/session/",
];
/** What none of our pages says. */
const LOOT = /root:x:0|PATH=|--config|\[identity\]|BEGIN (EC )?PRIVATE KEY|SQLite format/;

/** Sent as it is: a client that tidies paths would never ask this. */
function raw(origin, path, headers = "") {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    let said = "";
    const socket = createConnection({ host: hostname, port }, () =>
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n${headers}connection: close\r\n\r\n`),
    );
    socket.setEncoding("latin1");
    socket.setTimeout(3000, () => socket.destroy());
    socket.on("data", (part) => (said += part));
    socket.on("error", () => {});
    socket.on("close", () => resolve(said));
  });
}

export async function traversal(world, tally, stack) {
  const cookie = `cookie: yz_session=${world.victims.nurse.session}\r\n`;
  for (const origin of [stack.urls.console, stack.urls.page, stack.urls.whip]) {
    for (const below of BELOW) {
      for (const up of world.quick ? UP.slice(0, 5) : UP) {
        for (const file of world.quick ? FILES.slice(0, 1) : FILES) {
          const path = below + up.repeat(8) + file;
          const said = await raw(origin, path, origin === stack.urls.page ? cookie : "");
          const isPage = /^HTTP\/1\.1 200/.test(said) && /<!doctype html>/i.test(said);
          const isLoot = LOOT.test(said) || (/^HTTP\/1\.1 200/.test(said) && !isPage);
          tally.check("path traversal", !isLoot && said !== "", `${origin}${path}: ${said.slice(0, 90)}`);
        }
      }
    }
  }
  // From a route that needs no token of the page into one that does, and from the page into what is not the page's.
  const { console: desk, page, whip } = stack.urls;
  const session = { cookie: `yz_session=${world.victims.administrator.session}`, "content-type": "application/json" };
  const { resident } = world;
  for (const up of ["..", "%2e%2e", ".%2e"]) {
    for (const [method, path] of [
      ["POST", `/api/pharmacy/v1/${up}/${up}/legal-holds`],
      ["PUT", `/api/pharmacy/v1/${up}/${up}/homes/${world.home}/zone`],
      ["GET", `/api/${up}/metrics`],
      ["GET", `/api/${up}/readyz`],
      ["GET", `/session/${up}/api/audit/${up}/homes`],
    ]) {
      const answer = await ask(desk, {
        method,
        path,
        headers: session,
        body:
          method === "GET"
            ? undefined
            : JSON.stringify({ zone: "Europe/Berlin", version: 1, resident_id: resident.id, reason: "x" }),
      });
      // An unknown address is answered with the page; that is nobody's data.
      const isPage = answer.status === 200 && /<!doctype html>/i.test(answer.text);
      tally.check("path confusion", isPage || answer.status >= 400, `${method} ${path}: ${short(answer)}`);
    }
  }
  for (const origin of [desk, page, whip]) {
    for (const path of [
      "/metrics",
      "/readyz",
      "/debug/pprof",
      "/.env",
      "/.git/config",
      "/server-status",
      "/relay.toml",
      "/stack.json",
    ]) {
      const answer = await ask(origin, { path });
      const isPage = answer.status === 200 && /<!doctype html>/i.test(answer.text);
      tally.check("path confusion", isPage || answer.status >= 400, `${origin}${path}: ${short(answer)}`);
    }
  }
}
