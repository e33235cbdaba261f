/**
 * The legal room that the composer shows while typing. The relay decides; these are for the words "7 of 7 days" only
 * and follow the defaults of its policy.
 */
import type { Supply } from "@yunzhen/client";

export const MAX_ITEMS = 5;
export const MAX_VALID_DAYS = 3;
export const MAX_DAYS: Record<Supply, number> = { ordinary: 7, emergency: 3, chronic: 84 };
