import { Api } from "@yunzhen/client";
import { describe, expect, it, vi } from "vitest";
import { NoteSaving } from "../consultations/note-saving";
import { DraftSaving } from "../prescriptions/draft-saving";

interface Heard {
  method: string;
  path: string;
  key: string | null;
  body: { version?: number; text?: string; items?: unknown[] };
}

/** A relay that gives the first answer again for a key it knows, and whose answers are lost where the plan says so. */
function relay(lost: readonly boolean[]) {
  const heard: Heard[] = [];
  const first = new Map<string | null, unknown>();
  let version = 0;
  const api = new Api({
    baseUrl: "http://relay.test",
    csrfToken: () => "csrf-token",
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const key = request.headers.get("Idempotency-Key");
      const body = (await request.json()) as Heard["body"];
      heard.push({ method: request.method, path: new URL(request.url).pathname, key, body });
      const stale = !first.has(key) && body.version !== undefined && body.version !== version;
      if (stale) return Response.json({ status: 409, code: "stale_version", title: "", detail: "" }, { status: 409 });
      if (!first.has(key)) first.set(key, { id: "p1", ...body, version: ++version });
      if (lost[heard.length - 1]) throw new TypeError("connection reset");
      return Response.json(first.get(key));
    },
  });
  return { api, heard, version: () => version };
}

const note = (text: string) => ({ text, diagnosis_code: undefined });
const draft = (n: number) => ({
  diagnosis_code: "I10",
  supply: "ordinary" as const,
  valid_days: 3,
  items: Array.from({ length: n }) as [],
});

describe("a note whose answer was lost", () => {
  it("is saved again under the same key, once", async () => {
    const { api, heard, version } = relay([true]);
    const kept = vi.fn();
    const saving = new NoteSaving(api, "c1", 0, kept);
    await expect(saving.save(note("头晕"))).rejects.toThrow();
    await saving.save(note("头晕"));
    expect(heard).toHaveLength(2);
    expect(heard[1]).toEqual(heard[0]);
    expect(version()).toBe(1);
    expect(kept).toHaveBeenCalledOnce();
  });

  it("is no conflict with what was typed meanwhile", async () => {
    const { api, heard } = relay([true]);
    const saving = new NoteSaving(api, "c1", 0, () => undefined);
    await expect(saving.save(note("头晕"))).rejects.toThrow();
    await saving.save(note("头晕两天"));
    expect(heard.map(({ body }) => [body.version, body.text])).toEqual([
      [0, "头晕"],
      [0, "头晕"],
      [1, "头晕两天"],
    ]);
    expect(heard[1]?.key).toBe(heard[0]?.key);
    expect(heard[2]?.key).not.toBe(heard[0]?.key);
  });

  it("that never arrived and meets another window's is still a conflict", async () => {
    const { api } = relay([]);
    const saving = new NoteSaving(api, "c1", 7, () => undefined);
    await expect(saving.save(note("头晕"))).rejects.toMatchObject({ code: "stale_version" });
  });
});

describe("a prescription whose answer was lost", () => {
  it("is made once; what was typed meanwhile rewrites it", async () => {
    const { api, heard } = relay([true]);
    const saving = new DraftSaving(api, "c1", undefined, () => undefined);
    await expect(saving.save(draft(1))).rejects.toThrow();
    await saving.save(draft(2));
    expect(heard.map(({ method, body }) => [method, body.version, body.items?.length])).toEqual([
      ["POST", undefined, 1],
      ["POST", undefined, 1],
      ["PUT", 1, 2],
    ]);
    expect(heard[1]?.key).toBe(heard[0]?.key);
    expect(saving.stored).toMatchObject({ id: "p1", version: 2 });
  });

  it("is rewritten once", async () => {
    const { api, heard, version } = relay([false, true]);
    const saving = new DraftSaving(api, "c1", undefined, () => undefined);
    await saving.save(draft(1));
    await expect(saving.save(draft(2))).rejects.toThrow();
    await saving.save(draft(2));
    expect(heard[2]).toEqual(heard[1]);
    expect(version()).toBe(2);
    expect(saving.stored?.version).toBe(2);
  });
});
