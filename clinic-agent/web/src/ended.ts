/** What becomes of this page when its nurse is signed out by somebody else: nothing of the record stays, and the sign-in says who ended it. */
import type { QueryClient } from "@tanstack/react-query";
import { wasEnded, type ApiError } from "@yunzhen/client";
import { SHIFT } from "./shift/shift-api";

/** Why the session is over, where somebody ended it. */
export const ENDED = ["session", "ended"] as const;

/** Drops what another nurse saw. The session's own query stays: the screen watches it, and a cleared query changes unseen. */
export function forgetOthers(queries: QueryClient): void {
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
}

/** Any answer says that the session is over: the sign-in takes the page's place. */
export function signedOut(queries: QueryClient, error: ApiError): void {
  if (wasEnded(error)) {
    queries.setQueryData<ApiError | null>(ENDED, error);
    forgetOthers(queries);
  }
  queries.setQueryData(["session"], null);
  // Her PIN ends with her session: the tablet offers only those that open it.
  void queries.invalidateQueries({ queryKey: SHIFT });
}
