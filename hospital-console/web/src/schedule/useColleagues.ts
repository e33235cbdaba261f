import type { StaffRef } from "@yunzhen/client";
import { useQuery } from "@tanstack/react-query";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { addDays, dateOf, startOfDay } from "../common/dates";
import { keys } from "../common/keys";

/** The specialists one can name: oneself first, then those with duty or appointments around these days. */
export function useColleagues(): StaffRef[] {
  const me = useStaff();
  const today = dateOf(Date.now());
  const from = startOfDay(addDays(today, -14));
  const until = startOfDay(addDays(today, 30));
  const duty = useQuery({
    queryKey: keys.schedule.duty(from, until),
    queryFn: () => api.schedule.duty({ from, until }),
  });
  const appointments = useQuery({
    queryKey: keys.schedule.appointments(from, until, ""),
    queryFn: () => api.schedule.appointments({ from, until }),
  });
  return distinct([
    { id: me.id, name: me.name },
    ...(duty.data?.items ?? []).map((shift) => shift.specialist),
    ...(appointments.data?.items ?? []).map((appointment) => appointment.specialist),
  ]);
}

export function distinct(people: readonly StaffRef[]): StaffRef[] {
  return [...new Map(people.map((one) => [one.id, one])).values()];
}
