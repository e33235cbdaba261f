import type { CourierRun, Delivery } from "@yunzhen/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { dropRun, keepRun, keptRun, openRun } from "./keptRun";

const memory = new Map<string, string>();
beforeEach(() => {
  memory.clear();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => memory.get(name) ?? null,
    setItem: (name: string, value: string) => memory.set(name, value),
    removeItem: (name: string) => memory.delete(name),
  });
});
afterEach(() => vi.unstubAllGlobals());

const HOUR = 3_600_000;
const stop = (state: Delivery["state"]): Delivery => ({
  id: "dv1",
  version: 3,
  state,
  home: { name: "松鹤颐养院", address: "东湖路 8 号", phone: "027-1" },
  parcel_code: "K7M42PQR",
  batch_recalled: false,
  cold_chain: false,
  courier: { name: "刘洋", phone: "138" },
  attempts: [],
  timeline: [{ step: "accept", at: "2026-11-23T02:00:00Z", who: "刘洋" }],
  allowed: ["arrive"],
  // What the relay never tells a courier, should it once.
  resident: { name: "王秀英", bed: "301-1" },
  packs: [{ item_no: 1, name: "药", quantity: 7, unit: "片", batch: "B", expiry: "2028-01-31" }],
  prescription_id: "rx1",
});
const run = (...states: Delivery["state"][]): CourierRun => ({
  id: "run1",
  version: 2,
  day: "2026-11-23",
  pharmacy_name: "康宁大药房",
  pharmacy_phone: "027-2",
  courier: { name: "刘洋", phone: "138" },
  stops: states.map(stop),
  allowed: ["order"],
});

it("shows the parcels of the run again after the page was loaded without a signal", () => {
  openRun("run1", 0);
  expect(keptRun("run1", 1)).toBeUndefined();
  keepRun(run("in_transit"), HOUR);
  expect(keptRun("run1", 2 * HOUR)).toMatchObject({
    at: HOUR,
    run: { stops: [{ parcel_code: "K7M42PQR", home: { address: "东湖路 8 号" }, version: 3, allowed: ["arrive"] }] },
  });
  expect(keptRun("run2", 2 * HOUR)).toBeUndefined();
});

it("keeps a parcel, an address and a code, and nobody's name or medicine", () => {
  openRun("run1", 0);
  keepRun(run("in_transit"), 0);
  const text = [...memory.values()].join();
  for (const hidden of ["王秀英", "301-1", "rx1", '药"']) expect(text, hidden).not.toContain(hidden);
});

it("keeps it no longer than the session lasts, however often it was answered", () => {
  openRun("run1", 0);
  keepRun(run("in_transit"), 23 * HOUR);
  expect(keptRun("run1", 24 * HOUR)).toBeUndefined();
  expect(memory.size).toBe(0);
});

it("keeps nothing once every parcel has ended, or the link opens nothing any more", () => {
  openRun("run1", 0);
  keepRun(run("received", "in_transit"), 1);
  keepRun(run("received", "returned"), 2);
  expect(memory.size).toBe(0);
  openRun("run1", 3);
  keepRun(run("at_door"), 4);
  dropRun();
  expect(memory.size).toBe(0);
});
