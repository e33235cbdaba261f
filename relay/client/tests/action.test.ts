import { describe, expect, it } from "vitest";
import { Action, Api, ApiError } from "../src";

/** A relay that hears every command; `answers` says what its reply becomes, `lost` for one that never arrives. */
function relay(answers: readonly (number | "lost")[]) {
  const keys: (string | null)[] = [];
  const api = new Api({
    baseUrl: "http://relay.test",
    csrfToken: () => "csrf-token",
    fetch: async (input, init) => {
      const answer = answers[keys.length] ?? 200;
      keys.push(new Request(input, init).headers.get("Idempotency-Key"));
      if (answer === "lost") throw new TypeError("connection reset");
      return Response.json({ id: "x", status: answer, code: "refused" }, { status: answer });
    },
  });
  return { api, keys };
}

const plan = { planned_on: "2026-11-30", doctors: ["d1"], remark: "", residents: [] };

describe("a command whose answer was lost", () => {
  it.each([
    ["a calendar link withdrawn", (api: Api, key: string) => api.calendars.revoke("k1", key)],
    ["a calendar link made", (api: Api, key: string) => api.calendars.share(key)],
    ["a first visit planned anew", (api: Api, key: string) => api.visits.change("v1", { version: 2, plan }, key)],
  ])("%s: pressed once more, it goes under the same key; the next one under another", async (_, send) => {
    const { api, keys } = relay(["lost", 200, 200]);
    const action = new Action<string, unknown>();
    const press = () => action.run("same", (_, key) => send(api, key));
    await expect(press()).rejects.toBeInstanceOf(ApiError);
    await press();
    await press();
    expect(keys[0]).toBeTruthy();
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("has a new key once it was refused, and for another input", async () => {
    const { api, keys } = relay([409, "lost", 200]);
    const action = new Action<string, unknown>();
    const press = (id: string) => action.run(id, (input, key) => api.calendars.revoke(input, key));
    await expect(press("k1")).rejects.toThrow();
    await expect(press("k1")).rejects.toThrow();
    await press("k2");
    expect(new Set(keys).size).toBe(3);
  });
});
