import type { PrescriptionSummary } from "@yunzhen/client";

const since = (p: PrescriptionSummary) => Date.parse(p.waiting_since ?? p.signed_at ?? "") || 0;

/** Urgent first, then the oldest. */
export function byUrgencyAndAge(a: PrescriptionSummary, b: PrescriptionSummary): number {
  if (a.urgency !== b.urgency) return a.urgency === "urgent" ? -1 : 1;
  return since(a) - since(b);
}

/** Which one to open when `done` is dealt with: the next in the queue, else the first. */
export function nextAfter(queue: readonly PrescriptionSummary[], done: string): string | undefined {
  const index = queue.findIndex((p) => p.id === done);
  const rest = queue.filter((p) => p.id !== done);
  return (rest[Math.max(0, index)] ?? rest[0])?.id;
}
