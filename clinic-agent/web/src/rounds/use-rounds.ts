import { useQuery } from "@tanstack/react-query";
import { useApi } from "@yunzhen/client/ui";
import { addDays, windowOf } from "../schedule/calendar";
import { useToday } from "../schedule/use-schedule";

/** Rounds of today: where a consultation stands in one, and who comes next. */
export function useRoundsOfToday() {
  const api = useApi();
  const today = useToday();
  const window = windowOf([today]);
  return useQuery({ queryKey: ["rounds", "day", window.from], queryFn: () => api.rounds.list(window) });
}

/** What is planned, and the last week. */
export function useRounds() {
  const api = useApi();
  const today = useToday();
  const window = windowOf([addDays(today, -7), addDays(today, 30)]);
  return useQuery({ queryKey: ["rounds", "list", window.from], queryFn: () => api.rounds.list(window) });
}
