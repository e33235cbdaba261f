import type { ConsultationSummary } from "@yunzhen/client";

export type Filter = "all" | "urgent" | "out_of_range";

const since = (c: ConsultationSummary) => Date.parse(c.waiting_since ?? c.requested_at);

/** Urgent first, then who has waited longest. */
export function byNeed(a: ConsultationSummary, b: ConsultationSummary): number {
  if (a.urgency !== b.urgency) return a.urgency === "urgent" ? -1 : 1;
  return since(a) - since(b);
}

export function matches(c: ConsultationSummary, filter: Filter, search: string): boolean {
  if (filter === "urgent" && c.urgency !== "urgent") return false;
  if (filter === "out_of_range" && c.out_of_range.length === 0) return false;
  const wanted = search.trim().toLocaleLowerCase();
  if (wanted === "") return true;
  return [c.resident.name, c.resident.home_name, c.reason, c.resident.bed].some((text) =>
    text.toLocaleLowerCase().includes(wanted),
  );
}
