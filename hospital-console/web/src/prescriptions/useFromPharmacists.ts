import { useNow } from "@yunzhen/client/ui";
import { useSessionStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { ASKED, openRejections, REJECTED } from "./from-pharmacists";

/** The questions and rejections that wait for the specialist; the live stream outdates them. `read` puts a rejection away in this tab. */
export function useFromPharmacists() {
  const now = useNow(60_000);
  const [away, setAway] = useSessionStorage<string[]>({ key: "yz-read-rejections", defaultValue: [] });
  const asked = useQuery({
    queryKey: keys.prescriptions.list({ states: ASKED, mine: true }),
    queryFn: () => api.prescriptions.list({ state: ASKED.join(","), mine: true }),
  });
  const rejected = useQuery({
    queryKey: keys.prescriptions.list({ states: REJECTED, mine: true }),
    queryFn: () => api.prescriptions.list({ state: REJECTED.join(","), mine: true, newest: true }),
  });
  return {
    asked: (asked.data?.items ?? []).filter(({ state }) => ASKED.includes(state)),
    rejected: openRejections(rejected.data?.items ?? [], away, now),
    /** What could not be read: nothing shown would say that nothing waits. */
    unread: { asked: asked.isError, rejected: rejected.isError },
    retry: () => {
      for (const query of [asked, rejected]) if (query.isError) void query.refetch();
    },
    read: (ids: readonly string[]) => setAway((before) => [...before, ...ids]),
  };
}
