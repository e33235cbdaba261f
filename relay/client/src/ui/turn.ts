/** What whose turn it is means to who reads it: pure. Not here: whether that is late. */
import type { ChainTurn } from "../api/types";
import type { Meaning } from "../theme/tokens";

/** It is the reader's own; a reader who is no part of the way (an administrator, a colleague) has none. */
export const isOwnTurn = (turn: ChainTurn, reader: ChainTurn | undefined): boolean =>
  turn !== "nobody" && turn === reader;

/** Grey is waiting for somebody else: the reader's own turn is never grey. */
export function turnMeaning(turn: ChainTurn, reader: ChainTurn | undefined, late: boolean | undefined): Meaning {
  if (late) return "danger";
  if (turn === "nobody") return "done";
  return isOwnTurn(turn, reader) ? "person" : "waiting";
}
