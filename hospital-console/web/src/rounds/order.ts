import type { RoundStop } from "@yunzhen/client";

/** Who was begun or is over keeps the place; the others can change theirs. */
export function isFixed({ consultation }: Pick<RoundStop, "consultation">): boolean {
  return consultation.began_at != null || consultation.ended_at != null || consultation.state === "cancelled";
}

/** The running order with one resident a place earlier (-1) or later (1), past those who are fixed; nothing where that cannot be. */
export function moved(stops: readonly Pick<RoundStop, "consultation">[], id: string, by: -1 | 1): string[] | undefined {
  const from = stops.findIndex((stop) => stop.consultation.id === id);
  const stop = stops[from];
  if (!stop || isFixed(stop)) return undefined;
  let to = from + by;
  while (stops[to] && isFixed(stops[to] as RoundStop)) to += by;
  if (!stops[to]) return undefined;
  const order = stops.map((one) => one.consultation.id);
  [order[from], order[to]] = [order[to] as string, order[from] as string];
  return order;
}

/** A list with the item at `from` a place earlier or later. */
export function shifted<T>(items: readonly T[], from: number, by: -1 | 1): T[] {
  const next = [...items];
  const [item] = next.splice(from, 1);
  if (item !== undefined) next.splice(Math.max(0, from + by), 0, item);
  return next;
}

/** By how many minutes the round runs late for those who still wait. */
export function lateOf({ stops }: { stops: readonly Pick<RoundStop, "position" | "late_minutes">[] }): number {
  return Math.max(0, ...stops.filter((stop) => stop.position !== "past").map((stop) => stop.late_minutes));
}
