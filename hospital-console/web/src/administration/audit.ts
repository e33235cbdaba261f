/** Audit events as filters see them. */
import type { AuditEvent, AuditQuery } from "@yunzhen/client";

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
  /** A member of staff. */
  actorId: string | null;
  from: string;
  to: string;
}

export const EMPTY: AuditFilter = {
  purpose: "all",
  group: "all",
  actions: [],
  entity: null,
  entityId: "",
  actorId: null,
  from: "",
  to: "",
};

export function groupOf(action: string): Exclude<Group, "all"> {
  if (action.startsWith("session.")) return "sessions";
  return action.endsWith("viewed") || action.endsWith(".listed") ? "reads" : "changes";
}

/** Midnight of a local day, as an instant; the days after it by the calendar. */
function dayStart(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** What the relay filters; the rest is filtered over what is loaded. */
export function queryOf(filter: AuditFilter): AuditQuery {
  const [action] = filter.actions;
  return {
    ...(filter.actions.length === 1 && action !== undefined ? { action } : {}),
    ...(filter.entityId === "" ? {} : { entity_id: filter.entityId }),
    ...(filter.actorId === null ? {} : { actor_id: filter.actorId }),
    ...(filter.purpose === "BTG" ? { purpose: "BTG" } : {}),
    ...(filter.from === "" ? {} : { from: dayStart(filter.from) }),
    // Before the day after it: the whole last day counts.
    ...(filter.to === "" ? {} : { until: dayStart(filter.to, 1) }),
  };
}

export function matchesAudit(item: AuditEvent, filter: AuditFilter): boolean {
  const btg = item.purpose === "BTG";
  return (
    (filter.purpose === "all" || btg === (filter.purpose === "BTG")) &&
    (filter.group === "all" || groupOf(item.action) === filter.group) &&
    (filter.actions.length === 0 || filter.actions.includes(item.action)) &&
    (filter.entity === null || item.entity === filter.entity)
  );
}

/** The audit page with a filter, for other pages to lead to. */
export function linkTo(filter: Pick<AuditFilter, "purpose" | "actorId" | "entityId">): string {
  const { purpose, actorId, entityId } = filter;
  return `/audit?${new URLSearchParams({ purpose, ...(actorId === null ? {} : { actor: actorId }), record: entityId }).toString()}`;
}

/** What such a link asks for. */
export function filterOf(search: URLSearchParams): AuditFilter {
  return {
    ...EMPTY,
    purpose: search.get("purpose") === "BTG" ? "BTG" : "all",
    actorId: search.get("actor"),
    entityId: search.get("record") ?? "",
  };
}

export const isFiltered = (filter: AuditFilter): boolean => JSON.stringify(filter) !== JSON.stringify(EMPTY);

/** Words of an action: `resident.viewed` → key `resident_viewed`. */
export const actionKey = (action: string): string => action.replaceAll(".", "_");
