/**
 * The life of one person's leg in a consultation, as a pure table: (state, event) → state and effects.
 * Knows no browser object; `call.ts` carries the effects out.
 */

export type EndReason =
  /** This person left. */
  | "left"
  /** The room ended: the reasons of `RoomState.ended_reason`. */
  | "hang_up"
  | "crash"
  | "drain"
  | "cancelled"
  /** The call was over before this person could join it. */
  | "over"
  /** The relay does not let this person in (hidden, not allowed, full). */
  | "refused"
  | "signed_out";

/** What is in the way for a while, as the box names it: it is in another consultation, full of tablets, or this tablet is locked. */
export const HELD = ["box_busy", "too_many_tablets", "tablet_locked"] as const;
export type Held = (typeof HELD)[number];

export type CallState =
  | { phase: "idle" }
  /** `held`: the home's box cannot take part yet; joining is tried again until it can. */
  | { phase: "connecting"; attempt: number; leg?: string; held?: Held }
  | { phase: "live"; leg: string }
  /** `suspect`: the old peer may still recover by itself. */
  | { phase: "reconnecting"; attempt: number; leg: string; suspect: boolean }
  | { phase: "ended"; reason: EndReason };

export type CallEvent =
  | { type: "start"; leg?: string }
  | { type: "answered"; leg: string }
  | { type: "attempt_failed"; fatal?: "over" | "refused" | "signed_out"; legUnknown?: boolean; held?: Held }
  | { type: "peer_connected" }
  | { type: "peer_disconnected" }
  | { type: "peer_failed" }
  | { type: "leg_gone" }
  | { type: "timer" }
  | { type: "online" }
  | { type: "room_ended"; reason: EndReason }
  | { type: "leave" };

export type CallEffect =
  /** Camera and microphone, beside the joining: a person who is asked for them hears and sees the others meanwhile. */
  | { do: "acquire" }
  | { do: "offer"; rejoin?: string }
  | { do: "close_peer" }
  /** One timer at a time; a new one replaces it. */
  | { do: "timer"; after: "suspect" | "backoff" | "answer_timeout" | "held"; attempt: number }
  | { do: "clear_timer" }
  | { do: "remember"; leg: string }
  | { do: "forget" }
  | { do: "delete_leg"; leg: string }
  | { do: "release_media" };

export interface Step {
  state: CallState;
  effects: CallEffect[];
}

const stay = (state: CallState): Step => ({ state, effects: [] });

function end(reason: EndReason, leg?: string): Step {
  const effects: CallEffect[] = [{ do: "clear_timer" }];
  if (reason === "left" && leg !== undefined) effects.push({ do: "delete_leg", leg });
  effects.push({ do: "close_peer" }, { do: "release_media" }, { do: "forget" });
  return { state: { phase: "ended", reason }, effects };
}

function retry(attempt: number, leg: string | undefined, wasLive: boolean): Step {
  const next = attempt + 1;
  const state: CallState =
    wasLive && leg !== undefined
      ? { phase: "reconnecting", attempt: next, leg, suspect: false }
      : { phase: "connecting", attempt: next, leg };
  return { state, effects: [{ do: "close_peer" }, { do: "timer", after: "backoff", attempt: next }] };
}

/**
 * Not the link's fault: tried at an even pace, and as a new leg, for the box has forgotten the old one. A locked tablet waits for the person who opens it
 * (`Call.tryHeld`): it may lie there all night.
 */
const hold = (held: Held): Step => ({
  state: { phase: "connecting", attempt: 0, held },
  effects: [
    { do: "forget" },
    { do: "close_peer" },
    held === "tablet_locked" ? { do: "clear_timer" } : { do: "timer", after: "held", attempt: 0 },
  ],
});

function offer(leg: string | undefined, attempt: number): CallEffect[] {
  return [{ do: "close_peer" }, { do: "offer", rejoin: leg }, { do: "timer", after: "answer_timeout", attempt }];
}

export function decide(state: CallState, event: CallEvent): Step {
  const leg = "leg" in state ? state.leg : undefined;

  if (event.type === "leave") return state.phase === "idle" || state.phase === "ended" ? stay(state) : end("left", leg);
  if (event.type === "room_ended") {
    return state.phase === "idle" || state.phase === "ended" ? stay(state) : end(event.reason, leg);
  }

  switch (state.phase) {
    case "idle":
    case "ended":
      return event.type === "start"
        ? {
            state: { phase: "connecting", attempt: 0, leg: event.leg },
            effects: [{ do: "acquire" }, ...offer(event.leg, 0)],
          }
        : stay(state);

    case "connecting":
    case "reconnecting": {
      const wasLive = state.phase === "reconnecting";
      switch (event.type) {
        case "answered": {
          const next: CallState = wasLive
            ? { phase: "reconnecting", attempt: state.attempt, leg: event.leg, suspect: false }
            : { phase: "connecting", attempt: state.attempt, leg: event.leg };
          return { state: next, effects: [{ do: "remember", leg: event.leg }] };
        }
        case "peer_connected":
          return leg === undefined ? stay(state) : { state: { phase: "live", leg }, effects: [{ do: "clear_timer" }] };
        case "attempt_failed":
          if (event.legUnknown && leg !== undefined) {
            // The old leg is forgotten at the relay: join as new, at once.
            return {
              state: { phase: "connecting", attempt: state.attempt + 1 },
              effects: [{ do: "forget" }, ...offer(undefined, state.attempt + 1)],
            };
          }
          if (event.fatal) return end(event.fatal);
          if (event.held) return hold(event.held);
          return retry(state.attempt, leg, wasLive);
        case "peer_failed":
        case "leg_gone":
          return retry(state.attempt, leg, wasLive);
        case "timer":
        case "online":
          return {
            state: wasLive ? { ...state, suspect: false } : state,
            effects: offer(leg, state.attempt),
          };
        default:
          return stay(state);
      }
    }

    case "live":
      switch (event.type) {
        case "peer_disconnected":
          return {
            state: { phase: "reconnecting", attempt: 0, leg: state.leg, suspect: true },
            effects: [{ do: "timer", after: "suspect", attempt: 0 }],
          };
        case "peer_failed":
        case "leg_gone":
          return {
            state: { phase: "reconnecting", attempt: 0, leg: state.leg, suspect: false },
            effects: offer(state.leg, 0),
          };
        case "attempt_failed":
          // The room's event stream said so: the session is over, or the box went elsewhere.
          if (event.held) return hold(event.held);
          return event.fatal ? end(event.fatal) : stay(state);
        default:
          return stay(state);
      }
  }
}
