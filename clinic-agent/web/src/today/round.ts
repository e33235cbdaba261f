/** The order of the round: who needs somebody now comes first, then by time. Pure. */
import { dayAt, type ConsultationState, type ConsultationSummary, type ResidentSummary } from "@yunzhen/client";

export interface RoundRow {
  resident: ResidentSummary;
  consultation: ConsultationSummary | undefined;
}

const RANK: Partial<Record<ConsultationState, number>> = {
  in_progress: 0,
  waiting: 1,
  requested: 2,
  awaiting_acceptance: 2,
  scheduled: 3,
};

/** Still to be done; ended ones count only for the day on which they ended. */
export function isOpen(state: ConsultationState): boolean {
  return RANK[state] !== undefined;
}

/** The room is open: the home may join the call. */
export function isCallable(state: ConsultationState): boolean {
  return state === "waiting" || state === "in_progress";
}

function endedToday(consultation: ConsultationSummary, now: number, zone: string): boolean {
  return consultation.ended_at !== undefined && dayAt(consultation.ended_at, zone) === dayAt(now, zone);
}

export function roundOf(
  residents: readonly ResidentSummary[],
  consultations: readonly ConsultationSummary[],
  now: number,
  zone: string,
): RoundRow[] {
  const rows = residents.map((resident): RoundRow => {
    const own = consultations.filter(
      (consultation) =>
        consultation.resident.id === resident.id && (isOpen(consultation.state) || endedToday(consultation, now, zone)),
    );
    // Of several appointments the next one.
    const soonest = ({ scheduled_at }: ConsultationSummary): string => scheduled_at ?? "";
    own.sort(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.state === "scheduled" ? soonest(a).localeCompare(soonest(b)) : b.requested_at.localeCompare(a.requested_at)),
    );
    return { resident, consultation: own[0] };
  });
  const time = ({ consultation }: RoundRow): string =>
    consultation?.state === "scheduled" ? (consultation.scheduled_at ?? "") : "";
  return rows.sort(
    (a, b) =>
      rank(a.consultation) - rank(b.consultation) ||
      time(a).localeCompare(time(b)) ||
      a.resident.bed.localeCompare(b.resident.bed, "zh-CN", { numeric: true }),
  );
}

function rank(consultation: ConsultationSummary | undefined): number {
  return consultation ? (RANK[consultation.state] ?? 9) : 9;
}

export function matches(resident: ResidentSummary, query: string): boolean {
  const text = query.trim().toLowerCase();
  return text === "" || resident.name.toLowerCase().includes(text) || resident.bed.toLowerCase().includes(text);
}
