/** Passkeys in this browser: the relay's words to the browser's and back. Everything travels as base64url. No decision is taken here. */
import { ApiError } from "../api/problem";
import type { NewPasskey, PasskeyCreation, PasskeyRequest, PasskeySignIn } from "../api/types";
import { base64url } from "../sign/jws";

/** Whether this browser can have passkeys at all: they exist on secure pages only. */
export function passkeysWork(): boolean {
  return typeof window !== "undefined" && window.isSecureContext && "PublicKeyCredential" in window;
}

/**
 * For which host this page's passkeys are: the one that the relay names, or, on `localhost`, the page's own (`nurse.localhost`), since
 * no browser lets such a page speak for all of `localhost`. Undefined where the page has an address for which there are none.
 */
export function partyOf(rpId: string, host: string): string | undefined {
  if (rpId === "localhost" && host.endsWith(".localhost")) return host;
  return host === rpId ? rpId : undefined;
}

/** What went wrong before anything was sent; the page has the words (`problem.passkey_address`, …). */
const problem = (code: "passkey_address" | "passkey_here" | "passkey_unable", detail = "", cause?: unknown): ApiError =>
  new ApiError({ title: code, status: 0, code, detail }, undefined, { cause });

function partyHere(rpId: string): string {
  const party = partyOf(rpId, location.hostname);
  if (party === undefined) throw problem("passkey_address", rpId);
  return party;
}

export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

const encoded = (bytes: ArrayBuffer): string => base64url(new Uint8Array(bytes));

/** What the browser is asked to make: one that is found without a user name, by a device that verifies the person; nobody asks who made the device. */
export function creationOptions(asked: PasskeyCreation, site: string): PublicKeyCredentialCreationOptions {
  return {
    challenge: fromBase64url(asked.challenge),
    rp: { id: asked.rp_id, name: site },
    user: { id: fromBase64url(asked.user_id), name: asked.user_name, displayName: asked.display_name },
    pubKeyCredParams: asked.algorithms.map((alg) => ({ type: "public-key", alg })),
    excludeCredentials: asked.exclude.map((id) => ({ type: "public-key", id: fromBase64url(id) })),
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    attestation: "none",
  };
}

export function requestOptions(asked: PasskeyRequest): PublicKeyCredentialRequestOptions {
  return { challenge: fromBase64url(asked.challenge), rpId: asked.rp_id, userVerification: "required" };
}

/** A new passkey; undefined when the person turned away. */
export async function makePasskey(asked: PasskeyCreation, site: string, name: string): Promise<NewPasskey | undefined> {
  const here = { ...asked, rp_id: partyHere(asked.rp_id) };
  const made = await orNothing(here.rp_id, () =>
    navigator.credentials.create({ publicKey: creationOptions(here, site) }),
  );
  if (!made) return undefined;
  const { clientDataJSON, attestationObject } = made.response as AuthenticatorAttestationResponse;
  return { name, client_data: encoded(clientDataJSON), attestation_object: encoded(attestationObject) };
}

/** Shows a passkey; undefined when the person turned away. */
export async function showPasskey(asked: PasskeyRequest): Promise<PasskeySignIn | undefined> {
  const here = { ...asked, rp_id: partyHere(asked.rp_id) };
  const shown = await orNothing(here.rp_id, () => navigator.credentials.get({ publicKey: requestOptions(here) }));
  if (!shown) return undefined;
  const answer = shown.response as AuthenticatorAssertionResponse;
  return {
    credential_id: encoded(shown.rawId),
    client_data: encoded(answer.clientDataJSON),
    authenticator_data: encoded(answer.authenticatorData),
    signature: encoded(answer.signature),
    ...(answer.userHandle ? { user_handle: encoded(answer.userHandle) } : {}),
  };
}

/** The browser says the same for "cancelled", "took too long" and "there is none", so that no page learns which. */
async function orNothing(
  rpId: string,
  ask: () => Promise<Credential | null>,
): Promise<PublicKeyCredential | undefined> {
  try {
    return ((await ask()) as PublicKeyCredential | null) ?? undefined;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === "NotAllowedError" || error.name === "AbortError") return undefined;
    if (error.name === "SecurityError") throw problem("passkey_address", rpId, error);
    if (error.name === "InvalidStateError") throw problem("passkey_here", "", error);
    throw problem("passkey_unable", "", error);
  }
}
