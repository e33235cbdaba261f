/**
 * Temperatures that the courier measured, kept until the relay has them: in a cellar there is no signal, and the time of measuring counts. Oldest first, each
 * with the key it was given, so that a lost answer makes no second reading.
 */
import { ApiError, newIdempotencyKey, type Delivery } from "@yunzhen/client";
import { api } from "../app/api";

interface Reading {
  deliveryId: string;
  celsius: number;
  measured_at: string;
  key: string;
}

const NAME = "yz.courier.temperatures";
const RETRY_MS = 5000;

export interface TemperaturesState {
  waiting: readonly Reading[];
  /** The relay will not take the last one, of this parcel. */
  error: ApiError | undefined;
  refusedOf?: string | undefined;
}

export class Temperatures {
  private state: TemperaturesState;
  private sending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly onAnswer: (delivery: Delivery) => void) {
    const text = localStorage.getItem(NAME);
    this.state = { waiting: text === null ? [] : (JSON.parse(text) as Reading[]), error: undefined };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getSnapshot = (): TemperaturesState => this.state;

  start(): void {
    window.addEventListener("online", this.flush);
    this.flush();
  }
  stop(): void {
    window.removeEventListener("online", this.flush);
    clearTimeout(this.timer);
  }

  add(deliveryId: string, celsius: number): void {
    const measured_at = new Date().toISOString();
    const reading = { deliveryId, celsius, measured_at, key: newIdempotencyKey() };
    this.set({ waiting: [...this.state.waiting, reading], error: undefined });
    this.flush();
  }

  private readonly flush = (): void => {
    if (!this.sending) void this.send();
  };

  private async send(): Promise<void> {
    clearTimeout(this.timer);
    this.sending = true;
    for (let next = this.state.waiting[0]; next !== undefined; next = this.state.waiting[0]) {
      const { deliveryId, key, ...body } = next;
      try {
        const delivery = await api.parcels.measure(deliveryId, body, key);
        this.done(next);
        this.onAnswer(delivery);
      } catch (error) {
        if (!(error instanceof ApiError) || error.retryable) {
          this.timer = setTimeout(this.flush, RETRY_MS);
          break;
        }
        this.done(next, error);
      }
    }
    this.sending = false;
  }

  private done(reading: Reading, error?: ApiError): void {
    const waiting = this.state.waiting.filter((one) => one.key !== reading.key);
    this.set({ waiting, error, refusedOf: error && reading.deliveryId });
  }

  private set(state: TemperaturesState): void {
    this.state = state;
    localStorage.setItem(NAME, JSON.stringify(state.waiting));
    this.listeners.forEach((listener) => listener());
  }
}
