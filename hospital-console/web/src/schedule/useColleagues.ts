import type { Specialist } from "@yunzhen/client";
import { useQuery } from "@tanstack/react-query";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";

/** The specialists one can name, oneself first; only of the own hospital where the resident is visited in person. */
export function useColleagues(ownHospitalOnly = false): Specialist[] {
  const { id, name, hospital } = useStaff();
  const { data } = useQuery({ queryKey: keys.specialists, queryFn: api.schedule.specialists, staleTime: 600_000 });
  const others = (data?.items ?? []).filter((one) => one.id !== id);
  const me = data?.items.find((one) => one.id === id) ?? { id, name, hospital };
  return [me, ...others.filter((one) => !ownHospitalOnly || one.hospital === hospital)];
}
