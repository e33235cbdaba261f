/**
 * A page whose session ran out, and who holds the browser's session after it. The tabs share one cookie, so that may be another
 * person, who signed in in the next tab. Draws nothing; what ends a session is the relay's to say.
 */
import { wasEnded, type ApiError, type SignedIn } from "@yunzhen/client";
import type { QueryClient } from "@tanstack/react-query";
import { keys } from "../common/keys";
import { secrets } from "../orders/secrets";

/** Whether this page is that person's. */
export function isPageOf(queryClient: QueryClient, staff: Pick<SignedIn, "id">): boolean {
  return queryClient.getQueryData<SignedIn | null>(keys.session)?.id === staff.id;
}

/** Says whether the page still is that of who has it now. */
export function ownership(queryClient: QueryClient): () => boolean {
  const owner = () => queryClient.getQueryData<SignedIn | null>(keys.session)?.id;
  const now = owner();
  return () => owner() === now;
}

/** Drops what was read. The session's own query stays: the screen watches it, and a cleared query changes unseen. */
export function dropRead(queryClient: QueryClient): void {
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
}

/** The page is nobody's any more. */
export function forget(queryClient: QueryClient): void {
  secrets.clear();
  dropRead(queryClient);
  queryClient.setQueryData(keys.session, null);
}

/** Of another person, whose page it was until now, nothing stays. */
export function forgetAnother(queryClient: QueryClient, staff: SignedIn): void {
  if (!queryClient.getQueryData(keys.session) || isPageOf(queryClient, staff)) return;
  secrets.clear();
  dropRead(queryClient);
}

/** The page becomes that person's: of another person's nothing stays, of their own it is read anew. */
export function hand(queryClient: QueryClient, staff: SignedIn): void {
  forgetAnother(queryClient, staff);
  queryClient.setQueryData(keys.session, staff);
  void queryClient.invalidateQueries();
}

export interface Watching {
  everyMs: number;
  /** Who holds the session now. */
  ask(): Promise<SignedIn>;
  isOwner(staff: SignedIn): boolean;
  /** The page's own person signed in in another tab. */
  onOwner(staff: SignedIn): void;
  /** Somebody ended the session after all. */
  onEnded(why: ApiError): void;
}

/**
 * Asks every so often who holds the session; returns what stops it. An answer that was under way then is nobody's: one that was
 * asked with the former token says that it was ended, also after its person has signed in again.
 */
export function watchHolder({ everyMs, ask, isOwner, onOwner, onEnded }: Watching): () => void {
  let stopped = false;
  const timer = setInterval(() => {
    ask().then(
      (staff) => {
        // What was typed stays for whose it is: another person has a page of their own where they signed in.
        if (!stopped && isOwner(staff)) onOwner(staff);
      },
      (error: unknown) => {
        // Not heard, or nobody signed in: the next turn asks again.
        if (!stopped && wasEnded(error)) onEnded(error);
      },
    );
  }, everyMs);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
