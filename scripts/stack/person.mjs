/** A person before one of our two pages, without a browser: keeps cookies, repeats the security token, signs with a key of their own. */
import { webcrypto } from "node:crypto";
import { Failure } from "./program.mjs";

const { subtle } = webcrypto;

export class Person {
  constructor(origin) {
    this.origin = origin;
    this.cookies = new Map();
  }

  async signIn(username, password) {
    await this.send("GET", "/session/me", undefined, { allow: [401] });
    this.me = (await this.send("POST", "/session/sign-in", { username, password })).staff;
    return this.me;
  }

  async signOut() {
    await this.send("POST", "/session/sign-out", {});
  }

  get(path) {
    return this.send("GET", path);
  }

  post(path, body) {
    return this.send("POST", path, body);
  }

  put(path, body) {
    return this.send("PUT", path, body);
  }

  async send(method, path, body, { allow = [] } = {}) {
    const headers = {
      accept: "application/json",
      "accept-language": "en",
      cookie: [...this.cookies].map(([k, v]) => `${k}=${v}`).join("; "),
    };
    if (method !== "GET") {
      headers["x-csrf-token"] = this.cookies.get("__Host-yz_csrf") ?? this.cookies.get("yz_csrf") ?? "";
      headers["idempotency-key"] = webcrypto.randomUUID();
      headers["content-type"] = "application/json";
    }
    const response = await fetch(this.origin + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    }).catch((cause) => {
      throw new Failure(
        `${method} ${this.origin}${path}: no answer (${cause.cause?.code ?? cause.message}); is the demo running?`,
      );
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    if (!response.ok && !allow.includes(response.status)) {
      throw new Failure(`${method} ${path}: ${response.status} ${text}`);
    }
    return text === "" ? undefined : JSON.parse(text);
  }

  /** A key that stays with this person, on record at the relay and certified by the hospital. */
  async prepareToSign() {
    const pair = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const { kty, crv, x, y } = await subtle.exportKey("jwk", pair.publicKey);
    this.key = pair.privateKey;
    const claim = { issued_at: new Date().toISOString(), purpose: "signing-certificate", staff_id: this.me.id };
    const proof = await this.compact({ alg: "ES256", typ: "yunzhen+proof" }, JSON.stringify(claim));
    const request = { public_key_jwk: { kty, crv, x, y }, proof_jws: proof };
    await this.post("/api/signing-keys", { ...request, device: "demo" });
    this.certificate = await this.post("/session/signing-certificate", request);
    return this.certificate;
  }

  /** Signs a document exactly as given. */
  sign(document) {
    return this.compact({ alg: "ES256", typ: "yunzhen+jws", x5c: this.certificate.x5c }, document);
  }

  async compact(header, payload) {
    const input = `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${Buffer.from(payload).toString("base64url")}`;
    const signature = await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, this.key, Buffer.from(input));
    return `${input}.${Buffer.from(signature).toString("base64url")}`;
  }
}
