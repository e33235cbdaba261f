/** JWS compact serialization (RFC 7515) with ES256 over a text that is signed exactly as given. */

export function base64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** `payload` goes in byte for byte: the relay made it canonical (RFC 8785), nobody reformats it. */
export async function signCompact(
  subtle: SubtleCrypto,
  key: CryptoKey,
  header: Record<string, unknown>,
  payload: string,
): Promise<string> {
  const input = `${base64url(utf8(JSON.stringify(header)))}.${base64url(utf8(payload))}`;
  // WebCrypto's ECDSA signature is already r‖s, the form JWS wants.
  const signature = await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, utf8(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}
