/**
 * One live stream that stays open: resumes after `Last-Event-ID`, comes back by itself, says since when it is stale,
 * and turns each change into the queries it outdates. Not a store: the truth is fetched again.
 */
import type { Change } from "../api/types";
import type { ApiError } from "../api/problem";
import { backoff, systemClock, type Clock } from "./clock";
import { openEventStream, type OpenEventStream, type ServerEvent } from "./event-stream";

export type LiveState =
  | { phase: "connecting"; since: number }
  | { phase: "live"; since: number }
  /** Nothing heard since `since`; what is shown may be old. */
  | { phase: "stale"; since: number }
  /** With what the server said: whether the session ran out, or who ended it. */
  | { phase: "signed_out"; error: ApiError };

export interface LiveStreamOptions {
  url: string;
  open?: OpenEventStream;
  clock?: Clock;
  random?: () => number;
  /** Without any byte for this long (heartbeats come every 15 s) the stream is taken for dead. */
  silenceMs?: number;
  onEvent(event: ServerEvent): void;
  /**
   * After every (re)connection; `gap` when events may have been missed: always without an id to resume after, the first time
   * included, for what the page fetched before the stream was open may be older than the stream.
   */
  onOpen?(gap: boolean): void;
}

/** The connection keeper under `LiveEvents` and the box's status stream. */
export class LiveStream {
  private readonly open: OpenEventStream;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly silenceMs: number;
  private closeStream: (() => void) | undefined;
  private timer: unknown;
  private watchdog: unknown;
  private attempt = 0;
  private lastId: string | undefined;
  private lastAlive: number;
  private started = false;
  private current: LiveState;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: LiveStreamOptions) {
    this.open = options.open ?? openEventStream;
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.silenceMs = options.silenceMs ?? 40_000;
    this.lastAlive = this.clock.now();
    this.current = { phase: "connecting", since: this.lastAlive };
  }

  readonly getState = (): LiveState => this.current;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    if (this.started) return;
    this.started = true;
    this.attempt = 0;
    this.set({ phase: "connecting", since: this.clock.now() });
    this.connect();
  }

  stop(): void {
    this.started = false;
    this.drop();
    this.clock.clearTimer(this.timer);
  }

  /** Try at once, for example when the browser says it is online again. */
  retryNow(): void {
    if (!this.started || this.current.phase === "live") return;
    this.clock.clearTimer(this.timer);
    this.drop();
    this.connect();
  }

  private set(state: LiveState): void {
    this.current = state;
    for (const listener of [...this.listeners]) listener();
  }

  private drop(): void {
    this.clock.clearTimer(this.watchdog);
    this.closeStream?.();
    this.closeStream = undefined;
  }

  private connect(): void {
    const headers: Record<string, string> = this.lastId === undefined ? {} : { "Last-Event-ID": this.lastId };
    this.arm();
    this.closeStream = this.open(this.options.url, headers, {
      onOpen: () => {
        const gap = this.lastId === undefined;
        this.attempt = 0;
        this.alive();
        this.set({ phase: "live", since: this.clock.now() });
        this.options.onOpen?.(gap);
      },
      onAlive: () => this.alive(),
      onEvent: (event) => {
        if (event.id !== undefined) this.lastId = event.id;
        this.options.onEvent(event);
      },
      onClose: (error) => this.lost(error),
    });
  }

  private alive(): void {
    this.lastAlive = this.clock.now();
    this.arm();
  }

  private arm(): void {
    this.clock.clearTimer(this.watchdog);
    this.watchdog = this.clock.setTimer(() => {
      this.lost(undefined);
    }, this.silenceMs);
  }

  private lost(error: ApiError | undefined): void {
    this.drop();
    if (!this.started) return;
    if (error?.status === 401) {
      this.started = false;
      this.set({ phase: "signed_out", error });
      return;
    }
    if (this.current.phase !== "stale") this.set({ phase: "stale", since: this.lastAlive });
    this.attempt += 1;
    const delay = error?.retryAfterMs ?? backoff(this.attempt, this.random());
    this.timer = this.clock.setTimer(() => this.connect(), delay);
  }
}

/** What of TanStack's QueryClient is needed; keeps this file free of React. */
export interface Invalidator {
  invalidateQueries(filters?: { queryKey: readonly unknown[] }): unknown;
}

/** Query keys start with these words in both applications (`["consultations", …]`). */
export const OUTDATED_BY: Record<string, readonly string[]> = {
  // What is recorded of a resident in person is part of the ledger.
  resident: ["residents", "eligibility", "visits", "doses"],
  consent: ["residents", "consultations"],
  observation: ["residents", "rounds", "urgent-calls"],
  note: ["residents"],
  // A consultation carries its appointment, its place in a round and its place on the waitlist.
  consultation: ["consultations", "residents", "schedule", "rounds"],
  consultation_note: ["consultations"],
  invitation: ["consultations"],
  prescription: ["prescriptions", "consultations", "residents", "doses", "refills"],
  delivery: ["deliveries", "prescriptions"],
  refill: ["refills", "doses"],
  courier_run: ["deliveries"],
  discrepancy: ["deliveries", "discrepancies"],
  box: ["boxes", "consultations"],
  // Of others only the administrator hears.
  staff: ["staff", "signing-keys", "session"],
  signing_key: ["signing-keys"],
  duplicate: ["duplicates", "residents"],
  break_glass: ["break-glass", "residents"],
  // The clock of the home is part of who is signed in there.
  home: ["homes", "session"],
  schedule: ["schedule"],
  round: ["rounds", "schedule"],
  // The order of those who wait: no ids, each consultation's place is asked for again.
  queue: ["consultations"],
  urgent_call: ["urgent-calls", "consultations"],
  calendar: ["calendars"],
  legal_hold: ["legal-holds"],
  pharmacy_system: ["pharmacy-systems"],
  stock: ["stock"],
  // What was called back is not fetched and not given: the way of each prescription that has it turns round.
  recall: ["recalls", "doses", "stock", "deliveries", "prescriptions"],
  visit: ["visits", "eligibility"],
  referral: ["referrals", "residents", "consultations"],
  transport: ["transports", "referrals"],
};

export interface LiveEventsOptions extends Omit<LiveStreamOptions, "url" | "onEvent" | "onOpen"> {
  url?: string;
  queries?: Invalidator;
  onChange?(change: Change): void;
}

/** Instead of a first word: all queries. */
const EVERYTHING = "*";

/** One press changes several things of the record, and each is told: what comes within this time is fetched once. */
const GATHERED_MS = 20;

export class LiveEvents {
  private readonly stream: LiveStream;
  private readonly queries: Invalidator | undefined;
  private readonly clock: Clock;
  private readonly outdated = new Set<string>();
  private timer: unknown;

  constructor(options: LiveEventsOptions = {}) {
    const { queries, onChange, ...rest } = options;
    this.queries = queries;
    this.clock = options.clock ?? systemClock;
    const outdate = (entity: string): void => this.outdate(OUTDATED_BY[entity] ?? [entity]);
    const outdateAll = (): void => this.outdate([EVERYTHING]);
    this.stream = new LiveStream({
      ...rest,
      url: options.url ?? "/api/events",
      onOpen: (gap) => {
        if (gap) outdateAll();
      },
      onEvent: (event) => {
        if (event.event === "reset") {
          outdateAll();
          return;
        }
        // No part of the record: a box came or went, or the stream was away and may have missed it.
        if (event.event === "boxes") {
          outdate("box");
          return;
        }
        if (event.event !== "change") return;
        let change: Change;
        try {
          change = JSON.parse(event.data) as Change;
        } catch {
          // One unreadable line must not end the stream; fetch everything again instead.
          outdateAll();
          return;
        }
        outdate(change.entity);
        outdate("audit");
        onChange?.(change);
      },
    });
  }

  readonly getState = (): LiveState => this.stream.getState();
  readonly subscribe = (listener: () => void): (() => void) => this.stream.subscribe(listener);
  start(): void {
    this.stream.start();
  }
  stop(): void {
    this.stream.stop();
    this.fetchAgain();
  }
  retryNow(): void {
    this.stream.retryNow();
  }

  private outdate(firstWords: readonly string[]): void {
    if (this.outdated.size === 0) this.timer = this.clock.setTimer(() => this.fetchAgain(), GATHERED_MS);
    for (const first of firstWords) this.outdated.add(first);
  }

  private fetchAgain(): void {
    this.clock.clearTimer(this.timer);
    const outdated = [...this.outdated];
    this.outdated.clear();
    if (outdated.includes(EVERYTHING)) this.queries?.invalidateQueries();
    else for (const first of outdated) this.queries?.invalidateQueries({ queryKey: [first] });
  }
}
