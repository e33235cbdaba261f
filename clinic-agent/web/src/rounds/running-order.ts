/** The running order of a round and how it may change. Pure. */
import { dayAt, type ConsultationState, type Round, type RoundStop } from "@yunzhen/client";

const ENDED: readonly ConsultationState[] = [
  "completed",
  "cancelled",
  "no_show",
  "failed_technical",
  "stopped_in_person",
];

/** Who was begun or is over keeps the place. */
export function isFixed({ consultation }: RoundStop): boolean {
  return consultation.began_at !== undefined || ENDED.includes(consultation.state);
}

/** The same stops with one moved to another place; fixed ones stay where they are, and those between step aside. */
export function moved(stops: readonly RoundStop[], from: number, to: number): RoundStop[] {
  const moving = stops[from];
  if (!moving || isFixed(moving)) return [...stops];
  const places = stops.flatMap((stop, place) => (isFixed(stop) ? [] : [place]));
  const movable = places.map((place) => stops[place] as RoundStop);
  const rank = places.indexOf(from);
  const target = places.reduce(
    (best, place, n) => (Math.abs(place - to) < Math.abs((places[best] ?? 0) - to) ? n : best),
    0,
  );
  movable.splice(target, 0, ...movable.splice(rank, 1));
  const next = [...stops];
  places.forEach((place, n) => {
    next[place] = movable[n] as RoundStop;
  });
  return next;
}

/** The nearest place before (-1) or after (1) that is not fixed; `undefined` at the end. */
export function neighbour(stops: readonly RoundStop[], from: number, step: -1 | 1): number | undefined {
  for (let place = from + step; place >= 0 && place < stops.length; place += step) {
    const stop = stops[place];
    if (stop && !isFixed(stop)) return place;
  }
  return undefined;
}

export const orderOf = (stops: readonly RoundStop[]): string[] => stops.map((stop) => stop.consultation.id);

/** How late the round runs: what the next one to come has to expect. */
export function lateness(round: Round): number {
  const ahead = round.stops.find((stop) => stop.position === "current" || stop.position === "next");
  return ahead?.late_minutes ?? 0;
}

export function isOver(round: Round): boolean {
  return round.stops.every((stop) => stop.position === "past");
}

/** Planned end of the whole block. */
export function endsAt(startsAt: string, minutes: number, count: number): number {
  return Date.parse(startsAt) + minutes * count * 60_000;
}

/** The round in which a consultation is, its stop, and who comes next. */
export function inRound(
  rounds: readonly Round[],
  consultationId: string,
): { round: Round; stop: RoundStop; next: RoundStop | undefined } | undefined {
  for (const round of rounds) {
    const stop = round.stops.find((one) => one.consultation.id === consultationId);
    if (stop) {
      const next = round.stops.find(
        (one) => (one.position === "next" || one.position === "later") && one.consultation.id !== consultationId,
      );
      return { round, stop, next };
    }
  }
  return undefined;
}

/** Vital signs count for a stop when they were measured on the day of the round, by the home's clock. */
export function isMeasured(stop: RoundStop, zone: string): boolean {
  return stop.vital_signs_at !== undefined && dayAt(stop.vital_signs_at, zone) === dayAt(stop.planned_at, zone);
}
