import type { CourierRun, Delivery } from "@yunzhen/client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { keys } from "../common/keys";
import { Outbox } from "./outbox";
import { Temperatures } from "./temperatures";

/** What was pressed and measured without a signal, of the whole run: it is sent whichever parcel is looked at. */
export function useKept(runId: string): { outbox: Outbox; temperatures: Temperatures } {
  const queryClient = useQueryClient();
  const [kept] = useState(() => {
    const answered = (answer: Delivery) =>
      queryClient.setQueryData(keys.deliveries.run(runId), (known: CourierRun | undefined) =>
        known ? { ...known, stops: known.stops.map((stop) => (stop.id === answer.id ? answer : stop)) } : known,
      );
    return { outbox: new Outbox(answered), temperatures: new Temperatures(answered) };
  });
  useEffect(() => {
    kept.outbox.start();
    kept.temperatures.start();
    return () => {
      kept.outbox.stop();
      kept.temperatures.stop();
    };
  }, [kept]);
  return kept;
}
