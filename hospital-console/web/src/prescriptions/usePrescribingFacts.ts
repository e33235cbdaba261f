import type { PrescribingLimits } from "@yunzhen/client";
import { useQuery } from "@tanstack/react-query";
import { api } from "../app/api";
import { keys } from "../common/keys";

/** The legal room in force and what the resident has, from the relay: the page knows no number of its own. */
export function usePrescribingFacts(consultationId: string) {
  return useQuery({
    queryKey: keys.prescriptions.facts(consultationId),
    queryFn: () => api.prescribing.facts(consultationId),
    staleTime: 60_000,
  });
}

export type Limits = PrescribingLimits;
