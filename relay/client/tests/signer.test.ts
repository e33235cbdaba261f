import { IDBFactory } from "fake-indexeddb";
import { expect, it } from "vitest";
import {
  ApiError,
  deviceName,
  indexedDbKeyStore,
  Signer,
  type KeyStore,
  type NewSigningKey,
  type SigningKey,
  type StoredKey,
} from "../src";

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
  const asked: NewSigningKey[] = [];
  const keys = memoryKeys();
  const signer = new Signer({
    staffId: "staff-1",
    keys,
    now: () => Date.parse("2026-11-23T08:00:00Z"),
    device: "Chrome · Windows",
    api: {
      signingKeys: {
        request: async (body) => {
          asked.push(body);
          return { id: "k", state: "approved" } as SigningKey;
        },
      },
      session: {
        signingCertificate: async (jwk, proof) => {
          requests.push({ jwk, proof });
          return { certificate_chain_pem: "", x5c: ["leaf", "issuing"], serial: "1", not_after: notAfter };
        },
      },
    },
  });
  return { signer, requests, asked, keys };
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

it("asks for the key that lies here, and keeps it while an administrator decides", async () => {
  const { signer, asked, keys } = setUp();
  const waiting = new Signer({
    staffId: "staff-1",
    keys,
    now: () => Date.parse("2026-11-23T08:00:00Z"),
    api: {
      signingKeys: { request: async () => ({ id: "k", state: "requested" }) as SigningKey },
      session: {
        signingCertificate: () => Promise.reject(new ApiError({ title: "", status: 409, code: "signing_key_waiting" })),
      },
    },
  });
  await expect(waiting.signDocument("{}")).rejects.toMatchObject({ code: "signing_key_waiting" });
  expect(await waiting.state()).toBe("no_key");
  const fingerprint = await waiting.keySha256();
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  // Approved meanwhile: the same key, not another one.
  await signer.signDocument("{}");
  expect(await signer.keySha256()).toBe(fingerprint);
  expect(asked.map((request) => request.device)).toEqual(["Chrome · Windows"]);
  expect(await signer.state()).toBe("ready");
});

it("takes the certificate that an offline authority issued, while it is valid", async () => {
  const { signer, requests, asked } = setUp();
  const offline = (not_after: string) => ({
    certificate_chain_pem: "",
    x5c: ["offline", "issuing"],
    serial: "2",
    not_after,
  });
  const answers = [offline("2026-11-22T00:00:00Z"), offline("2026-12-20T00:00:00Z")];
  const withOffline = (certificate: unknown) =>
    new Signer({
      staffId: "staff-2",
      keys: memoryKeys(),
      now: () => Date.parse("2026-11-23T08:00:00Z"),
      api: {
        signingKeys: { request: async () => ({ id: "k", state: "approved", certificate }) as SigningKey },
        session: { signingCertificate: async () => signer.prepare() },
      },
    });
  const [over, valid] = answers.map(withOffline);
  expect((await valid?.prepare())?.serial).toBe("2");
  expect(requests).toHaveLength(0);
  expect((await over?.prepare())?.serial).toBe("1");
  expect(asked).toHaveLength(1);
});

it("does not trust a certificate from before keys were asked for", async () => {
  const { signer, asked, keys } = setUp();
  await signer.prepare();
  const { enrolled: _, ...before } = keys.map.get("staff-1") as StoredKey;
  keys.map.set("staff-1", before);
  expect(await signer.state()).toBe("no_key");
  await signer.prepare();
  expect(asked).toHaveLength(2);
});

it("names a browser so that its owner knows it", () => {
  const chrome =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36";
  expect(deviceName(chrome)).toBe("Chrome · Windows");
  expect(deviceName("")).toBe("Browser");
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
