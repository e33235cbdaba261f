import type { PrescriptionSummary } from "@yunzhen/client";

/** Somebody can decide on it now; one that was asked about waits for the prescriber. */
const due = (p: PrescriptionSummary) => p.state !== "in_question";

/** Which one to open when `done` is dealt with: the next in the relay's order, else the first. */
export function nextAfter(queue: readonly PrescriptionSummary[], done: string): string | undefined {
  const index = Math.max(
    0,
    queue.findIndex((p) => p.id === done),
  );
  const other = (p: PrescriptionSummary) => p.id !== done && due(p);
  return (queue.slice(index).find(other) ?? queue.find(other))?.id;
}

/** Which one to open first. */
export const firstDue = (queue: readonly PrescriptionSummary[]): string | undefined =>
  (queue.find(due) ?? queue[0])?.id;
