import { ApiError, type Consultation } from "@yunzhen/client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../app/api";
import type { AutosaveSnapshot } from "../common/autosave";
import { keys } from "../common/keys";
import { useAutosave } from "../common/useAutosave";
import { NoteSaving, type NoteValue } from "./note-saving";

export interface NoteState {
  value: NoteValue;
  status: AutosaveSnapshot;
  setText: (text: string) => void;
  setDiagnosis: (code: string | undefined) => void;
  keepMine: () => void;
  loadOther: () => void;
}

/** The note as typed here, saved by itself. What another window saved is never overwritten silently. */
export function useNote(consultation: Consultation): NoteState {
  const queryClient = useQueryClient();
  const [saving] = useState(
    () =>
      new NoteSaving(api, consultation.id, consultation.note?.version ?? 0, (note) =>
        queryClient.setQueryData<Consultation>(
          keys.consultations.one(consultation.id),
          (old) => old && { ...old, note },
        ),
      ),
  );
  const [value, setValue] = useState<NoteValue>(() => ({
    text: consultation.note?.text ?? "",
    diagnosis_code: consultation.note?.diagnosis_code ?? undefined,
  }));
  const { autosave, status } = useAutosave<NoteValue>({
    save: (next) => saving.save(next),
    isConflict: (error) => error instanceof ApiError && error.code === "stale_version",
    isFinal: (error) => error instanceof ApiError && !error.retryable,
  });
  const change = (next: NoteValue) => {
    setValue(next);
    autosave.change(next);
  };
  const latest = async () => (await api.consultations.get(consultation.id)).note;
  return {
    value,
    status,
    setText: (text) => change({ ...value, text }),
    setDiagnosis: (diagnosis_code) => change({ ...value, diagnosis_code }),
    keepMine: () => {
      void latest().then((note) => {
        saving.rebase(note?.version ?? 0);
        autosave.keepMine();
      });
    },
    loadOther: () => {
      void latest().then((note) => {
        saving.rebase(note?.version ?? 0);
        setValue({ text: note?.text ?? "", diagnosis_code: note?.diagnosis_code ?? undefined });
        autosave.discard();
      });
    },
  };
}
