/** What pharmacists and pharmacies want of the specialist, wherever the specialist is. */
import type { PrescriptionState, PrescriptionSummary } from "@yunzhen/client";

/** Stopped until the prescriber answers. */
export const ASKED: readonly PrescriptionState[] = ["in_question", "on_hold"];
export const REJECTED: readonly PrescriptionState[] = ["rejected"];

/** As long as a prescription may be valid: after that nobody waits for another one in its place. */
const NEWS_MS = 3 * 86_400_000;

/** Rejections that were neither followed by another prescription nor read. */
export const openRejections = (
  rejected: readonly PrescriptionSummary[],
  read: readonly string[],
  now: number,
): PrescriptionSummary[] =>
  rejected.filter(
    ({ id, state, replaced, waiting_since }) =>
      state === "rejected" && !replaced && !read.includes(id) && now - Date.parse(waiting_since) < NEWS_MS,
  );
