import type { RecallHome } from "@yunzhen/client";

/** Where a home's answer to a recall and its own record of doses say different things: whoever answers counts again and says so. Pure. */
export type Doubt = "more_found" | "more_given";

/** `onRecord`: what the record says was given; unknown to a relay of an earlier version. Numbers are the drug's units. */
export function doubtOf(
  answer: { supplied: number; apart: number; given: number },
  onRecord: number | undefined,
): Doubt | undefined {
  const { supplied, apart, given } = answer;
  if (onRecord === undefined || apart + given > supplied) return undefined;
  if (apart > Math.max(0, supplied - onRecord)) return "more_found";
  return given > onRecord ? "more_given" : undefined;
}

/** Every unit that came was set apart or had been given, so doses that are still to come are of other packs; one whose whereabouts are only told may still be taken. */
export const allFound = (own: Pick<RecallHome, "state" | "supplied" | "set_apart" | "given"> | undefined): boolean =>
  own?.state === "answered" && (own.set_apart ?? 0) + (own.given ?? 0) >= own.supplied;
