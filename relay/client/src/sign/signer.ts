/**
 * The signed-in person's own hand: makes the key here once, has the hospital certify it, signs what was shown.
 * The key never leaves this browser; a new browser gets a new key and a new certificate.
 */
import type { Api, SigningCertificate } from "../api/api";
import { signCompact } from "./jws";
import { indexedDbKeyStore, type KeyStore, type StoredKey } from "./key-store";

export interface SignerOptions {
  staffId: string;
  api: { session: Pick<Api["session"], "signingCertificate"> };
  keys?: KeyStore;
  subtle?: SubtleCrypto;
  now?: () => number;
}

export type SigningState = "ready" | "no_key";

/** Renewed this long before it ends, so that a review that is open now can still be signed. */
const RENEW_BEFORE_MS = 60 * 60 * 1000;

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
    return key?.certificate && this.valid(key.certificate) ? "ready" : "no_key";
  }

  /** The valid certificate; makes and certifies a key when there is none. */
  async prepare(): Promise<SigningCertificate> {
    return (await this.ready()).certificate;
  }

  /** Signs the document text exactly as given. */
  async signDocument(document: string): Promise<string> {
    const { privateKey, certificate } = await this.ready();
    return signCompact(this.subtle, privateKey, { alg: "ES256", typ: "yunzhen+jws", x5c: certificate.x5c }, document);
  }

  /** After the relay refused the certificate (revoked): the next signature uses a new key. */
  async discard(): Promise<void> {
    await this.keys.delete(this.options.staffId);
  }

  private valid(certificate: SigningCertificate): boolean {
    return Date.parse(certificate.not_after) - RENEW_BEFORE_MS > this.now();
  }

  private async ready(): Promise<StoredKey & { certificate: SigningCertificate }> {
    const stored = await this.keys.get(this.options.staffId);
    if (stored?.certificate && this.valid(stored.certificate)) return { ...stored, certificate: stored.certificate };
    const pair = (await this.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
      "verify",
    ])) as CryptoKeyPair;
    const { kty, crv, x, y } = await this.subtle.exportKey("jwk", pair.publicKey);
    const publicJwk = { kty, crv, x, y } as JsonWebKey;
    // Proof of possession; members in canonical (sorted) order.
    const proof = JSON.stringify({
      issued_at: new Date(this.now()).toISOString(),
      purpose: "signing-certificate",
      staff_id: this.options.staffId,
    });
    const proofJws = await signCompact(
      this.subtle,
      pair.privateKey,
      { alg: "ES256", typ: "yunzhen+proof", jwk: publicJwk },
      proof,
    );
    const certificate = await this.options.api.session.signingCertificate(publicJwk, proofJws);
    const key = { privateKey: pair.privateKey, publicKey: pair.publicKey, certificate };
    await this.keys.put(this.options.staffId, key);
    return key;
  }
}
