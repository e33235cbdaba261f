/** Who is found: what this tablet knows (name, bed) together with what the relay found (pinyin, end of the identity number). Pure. */
import type { EarlyWarningScore, ResidentSummary } from "@yunzhen/client";
import { matches } from "../today/round";

/** What the list may bring besides the contract's summary; an older relay leaves it out. */
export type ListedResident = ResidentSummary & {
  early_warning?: Pick<EarlyWarningScore, "total" | "band" | "at_least"> | null;
  allergies_asked?: boolean;
};

export function found(
  residents: readonly ListedResident[],
  query: string,
  remote: readonly ListedResident[] | undefined,
): ListedResident[] {
  if (query.trim() === "") return byBed(residents);
  const ids = new Set(remote?.map((one) => one.id));
  const here = residents.filter((one) => matches(one, query) || ids.has(one.id));
  const known = new Set(residents.map((one) => one.id));
  return byBed([...here, ...(remote ?? []).filter((one) => !known.has(one.id))]);
}

function byBed(residents: readonly ListedResident[]): ListedResident[] {
  return [...residents].sort((a, b) => a.bed.localeCompare(b.bed, "zh-CN", { numeric: true }));
}

/** Allergies for the banner: `undefined` says that nobody asked. */
export function allergiesKnown(resident: {
  allergies: string[];
  allergies_asked?: boolean | undefined;
}): string[] | undefined {
  return resident.allergies.length === 0 && resident.allergies_asked === false ? undefined : resident.allergies;
}
