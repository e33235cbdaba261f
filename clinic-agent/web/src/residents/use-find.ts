import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ResidentSummary } from "@yunzhen/client";
import { useApi } from "@yunzhen/client/ui";
import { useMemo } from "react";
import { useLink } from "../box/box-context";
import { found } from "./find";

/** The residents that a text means. Without the link only name and bed are known here, which `partial` says. */
export function useFind(
  residents: readonly ResidentSummary[],
  query: string,
): { found: ResidentSummary[]; searching: boolean; partial: boolean } {
  const api = useApi();
  const { online } = useLink();
  const typed = query.trim();
  const [asked] = useDebouncedValue(typed, 250);
  const remote = useQuery({
    queryKey: ["residents", "search", asked],
    queryFn: () => api.residents.list({ q: asked }),
    enabled: online && asked !== "",
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const answered = typed !== "" && asked === typed && !remote.isPlaceholderData ? remote.data?.items : undefined;
  return {
    found: useMemo(() => found(residents, query, answered), [residents, query, answered]),
    searching: typed !== "" && online && (asked !== typed || remote.isFetching),
    partial: typed !== "" && (!online || remote.isError),
  };
}
