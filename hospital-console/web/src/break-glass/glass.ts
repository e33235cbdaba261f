/** A broken glass: how it stands, and how long it lasts. */
import type { AuditEvent, BreakGlass, BreakGlassState } from "@yunzhen/client";

/** Over by its time, though nobody closed it. */
export type StateNow = BreakGlassState | "over";

export function stateNow(glass: Pick<BreakGlass, "state" | "ends_at">, now: number): StateNow {
  return glass.state === "open" && Date.parse(glass.ends_at) <= now ? "over" : glass.state;
}

export const isReviewed = (glass: Pick<BreakGlass, "state">): boolean =>
  glass.state === "accepted" || glass.state === "questioned";

/** How many are listed: "50+" where there are more than the relay gave at once. */
export function countOf({ items, next }: { items: readonly BreakGlass[]; next?: string | null }): number | string {
  return items.length > 0 && next ? `${items.length}+` : items.length;
}

export function matchesGlass(glass: BreakGlass, typed: string): boolean {
  const { resident_name, bed, home_name } = glass;
  const words = [glass.specialist.name, glass.hospital, resident_name, bed, home_name, glass.reason, glass.review_note];
  return words.join(" ").toLocaleLowerCase().includes(typed.trim().toLocaleLowerCase());
}

/** Of what this person did through broken glass meanwhile: not the opening itself, nor another record that stood open at the same time. */
export function readsThrough(events: readonly AuditEvent[], glass: Pick<BreakGlass, "resident_id">): AuditEvent[] {
  return events.filter(
    ({ entity, entity_id }) => entity !== "break_glass" && (entity !== "resident" || entity_id === glass.resident_id),
  );
}

/** Whole minutes left, never less than one while it lasts. */
export function minutesLeft(until: string, now: number): number {
  const left = Date.parse(until) - now;
  return left <= 0 ? 0 : Math.max(1, Math.ceil(left / 60_000));
}

/** As the server counts: characters, not UTF-16 units. */
export const SHORTEST_REASON = 10;
export const reasonLength = (reason: string): number => [...reason.trim()].length;
