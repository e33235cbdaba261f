/** Time as an argument: tests pass a virtual one. */
export interface Clock {
  now(): number;
  setTimer(run: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** Delay before attempt `attempt` (1, 2, …): doubles from `first` to `max`, spread by ±25 % so that clients do not return in step. */
export function backoff(attempt: number, random: number, first = 500, max = 8000): number {
  const base = Math.min(max, first * 2 ** Math.max(0, attempt - 1));
  return Math.round(base * (0.75 + random * 0.5));
}
