import { useQuery } from "@tanstack/react-query";
import { dayAt, daysAfter, type Day } from "@yunzhen/client";
import { useApi, useNow, useZone } from "@yunzhen/client/ui";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { slotsByDay, startOf, windowOf } from "./calendar";

/** How far a nurse looks for a free time. */
export const DAYS_AHEAD = 14;

/** "11月24日 周二" and its parts, in the language of the page. */
export function useDayWords() {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const locale = i18n.language === "en" ? "en-GB" : "zh-CN";
    const format = (options: Intl.DateTimeFormatOptions) => (day: Day) =>
      new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
    return {
      date: format({ month: "short", day: "numeric" }),
      weekday: format({ weekday: "short" }),
      whole: format({ month: "short", day: "numeric", weekday: "short" }),
    };
  }, [i18n.language]);
}

/** The day it is now in the home; another one after its midnight. */
export function useToday(): Day {
  return dayAt(useNow(60_000), useZone());
}

export function useAppointments(first: Day, last: Day) {
  const api = useApi();
  const window = windowOf(first, last, useZone());
  return useQuery({
    queryKey: ["schedule", "appointments", window.from, window.until],
    queryFn: () => api.schedule.appointments(window),
  });
}

/** Free and taken times of one specialist from now on, by day. */
export function useSlots(specialistId: string | undefined) {
  const api = useApi();
  const zone = useZone();
  const until = startOf(daysAfter(useToday(), DAYS_AHEAD), zone);
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
  const days = useMemo(() => slotsByDay(slots.data ?? [], zone), [slots.data, zone]);
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
