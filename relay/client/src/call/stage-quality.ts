/** Which word the stage has for the connection, so that it never says two things of one. Pure. */
import type { LinkLevel, Participant } from "../api/types";
import { isBelowFull } from "../chart/timeline";
import type { CallSnapshot } from "./snapshot";

/** Why nothing passes between this side and the others, where who shows the stage knows it before the call does: no link, or a box that the relay shut out. */
export type Interruption = "lost" | "revoked";

/** Whose link does not take all of the picture, and how much it takes: this side's own first, since it is this side that sees less. */
export function limitedPicture(
  snapshot: Pick<CallSnapshot, "room">,
  main: Participant,
): { side: "here" | "there"; pictures: "paused" | "small" | "reduced" } | undefined {
  const me = snapshot.room?.participants.find((participant) => participant.id === snapshot.room?.you);
  for (const [side, pictures] of [
    ["here", me?.pictures],
    ["there", main.pictures],
  ] as const) {
    if (pictures && pictures !== "full") return { side, pictures };
  }
  return undefined;
}

/** The worse of both directions; nothing where the words about the picture or the ladder's step say it already. */
export function shownQuality(
  snapshot: Pick<CallSnapshot, "room" | "quality">,
  main: Participant,
  interruption?: Interruption,
): LinkLevel | undefined {
  if (interruption) return "lost";
  const rank = { good: 0, weak: 1, poor: 2, lost: 3 } as const;
  const mine = snapshot.quality?.level ?? "good";
  const level = rank[main.link] > rank[mine] ? main.link : mine;
  if (level === "good" && isBelowFull(main.rung)) return undefined;
  if ((level === "good" || level === "weak") && limitedPicture(snapshot, main)) return undefined;
  return level;
}
