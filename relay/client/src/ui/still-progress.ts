import type { Still } from "../api/types";

/** While one is on its way its progress is asked for; that it was kept, or not, is told by the live events as well. */
const IN_CALL_MS = 1000;
/** After the call nobody waits for it with the camera in hand, and what the home's link owes may take hours. */
const AFTER_CALL_MS = 30_000;

/** How often the stills of a consultation are asked for. `over`: its call has ended. */
export function progressEvery(stills: readonly Pick<Still, "state">[] | undefined, over: boolean): number | false {
  if (!stills?.some((still) => still.state === "asked")) return false;
  return over ? AFTER_CALL_MS : IN_CALL_MS;
}
