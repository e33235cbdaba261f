import { describe, expect, it } from "vitest";
import { Api, attention } from "../src";

describe("attention", () => {
  it("lasts a minute from the last touch, and whoever opened the page did touch it", () => {
    const page = new EventTarget();
    let now = 0;
    const attended = attention(page, () => now);
    expect(attended()).toBe(true);
    now = 60_000;
    expect(attended()).toBe(false);
    for (const event of ["pointerdown", "pointermove", "keydown", "wheel"]) {
      page.dispatchEvent(new Event(event));
      expect([event, attended()]).toEqual([event, true]);
      now += 60_000;
      expect([event, attended()]).toEqual([event, false]);
    }
    page.dispatchEvent(new Event("visibilitychange"));
    expect(attended()).toBe(false);
  });

  it("is said with every request that nobody is there for, and with no other", async () => {
    let there = true;
    const said: (string | null)[] = [];
    const client = new Api({
      baseUrl: "http://relay.test",
      attended: () => there,
      fetch: (input, init) => {
        const request =
          input instanceof Request ? input : new Request(new URL(String(input), "http://relay.test"), init);
        said.push(request.headers.get("Unattended"));
        return Promise.resolve(Response.json({ items: [], staff: {} }));
      },
    });
    await client.residents.list();
    there = false;
    await client.residents.list();
    await client.session.me();
    there = true;
    await client.session.me();
    expect(said).toEqual([null, "1", "1", null]);
  });
});
