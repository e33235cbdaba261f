import type { Api } from "@yunzhen/client";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "@yunzhen/client/ui";

/** Under what the residents of the home are kept on the page. */
export const RESIDENTS = ["residents", "list"] as const;
export type ResidentList = Awaited<ReturnType<Api["residents"]["listFresh"]>>;

/** The residents of the home and their consultations, as the box knows them. */
export function useRound() {
  const api = useApi();
  const residents = useQuery({ queryKey: RESIDENTS, queryFn: () => api.residents.listFresh() });
  const consultations = useQuery({ queryKey: ["consultations", "list"], queryFn: () => api.consultations.listFresh() });
  return { residents, consultations };
}
