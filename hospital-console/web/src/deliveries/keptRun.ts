/**
 * The courier's parcels of today, kept on the phone: a page that is loaded again without a signal still shows where to go and which code is on the parcel. Only what
 * the page shows is kept, of one run, no longer than its session lasts, and nothing once all of it has ended.
 */
import type { CourierRun, Delivery } from "@yunzhen/client";
import { isOver } from "./courier";

const NAME = "yz.courier.run";
/** As long as the console's cookie of a link (`LINK_SESSION_SECONDS`). */
const SESSION_MS = 24 * 3_600_000;

interface Kept {
  runId: string;
  /** When the PIN was entered. */
  openedAt: number;
  /** The run, and when the relay said so; none before the first answer. */
  said?: { run: CourierRun; at: number };
}

/** A parcel, an address and a code, and what the relay allows to do with it. */
function parcel(stop: Delivery): Delivery {
  const { id, version, state, home, parcel_code, run_id, quarantine, batch_recalled, cold_chain } = stop;
  const { temperatures, cold_range, courier, attempts, allowed } = stop;
  const where = { id, version, state, home, parcel_code, run_id };
  const how = { quarantine, batch_recalled, cold_chain, temperatures, cold_range };
  return { ...where, ...how, courier, attempts, timeline: [], allowed };
}

function read(now: number): Kept | undefined {
  const text = localStorage.getItem(NAME);
  if (text === null) return undefined;
  const kept = parsed(text);
  if (now - kept.openedAt < SESSION_MS) return kept;
  dropRun();
  return undefined;
}

/** What cannot be read is as good as nothing: the page goes on without it. */
function parsed(text: string): Kept {
  try {
    return JSON.parse(text) as Kept;
  } catch {
    return { runId: "", openedAt: 0 };
  }
}

/** A phone whose storage is full or forbidden has the page as it is, without a copy for the valley. */
function write(kept: Kept): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch (error) {
    console.warn("the parcels are not kept on this phone", error);
  }
}

/** The link was opened; what was kept of another one is gone. */
export const openRun = (runId: string, now: number): void => write({ runId, openedAt: now });

/** What the relay says of the run; nothing is kept of one that has ended. */
export function keepRun(run: CourierRun, at: number): void {
  if (run.stops.every(isOver)) {
    dropRun();
    return;
  }
  const before = read(at);
  const openedAt = before?.runId === run.id ? before.openedAt : at;
  write({ runId: run.id, openedAt, said: { run: { ...run, stops: run.stops.map(parcel) }, at } });
}

/** What is kept of this run, while its session lasts. */
export function keptRun(runId: string, now: number): Kept["said"] {
  const kept = read(now);
  return kept?.runId === runId ? kept.said : undefined;
}

export const dropRun = (): void => localStorage.removeItem(NAME);
