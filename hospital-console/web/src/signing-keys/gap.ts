/** What is missing of a licence before a key of its holder is let in. The relay refuses the same. */
import type { LicenceGap, SigningKey } from "@yunzhen/client";

/** A physician's licence has no end by itself; a pharmacist's registration has. */
export function licenceGap({ licence, role }: Pick<SigningKey, "licence" | "role">): LicenceGap | undefined {
  if (!licence) return "nothing";
  if (licence.standing === "over") return "over";
  return licence.valid_until || role === "specialist" ? undefined : "no_end";
}
