/** Which notices of changed ways in are still to be shown in this tab: who waves one away here is told again at the next sign-in where the relay says so. */
import type { AccessNotice } from "../api/types";
import { zh } from "../i18n/zh";

const WAVED = "yz-access-notices-until";

type Kept = Pick<Storage, "getItem" | "setItem">;

/** Those after the last one that was waved away in this tab by this person; not that of the password that `justSet` has just set on this page, while it is the only one that was set. */
export function unseen(
  notices: readonly AccessNotice[],
  staffId: string,
  kept: Kept,
  justSet?: string,
): readonly AccessNotice[] {
  const until = Number(kept.getItem(`${WAVED}:${staffId}`) ?? 0);
  const left = notices.filter((notice) => notice.seq > until);
  const set = left.filter(({ own, action }) => own && action === "staff.password_changed");
  return justSet === staffId && set.length === 1 ? left.filter((notice) => notice !== set[0]) : left;
}

export function wave(until: number, staffId: string, kept: Kept): void {
  kept.setItem(`${WAVED}:${staffId}`, String(until));
}

export type NoticeWord = keyof typeof zh.accessNotices.what;

/** The word for an action of the audit log; a newer relay may tell of one that this page does not know. */
export function wordOf(action: string): NoticeWord {
  const word = action.replace(".", "_");
  return word in zh.accessNotices.what ? (word as NoticeWord) : "other";
}
