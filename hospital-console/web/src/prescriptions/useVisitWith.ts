import { useQuery } from "@tanstack/react-query";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";

/** The specialist's own visit with this resident that is under way: only there a prescription is written again. */
export function useVisitWith(residentId: string | undefined) {
  const staff = useStaff();
  const ongoing = useQuery({
    queryKey: keys.consultations.list(["in_progress"]),
    queryFn: () => api.consultations.list({ state: "in_progress" }),
  });
  const visit = ongoing.data?.items.find((c) => c.specialist?.id === staff.id && c.resident.id === residentId);
  return { visit, ongoing };
}
