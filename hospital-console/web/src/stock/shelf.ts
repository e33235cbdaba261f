import type { Stock } from "@yunzhen/client";

export const FILTERS = ["all", "expiring", "short", "quarantined"] as const;
export type Filter = (typeof FILTERS)[number];

const SOON_DAYS = 60;
const SHORT_DAYS = 14;

/** Days from `today` (yyyy-mm-dd) to the last day of use; negative when that is over. */
export const daysLeft = (expiry: string, today: string): number =>
  Math.round((Date.parse(expiry) - Date.parse(today)) / 86_400_000);

/** What the person looks for, in the order of the relay. */
export function filtered(all: readonly Stock[], filter: Filter, search: string, today: string): Stock[] {
  const wanted = search.trim().toLocaleLowerCase();
  return all.filter((s) => {
    const texts = [s.name_zh, s.name_en, s.batch, s.drug_id];
    if (wanted !== "" && !texts.some((text) => text.toLocaleLowerCase().includes(wanted))) return false;
    switch (filter) {
      case "all":
        return true;
      case "expiring":
        return s.on_hand > 0 && daysLeft(s.expiry, today) <= SOON_DAYS;
      case "short":
        return s.lasts_days !== undefined && s.lasts_days <= SHORT_DAYS;
      case "quarantined":
        return s.quarantined > 0;
    }
  });
}

/** Is it worth a mark beside the date. */
export function dating(expiry: string, today: string): "expired" | "soon" | undefined {
  const days = daysLeft(expiry, today);
  if (days < 0) return "expired";
  return days <= SOON_DAYS ? "soon" : undefined;
}
