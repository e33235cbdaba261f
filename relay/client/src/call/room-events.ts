/** The room as its event stream tells it to one leg: opened anew after a loss, the newest state wins. Changes no call. */
import type { ApiError } from "../api/problem";
import type { Departure, Participant, RoomState } from "../api/types";
import { backoff } from "../live/clock";
import type { CallEnvironment } from "./environment";
import type { EndReason } from "./machine";

/** Something another participant did, to be told in words once. */
export interface CallNotice {
  at: number;
  kind: "joined" | "left" | "lost" | "revoked" | "elsewhere";
  name: string;
}

export interface RoomEventsOptions {
  url: (leg: string) => string;
  language?: () => string;
  environment: Pick<CallEnvironment, "openEvents" | "clock" | "random">;
  onLive(live: boolean): void;
  onRoom(room: RoomState): void;
  /** `elsewhere`: the home's box went to another consultation; this one goes on without it. */
  onEnded(reason: EndReason | "elsewhere"): void;
  /** The stream was refused for good: `gone` when the leg is unknown, else the session is over. */
  onRefused(why: "gone" | "signed_out"): void;
}

export class RoomEvents {
  private leg: string | undefined;
  private close: (() => void) | undefined;
  private attempt = 0;
  private timer: unknown;
  private version = 0;

  constructor(private readonly options: RoomEventsOptions) {}

  start(leg: string): void {
    if (this.leg === leg && this.close) return;
    this.stop();
    this.leg = leg;
    this.attempt = 0;
    this.open(leg);
  }

  stop(): void {
    this.options.environment.clock.clearTimer(this.timer);
    this.close?.();
    this.close = undefined;
    this.leg = undefined;
  }

  private open(leg: string): void {
    const { environment, language, onLive } = this.options;
    const said = language?.();
    this.version = 0;
    this.close = environment.openEvents(this.options.url(leg), said ? { "Accept-Language": said } : {}, {
      onOpen: () => {
        this.attempt = 0;
        onLive(true);
      },
      onEvent: ({ event, data }) => {
        if (event === "room" || event === "ended") this.read(event, data);
      },
      onClose: (error) => this.lost(leg, error),
    });
  }

  private read(event: "room" | "ended", data: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch {
      return; // Full state each time: the next one heals.
    }
    if (event === "ended") {
      this.options.onEnded(endReason(parsed));
      return;
    }
    const room = parsed as RoomState;
    // States may overtake each other; a stream that was opened anew begins with the present one.
    if (room.version < this.version) return;
    this.version = room.version;
    this.options.onRoom(room);
    if (room.state === "ended") this.options.onEnded(endReason(room));
  }

  private lost(leg: string, error: ApiError | undefined): void {
    const { environment, onLive, onRefused } = this.options;
    this.close = undefined;
    onLive(false);
    if (error?.status === 401) {
      onRefused("signed_out");
    } else if (error?.status === 404 || error?.status === 410) {
      this.leg = undefined;
      onRefused("gone");
    } else {
      this.attempt += 1;
      const delay = backoff(this.attempt, environment.random(), 250, 4000);
      this.timer = environment.clock.setTimer(() => this.open(leg), delay);
    }
  }
}

function endReason(value: unknown): EndReason | "elsewhere" {
  const reason =
    value && typeof value === "object"
      ? ((value as { ended_reason?: unknown; reason?: unknown }).ended_reason ?? (value as { reason?: unknown }).reason)
      : undefined;
  const known = (["crash", "drain", "cancelled", "elsewhere"] as const).find((one) => one === reason);
  return known ?? "hang_up";
}

type Away = Departure & { reason: "revoked" | "elsewhere" };
const isAway = (one: Departure): one is Away => one.reason === "revoked" || one.reason === "elsewhere";

/** The home whose box is known to be away from this call, for good or with another resident, whoever left after it. */
export const awayOf = (room: RoomState | undefined): Away | undefined => room?.departed?.find(isAway);

/** Whom an empty room is about: the home whose box is away, else who left last. */
export function goneFrom(room: RoomState | undefined): Departure | undefined {
  return awayOf(room) ?? room?.departed?.at(-1);
}

/** Who came or went between two states. */
export function difference(before: Participant[], room: RoomState, at: number): CallNotice | undefined {
  const gone = before.find((old) => old.id !== room.you && !room.participants.some((now) => now.id === old.id));
  if (gone) {
    const told = room.departed?.find((departure) => departure.participant_id === gone.id);
    if (told?.reason === "revoked" || told?.reason === "elsewhere")
      return { at, kind: told.reason, name: gone.display_name };
    const crashed = told ? told.reason === "crash" : gone.link === "lost";
    return { at, kind: crashed ? "lost" : "left", name: gone.display_name };
  }
  const came = room.participants.find((now) => now.id !== room.you && !before.some((old) => old.id === now.id));
  return came ? { at, kind: "joined", name: came.display_name } : undefined;
}
