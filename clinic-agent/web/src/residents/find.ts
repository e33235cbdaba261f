/** Who is found: what this tablet knows (name, bed) together with what the relay found (pinyin, end of the identity number). Pure. */
import type { Allergens, ResidentSummary } from "@yunzhen/client";
import { matches } from "../today/round";

export function found(
  residents: readonly ResidentSummary[],
  query: string,
  remote: readonly ResidentSummary[] | undefined,
): ResidentSummary[] {
  if (query.trim() === "") return byBed(residents);
  const ids = new Set(remote?.map((one) => one.id));
  const here = residents.filter((one) => matches(one, query) || ids.has(one.id));
  const known = new Set(residents.map((one) => one.id));
  return byBed([...here, ...(remote ?? []).filter((one) => !known.has(one.id))]);
}

function byBed(residents: readonly ResidentSummary[]): ResidentSummary[] {
  return [...residents].sort((a, b) => a.bed.localeCompare(b.bed, "zh-CN", { numeric: true }));
}

/** Allergies for the banner: `undefined` says that nobody asked. */
export function allergiesKnown<R extends Allergens & { allergies_asked: boolean }>(resident: R): R | undefined {
  return resident.allergies.length === 0 && !resident.allergies_asked ? undefined : resident;
}
