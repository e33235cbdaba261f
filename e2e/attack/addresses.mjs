/** Redirects to elsewhere, headers that the asker writes, verbs that are not what they say, requests within requests. */
import { createConnection } from "node:net";
import { ask, short, verdictOf } from "./intruder.mjs";

const WORDS = [
  "next",
  "return",
  "returnTo",
  "return_to",
  "returnUrl",
  "redirect",
  "redirect_uri",
  "redirect_url",
  "url",
  "continue",
  "dest",
  "destination",
  "goto",
  "target",
  "r",
  "u",
  "to",
  "from",
  "back",
  "callback",
  "post_logout_redirect_uri",
  "RelayState",
  "state",
];
const ELSEWHERE = [
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example/",
  "https:evil.example",
  "/%09/evil.example",
  "javascript:alert(1)",
];

export async function addresses(world, tally, stack) {
  const pages = [
    "/",
    "/sign-in",
    "/session/me",
    "/session/oidc/start",
    "/session/oidc/callback",
    "/fhir",
    "/fhir/Patient",
    "/c/x",
    "/courier/x",
    "/api/homes",
    "/residents",
    "/queue",
  ];
  const own = (origin, location) => {
    const at = new URL(location, origin);
    return at.origin === new URL(origin).origin || at.protocol === "about:";
  };
  for (const origin of [stack.urls.console, stack.urls.page]) {
    const redirects = async (path, headers = {}) => {
      const answer = await ask(origin, { path, headers, streams: true });
      const location = answer.headers.location;
      const leads = location !== undefined && !own(origin, location);
      // With a provider of identities its address is where a sign-in leads; nobody else's.
      tally.check("open redirect", !leads || /[?&]client_id=/.test(location), `${origin}${path} → ${location}`);
    };
    for (const page of pages) {
      for (const word of world.quick ? WORDS.slice(0, 6) : WORDS) {
        for (const to of world.quick ? ELSEWHERE.slice(0, 2) : ELSEWHERE)
          await redirects(`${page}?${word}=${encodeURIComponent(to)}`);
      }
    }
    for (const path of [
      "//evil.example/",
      "//evil.example/%2e%2e",
      "/fhir//evil.example",
      "/fhir/..//evil.example",
      "/\\evil.example",
      "/%5cevil.example",
      "/.evil.example",
      "/@evil.example/",
    ])
      await redirects(path);
    for (const path of ["/", "/fhir", "/fhir/Patient"]) {
      await redirects(path, { host: "evil.example" });
      await redirects(path, { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" });
    }

    for (const path of [
      "/fhir/%0d%0aset-cookie:%20yz_session=planted",
      "/fhir?x=%0d%0aset-cookie:%20yz_session=planted",
      "/%0d%0ax-injected:%201",
      "/api/residents?q=%0d%0ax-injected:%201",
      "/assets/%0aset-cookie:a=b",
    ]) {
      const answer = await ask(origin, { path });
      const planted =
        answer.headers["x-injected"] ?? (answer.headers["set-cookie"] ?? []).find((one) => one.includes("planted"));
      tally.check("header injection", planted === undefined, `${path}: ${planted}`);
    }
    for (const name of [
      "accept-language",
      "idempotency-key",
      "x-forwarded-for",
      "user-agent",
      "if-none-match",
      "range",
      "last-event-id",
    ]) {
      const raw = await bytes(
        origin,
        `GET /api/homes HTTP/1.1\r\nhost: x\r\n${name}: a\rb\0c\r\nconnection: close\r\n\r\n`,
      );
      tally.check(
        "header injection",
        /^HTTP\/1\.1 (400|401|404)/.test(raw),
        `${name} with CR and NUL: ${raw.slice(0, 80)}`,
      );
    }

    const admin = origin === stack.urls.console ? world.victims.administrator : world.victims.nurse;
    const target =
      origin === stack.urls.console ? `/api/homes/${world.home}/zone` : `/api/residents/${world.resident.id}`;
    const before = (await admin.attempt("GET", "/api/homes")).text;
    for (const name of ["x-http-method-override", "x-http-method", "x-method-override"]) {
      for (const method of ["DELETE", "PUT", "PATCH"]) {
        for (const [verb, path] of [
          ["GET", `${target}?_method=${method}`],
          ["POST", `${target}?_method=${method}`],
        ]) {
          const answer = await admin.attempt(
            verb,
            path,
            verb === "POST" ? { zone: "Europe/Berlin", version: 1 } : undefined,
            { [name]: method },
          );
          const isSame = verb === "GET" && answer.status === 200;
          tally.add(
            "method override",
            isSame ? "refused" : verdictOf(answer),
            `${verb} ${path} ${name}: ${method}: ${short(answer)}`,
          );
        }
      }
    }
    tally.check(
      "method override",
      (await admin.attempt("GET", "/api/homes")).text === before,
      "the homes are not what they were",
    );
    for (const verb of ["TRACE", "CONNECT", "TRACK", "PROPFIND", "MKCOL", "DEBUG", "get"]) {
      const raw = await bytes(
        origin,
        `${verb} /api/homes HTTP/1.1\r\nhost: x\r\nx-secret: seen\r\nconnection: close\r\n\r\n`,
      );
      tally.check(
        "method override",
        !/^HTTP\/1\.1 2/.test(raw) && !raw.includes("x-secret"),
        `${verb}: ${raw.slice(0, 60)}`,
      );
    }
    const smuggled = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    for (const [how, head] of [
      ["two lengths", `POST /session/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 0\r\n\r\n`],
      [
        "length and chunks",
        `POST /session/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      ],
      [
        "a folded header",
        `POST /session/sign-out HTTP/1.1\r\nhost: x\r\ntransfer-encoding:\r\n chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n`,
      ],
      [
        "a space before the colon",
        `POST /session/sign-out HTTP/1.1\r\nhost: x\r\ntransfer-encoding : chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n`,
      ],
    ]) {
      const raw = await bytes(origin, head + smuggled);
      tally.check("request smuggling", !/\r\n\r\nok$/.test(raw) && raw.length > 0, `${how}: ${raw.slice(0, 40)}`);
    }
  }
}

/** Bytes as they are, and what came back within two seconds. */
function bytes(origin, text) {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    let said = "";
    const socket = createConnection({ host: hostname, port }, () => socket.write(text));
    socket.setEncoding("latin1");
    socket.setTimeout(2000, () => socket.destroy());
    socket.on("data", (part) => (said += part));
    socket.on("error", () => {});
    socket.on("close", () => resolve(said));
  });
}
