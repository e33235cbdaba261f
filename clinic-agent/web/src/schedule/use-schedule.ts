import { useQuery } from "@tanstack/react-query";
import { useApi, useNow } from "@yunzhen/client/ui";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { addDays, dayOf, slotsByDay, startOf, windowOf, type Day } from "./calendar";

/** How far a nurse looks for a free time. */
export const DAYS_AHEAD = 14;

/** "11月24日 周二" and its parts, in the language of the page. */
export function useDayWords() {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const locale = i18n.language === "en" ? "en-GB" : "zh-CN";
    const format = (options: Intl.DateTimeFormatOptions) => (day: Day) =>
      new Intl.DateTimeFormat(locale, options).format(startOf(day));
    return {
      date: format({ month: "short", day: "numeric" }),
      weekday: format({ weekday: "short" }),
      whole: format({ month: "short", day: "numeric", weekday: "short" }),
    };
  }, [i18n.language]);
}

/** The day it is now; another one after midnight. */
export function useToday(): Day {
  return dayOf(useNow(60_000));
}

export function useAppointments(days: readonly Day[]) {
  const api = useApi();
  const window = windowOf(days);
  return useQuery({
    queryKey: ["schedule", "appointments", window.from, window.until],
    queryFn: () => api.schedule.appointments(window),
  });
}

/** Free and taken times of one specialist from now on, by day. */
export function useSlots(specialistId: string | undefined) {
  const api = useApi();
  const today = useToday();
  const until = startOf(addDays(today, DAYS_AHEAD)).toISOString();
  const slots = useQuery({
    queryKey: ["schedule", "slots", specialistId, until],
    enabled: specialistId !== undefined,
    queryFn: async () => {
      const page = await api.schedule.slots({
        specialist_id: specialistId ?? "",
        from: new Date().toISOString(),
        until,
      });
      return page.items;
    },
  });
  const days = useMemo(() => slotsByDay(slots.data ?? []), [slots.data]);
  return { slots, days };
}

/** Whom the home can book: those who have published times. */
export function useSpecialists() {
  const api = useApi();
  return useQuery({
    queryKey: ["schedule", "specialists"],
    queryFn: () => api.schedule.specialists(),
    select: (page) => page.items.filter((one) => one.zone !== undefined),
  });
}
