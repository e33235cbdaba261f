import { ApiError, type ImportFormat, type ImportReport } from "@yunzhen/client";
import { useAction } from "@yunzhen/client/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "../app/api";
import { decodeText, formatOf, MOST_BYTES } from "./file";

export interface Chosen {
  name: string;
  content: string;
  format: ImportFormat;
}

export type Step = "choose" | "read" | "check" | "decide" | "register" | "done";

/** A file on its way: chosen, read, checked by the server without keeping anything, then registered by a second press. */
export function useImport(homeId: string | null) {
  const queries = useQueryClient();
  const [file, setFile] = useState<Chosen>();
  const [reading, setReading] = useState(false);
  const [tooLarge, setTooLarge] = useState<string>();
  // The answer of a check that was overtaken by another file or home must not be shown.
  const run = useRef(0);
  const [checked, setChecked] = useState<ImportReport>();
  const check = useMutation<{ report: ImportReport; no: number }, ApiError, { home: string; file: Chosen; no: number }>(
    {
      mutationFn: async ({ home, file: { content, format }, no }) => ({
        report: await api.imports.dryRun({ home_id: home, content, format }),
        no,
      }),
      onSuccess: ({ report, no }) => {
        if (no === run.current) setChecked(report);
      },
    },
  );
  const register = useAction(
    (input: { home_id: string; content: string; format: ImportFormat; skip_bad: boolean }, key) =>
      api.imports.apply(input, key),
    { onSuccess: () => void queries.invalidateQueries({ queryKey: ["duplicates"] }) },
  );

  const start = (home: string | null, next: Chosen | undefined) => {
    run.current += 1;
    setChecked(undefined);
    register.reset();
    check.reset();
    if (home !== null && next) check.mutate({ home, file: next, no: run.current });
  };
  const choose = async (picked: File) => {
    setReading(true);
    setTooLarge(undefined);
    const content = decodeText(new Uint8Array(await picked.arrayBuffer()));
    setReading(false);
    if (new TextEncoder().encode(content).length > MOST_BYTES) {
      setFile(undefined);
      setTooLarge(picked.name);
      start(null, undefined);
      return;
    }
    const next = { name: picked.name, content, format: formatOf(content) };
    setFile(next);
    start(homeId, next);
  };
  const clear = () => {
    setFile(undefined);
    setTooLarge(undefined);
    start(null, undefined);
  };
  const apply = (skipBad: boolean) => {
    if (homeId === null || !file) return;
    register.mutate({ home_id: homeId, content: file.content, format: file.format, skip_bad: skipBad });
  };
  const step: Step = reading
    ? "read"
    : register.isSuccess
      ? "done"
      : register.isPending
        ? "register"
        : checked
          ? "decide"
          : check.isPending
            ? "check"
            : "choose";
  return {
    file,
    tooLarge,
    step,
    report: register.data ?? checked,
    error: register.error ?? check.error,
    choose,
    clear,
    apply,
    recheck: (home: string | null) => start(home, file),
  };
}
