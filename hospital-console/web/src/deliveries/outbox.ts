/**
 * The courier's press is kept until it has an answer: on a phone in a cellar the request may take minutes. One command
 * at a time, the same idempotency key on every try, also after the page was closed.
 */
import { ApiError, newIdempotencyKey, type Delivery } from "@yunzhen/client";
import { api } from "../app/api";
import type { Command } from "./courier";

export interface Pending {
  deliveryId: string;
  command: Command;
  version: number;
  reason?: string;
  /** What was scanned from the parcel at the counter. */
  scan?: string;
  /** Degrees Celsius of a cold parcel at the counter. */
  celsius?: number;
  key: string;
}

const NAME = "yz.courier.pending";
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];

export type OutboxState =
  { phase: "idle" } | { phase: "sending" | "waiting"; pending: Pending } | { phase: "refused"; error: ApiError };

export class Outbox {
  private state: OutboxState = { phase: "idle" };
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly onAnswer: (delivery: Delivery) => void) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getSnapshot = (): OutboxState => this.state;

  /** Takes up what was pressed before the page was closed. */
  start(): void {
    window.addEventListener("online", this.now);
    const text = localStorage.getItem(NAME);
    if (text !== null) void this.send(JSON.parse(text) as Pending);
  }
  stop(): void {
    window.removeEventListener("online", this.now);
    clearTimeout(this.timer);
  }

  press(delivery: Delivery, command: Command, more: Pick<Pending, "reason" | "scan" | "celsius"> = {}): void {
    if (this.state.phase === "sending" || this.state.phase === "waiting") return;
    const pending: Pending = {
      deliveryId: delivery.id,
      command,
      version: delivery.version,
      ...more,
      key: newIdempotencyKey(),
    };
    localStorage.setItem(NAME, JSON.stringify(pending));
    this.attempt = 0;
    void this.send(pending);
  }
  dismiss(): void {
    this.set({ phase: "idle" });
  }

  private readonly now = (): void => {
    if (this.state.phase === "waiting") void this.send(this.state.pending);
  };

  private async send(pending: Pending): Promise<void> {
    clearTimeout(this.timer);
    this.set({ phase: "sending", pending });
    try {
      const { deliveryId, command, version, reason, scan, celsius, key } = pending;
      const delivery =
        command === "fail-attempt"
          ? await api.deliveries.failAttempt(deliveryId, version, reason ?? "", key)
          : command === "pick-up"
            ? await api.parcels.pickUp(deliveryId, { version, scan, celsius }, key)
            : await api.deliveries.step(deliveryId, command, version, key);
      localStorage.removeItem(NAME);
      this.set({ phase: "idle" });
      this.onAnswer(delivery);
    } catch (error) {
      if (error instanceof ApiError && !error.retryable) {
        localStorage.removeItem(NAME);
        this.set({ phase: "refused", error });
        return;
      }
      this.set({ phase: "waiting", pending });
      const wait = RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)];
      this.attempt += 1;
      this.timer = setTimeout(() => void this.send(pending), wait);
    }
  }

  private set(state: OutboxState): void {
    this.state = state;
    this.listeners.forEach((listener) => listener());
  }
}
