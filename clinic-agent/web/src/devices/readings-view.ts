/** How readings of devices are shown: pure, so that every state can be tested. */
import type { DeviceReading, DeviceStanding } from "../box/box-api";

/** Shown before the nurse asks for all; the keypad below stays in reach. */
export const SHOWN_FIRST = 2;

export function newestFirst(readings: readonly DeviceReading[]): DeviceReading[] {
  return [...readings].sort((a, b) => b.arrived_at.localeCompare(a.arrived_at));
}

/** One card; `decided` when its reading waits no longer. */
export interface Card {
  reading: DeviceReading;
  decided: boolean;
}

/**
 * The cards: those that are on the screen stay where they are, whatever arrives and whoever decides, so that no other
 * reading slides under a finger that is about to press. What a device adds to a reading later is shown.
 */
export function cardsOf(arranged: readonly DeviceReading[], waiting: readonly DeviceReading[]): Card[] {
  return arranged.map((before) => {
    const now = waiting.find((one) => one.id === before.id);
    return { reading: now ?? before, decided: now === undefined };
  });
}

/** What arrived since and is shown when the nurse asks for it. */
export function freshOf(arranged: readonly DeviceReading[], waiting: readonly DeviceReading[]): DeviceReading[] {
  return waiting.filter((one) => !arranged.some((before) => before.id === one.id));
}

export type Standing = "off" | "broken" | "ready" | "simulated";

/** What the head of the list has to say. */
export function standingOf(devices: DeviceStanding): Standing {
  if (devices.state === "off") return "off";
  if (devices.state === "simulated") return "simulated";
  return devices.works || devices.state === "starting" || devices.state === "no_devices" ? "ready" : "broken";
}

/** A UCUM unit as people write it, for a value that is not typed by hand (mean pressure). */
export function shownUnit(unit: string): string {
  return unit === "mm[Hg]" ? "mmHg" : unit;
}
