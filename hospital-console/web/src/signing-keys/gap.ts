/** What is missing of a licence before a key of its holder is let in. The relay refuses the same. */
import type { SigningKey } from "@yunzhen/client";

export type Gap = "nothing" | "noEnd" | "over";

/** A physician's licence has no end by itself; a pharmacist's registration has. */
export function licenceGap({ licence, role }: Pick<SigningKey, "licence" | "role">): Gap | undefined {
  if (!licence) return "nothing";
  if (licence.standing === "over") return "over";
  return licence.valid_until || role === "specialist" ? undefined : "noEnd";
}
