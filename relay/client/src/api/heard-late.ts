import type { UrgentCall } from "./types";

/** A box without a link keeps a press: it may be heard long after it was made. */
const AT_ONCE_MS = 30_000;

/** Was the button pressed noticeably before anybody could hear of it? */
export function heardLate(call: Pick<UrgentCall, "pressed_at" | "raised_at">): boolean {
  return call.pressed_at != null && Date.parse(call.raised_at) - Date.parse(call.pressed_at) > AT_ONCE_MS;
}
