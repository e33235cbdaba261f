/** Whether the key of this browser may sign, as the list of keys says. The relay refuses the same when the document comes signed. */
import type { SigningKey, SigningKeyState } from "@yunzhen/client";

/** Why it signs nothing. */
export type KeyObstacle = Exclude<SigningKeyState, "approved">;

/** None of a browser without a key, and of a key that nobody asked for: signing makes it and asks. */
export function obstacleOf(
  here: string | null | undefined,
  known: readonly Pick<SigningKey, "key_sha256" | "state">[],
): KeyObstacle | undefined {
  const state = known.find((key) => key.key_sha256 === here)?.state;
  return state === "approved" ? undefined : state;
}
