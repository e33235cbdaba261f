/**
 * Saves what is typed, one request at a time, always the latest value; retries by itself while the cause may pass.
 * Knows nothing of React or HTTP. A conflict stops it until the person chose a side.
 */
export type SaveState = "saved" | "unsaved" | "saving" | "failed" | "conflict";

export interface AutosaveOptions<T> {
  save: (value: T) => Promise<void>;
  isConflict?: (error: unknown) => boolean;
  /** Errors for which trying again unchanged is pointless (validation); the next edit tries again. */
  isFinal?: (error: unknown) => boolean;
  /** Whether the page still is that of who typed. What another person would send is dropped. */
  isOwn?: () => boolean;
  delayMs?: number;
  retryMs?: number;
}

export interface AutosaveSnapshot {
  state: SaveState;
  savedAt: number | undefined;
  error: unknown;
}

export class Autosave<T> {
  private snapshot: AutosaveSnapshot = { state: "saved", savedAt: undefined, error: undefined };
  private pending: { value: T } | undefined;
  private running: Promise<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private options: AutosaveOptions<T>) {}

  configure(options: AutosaveOptions<T>): void {
    this.options = options;
  }
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getSnapshot = (): AutosaveSnapshot => this.snapshot;

  change(value: T): void {
    this.pending = { value };
    if (this.snapshot.state === "conflict") return;
    if (!this.running) this.set({ state: "unsaved" });
    this.schedule(this.options.delayMs ?? 700);
  }

  /** Resolves when everything typed so far is saved; rejects with the reason when it cannot be. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    if (this.running) await this.running;
    if (this.pending) await this.run();
    const { state, error } = this.snapshot;
    if (state === "failed" || state === "conflict") throw error;
  }

  /** The person's side stays: save it again on top of what `save` now takes as its base. */
  keepMine(): void {
    this.set({ state: "unsaved" });
    this.schedule(0);
  }

  /** The person's side is dropped. */
  discard(): void {
    clearTimeout(this.timer);
    this.pending = undefined;
    this.set({ state: "saved", error: undefined });
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), delay);
  }

  private run(): Promise<void> {
    this.running ??= this.attempt().finally(() => {
      this.running = undefined;
      if (this.pending && this.snapshot.state === "saved") {
        this.set({ state: "unsaved" });
        this.schedule(this.options.delayMs ?? 700);
      }
    });
    return this.running;
  }

  private async attempt(): Promise<void> {
    const taken = this.pending;
    if (!taken) return;
    if (this.options.isOwn?.() === false) return this.discard();
    this.pending = undefined;
    this.set({ state: "saving" });
    try {
      await this.options.save(taken.value);
      this.set({ state: "saved", savedAt: Date.now(), error: undefined });
    } catch (error) {
      this.pending ??= taken;
      if (this.options.isConflict?.(error)) return this.set({ state: "conflict", error });
      this.set({ state: "failed", error });
      if (!this.options.isFinal?.(error)) this.schedule(this.options.retryMs ?? 3000);
    }
  }

  private set(change: Partial<AutosaveSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    this.listeners.forEach((listener) => listener());
  }
}
