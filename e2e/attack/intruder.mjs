/** Somebody with a session of their own, or none, who asks for what is not theirs: nothing is thrown, every answer is looked at. */
import { randomUUID } from "node:crypto";
import { request as plain } from "node:http";
import { request as secure } from "node:https";
import { Person } from "../../scripts/stack/person.mjs";

/** An answer that took longer is none: the attack hurt. */
const PATIENCE_MS = 15_000;
/** As much as is read of an answer. */
const MOST_READ = 4 * 1024 * 1024;

/**
 * One request, exactly as said: no redirect is followed, no path is tidied up. Gives { status, headers, text }; status 0 and `error` where no answer came.
 * `streams`: what keeps talking is left as soon as its head is there.
 */
export function ask(
  origin,
  { method = "GET", path, headers = {}, body, tls, patience = PATIENCE_MS, streams = false },
) {
  const { protocol, hostname, port } = new URL(origin);
  const send = protocol === "https:" ? secure : plain;
  return new Promise((resolve) => {
    let text = "";
    let request;
    const timer = setTimeout(() => request.destroy(new Error("no answer in time")), patience);
    const end = (answer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    const fail = (error) => end({ status: 0, headers: {}, text, error: error.code ?? error.message });
    try {
      const options = { hostname, port, method, path, headers, agent: false, ...tls };
      request = send(options, (response) => {
        const answer = () => ({ status: response.statusCode, headers: response.headers, text });
        const talks = streams || /event-stream/.test(response.headers["content-type"] ?? "");
        if (talks) {
          end(answer());
          request.destroy();
          return;
        }
        response.setEncoding("utf8");
        response.on("data", (part) => {
          if (text.length < MOST_READ) text += part;
        });
        response.on("end", () => end(answer()));
        response.on("error", fail);
      });
    } catch (error) {
      fail(error);
      return;
    }
    request.on("error", fail);
    request.end(body);
  });
}

export class Intruder extends Person {
  /** How the table of access calls them, or `anyone`; and in words. */
  constructor(origin, role, words) {
    super(origin);
    Object.assign(this, { role, words });
  }

  /** The cookies that carry the session and the page's token: over TLS their names begin with `__Host-`. */
  get session() {
    return this.cookies.get("__Host-yz_session") ?? this.cookies.get("yz_session");
  }

  get csrf() {
    return this.cookies.get("__Host-yz_csrf") ?? this.cookies.get("yz_csrf") ?? "";
  }

  /** As a person's page would send it, or differently where `headers` say so; `undefined` takes a header away. */
  async attempt(method, path, body, headers = {}) {
    const all = { accept: "application/json", "accept-language": "en" };
    if (this.cookies.size > 0) all.cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join("; ");
    if (this.credential) all.authorization = `Bearer ${this.credential}`;
    if (method !== "GET") {
      all["x-csrf-token"] = this.csrf;
      all["idempotency-key"] = randomUUID();
    }
    const isText = typeof body === "string" || Buffer.isBuffer(body);
    const bytes = body === undefined ? undefined : isText ? body : JSON.stringify(body);
    if (bytes !== undefined) {
      all["content-type"] = isText ? "application/sdp" : "application/json";
      all["content-length"] = Buffer.byteLength(bytes);
    }
    Object.assign(all, headers);
    for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
    for (let round = 0; ; round += 1) {
      const answer = await ask(this.origin, { method, path, headers: all, body: bytes });
      // A limit that is met by many honest attempts proves nothing about the door behind it.
      const wait = Number(answer.headers["retry-after"] ?? 1);
      if (answer.status !== 429 || round === 3 || wait > 5) return answer;
      await new Promise((next) => setTimeout(next, wait * 1000));
    }
  }
}

/** What an answer to somebody who may not know of the thing comes to. */
export function verdictOf({ status }) {
  if ([401, 403, 404].includes(status)) return "refused";
  if ([400, 405, 406, 413, 414, 415, 422, 428, 429, 431].includes(status)) return "form";
  return "through";
}

export const short = (answer) => `${answer.status || answer.error} ${answer.text.replace(/\s+/g, " ").slice(0, 160)}`;
