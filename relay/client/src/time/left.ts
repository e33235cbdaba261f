/** Whole seconds from now until then, none once it is over: what counts down never says 0 while one still has to wait. */
export const secondsLeft = (until: number, now: number): number => Math.max(0, Math.ceil((until - now) / 1000));
