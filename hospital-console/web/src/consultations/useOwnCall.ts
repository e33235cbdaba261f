import type { Call } from "@yunzhen/client";
import { useEffect, useState } from "react";
import { earlyCall, ownCall } from "./own-call";

/**
 * This person's call in a consultation: joins as soon as it is `on`, or shows what *see now* joined already. Leaving the page within the console hangs up, so that the others
 * are told at once; a reload runs no cleanup, keeps the leg and rejoins it.
 */
export function useOwnCall(consultationId: string, on = true): Call | undefined {
  const [call, setCall] = useState<Call>();
  useEffect(() => {
    if (!on) return undefined;
    const own = earlyCall.take(consultationId) ?? ownCall(consultationId);
    // One that was refused says so; this page does not try again by itself.
    if (own.getSnapshot().state.phase === "idle") own.start();
    setCall(own);
    return () => {
      own.hangUp();
      own.dispose();
      setCall(undefined);
    };
  }, [consultationId, on]);
  return call;
}
