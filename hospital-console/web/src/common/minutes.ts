import type { NumberRule } from "@yunzhen/client";

/** How long a visit may be planned for. */
export const MINUTES: NumberRule = { min: 5, max: 120, decimals: 0 };
