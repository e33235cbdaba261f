import type { Appointment, Round, Shift, Slot } from "@yunzhen/client";
import { useQueries } from "@tanstack/react-query";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { addDays, startOfDay } from "../common/dates";
import { keys } from "../common/keys";

export interface Days {
  appointments: Appointment[];
  rounds: Round[];
  duty: Shift[];
  slots: Slot[];
  pending: boolean;
  error: Error | null;
  retry: () => void;
}

/** Everything of this specialist in `days` days from `first`: appointments, rounds, duty and free times. */
export function useDays(first: string, days: number, withSlots = true): Days {
  const { id } = useStaff();
  const from = startOfDay(first);
  const until = startOfDay(addDays(first, days));
  const [appointments, rounds, duty, slots] = useQueries({
    queries: [
      {
        queryKey: keys.schedule.appointments(from, until, id),
        queryFn: () => api.schedule.appointments({ from, until, specialist_id: id }),
      },
      {
        queryKey: keys.rounds.list(from, until),
        queryFn: () => api.rounds.list({ from, until }),
        // Lateness grows by itself, without an event.
        refetchInterval: 30_000,
      },
      { queryKey: keys.schedule.duty(from, until), queryFn: () => api.schedule.duty({ from, until }) },
      {
        queryKey: keys.schedule.slots(id, from, until),
        queryFn: () => api.schedule.slots({ specialist_id: id, from, until }),
        enabled: withSlots,
      },
    ],
  });
  const all = withSlots ? [appointments, rounds, duty, slots] : [appointments, rounds, duty];
  return {
    appointments: (appointments.data?.items ?? []).filter((a) => a.consultation.state !== "cancelled"),
    rounds: (rounds.data?.items ?? []).filter((r) => r.specialist.id === id),
    duty: (duty.data?.items ?? []).filter((s) => s.specialist.id === id),
    slots: slots.data?.items ?? [],
    pending: all.some((query) => query.isPending),
    error: all.find((query) => query.isError)?.error ?? null,
    retry: () => all.forEach((query) => query.isError && void query.refetch()),
  };
}
