/**
 * Moments of a join on the browser's own timeline (User Timing, `yz.call.…`): a profile of the page and `make bench-glass` show by them where the time goes.
 * They hold no name and no id, and only the newest of each is kept, so that a call that is tried all day costs nothing.
 */
export type Moment =
  /** The press; devices are being opened and the offer is being made. */
  | "prepared"
  /** This person is let in as far as the page knows, and joins. */
  | "started"
  /** Camera and microphone are open, or are known not to be there. */
  | "devices"
  /** The offer leaves the page. */
  | "offered"
  /** The answer is there. */
  | "answered"
  /** The browser has taken it. */
  | "answer_set"
  /** The first address that works is known. */
  | "ice"
  /** Keys are agreed on (DTLS): media can flow. */
  | "connected";

const PREFIX = "yz.call.";

export function markMoment(moment: Moment): void {
  const name = PREFIX + moment;
  performance.clearMarks(name);
  performance.mark(name);
}
