import type { QueryClient } from "@tanstack/react-query";
import { api } from "../app/api";
import { keys } from "../common/keys";

/**
 * The relay let this person into a visit. The visit is asked for now, beside the joining, and not once its page is drawn. The lists are old, but those on the screen are about
 * to go: whoever looks at one next asks for it, and the live stream tells those that stay.
 */
export function entered(queries: QueryClient, id: string): void {
  const queryKey = keys.consultations.one(id);
  queries.setQueryData(keys.consultations.begunHere(id), true);
  void queries.invalidateQueries({ queryKey: keys.consultations.all, refetchType: "none" });
  // A page that shows the visit already asks as it always does, and then this asks with it.
  void queries.invalidateQueries({ queryKey });
  void queries.prefetchQuery({ queryKey, queryFn: () => api.consultations.get(id) });
}
