/** What the page asks of the audit log. The relay filters; nothing is passed over here. */
import type { AuditEvent, AuditQuery } from "@yunzhen/client";
import { zh } from "./audit-messages";

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

/** Every kind of record that the relay knows, as `entity` of an event. */
export const ENTITIES: readonly string[] = Object.keys(zh.entities);
/** Every kind of event, as `action` of it: `break_glass_opened` → `break_glass.opened`. */
export const ACTIONS: readonly string[] = Object.keys(zh.actions).map((key) => {
  const of = ENTITIES.filter((entity) => key.startsWith(`${entity}_`)).sort((a, b) => b.length - a.length)[0] ?? "";
  return `${of}.${key.slice(of.length + 1)}`;
});

/** Midnight of a local day, as an instant; the days after it by the calendar. */
function dayStart(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

export function queryOf(filter: AuditFilter): AuditQuery {
  return {
    ...(filter.actions.length === 0 ? {} : { action: filter.actions.join(",") }),
    ...(filter.group === "all" ? {} : { sort: filter.group }),
    ...(filter.entity === null ? {} : { entity: filter.entity }),
    ...(filter.entityId === "" ? {} : { entity_id: filter.entityId }),
    ...(filter.actorId === null ? {} : { actor_id: filter.actorId }),
    ...(filter.purpose === "all" ? {} : { purpose: filter.purpose === "BTG" ? "BTG" : "TREAT" }),
    ...(filter.from === "" ? {} : { from: dayStart(filter.from) }),
    // Before the day after it: the whole last day counts.
    ...(filter.to === "" ? {} : { until: dayStart(filter.to, 1) }),
  };
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

/** What the relay writes where there is nobody: a sign-in was refused under a name that nobody has, an enrolment under a code of no box, the queue moved. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

type About = Pick<AuditEvent, "entity" | "entity_id">;

/** Whether there is something to be said of what an event is about. That there is no account is said of a sign-in only. */
export const hasSubject = ({ entity, entity_id }: About): boolean => entity_id !== NOBODY || entity === "session";

/** The filter for all that is about the same. Nobody stands in events of several kinds of record, so there the kind belongs to it. */
export const sameAs = ({ entity, entity_id }: About): Partial<AuditFilter> => ({
  entityId: entity_id,
  ...(entity_id === NOBODY ? { entity } : {}),
});

/** What an event is about: a member of staff by name, residents and all else by the end of the id, `null` where there is nobody. */
export function aboutWhom(entityId: string, staff: ReadonlyMap<string, string>): string | null {
  return entityId === NOBODY ? null : (staff.get(entityId) ?? entityId.slice(-8));
}

export const isFiltered = (filter: AuditFilter): boolean => JSON.stringify(filter) !== JSON.stringify(EMPTY);

/** Words of an action: `resident.viewed` → key `resident_viewed`. */
export const actionKey = (action: string): string => action.replaceAll(".", "_");
