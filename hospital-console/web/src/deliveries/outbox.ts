/**
 * The courier's presses are kept until they have an answer: on a phone in a cellar the request may take minutes. One of each parcel, in the order in which they
 * were pressed, each with the same idempotency key on every try, also after the page was closed.
 */
import { ApiError, newIdempotencyKey, type AttemptCode, type Delivery } from "@yunzhen/client";
import { api } from "../app/api";
import type { Command } from "./courier";

export interface Pending {
  deliveryId: string;
  command: Command;
  version: number;
  /** Why it could not be delivered. */
  code?: AttemptCode;
  /** The same in words: of a press that was kept by the page of before there were codes. */
  reason?: string;
  /** What was scanned from the parcel at the counter. */
  scan?: string;
  /** Degrees Celsius of a cold parcel at the counter. */
  celsius?: number;
  key: string;
}

const NAME = "yz.courier.pending";
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];

export interface OutboxState {
  /** Oldest first, at most one of each parcel. */
  waiting: readonly Pending[];
  /** The last try had no answer. */
  noSignal: boolean;
  /** What the relay did not take, by parcel, until it was read. */
  refused: Readonly<Record<string, ApiError>>;
}

/** Where the press of one parcel is. */
export type Press =
  { phase: "idle" } | { phase: "sending" | "waiting"; pending: Pending } | { phase: "refused"; error: ApiError };

export function pressOf(state: OutboxState, deliveryId: string): Press {
  const pending = state.waiting.find((one) => one.deliveryId === deliveryId);
  if (pending) return { phase: state.noSignal ? "waiting" : "sending", pending };
  const error = state.refused[deliveryId];
  return error ? { phase: "refused", error } : { phase: "idle" };
}

function kept(): Pending[] {
  const text = localStorage.getItem(NAME);
  if (text === null) return [];
  const found = JSON.parse(text) as Pending | Pending[];
  return Array.isArray(found) ? found : [found];
}

export class Outbox {
  private state: OutboxState;
  private attempt = 0;
  private sending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly onAnswer: (delivery: Delivery) => void) {
    this.state = { waiting: kept(), noSignal: false, refused: {} };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getSnapshot = (): OutboxState => this.state;

  /** Takes up what was pressed before the page was closed. */
  start(): void {
    window.addEventListener("online", this.flush);
    this.flush();
  }
  stop(): void {
    window.removeEventListener("online", this.flush);
    clearTimeout(this.timer);
  }

  press(delivery: Delivery, command: Command, more: Pick<Pending, "code" | "reason" | "scan" | "celsius"> = {}): void {
    const { id: deliveryId, version } = delivery;
    if (this.state.waiting.some((one) => one.deliveryId === deliveryId)) return;
    const pending: Pending = { deliveryId, command, version, ...more, key: newIdempotencyKey() };
    this.set({ waiting: [...this.state.waiting, pending], refused: this.without(deliveryId) });
    this.attempt = 0;
    this.flush();
  }
  dismiss(deliveryId: string): void {
    this.set({ refused: this.without(deliveryId) });
  }

  private readonly flush = (): void => {
    if (!this.sending) void this.send();
  };

  private async send(): Promise<void> {
    clearTimeout(this.timer);
    this.sending = true;
    for (let next = this.state.waiting[0]; next !== undefined; next = this.state.waiting[0]) {
      try {
        const delivery = await give(next);
        this.attempt = 0;
        this.set({ waiting: this.others(next), noSignal: false });
        this.onAnswer(delivery);
      } catch (error) {
        if (!(error instanceof ApiError) || error.retryable) {
          this.set({ noSignal: true });
          this.timer = setTimeout(this.flush, RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)]);
          this.attempt += 1;
          break;
        }
        const refused = { ...this.state.refused, [next.deliveryId]: error };
        this.set({ waiting: this.others(next), noSignal: false, refused });
      }
    }
    this.sending = false;
  }

  private others(pending: Pending): Pending[] {
    return this.state.waiting.filter((one) => one.key !== pending.key);
  }

  private without(deliveryId: string): Record<string, ApiError> {
    return Object.fromEntries(Object.entries(this.state.refused).filter(([id]) => id !== deliveryId));
  }

  private set(change: Partial<OutboxState>): void {
    this.state = { ...this.state, ...change };
    if (this.state.waiting.length > 0) localStorage.setItem(NAME, JSON.stringify(this.state.waiting));
    else localStorage.removeItem(NAME);
    this.listeners.forEach((listener) => listener());
  }
}

function give({ deliveryId, command, version, code, reason, scan, celsius, key }: Pending): Promise<Delivery> {
  switch (command) {
    case "fail-attempt":
      return api.deliveries.failAttempt(deliveryId, { version, code, reason }, key);
    case "pick-up":
      return api.parcels.pickUp(deliveryId, { version, scan, celsius }, key);
    default:
      return api.deliveries.step(deliveryId, command, version, key);
  }
}
