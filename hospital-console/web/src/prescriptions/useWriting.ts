import { ApiError, newIdempotencyKey, type Draft, type Finding, type Prescription } from "@yunzhen/client";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "../app/api";
import type { AutosaveSnapshot } from "../common/autosave";
import { keys } from "../common/keys";
import { useAutosave } from "../common/useAutosave";
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

/** A prescription while it is written: a draft on the relay from the first complete line, checked at every change. */
export function useWriting(
  consultationId: string,
  start: Prescription | undefined,
  diagnosisCode: string | undefined,
): WritingState {
  const queryClient = useQueryClient();
  const [writing, setWriting] = useState<Writing>(() => (start ? writingFrom(start) : emptyWriting(diagnosisCode)));
  const [saved, setSaved] = useState(start?.state === "draft" ? start : undefined);
  const stored = useRef(saved);
  /** The creation under way: after a lost answer it is repeated word for word, later typing is an update. */
  const creation = useRef<{ key: string; draft: Draft }>(undefined);

  const keep = (prescription: Prescription) => {
    stored.current = prescription;
    setSaved(prescription);
    queryClient.setQueryData(keys.prescriptions.one(prescription.id), prescription);
  };

  const { autosave, status } = useAutosave<Writing>({
    delayMs: 400,
    save: async (next) => {
      const draft = toDraft(next);
      if (!draft) return;
      if (!stored.current) {
        creation.current ??= { key: newIdempotencyKey(), draft };
        const { key, draft: first } = creation.current;
        try {
          stored.current = await api.consultations.createPrescription(consultationId, first, key);
        } catch (error) {
          if (!(error instanceof ApiError && error.retryable)) creation.current = undefined;
          throw error;
        }
        void queryClient.invalidateQueries({ queryKey: keys.consultations.one(consultationId) });
        if (first === draft) return keep(stored.current);
      }
      const { id, version } = stored.current;
      keep(await api.prescriptions.save(id, { ...draft, version }));
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
    findings: preview.data?.findings ?? saved?.findings ?? [],
    quantities: preview.data?.quantities ?? saved?.items.map((item) => item.quantity) ?? [],
    checking: draft !== undefined && (saved === undefined || preview.isFetching || settled !== JSON.stringify(draft)),
    checkError: preview.error ?? undefined,
    settle: async () => {
      await autosave.flush();
      if (!stored.current) throw new Error("nothing was saved");
      return stored.current;
    },
  };
}
