import { IDBFactory } from "fake-indexeddb";
import { expect, it } from "vitest";
import { indexedDbKeyStore, Signer, type KeyStore, type StoredKey } from "../src";

/** Node cannot clone a CryptoKey into IndexedDB (browsers can), so keys live in a map here. */
function memoryKeys(): KeyStore & { map: Map<string, StoredKey> } {
  const map = new Map<string, StoredKey>();
  return {
    map,
    get: async (id) => map.get(id),
    put: async (id, key) => void map.set(id, key),
    delete: async (id) => void map.delete(id),
  };
}

const decode = (part: string): string => Buffer.from(part, "base64url").toString("utf8");

function setUp(notAfter = "2026-12-01T00:00:00Z") {
  const requests: { jwk: JsonWebKey; proof: string }[] = [];
  const keys = memoryKeys();
  const signer = new Signer({
    staffId: "staff-1",
    keys,
    now: () => Date.parse("2026-11-23T08:00:00Z"),
    api: {
      session: {
        signingCertificate: async (jwk, proof) => {
          requests.push({ jwk, proof });
          return { certificate_chain_pem: "", x5c: ["leaf", "issuing"], serial: "1", not_after: notAfter };
        },
      },
    },
  });
  return { signer, requests, keys };
}

it("signs the document byte for byte with a key that cannot leave", async () => {
  const { signer, requests, keys } = setUp();
  expect(await signer.state()).toBe("no_key");
  const document = '{"prescription_id":"p","药":"阿司匹林"}';
  const jws = await signer.signDocument(document);
  const [header = "", payload = "", signature = ""] = jws.split(".");
  expect(JSON.parse(decode(header))).toEqual({ alg: "ES256", typ: "yunzhen+jws", x5c: ["leaf", "issuing"] });
  expect(decode(payload)).toBe(document);
  const stored = keys.map.get("staff-1");
  expect(stored?.privateKey.extractable).toBe(false);
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", requests[0]?.jwk ?? {}, algorithm, true, ["verify"]);
  const valid = await crypto.subtle.verify(
    algorithm,
    key,
    Buffer.from(signature, "base64url"),
    new TextEncoder().encode(`${header}.${payload}`),
  );
  expect(valid).toBe(true);
  expect(await signer.state()).toBe("ready");
});

it("proves possession of the key it asks a certificate for, once", async () => {
  const { signer, requests } = setUp();
  await signer.signDocument("{}");
  await signer.signDocument("{}");
  expect(requests).toHaveLength(1);
  const [header = "", payload = ""] = (requests[0]?.proof ?? "").split(".");
  expect(JSON.parse(decode(header))).toMatchObject({ alg: "ES256", typ: "yunzhen+proof", jwk: requests[0]?.jwk });
  expect(decode(payload)).toBe(
    '{"issued_at":"2026-11-23T08:00:00.000Z","purpose":"signing-certificate","staff_id":"staff-1"}',
  );
});

it("asks for a new certificate when the old one is about to end or was discarded", async () => {
  const ending = setUp("2026-11-23T08:30:00Z");
  await ending.signer.prepare();
  await ending.signer.prepare();
  expect(ending.requests).toHaveLength(2);
  const { signer, requests } = setUp();
  await signer.prepare();
  await signer.discard();
  await signer.prepare();
  expect(requests).toHaveLength(2);
});

it("keeps keys in IndexedDB by member of staff", async () => {
  const keys = indexedDbKeyStore(new IDBFactory());
  const stored = { privateKey: {}, publicKey: {} } as unknown as StoredKey;
  await keys.put("a", stored);
  expect(await keys.get("a")).toEqual(stored);
  expect(await keys.get("b")).toBeUndefined();
  await keys.delete("a");
  expect(await keys.get("a")).toBeUndefined();
});
