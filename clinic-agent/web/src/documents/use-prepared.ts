import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { prepared, type FileProblem } from "./picture";

/** What becomes of a chosen file. Neither is known while it is being made ready. */
interface Ready {
  /** As it is kept. */
  blob: Blob | undefined;
  problem: FileProblem | undefined;
  /** Where the page can show it, as long as it is shown. */
  url: string | undefined;
}

/** Makes a chosen file ready to be kept. `no` is the number of the choice: the same file chosen again is another one. */
export function usePrepared(chosen: { no: number; file: File } | undefined, shape: "whole" | "face" = "whole"): Ready {
  const ready = useQuery({
    queryKey: ["prepared-file", shape, chosen?.no],
    enabled: chosen !== undefined,
    queryFn: () => (chosen ? prepared(chosen.file, shape) : Promise.reject(new Error("no file"))),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const blob = ready.data instanceof Blob ? ready.data : undefined;
  const problem = ready.isError ? "unreadable" : typeof ready.data === "string" ? ready.data : undefined;
  const url = useMemo(() => (blob ? URL.createObjectURL(blob) : undefined), [blob]);
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url]);
  return { blob, problem, url };
}
