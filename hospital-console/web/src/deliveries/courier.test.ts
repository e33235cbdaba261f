import type { Delivery } from "@yunzhen/client";
import { expect, it } from "vitest";
import { isCarried, moved, nextStop, nextWord, progress, way } from "./courier";

const stop = (id: string, state: Delivery["state"]) => ({ id, state }) as Delivery;

it("goes to the first parcel in order that has not ended", () => {
  const stops = [stop("a", "received"), stop("b", "in_transit"), stop("c", "awaiting_courier")];
  expect(nextStop(stops)?.id).toBe("b");
  expect(nextStop([stop("a", "received"), stop("b", "returned")])).toBeUndefined();
});

it("moves one parcel a place and keeps the others", () => {
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved([], 0, 1)).toEqual([]);
});

it("measures what the courier carries, a parcel that is stopped included", () => {
  expect(
    ["in_transit", "quarantined", "recalled"].every((state) => isCarried(stop("a", state as Delivery["state"]))),
  ).toBe(true);
  expect(
    ["awaiting_courier", "received", "lost"].some((state) => isCarried(stop("a", state as Delivery["state"]))),
  ).toBe(false);
});

it("shows a parcel that was called back as far as it got: it was drawn as received", () => {
  const went = (state: Delivery["state"], ...steps: string[]) =>
    progress({
      ...stop("a", state),
      timeline: steps.map((step) => ({ step, at: "2026-11-30T06:00:00Z" })),
    } as Delivery);
  expect(went("recalled", "pack", "accept", "pick_up", "cancel")).toBe(2);
  expect(went("refused", "pack", "accept", "pick_up", "arrive", "refuse")).toBe(3);
  expect(went("returned", "pack", "take_back")).toBe(0);
  expect(went("discrepancy", "pack", "accept", "pick_up", "receive_discrepancy")).toBe(4);
});

it("leads a parcel that goes back to the pharmacy: one withdrawn at the door was drawn as being received", () => {
  const drawn = (state: Delivery["state"], ...steps: string[]) =>
    way({ ...stop("a", state), timeline: steps.map((step) => ({ step, at: "2026-11-30T06:00:00Z" })) } as Delivery).map(
      ({ step, done, current }) => `${step}${done ? " done" : current ? " now" : ""}`,
    );
  const atDoor = ["accept", "pick_up", "arrive"];
  const back = ["accept done", "pickUp done", "arrive done", "back now"];
  expect(drawn("recalled", ...atDoor, "cancel")).toEqual(back);
  expect(drawn("refused", ...atDoor, "refuse")).toEqual(back);
  expect(drawn("returning", "accept", "pick_up", "give_back")).toEqual(["accept done", "pickUp done", "back now"]);
  expect(drawn("returned", ...atDoor, "refuse", "take_back")).toEqual([...back.slice(0, 3), "back done"]);
  expect(drawn("at_door", ...atDoor)).toEqual([...back.slice(0, 3), "received now"]);
});

it("draws nothing as the courier's step while the pharmacy decides or once it is over", () => {
  const current = (state: Delivery["state"]) =>
    way({ ...stop("a", state), timeline: [] } as unknown as Delivery).some((step) => step.current);
  expect((["quarantined", "received", "discrepancy", "lost", "cancelled"] as const).some(current)).toBe(false);
  expect((["awaiting_courier", "accepted", "in_transit", "on_hold"] as const).every(current)).toBe(true);
});

it("says to bring a recalled batch back wherever it is held: the bar said to keep the parcel and wait", () => {
  const held = (state: Delivery["state"], more: Partial<Delivery> = { batch_recalled: true }) =>
    nextWord({ ...stop("a", state), ...more } as Delivery);
  expect(held("quarantined")).toBe("batch_back");
  expect(held("quarantined", { quarantine: "recall" })).toBe("batch_back");
  expect(held("quarantined", { quarantine: "temperature" })).toBe("quarantined");
  expect(held("at_door")).toBe("batch_back");
  expect(held("accepted")).toBe("batch_recalled");
  expect(held("returning")).toBe("returning");
  expect(held("lost")).toBe("lost");
});
