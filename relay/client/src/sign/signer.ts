/**
 * The signed-in person's own hand: makes the key here once, asks for it, has the hospital certify it once an administrator let it in, signs what was shown.
 * The key never leaves this browser; a new browser gets a new key, which is asked for again. A certificate that is about to end is renewed for the same key.
 */
import type { Api, SigningCertificate } from "../api/api";
import type { SigningKey } from "../api/types";
import { signCompact } from "./jws";
import { indexedDbKeyStore, type KeyStore, type StoredKey } from "./key-store";

export interface SignerOptions {
  staffId: string;
  api: {
    session: Pick<Api["session"], "signingCertificate">;
    signingKeys: Pick<Api["signingKeys"], "request">;
  };
  keys?: KeyStore;
  subtle?: SubtleCrypto;
  now?: () => number;
  /** What this browser is called in the list of keys. */
  device?: string;
}

export type SigningState = "ready" | "no_key";

/** Renewed this long before it ends, so that a review that is open now can still be signed. */
const RENEW_BEFORE_MS = 60 * 60 * 1000;

/** The name of a browser and its system, as a person tells two of them apart. */
export function deviceName(userAgent: string): string {
  const of = (names: readonly (readonly [string, string])[]) => names.find(([mark]) => userAgent.includes(mark))?.[1];
  const browser = of([
    ["Edg/", "Edge"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ]);
  const system = of([
    ["Windows", "Windows"],
    ["Android", "Android"],
    ["iPad", "iPad"],
    ["iPhone", "iPhone"],
    ["Mac OS", "macOS"],
    ["Linux", "Linux"],
  ]);
  return [browser ?? "Browser", system].filter(Boolean).join(" · ");
}

export class Signer {
  private readonly keys: KeyStore;
  private readonly subtle: SubtleCrypto;
  private readonly now: () => number;

  constructor(private readonly options: SignerOptions) {
    this.keys = options.keys ?? indexedDbKeyStore();
    this.subtle = options.subtle ?? crypto.subtle;
    this.now = options.now ?? (() => Date.now());
  }

  /** Whether this browser holds a certified key for this person. */
  async state(): Promise<SigningState> {
    const key = await this.keys.get(this.options.staffId);
    return key?.certificate && key.enrolled === true && this.valid(key.certificate) ? "ready" : "no_key";
  }

  /** SHA-256 of the public key that lies here, hexadecimal: computed here, so that what is compared is what this browser holds. */
  async keySha256(): Promise<string | undefined> {
    const key = await this.keys.get(this.options.staffId);
    if (!key) return undefined;
    const spki = await this.subtle.exportKey("spki", key.publicKey);
    const digest = new Uint8Array(await this.subtle.digest("SHA-256", spki));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Makes a key where there is none, and asks for it. Asking again for the same key tells how it stands. */
  async enrol(): Promise<SigningKey> {
    return (await this.request(await this.pair())).record;
  }

  /** The valid certificate; makes, asks for and certifies a key when there is none. */
  async prepare(): Promise<SigningCertificate> {
    return (await this.ready()).certificate;
  }

  /** Signs the document text exactly as given. */
  async signDocument(document: string): Promise<string> {
    const { privateKey, certificate } = await this.ready();
    return signCompact(this.subtle, privateKey, { alg: "ES256", typ: "yunzhen+jws", x5c: certificate.x5c }, document);
  }

  /** After the key was refused or revoked: the next one is new. */
  async discard(): Promise<void> {
    await this.keys.delete(this.options.staffId);
  }

  private valid(certificate: SigningCertificate): boolean {
    return Date.parse(certificate.not_after) - RENEW_BEFORE_MS > this.now();
  }

  private async ready(): Promise<StoredKey & { certificate: SigningCertificate }> {
    const stored = await this.pair();
    // A certificate from before keys were asked for is none that the relay believes.
    if (stored.certificate && stored.enrolled === true && this.valid(stored.certificate)) {
      return { ...stored, certificate: stored.certificate };
    }
    const { record, publicJwk, proofJws } = await this.request(stored);
    // One that an offline authority issued comes with the key; else the console issues it.
    const offline = record.certificate && this.valid(record.certificate) ? record.certificate : undefined;
    const certificate = offline ?? (await this.options.api.session.signingCertificate(publicJwk, proofJws));
    const key = { ...stored, certificate, enrolled: true };
    await this.keys.put(this.options.staffId, key);
    return key;
  }

  private async pair(): Promise<StoredKey> {
    const stored = await this.keys.get(this.options.staffId);
    if (stored) return stored;
    const { privateKey, publicKey } = (await this.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
      "verify",
    ])) as CryptoKeyPair;
    const made = { privateKey, publicKey };
    // Kept before it is asked for: what the administrator approves must still be here then.
    await this.keys.put(this.options.staffId, made);
    return made;
  }

  private async request(key: StoredKey): Promise<{ record: SigningKey; publicJwk: JsonWebKey; proofJws: string }> {
    const { kty = "", crv = "", x = "", y = "" } = await this.subtle.exportKey("jwk", key.publicKey);
    const publicJwk = { kty, crv, x, y };
    // Proof of possession; members in canonical (sorted) order.
    const proof = JSON.stringify({
      issued_at: new Date(this.now()).toISOString(),
      purpose: "signing-certificate",
      staff_id: this.options.staffId,
    });
    const header = { alg: "ES256", typ: "yunzhen+proof", jwk: publicJwk };
    const proofJws = await signCompact(this.subtle, key.privateKey, header, proof);
    const device = this.options.device ?? deviceName(typeof navigator === "undefined" ? "" : navigator.userAgent);
    const record = await this.options.api.signingKeys.request({
      public_key_jwk: publicJwk,
      proof_jws: proofJws,
      device,
    });
    return { record, publicJwk, proofJws };
  }
}
