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
