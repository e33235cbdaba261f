import { ApiError, type Finding, type Prescription } from "@yunzhen/client";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../app/api";
import type { AutosaveSnapshot } from "../common/autosave";
import { keys } from "../common/keys";
import { useAutosave } from "../common/useAutosave";
import { DraftSaving } from "./draft-saving";
import { emptyWriting, toDraft, writingFrom, type Writing } from "./draft";

export interface WritingState {
  writing: Writing;
  change: (next: Writing) => void;
  status: AutosaveSnapshot;
  /** The draft as the relay holds it, with computed quantities. */
  saved: Prescription | undefined;
  findings: Finding[];
  /** How much each complete line supplies, as the relay counts it while it is typed. */
  quantities: readonly number[];
  checking: boolean;
  checkError: Error | undefined;
  /** Saves what is typed and gives the prescription to sign. */
  settle: () => Promise<Prescription>;
}

/** What the relay says of the text as it stands: of one that it refuses nothing, least of all the quantity of the one before. */
export function answers(
  preview: { data: { findings: Finding[]; quantities: number[] } | undefined; error: unknown },
  saved: Pick<Prescription, "findings" | "items"> | undefined,
): Pick<WritingState, "findings" | "quantities"> {
  if (preview.error) return { findings: [], quantities: [] };
  return {
    findings: preview.data?.findings ?? saved?.findings ?? [],
    quantities: preview.data?.quantities ?? saved?.items.map((item) => item.quantity) ?? [],
  };
}

/** A prescription while it is written: a draft on the relay from the first complete line, checked at every change. */
export function useWriting(
  consultationId: string,
  start: Prescription | undefined,
  diagnosisCode: string | undefined,
): WritingState {
  const queryClient = useQueryClient();
  const [writing, setWriting] = useState<Writing>(() => (start ? writingFrom(start) : emptyWriting(diagnosisCode)));
  const [saved, setSaved] = useState(start?.state === "draft" ? start : undefined);
  const [saving] = useState(
    () =>
      new DraftSaving(api, consultationId, saved, (prescription, made) => {
        setSaved(prescription);
        queryClient.setQueryData(keys.prescriptions.one(prescription.id), prescription);
        if (made) void queryClient.invalidateQueries({ queryKey: keys.consultations.one(consultationId) });
      }),
  );

  const { autosave, status } = useAutosave<Writing>({
    delayMs: 400,
    save: async (next) => {
      const draft = toDraft(next);
      if (draft) await saving.save(draft);
    },
    isFinal: (error) => error instanceof ApiError && !error.retryable,
  });

  const draft = toDraft(writing);
  const [settled] = useDebouncedValue(draft ? JSON.stringify(draft) : undefined, 300);
  const preview = useQuery({
    queryKey: ["findings-preview", saved?.id, settled],
    enabled: saved !== undefined && settled !== undefined,
    queryFn: ({ signal }) => api.prescriptions.findingsPreview(saved?.id ?? "", JSON.parse(settled ?? "{}"), signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

  return {
    writing,
    change: (next) => {
      setWriting(next);
      autosave.change(next);
    },
    status,
    saved,
    ...answers(preview, saved),
    checking: draft !== undefined && (saved === undefined || preview.isFetching || settled !== JSON.stringify(draft)),
    checkError: preview.error ?? undefined,
    settle: async () => {
      await autosave.flush();
      if (!saving.stored) throw new Error("nothing was saved");
      return saving.stored;
    },
  };
}
