import { expect, test } from "vitest";
import { creationOptions, fromBase64url, partyOf, requestOptions } from "../src/passkey/browser";
import { base64url } from "../src/sign/jws";

test("bytes travel as base64url and come back", () => {
  for (const bytes of [[], [0], [255, 254], [251, 239, 190, 0, 1]]) {
    expect([...fromBase64url(base64url(new Uint8Array(bytes)))]).toEqual(bytes);
  }
});

test("a passkey is discoverable, verifies the person, and nobody asks who made the device", () => {
  const asked = {
    challenge: "YWJj",
    rp_id: "clinic.example.org",
    user_id: "AAE",
    user_name: "li",
    display_name: "李梅",
    algorithms: [-7, -8, -257],
    exclude: ["_-8"],
    expires_at: "2026-11-23T08:00:00.000Z",
  };
  const options = creationOptions(asked, "云诊");
  expect(options.authenticatorSelection).toMatchObject({ residentKey: "required", userVerification: "required" });
  expect(options.attestation).toBe("none");
  expect(options.rp).toEqual({ id: "clinic.example.org", name: "云诊" });
  expect(options.pubKeyCredParams.map(({ alg }) => alg)).toEqual([-7, -8, -257]);
  expect([...(options.excludeCredentials?.[0]?.id as Uint8Array)]).toEqual([255, 239]);
  const request = requestOptions({ challenge: "YWJj", rp_id: "clinic.example.org", expires_at: asked.expires_at });
  expect(request.userVerification).toBe("required");
  expect(request.allowCredentials).toBeUndefined();
  expect([...(request.challenge as Uint8Array)]).toEqual([97, 98, 99]);
});

test("passkeys are for the relay's host; on this machine a page has those of its own host, elsewhere there are none", () => {
  expect(partyOf("clinic.example.org", "clinic.example.org")).toBe("clinic.example.org");
  expect(partyOf("localhost", "localhost")).toBe("localhost");
  expect(partyOf("localhost", "specialist.localhost")).toBe("specialist.localhost");
  expect(partyOf("localhost", "127.0.0.1")).toBeUndefined();
  expect(partyOf("clinic.example.org", "www.clinic.example.org")).toBeUndefined();
  expect(partyOf("clinic.example.org", "specialist.localhost")).toBeUndefined();
});
