import { useCallback, useEffect, useRef, useState } from "react";
import type { Change, ConsultationSummary } from "../api/types";
import { remindedOf, reminderOf, without, withReminder, type Reminder } from "../live/reminders";
import { useNow } from "./hooks";
import { useApi } from "./provider";

/**
 * Hears `consultation.reminded` and asks whose appointment it is. Each reminder once; it goes by itself when the
 * appointment begins.
 */
export function useReminders(concerns: (consultation: ConsultationSummary) => boolean = everybody) {
  const api = useApi();
  const now = useNow(10_000);
  const [heard, setHeard] = useState<readonly Reminder[]>([]);
  const said = useRef(new Set<number>());
  const concerned = useRef(concerns);
  useEffect(() => {
    concerned.current = concerns;
  }, [concerns]);
  const onChange = useCallback(
    (change: Change): void => {
      const id = remindedOf(change);
      if (id === undefined || said.current.has(change.seq)) return;
      said.current.add(change.seq);
      api.consultations.get(id).then(
        (consultation) => {
          const reminder = reminderOf(consultation, Date.now());
          if (reminder && concerned.current(consultation)) setHeard((shown) => withReminder(shown, reminder));
        },
        // Without its appointment there is nothing to say; the schedule shows it as before.
        () => said.current.delete(change.seq),
      );
    },
    [api],
  );
  const dismiss = useCallback((id: string): void => setHeard((shown) => without(shown, id)), []);
  return { onChange, dismiss, reminders: heard.filter((one) => Date.parse(one.startsAt) > now) };
}

const everybody = (): boolean => true;
