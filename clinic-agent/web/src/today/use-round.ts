import { useQuery } from "@tanstack/react-query";
import { useApi } from "@yunzhen/client/ui";

/** The residents of the home and their consultations, as the box knows them. */
export function useRound() {
  const api = useApi();
  const residents = useQuery({ queryKey: ["residents", "list"], queryFn: () => api.residents.listFresh() });
  const consultations = useQuery({ queryKey: ["consultations", "list"], queryFn: () => api.consultations.listFresh() });
  return { residents, consultations };
}
