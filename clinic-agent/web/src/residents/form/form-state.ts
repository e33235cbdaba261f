import { createContext, useContext } from "react";
import type { Draft } from "./draft";

export interface FormState {
  draft: Draft;
  set: (patch: Partial<Draft>) => void;
  /** What is wrong with the field at this path, in the nurse's language. */
  error: (path: string) => string | undefined;
}

export const FormContext = createContext<FormState | undefined>(undefined);

export function useForm(): FormState {
  const form = useContext(FormContext);
  if (!form) throw new Error("useForm needs a form above it");
  return form;
}

/** A list with one line replaced, or without it. */
export function replaced<T>(list: readonly T[], at: number, line: T | undefined): T[] {
  return list.flatMap((one, position) => (position === at ? (line === undefined ? [] : [line]) : [one]));
}
