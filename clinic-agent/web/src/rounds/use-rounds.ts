import { useQuery } from "@tanstack/react-query";
import { daysAfter } from "@yunzhen/client";
import { useApi, useZone } from "@yunzhen/client/ui";
import { windowOf } from "../schedule/calendar";
import { useToday } from "../schedule/use-schedule";

/** Lateness grows by itself, without an event. */
const LATENESS_MS = 30_000;

/** Rounds of today: where a consultation stands in one, and who comes next. */
export function useRoundsOfToday() {
  const api = useApi();
  const today = useToday();
  const window = windowOf(today, today, useZone());
  return useQuery({
    queryKey: ["rounds", "day", window.from],
    queryFn: () => api.rounds.list(window),
    refetchInterval: LATENESS_MS,
  });
}

/** What is planned, and the last week. */
export function useRounds() {
  const api = useApi();
  const today = useToday();
  const window = windowOf(daysAfter(today, -7), daysAfter(today, 30), useZone());
  return useQuery({
    queryKey: ["rounds", "list", window.from],
    queryFn: () => api.rounds.list(window),
    refetchInterval: LATENESS_MS,
  });
}
