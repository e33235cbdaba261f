import { Call } from "@yunzhen/client";
import { useEffect, useState } from "react";
import { i18n } from "../app/i18n";

/**
 * This person's call in a consultation: joins as soon as it is `on`. Leaving the page within the console hangs up, so that the others
 * are told at once; a reload runs no cleanup, keeps the leg and rejoins it.
 */
export function useOwnCall(consultationId: string, on = true): Call | undefined {
  const [call, setCall] = useState<Call>();
  useEffect(() => {
    if (!on) return undefined;
    const created = new Call({
      consultationId,
      basePath: "/api",
      source: "browser",
      http: { language: () => i18n.language },
    });
    created.start();
    setCall(created);
    return () => {
      created.hangUp();
      created.dispose();
      setCall(undefined);
    };
  }, [consultationId, on]);
  return call;
}
