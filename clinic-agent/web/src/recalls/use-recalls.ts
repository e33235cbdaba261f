import { useQuery } from "@tanstack/react-query";
import type { RecallSummary } from "@yunzhen/client";
import { useApi } from "@yunzhen/client/ui";

/** The recalls that this home was given of. The box keeps the last answer for a time without a link. */
export function useRecalls() {
  const api = useApi();
  return useQuery({ queryKey: ["recalls", "list"], queryFn: () => api.recalls.list() });
}

/** The home still has to look. */
export const isToAnswer = (recall: RecallSummary): boolean =>
  recall.state !== "withdrawn" && recall.own?.state === "asked";
