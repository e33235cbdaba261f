import { ApiError, type Delivery } from "@yunzhen/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const measure = vi.fn<(id: string, body: { celsius: number; measured_at: string }, key: string) => Promise<Delivery>>();
vi.mock("../app/api", () => ({ api: { parcels: { measure } } }));
const { Temperatures } = await import("./temperatures");

const memory = new Map<string, string>();
beforeEach(() => {
  memory.clear();
  measure.mockReset();
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => memory.get(name) ?? null,
    setItem: (name: string, value: string) => memory.set(name, value),
  });
  vi.stubGlobal("window", new EventTarget());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const noSignal = () => new ApiError({ status: 0, code: "network", title: "", detail: "", action: "" });

it("keeps what was measured without a signal, over a closed page, and sends it once with its time and key", async () => {
  measure.mockRejectedValue(noSignal());
  const first = new Temperatures(() => undefined);
  first.start();
  first.add("dv1", 5.5);
  await vi.advanceTimersByTimeAsync(0);
  expect(first.getSnapshot().waiting).toHaveLength(1);
  first.stop();

  measure.mockReset().mockResolvedValue({ id: "dv1" } as Delivery);
  const answered = vi.fn();
  const again = new Temperatures(answered);
  again.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(measure).toHaveBeenCalledTimes(1);
  expect(measure.mock.calls[0]?.[1].celsius).toBe(5.5);
  expect(answered).toHaveBeenCalledTimes(1);
  expect(again.getSnapshot().waiting).toEqual([]);
  again.stop();
});

it("drops what the relay will never take, and says so", async () => {
  measure.mockRejectedValue(new ApiError({ status: 422, code: "invalid_input", title: "", detail: "", action: "" }));
  const outbox = new Temperatures(() => undefined);
  outbox.start();
  outbox.add("dv1", 5.5);
  await vi.advanceTimersByTimeAsync(0);
  expect(outbox.getSnapshot().waiting).toEqual([]);
  expect(outbox.getSnapshot().error?.code).toBe("invalid_input");
  outbox.stop();
});
