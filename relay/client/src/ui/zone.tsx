import { createContext, useContext, type ReactNode } from "react";
import { knowsZone, ownZone } from "../time/zone";

const ZoneContext = createContext<string | undefined>(undefined);

/** By whose clock everything below is shown. A zone that the browser does not know leaves it at the machine's own. */
export function ZoneProvider({ zone, children }: { zone: string | undefined; children: ReactNode }) {
  const known = zone !== undefined && knowsZone(zone) ? zone : undefined;
  return <ZoneContext.Provider value={known}>{children}</ZoneContext.Provider>;
}

/** The zone of what is shown; without a provider the machine's own. */
export function useZone(): string {
  return useContext(ZoneContext) ?? ownZone();
}
