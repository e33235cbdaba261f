/** Two records side by side. */
import type { Duplicate, DuplicateState, ResidentIdentity } from "@yunzhen/client";

export const FACTS = ["name", "sex", "birth_date", "id_number_masked", "home_name", "bed"] as const;
export type Fact = (typeof FACTS)[number];

/** Where the two differ: that is what the person who decides looks at. */
export function differing(pair: Duplicate): ReadonlySet<Fact> {
  const [first, second] = pair.residents;
  if (!first || !second) return new Set();
  return new Set(FACTS.filter((fact) => first[fact] !== second[fact]));
}

export type Filter = "all" | DuplicateState;

/** What still needs a decision first, the newest of each first. */
export function inOrder(pairs: readonly Duplicate[], filter: Filter, typed: string): Duplicate[] {
  const needle = typed.trim().toLocaleLowerCase();
  const says = (r: ResidentIdentity): string => `${r.name} ${r.home_name} ${r.bed} ${r.id_number_masked}`;
  const rank = (pair: Duplicate): number => (pair.state === "suspected" ? 0 : 1);
  return pairs
    .filter((pair) => filter === "all" || pair.state === filter)
    .filter((pair) => pair.residents.some((r) => says(r).toLocaleLowerCase().includes(needle)))
    .sort((a, b) => rank(a) - rank(b) || b.found_at.localeCompare(a.found_at));
}
