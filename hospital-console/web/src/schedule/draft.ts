/** Published times while they are being edited: lines keep their identity, clock times are those of the inputs ("14:00"). */
import {
  fits,
  type Availability,
  type AvailabilityException,
  type AvailabilityRule,
  type AvailabilityUpdate,
} from "@yunzhen/client";
import { MINUTES } from "../common/minutes";
import { lengthOf } from "./preview";

export type Keyed<T> = T & { key: number };

export interface AvailabilityDraft {
  zone: string;
  rules: Keyed<AvailabilityRule>[];
  exceptions: Keyed<AvailabilityException>[];
}

/** Why a line cannot be published. */
export type Fault = "end_before_start" | "slot_too_long" | "slot_minutes" | "validity" | "no_date";

export interface LineFault {
  key: number;
  fault: Fault;
}

let last = 0;
export const nextKey = (): number => (last += 1);

const short = (clock: string): string => clock.slice(0, 5);
const long = (clock: string): string => (clock.length === 5 ? `${clock}:00` : clock);

export function draftOf(published: Availability): AvailabilityDraft {
  return {
    zone: published.zone,
    rules: published.rules.map((rule) => ({
      ...rule,
      start: short(rule.start),
      end: short(rule.end),
      key: nextKey(),
    })),
    exceptions: published.exceptions.map((e) =>
      e.kind === "day_off"
        ? { ...e, key: nextKey() }
        : { ...e, start: short(e.start), end: short(e.end), key: nextKey() },
    ),
  };
}

export function updateOf(draft: AvailabilityDraft, version: number): AvailabilityUpdate {
  return {
    version,
    zone: draft.zone,
    rules: draft.rules.map(({ key: _key, ...rule }) => ({
      ...rule,
      start: long(rule.start),
      end: long(rule.end),
      valid_until: rule.valid_until || undefined,
    })),
    exceptions: draft.exceptions.map(({ key: _key, ...e }) =>
      e.kind === "day_off" ? e : { ...e, start: long(e.start), end: long(e.end) },
    ),
  };
}

function ofBlock(block: { start: string; end: string; slot_minutes: number }): Fault | undefined {
  if (block.start === "" || block.end === "" || lengthOf(block) <= 0) return "end_before_start";
  if (!fits(block.slot_minutes, MINUTES)) return "slot_minutes";
  if (block.slot_minutes > lengthOf(block)) return "slot_too_long";
  return undefined;
}

export function faults(draft: AvailabilityDraft): LineFault[] {
  const found: LineFault[] = [];
  const tell = (key: number, fault: Fault | undefined) => fault && found.push({ key, fault });
  for (const rule of draft.rules) {
    const late = rule.valid_until && rule.valid_until < rule.valid_from;
    tell(rule.key, ofBlock(rule) ?? (rule.valid_from === "" ? "no_date" : late ? "validity" : undefined));
  }
  for (const e of draft.exceptions)
    tell(e.key, e.date === "" ? "no_date" : e.kind === "day_off" ? undefined : ofBlock(e));
  return found;
}
