/** What a page of somebody else makes a victim's browser send, and what a stolen, planted or made-up session is worth. */
import { operations } from "./access.mjs";
import { ask, Intruder, short } from "./intruder.mjs";

const EVIL = "https://evil.example";

/** Every operation that changes something, in the victim's session, without the page's token. */
export async function csrf(world, tally, stack) {
  const { nurse, administrator, pharmacy } = world.victims;
  const other = new Intruder(stack.urls.console, "anyone", "a visitor");
  await other.send("GET", "/session/me", undefined, { allow: [401] });
  const unsafe = operations().filter(({ method, path }) => method !== "GET" && !path.startsWith("/api/pharmacy/v1"));
  const own = [
    "/session/sign-out",
    "/session/sign-in",
    "/session/courier",
    "/session/observer",
    "/session/signing-certificate",
  ];
  const box = [
    "/page/spool",
    "/page/urgent-calls",
    "/page/devices/recordings",
    `/page/consultations/${world.call?.id}/legs`,
  ];
  const places = [
    ...unsafe.map(({ method, path }) => [administrator, method, path]),
    ...unsafe.map(({ method, path }) => [nurse, method, path]),
    ...own.map((path) => [pharmacy, "POST", path]),
    ...[...own.slice(0, 2), ...box].map((path) => [nurse, "POST", path]),
  ];
  const forged = [
    ["without the token", { "x-csrf-token": undefined }],
    ["with another visitor's token", { "x-csrf-token": other.csrf }],
    ["as a form", { "x-csrf-token": undefined, "content-type": "application/x-www-form-urlencoded" }],
    ["as text", { "x-csrf-token": undefined, "content-type": "text/plain" }],
  ];
  for (const [victim, method, path] of places) {
    const id = victim.me.id;
    const at = path.replace("{id}", id).replace("{leg}", id);
    for (const [how, headers] of world.quick ? forged.slice(0, 2) : forged) {
      const answer = await victim.attempt(method, at, {}, { origin: EVIL, "sec-fetch-site": "cross-site", ...headers });
      tally.check(
        "CSRF: a change without the page's token",
        answer.status === 403,
        `${victim.words} ${method} ${at} ${how}: ${short(answer)}`,
      );
    }
  }
  // A neighbour on the same site can plant both halves of the token, and the browser adds the session's cookie to what comes from there.
  const planted = "0123456789abcdef0123456789abcdef";
  // Not signing out: where that is let through, all that comes after would be blind.
  const chosen = places
    .slice(0, 20)
    .concat(places.slice(-5))
    .filter(([, , path]) => path !== "/session/sign-out");
  for (const [victim, method, path] of chosen) {
    const cookie = `yz_session=${victim.session}; yz_csrf=${planted}`;
    const at = path.replace("{id}", victim.me.id).replace("{leg}", victim.me.id);
    for (const headers of [
      { origin: EVIL, "sec-fetch-site": "cross-site" },
      { origin: victim.origin.replace("//", "//evil."), "sec-fetch-site": "same-site" },
      { origin: EVIL },
      { origin: "null" },
    ]) {
      const answer = await victim.attempt(method, at, {}, { cookie, "x-csrf-token": planted, ...headers });
      const what = `${victim.words} ${method} ${at} from ${headers.origin} (${headers["sec-fetch-site"] ?? "an old browser"}): ${short(answer)}`;
      tally.check("CSRF: a planted token from another origin", answer.status === 403, what);
    }
  }
  for (const victim of [nurse, administrator]) {
    for (const [method, path] of [
      ["OPTIONS", "/api/residents"],
      ["OPTIONS", "/session/sign-in"],
      ["GET", "/api/sessions/current"],
      ["GET", "/session/me"],
    ]) {
      const asks = {
        origin: EVIL,
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-csrf-token",
      };
      const answer = await victim.attempt(method, path, undefined, asks);
      const allows = Object.keys(answer.headers).find((name) => name.startsWith("access-control-allow"));
      tally.check("CSRF: reading from another origin (CORS)", !allows, `${method} ${path}: ${allows}`);
    }
  }
}

/** Session fixation, and sessions that should be worth nothing. */
export async function sessions(world, tally, stack) {
  const asks = async (origin, token) =>
    ask(origin, { path: "/api/sessions/current", headers: { cookie: `yz_session=${token}` } });
  for (const [origin, username] of [
    [stack.urls.console, "pharmacist1"],
    [stack.urls.page, "nurse1"],
  ]) {
    const where = origin === stack.urls.page ? "box's page" : "hospital's page";
    const fixation = (refused, what) => tally.check("session fixation", refused, `${where}: ${what}`);
    // What the intruder planted before the victim signs in: a value of their own choice, and a session of their own.
    const planter = new Intruder(stack.urls.page, "nurse", "a nurse who plants her session");
    await planter.signIn("nurse1", stack.password);
    for (const planted of ["attackers-own-choice-0123456789", planter.session]) {
      const victim = new Intruder(origin, "anyone", "victim");
      victim.cookies.set("yz_session", planted);
      victim.cookies.set("yz_csrf", "plantedplantedplanted");
      const me = await victim.signIn(username, stack.password);
      fixation(victim.session !== planted, "the planted cookie is the session after the sign-in");
      fixation(victim.csrf !== "plantedplantedplanted", "the planted token is good after the sign-in");
      const whose = await asks(origin, planted);
      fixation(
        !whose.text.includes(me.id) || username === "nurse1",
        `the planted cookie became the victim's: ${short(whose)}`,
      );
      const token = victim.session;
      const worthless = (name, answer) =>
        tally.check(
          "session: ended, altered or misplaced",
          answer.status === 401,
          `${where}: ${name}: ${short(answer)}`,
        );
      worthless("one letter changed", await asks(origin, token.slice(0, -1) + (token.endsWith("A") ? "B" : "A")));
      worthless("cut short", await asks(origin, token.slice(0, -4)));
      for (const odd of ["null", "undefined", "0", "*", "%00", "' OR '1'='1", "a".repeat(4000)])
        worthless(odd.slice(0, 20), await asks(origin, odd));
      worthless(
        "in the query",
        await ask(origin, { path: `/api/sessions/current?access_token=${token}&token=${token}&yz_session=${token}` }),
      );
      worthless(
        "as a bearer",
        await ask(origin, { path: "/api/sessions/current", headers: { authorization: `Bearer ${token}` } }),
      );
      worthless(
        "as a pharmacy's system",
        await ask(stack.urls.console, { path: "/api/pharmacy/v1/self", headers: { authorization: `Bearer ${token}` } }),
      );
      await victim.signOut();
      worthless("after sign-out", await asks(origin, token));
    }
    const fresh = new Intruder(origin, "anyone", "visitor");
    await fresh.send("GET", "/session/me", undefined, { allow: [401] });
    const body = JSON.stringify({ username, password: stack.password });
    const answer = await fresh.attempt("POST", "/session/sign-in", body, { "content-type": "application/json" });
    const cookie = (answer.headers["set-cookie"] ?? []).find((one) => /session=/.test(one)) ?? "";
    for (const mark of ["HttpOnly", "SameSite=Strict", "Path=/"])
      tally.check("session: a cookie that scripts or other sites have", cookie.includes(mark), `${where}: no ${mark}`);
    tally.check(
      "session: a cookie that scripts or other sites have",
      !/Domain=/i.test(cookie),
      `${where}: ${cookie.replace(/=[^;]*/, "=…")}`,
    );
    tally.check(
      "session: a cookie that scripts or other sites have",
      !answer.text.includes("token"),
      `${where}: the token is in the answer`,
    );
  }
  // A nurse of another home at this home's box.
  const stray = new Intruder(stack.urls.page, "nurse", "nurse of another home at this box");
  const theirs = stack.accounts.find((a) => a.role === "nurse" && a.home_id !== stack.box_home_id);
  await stray.send("GET", "/session/me", undefined, { allow: [401] });
  const entered = await stray.attempt("POST", "/session/sign-in", {
    username: theirs.username,
    password: stack.password,
  });
  const has = entered.status === 200 && (await stray.attempt("GET", "/page/devices")).status === 200;
  tally.check("session: a nurse of another home at this home's box", !has, short(entered));
  const carried = await ask(stack.urls.page, {
    path: "/api/residents",
    headers: { cookie: `yz_session=${world.intruders.find((i) => i.words === "nurse of another home").session}` },
  });
  tally.check(
    "session: a nurse of another home at this home's box",
    !carried.text.includes(world.resident.id),
    `her cookie from elsewhere: ${short(carried)}`,
  );
}
