/** What the box itself answers (`/page/…`): its link, its spool, its cameras. Works while the relay is unreachable. */
import type { HomeCamera, Http, Problem, Reading } from "@yunzhen/client";

export interface BoxStatus {
  link: {
    state: "connected" | "connecting" | "offline";
    words_zh: string;
    words_en: string;
    since: string;
    rtt_ms?: number | null;
  };
  /** Absent for whom the box does not know. */
  spool?: SpoolCounts;
  media?: {
    state: "idle" | "live";
    consultation_id?: string | null;
    camera?: HomeCamera | "none" | null;
    cameras: HomeCamera[];
    error?: string | null;
  };
  /** What the box found wrong with itself, a sentence each. */
  notes?: string[];
}

export interface SpoolCounts {
  saved: number;
  sent: number;
  received: number;
  oldest_saved_at?: string | null;
  failed: number;
}

export type SpoolItemState = "saved" | "sent" | "received" | "refused";

export interface SpoolItem {
  id: string;
  kind: "observations" | "note";
  resident_id: string;
  state: SpoolItemState;
  created_at: string;
  problem?: Problem | null;
}

export type SpoolEntry =
  | { kind: "observations"; resident_id: string; body: { readings: Reading[] } }
  | { kind: "note"; resident_id: string; body: { text: string; written_at: string; kind: "nursing" | "complaint" } };

export const boxApi = (http: Http) => ({
  spool: () => http.json<{ items: SpoolItem[] } | SpoolItem[]>("GET", "/page/spool").then(asItems),
  /** Durable on the box before it answers. */
  save: (entry: SpoolEntry, key: string) =>
    http.json<{ id: string; state: SpoolItemState }>("POST", "/page/spool", { body: entry, idempotencyKey: key }),
});

function asItems(answer: { items: SpoolItem[] } | SpoolItem[]): SpoolItem[] {
  return Array.isArray(answer) ? answer : answer.items;
}
