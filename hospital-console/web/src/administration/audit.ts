/** Audit events as filters see them. */
import type { AuditEvent } from "@yunzhen/client";

export type Purpose = "all" | "treatment" | "BTG";
/** Reads of a record, changes, and coming and going. */
export type Group = "all" | "reads" | "changes" | "sessions";

export interface AuditFilter {
  purpose: Purpose;
  group: Group;
  /** Actions as the relay names them; empty means every action. */
  actions: readonly string[];
  entity: string | null;
  entityId: string;
  actor: string;
  from: string;
  to: string;
}

export const EMPTY: AuditFilter = {
  purpose: "all",
  group: "all",
  actions: [],
  entity: null,
  entityId: "",
  actor: "",
  from: "",
  to: "",
};

export function groupOf(action: string): Exclude<Group, "all"> {
  if (action.startsWith("session.")) return "sessions";
  return action.endsWith("viewed") || action.endsWith(".listed") ? "reads" : "changes";
}

export function matchesAudit(item: AuditEvent, filter: AuditFilter): boolean {
  const localDay = new Date(item.at).toLocaleDateString("sv-SE");
  const btg = item.purpose === "BTG";
  return (
    (filter.purpose === "all" || btg === (filter.purpose === "BTG")) &&
    (filter.group === "all" || groupOf(item.action) === filter.group) &&
    (filter.actions.length === 0 || filter.actions.includes(item.action)) &&
    (filter.entity === null || item.entity === filter.entity) &&
    (filter.entityId === "" || item.entity_id === filter.entityId) &&
    item.actor.toLocaleLowerCase().includes(filter.actor.trim().toLocaleLowerCase()) &&
    (filter.from === "" || localDay >= filter.from) &&
    (filter.to === "" || localDay <= filter.to)
  );
}

/** Nothing older can match: the list is newest first and has gone past the first day asked for. */
export function reachedStart(oldest: AuditEvent | undefined, filter: AuditFilter): boolean {
  return filter.from !== "" && oldest !== undefined && new Date(oldest.at).toLocaleDateString("sv-SE") < filter.from;
}

export const isFiltered = (filter: AuditFilter): boolean => JSON.stringify(filter) !== JSON.stringify(EMPTY);

/** Words of an action: `resident.viewed` → key `resident_viewed`. */
export const actionKey = (action: string): string => action.replaceAll(".", "_");
