import type { EndReason } from "@yunzhen/client";

/**
 * What a guest is told when the call has ended for them. The room says the same to who was sent away as at the end of the consultation, so the link is asked (`standing`).
 * `unknown`: the call is over, why is not known (yet).
 */
export type Farewell = "removed" | "over" | "unknown";

/** Ends after which only the link knows whether the consultation goes on without this guest. */
export const asksTheLink = (reason: EndReason): boolean => reason === "hang_up" || reason === "over";

/** `undefined`: what the call itself says is all there is to say. */
export function farewell(reason: EndReason, standing: { isSuccess: boolean; refused: boolean }): Farewell | undefined {
  // The link was taken back while the call was being joined.
  if (reason === "signed_out") return "removed";
  if (!asksTheLink(reason)) return undefined;
  if (standing.refused) return "removed";
  return standing.isSuccess ? "over" : "unknown";
}
