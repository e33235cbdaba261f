/**
 * What the programs wrote must hold no name, identity number, token or password (ARCHITECTURE.md, Invariants). `stack.mjs run` asks this of all logs at its end, whatever the
 * command did, and fails where something is found. It says which line and what kind of thing, never the thing itself.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Person } from "./person.mjs";

/** What is told of people in the API that no log may hold. */
const TOLD = new Set(["name", "display_name", "phone", "id_number"]);

/** Shapes that are secret or personal whoever they belong to. `check` tells a number that only looks like one. */
const SHAPES = [
  ["a bearer token", /\bBearer +[A-Za-z0-9_\-.~]{16,}/],
  ["a cookie of a session", /yz_(?:session|csrf|tablet)=[A-Za-z0-9_-]{8,}/],
  ["the link of a courier or a guest", /\/(?:courier|join)\/[A-Za-z0-9_-]{20,}/],
  ["a calendar's link", /\/calendar-feeds\/[A-Za-z0-9_-]{20,}/],
  ["a code by which a box is enrolled", /(?<![A-Z0-9-])(?:[A-Z0-9]{4}-){7}[A-Z0-9]{4}(?![A-Z0-9-])/],
  ["a webhook's secret", /\bwhsec_[A-Za-z0-9+/=_-]{8,}/],
  [
    "a token (32 bytes as base64url)",
    /(?<![A-Za-z0-9_\-/+])(?=[A-Za-z0-9_-]*[A-Z])(?=[A-Za-z0-9_-]*[0-9])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_\-/+=])/,
  ],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a password's hash", /\$argon2(?:id|i|d)\$/],
  ["a signature (JWS)", /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
  ["an identity number", /(?<!\d)\d{17}[\dX](?!\d)/, isIdentityNumber],
  ["a mobile number", /(?<![\d.:-])1[3-9]\d{9}(?![\d.])/],
];

/** GB 11643: a place, a day, a check digit. */
function isIdentityNumber(text) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((all, weight, at) => all + weight * Number(text[at]), 0);
  return "10X98765432"[sum % 11] === text[17] && /^\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])/.test(text);
}

/** Who is in the seeded record, as people who may see them are told; and what they sign in with. */
export async function seeded(description) {
  const needles = new Map([[description.password, "the password"]]);
  const nurse = new Person(description.urls.page);
  const account = description.accounts.find((a) => a.role === "nurse" && a.home_id === description.box_home_id);
  await whenTheBoxIsConnected(() => nurse.signIn(account.username, description.password));
  const { items } = await nurse.get("/api/residents");
  const charts = await Promise.all(items.map(({ id }) => nurse.get(`/api/residents/${id}`)));
  collect(
    [items, charts.map(({ name, contacts, surrogate }) => ({ name, contacts, surrogate }))],
    needles,
    "a resident's",
  );
  collect(description.accounts, needles, "a member of staff's");
  for (const value of nurse.cookies.values()) needles.set(value, "a cookie");
  await nurse.signOut();
  return needles;
}

/** The box's page is there before its link is. */
async function whenTheBoxIsConnected(act) {
  for (let tries = 30; ; tries -= 1) {
    try {
      return await act();
    } catch (error) {
      if (tries === 0) throw error;
      await new Promise((later) => setTimeout(later, 500));
    }
  }
}

function collect(value, needles, whose) {
  if (Array.isArray(value)) value.forEach((one) => collect(one, needles, whose));
  else if (value && typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) {
      // One character is in every sentence.
      if (TOLD.has(key) && typeof inner === "string" && inner.length > 1) needles.set(inner, `${whose} ${key}`);
      else collect(inner, needles, whose);
    }
  }
}

/** What should not be in a text: [{ line, kind }]. */
export function findings(text, needles) {
  const found = [];
  text.split("\n").forEach((content, at) => {
    for (const [needle, kind] of needles) if (content.includes(needle)) found.push({ line: at + 1, kind });
    for (const [kind, shape, check] of SHAPES) {
      const match = shape.exec(content);
      if (match && (!check || check(match[0]))) found.push({ line: at + 1, kind });
    }
  });
  return found;
}

/** The same of all logs in a folder, as lines to print. */
export function findingsIn(folder, needles) {
  const logs = readdirSync(folder).filter((name) => name.endsWith(".log"));
  if (logs.length === 0) throw new Error(`there are no logs in ${folder}`);
  return logs.flatMap((name) =>
    findings(readFileSync(join(folder, name), "utf8"), needles).map(({ line, kind }) => `${name}:${line}: ${kind}`),
  );
}
