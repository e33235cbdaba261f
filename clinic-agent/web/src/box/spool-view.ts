/** What the nurse is told about her records: pure, so that every state can be tested. */
import type { SpoolCounts, SpoolItem } from "./box-api";

export interface SpoolSummary {
  /** The worst thing first: returned, then saved here, then sent, then all received. */
  state: "refused" | "saved" | "sent" | "received" | "empty";
  count: number;
}

export function summarize(counts: SpoolCounts | undefined): SpoolSummary {
  if (!counts) return { state: "empty", count: 0 };
  if (counts.failed > 0) return { state: "refused", count: counts.failed };
  if (counts.saved > 0) return { state: "saved", count: counts.saved };
  if (counts.sent > 0) return { state: "sent", count: counts.sent };
  if (counts.received > 0) return { state: "received", count: counts.received };
  return { state: "empty", count: 0 };
}

/** Not yet with the hospital, returned ones first, then oldest first: the order in which they are sent. */
export function pendingOf(items: readonly SpoolItem[], residentId?: string): SpoolItem[] {
  return items
    .filter((item) => item.state !== "received" && (residentId === undefined || item.resident_id === residentId))
    .sort((a, b) => rank(a) - rank(b) || a.created_at.localeCompare(b.created_at));
}

function rank(item: SpoolItem): number {
  return item.state === "refused" ? 0 : 1;
}
