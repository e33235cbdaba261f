/** Which planned first visits bring a proof that is not there yet. Pure. */
interface Standing {
  hospital: string;
  eligible: boolean;
}

/** A visit of a hospital that has seen everything already helps nobody; one that has the resident on its route is shown all the same. */
export function visitsThatHelp<V extends { hospital: string; includes_resident: boolean }>(
  standings: readonly Standing[],
  visits: readonly V[],
): V[] {
  return visits.filter((visit) => {
    const own = standings.filter((standing) => standing.hospital === visit.hospital);
    return visit.includes_resident || own.length === 0 || own.some((standing) => !standing.eligible);
  });
}
