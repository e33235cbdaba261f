import { describe, expect, it } from "vitest";
import { Api, ApiError, cookieValue, wasEnded } from "../src";

function api(answer: (request: Request) => Response | Promise<Response>) {
  const requests: Request[] = [];
  let signedOut = 0;
  const client = new Api({
    baseUrl: "http://relay.test",
    csrfToken: () => "csrf-token",
    language: () => "en",
    onSignedOut: () => (signedOut += 1),
    fetch: async (input, init) => {
      const request = input instanceof Request ? input : new Request(new URL(String(input), "http://relay.test"), init);
      requests.push(request);
      return answer(request);
    },
  });
  return { client, requests, signedOut: () => signedOut };
}

describe("Api", () => {
  it("sends CSRF token, language and the action's idempotency key with a command", async () => {
    const { client, requests } = api(() => Response.json({ id: "c" }, { status: 201 }));
    await client.consultations.create({ resident_id: "r", reason: "咳嗽", urgency: "routine" }, "key-1");
    const [request] = requests;
    expect(request?.url).toBe("http://relay.test/api/consultations");
    expect(request?.headers.get("X-CSRF-Token")).toBe("csrf-token");
    expect(request?.headers.get("Idempotency-Key")).toBe("key-1");
    expect(request?.headers.get("Accept-Language")).toBe("en");
    expect(await request?.json()).toEqual({ resident_id: "r", reason: "咳嗽", urgency: "routine" });
  });

  it("sends the action's key with a PUT and a DELETE too, the same on a retry", async () => {
    const { client, requests } = api(() => Response.json({ removed: true }));
    for (let attempt = 0; attempt < 2; attempt++) await client.schedule.removeDuty("s", "key-of-removal");
    await client.consultations.saveNote("c", { version: 0, text: "头晕" }, "key-of-note");
    await client.consultations.saveNote("c", { version: 0, text: "头晕" });
    const keys = requests.map((request) => request.headers.get("Idempotency-Key"));
    expect(keys.slice(0, 3)).toEqual(["key-of-removal", "key-of-removal", "key-of-note"]);
    expect(keys[3]?.length).toBeGreaterThanOrEqual(8);
  });

  it("sends a command once more, with its body and key, when the person has proved who it is", async () => {
    const bodies: unknown[] = [];
    let proved = false;
    let asked = 0;
    const problem = () =>
      Response.json({ title: "请再次确认身份", status: 403, code: "reauthenticate" }, { status: 403 });
    const client = new Api({
      baseUrl: "http://relay.test",
      csrfToken: () => "csrf-token",
      onReauthenticate: async () => {
        asked += 1;
        return proved;
      },
      fetch: async (input) => {
        const request = input as Request;
        bodies.push([request.headers.get("Idempotency-Key"), await request.json()]);
        return proved && bodies.length > 2 ? Response.json({ id: "p" }) : problem();
      },
    });
    await expect(client.prescriptions.sign("p", 1, "a.b.c", "key-of-sign")).rejects.toMatchObject({
      code: "reauthenticate",
    });
    expect([asked, bodies.length]).toEqual([1, 1]);
    proved = true;
    await client.prescriptions.sign("p", 1, "a.b.c", "key-of-sign");
    expect(asked).toBe(2);
    expect(bodies).toEqual(Array.from({ length: 3 }, () => ["key-of-sign", { version: 1, jws: "a.b.c" }]));
  });

  it("sends no CSRF token with a read and leaves out empty queries", async () => {
    const { client, requests } = api(() => Response.json({ items: [] }));
    await client.residents.list({ q: undefined });
    expect(requests[0]?.headers.has("X-CSRF-Token")).toBe(false);
    expect(requests[0]?.url).toBe("http://relay.test/api/residents");
  });

  it("turns a problem document into an error with what to do", async () => {
    const { client } = api(() =>
      Response.json(
        {
          title: "已被修改",
          status: 409,
          code: "stale_version",
          detail: "他人刚刚修改了它。",
          action: "请刷新后重试。",
        },
        { status: 409, headers: { "Content-Type": "application/problem+json" } },
      ),
    );
    const error = await client.consultations.begin("c", 1).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 409, code: "stale_version", action: "请刷新后重试。", retryable: false });
  });

  it("calls no answer `network`, which may be retried, and a proxy's page by its status", async () => {
    const broken = api(() => Promise.reject(new TypeError("fetch failed")));
    await expect(broken.client.homes.list()).rejects.toMatchObject({ code: "network", retryable: true });
    const page = api(() => new Response("<html>", { status: 502 }));
    await expect(page.client.homes.list()).rejects.toMatchObject({ code: "http_502", retryable: true });
  });

  it("tells a session that somebody ended from one that ran out", async () => {
    const told: boolean[] = [];
    let code = "session_revoked";
    const client = new Api({
      baseUrl: "http://relay.test",
      onSignedOut: (error) => told.push(wasEnded(error)),
      fetch: async () => new Response(JSON.stringify({ title: "t", code }), { status: 401 }),
    });
    await client.homes.list().catch(() => {});
    code = "unauthenticated";
    await client.homes.list().catch(() => {});
    expect(told).toEqual([true, false]);
  });

  it("takes a late answer to a former session's request for no word about the session that is there now", async () => {
    let [csrf, told] = ["former", 0];
    const client = new Api({
      baseUrl: "http://relay.test",
      csrfToken: () => csrf,
      onSignedOut: () => (told += 1),
      fetch: async () => {
        csrf = "next";
        return new Response(JSON.stringify({ title: "t", code: "session_revoked" }), { status: 401 });
      },
    });
    await client.homes.list().catch(() => {});
    expect(told).toBe(0);
    await client.homes.list().catch(() => {});
    expect(told).toBe(1);
  });

  it("says when the session ended, but not for a wrong password", async () => {
    const { client, signedOut } = api(() => new Response(null, { status: 401 }));
    await client.session.signIn("a", "b").catch(() => {});
    expect(signedOut()).toBe(0);
    await client.homes.list().catch(() => {});
    expect(signedOut()).toBe(1);
  });

  it("passes on since when the box's answer is old", async () => {
    const { client } = api(() =>
      Response.json({ items: [] }, { headers: { "Stale-Since": "2026-11-23T08:00:00.000Z" } }),
    );
    expect((await client.residents.listFresh()).staleSince).toBe("2026-11-23T08:00:00.000Z");
  });
});

it("reads one cookie among others", () => {
  expect(cookieValue("a=1; yz_csrf=x%3Dy; yz_csrf2=z", "yz_csrf")).toBe("x=y");
  expect(cookieValue("", "yz_csrf")).toBeUndefined();
});
