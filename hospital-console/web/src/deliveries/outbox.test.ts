import { ApiError, type Delivery } from "@yunzhen/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const step = vi.fn<(id: string, command: string, version: number, key: string) => Promise<Delivery>>();
vi.mock("../app/api", () => ({ api: { deliveries: { step } } }));
const { Outbox, pressOf } = await import("./outbox");

const memory = new Map<string, string>();
beforeEach(() => {
  memory.clear();
  step.mockReset();
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => memory.get(name) ?? null,
    setItem: (name: string, value: string) => memory.set(name, value),
    removeItem: (name: string) => memory.delete(name),
  });
  vi.stubGlobal("window", new EventTarget());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const problem = (status: number, code: string) => new ApiError({ status, code, title: "", detail: "", action: "" });
const noSignal = () => problem(0, "network");
const parcel = (id: string) => ({ id, version: 3 }) as Delivery;

it("keeps a press of each parcel without a signal, and the press of one does not lock the other", async () => {
  step.mockRejectedValue(noSignal());
  const outbox = new Outbox(() => undefined);
  outbox.start();
  outbox.press(parcel("dv1"), "arrive");
  await vi.advanceTimersByTimeAsync(0);
  expect(pressOf(outbox.getSnapshot(), "dv1")).toMatchObject({ phase: "waiting", pending: { command: "arrive" } });
  expect(pressOf(outbox.getSnapshot(), "dv2")).toEqual({ phase: "idle" });
  outbox.press(parcel("dv2"), "accept");
  outbox.press(parcel("dv1"), "give-back");
  await vi.advanceTimersByTimeAsync(0);
  expect(outbox.getSnapshot().waiting.map(({ deliveryId, command }) => [deliveryId, command])).toEqual([
    ["dv1", "arrive"],
    ["dv2", "accept"],
  ]);
  outbox.stop();
});

it("sends all of them once, in order, with the keys they had, over a closed page", async () => {
  step.mockRejectedValue(noSignal());
  const first = new Outbox(() => undefined);
  first.press(parcel("dv1"), "arrive");
  first.press(parcel("dv2"), "accept");
  await vi.advanceTimersByTimeAsync(0);
  const keys = first.getSnapshot().waiting.map(({ key }) => key);
  first.stop();

  step.mockReset().mockImplementation((id) => Promise.resolve(parcel(id)));
  const answered: string[] = [];
  const again = new Outbox(({ id }) => answered.push(id));
  again.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(step.mock.calls.map(([id, command, , key]) => [id, command, key])).toEqual([
    ["dv1", "arrive", keys[0]],
    ["dv2", "accept", keys[1]],
  ]);
  expect(answered).toEqual(["dv1", "dv2"]);
  expect(memory.size).toBe(0);
  again.stop();
});

it("says at its own parcel what the relay will not take, and goes on with the next", async () => {
  step.mockImplementation((id) =>
    id === "dv1" ? Promise.reject(problem(409, "conflict")) : Promise.resolve(parcel(id)),
  );
  const outbox = new Outbox(() => undefined);
  outbox.press(parcel("dv1"), "arrive");
  outbox.press(parcel("dv2"), "accept");
  await vi.advanceTimersByTimeAsync(0);
  expect(pressOf(outbox.getSnapshot(), "dv1")).toMatchObject({ phase: "refused", error: { code: "conflict" } });
  expect(pressOf(outbox.getSnapshot(), "dv2")).toEqual({ phase: "idle" });
  outbox.dismiss("dv1");
  expect(pressOf(outbox.getSnapshot(), "dv1")).toEqual({ phase: "idle" });
  outbox.stop();
});

it("takes up the one press that an earlier version of this page kept", async () => {
  memory.set("yz.courier.pending", JSON.stringify({ deliveryId: "dv1", command: "arrive", version: 3, key: "k" }));
  step.mockResolvedValue(parcel("dv1"));
  const outbox = new Outbox(() => undefined);
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(step).toHaveBeenCalledWith("dv1", "arrive", 3, "k");
  outbox.stop();
});
