/** What a pharmacist asks of the own approvals, and what she is told of those that did not last. The relay filters; nothing is passed over here. */
import type { DoorToDose, PrescriptionState, PrescriptionSummary } from "@yunzhen/client";
import { addDays } from "../common/dates";

/** What became of it. */
export const FATES = ["all", "under_way", "delivered", "withdrawn", "expired"] as const;
export type Fate = (typeof FATES)[number];

const STATES: Record<Fate, readonly PrescriptionState[]> = {
  all: [],
  under_way: ["approved", "dispensing", "on_hold", "packed", "in_delivery", "returned"],
  delivered: ["delivered"],
  withdrawn: ["cancelled", "stopped"],
  expired: ["expired"],
};

export interface ApprovalFilter {
  fate: Fate;
  /** Only of this resident. */
  resident: { id: string; name: string } | null;
  /** Civil dates of the approval, both included. */
  from: string;
  to: string;
}

export const EMPTY: ApprovalFilter = { fate: "all", resident: null, from: "", to: "" };

export const isFiltered = (filter: ApprovalFilter): boolean => JSON.stringify(filter) !== JSON.stringify(EMPTY);

/** Signatures are counted by the hospital's day, wherever the pharmacist sits. */
const dayStart = (day: string): string => new Date(`${day}T00:00:00+08:00`).toISOString();

export const queryOf = ({ fate, resident, from, to }: ApprovalFilter) => ({
  approved: true,
  ...(STATES[fate].length === 0 ? {} : { state: STATES[fate].join(",") }),
  ...(resident === null ? {} : { resident_id: resident.id }),
  ...(from === "" ? {} : { from: dayStart(from) }),
  // Before the day after it: the whole last day counts.
  ...(to === "" ? {} : { until: dayStart(addDays(to, 1)) }),
});

const DAY_MS = 86_400_000;
/** A course may run for twelve weeks, and what is stopped was approved at its beginning. */
const COURSE_MS = 84 * DAY_MS;

/** What may have been taken back lately: approved within the longest course. */
export const takenBackQuery = (now: number) => ({
  ...queryOf({ ...EMPTY, fate: "withdrawn" }),
  // By the day, so that the query is the same all day.
  from: new Date(Math.floor((now - COURSE_MS) / DAY_MS) * DAY_MS).toISOString(),
});

/** How the prescriber took it back; nothing where it runs, or ended otherwise. */
export function takenBack(state: PrescriptionState, replaced: boolean, chain: DoorToDose | undefined) {
  if (state !== "cancelled" && state !== "stopped") return undefined;
  if (replaced) return "replaced";
  // Nothing of it came, and the pharmacy settled it: the prescriber withdrew nothing.
  return chain?.reason === "settled" ? undefined : state;
}

/** Taken back by its prescriber within a day: as long it is news. */
export const takenBackLately = (lines: readonly PrescriptionSummary[], now: number): PrescriptionSummary[] =>
  lines.filter(
    ({ state, replaced, approval, waiting_since }) =>
      takenBack(state, replaced === true, approval?.door_to_dose) !== undefined &&
      now - Date.parse(waiting_since) < DAY_MS,
  );
