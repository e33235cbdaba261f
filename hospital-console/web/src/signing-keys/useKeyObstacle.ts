import { Signer } from "@yunzhen/client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";
import { obstacleOf, type KeyObstacle } from "./obstacle";

/** Which key lies in this browser, and every key of the list that the person may see. */
export function useKeyHere() {
  const staff = useStaff();
  const signer = useMemo(() => new Signer({ staffId: staff.id, api }), [staff.id]);
  const known = useQuery({ queryKey: keys.signingKeys.all, queryFn: () => api.signingKeys.list(), staleTime: 0 });
  const here = useQuery({
    queryKey: keys.signingKeys.here(staff.id),
    queryFn: async () => (await signer.keySha256()) ?? null,
    staleTime: 0,
  });
  return { signer, known, here };
}

/** What keeps this browser's key from signing. Where it cannot be told, the relay tells it at the signature. */
export function useKeyObstacle(): { asking: boolean; obstacle: KeyObstacle | undefined } {
  const { known, here } = useKeyHere();
  return { asking: known.isPending || here.isPending, obstacle: obstacleOf(here.data, known.data?.items ?? []) };
}
