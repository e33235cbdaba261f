import type { NumberRule } from "@yunzhen/client";

/** The most of one batch that is booked at once; the relay's own limit. */
const MOST = 100_000;
/** Units that came in, are written off, or go back to the shelf. */
export const RECEIVED: NumberRule = { min: 1, max: MOST, decimals: 0 };
export const MOVED = RECEIVED;
/** Units that were found: nothing is a count too. */
export const COUNTED: NumberRule = { ...RECEIVED, min: 0 };
