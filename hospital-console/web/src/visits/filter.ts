import type { VisitCandidate } from "@yunzhen/client";

/** By home and by name, bed or diagnosis. */
export function matchesCandidate(c: VisitCandidate, homeId: string | null, search: string): boolean {
  if (homeId !== null && c.home.id !== homeId) return false;
  const wanted = search.trim().toLocaleLowerCase();
  const texts = [c.name, c.bed, ...c.missing.flatMap((d) => [d.code, d.display_zh, d.display_en])];
  return wanted === "" || texts.some((text) => text.toLocaleLowerCase().includes(wanted));
}
