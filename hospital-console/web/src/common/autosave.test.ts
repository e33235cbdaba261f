import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Autosave } from "./autosave";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function deferred() {
  const calls: { value: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  const save = (value: string) =>
    new Promise<void>((resolve, reject) => {
      calls.push({ value, resolve, reject });
    });
  return { calls, save };
}

describe("Autosave", () => {
  it("saves the latest value once typing rests", async () => {
    const { calls, save } = deferred();
    const autosave = new Autosave<string>({ save });
    autosave.change("a");
    autosave.change("ab");
    expect(autosave.getSnapshot().state).toBe("unsaved");
    await vi.advanceTimersByTimeAsync(700);
    expect(calls.map((c) => c.value)).toEqual(["ab"]);
    calls[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(autosave.getSnapshot().state).toBe("saved");
  });

  it("has one request at a time and saves what was typed meanwhile", async () => {
    const { calls, save } = deferred();
    const autosave = new Autosave<string>({ save });
    autosave.change("a");
    await vi.advanceTimersByTimeAsync(700);
    autosave.change("b");
    await vi.advanceTimersByTimeAsync(5000);
    expect(calls).toHaveLength(1);
    calls[0]?.resolve();
    await vi.advanceTimersByTimeAsync(700);
    expect(calls.map((c) => c.value)).toEqual(["a", "b"]);
  });

  it("retries by itself and keeps the newest value", async () => {
    const { calls, save } = deferred();
    const autosave = new Autosave<string>({ save });
    autosave.change("a");
    await vi.advanceTimersByTimeAsync(700);
    calls[0]?.reject(new Error("no signal"));
    await vi.advanceTimersByTimeAsync(0);
    expect(autosave.getSnapshot().state).toBe("failed");
    await vi.advanceTimersByTimeAsync(3000);
    expect(calls.map((c) => c.value)).toEqual(["a", "a"]);
  });

  it("stops at a conflict until the person chose", async () => {
    const { calls, save } = deferred();
    const autosave = new Autosave<string>({ save, isConflict: () => true });
    autosave.change("mine");
    await vi.advanceTimersByTimeAsync(700);
    calls[0]?.reject(new Error("stale"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toHaveLength(1);
    expect(autosave.getSnapshot().state).toBe("conflict");
    autosave.keepMine();
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map((c) => c.value)).toEqual(["mine", "mine"]);
  });

  it("flush waits for the running request and sends the rest, and tells when it cannot", async () => {
    const { calls, save } = deferred();
    const autosave = new Autosave<string>({ save });
    autosave.change("a");
    await vi.advanceTimersByTimeAsync(700);
    autosave.change("b");
    const flushed = autosave.flush();
    calls[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map((c) => c.value)).toEqual(["a", "b"]);
    calls[1]?.reject(new Error("refused"));
    await expect(flushed).rejects.toThrow("refused");
  });
});
