import { createContext, useContext, useMemo, useState, type ReactNode } from "react";

/** Whether a prescription is being written: then *sign* is the page's primary action, else *finish*. */
interface Drafting {
  drafting: boolean;
  setDrafting: (drafting: boolean) => void;
}

const Context = createContext<Drafting>({ drafting: false, setDrafting: () => undefined });

export function DraftingProvider({ children }: { children: ReactNode }) {
  const [drafting, setDrafting] = useState(false);
  return <Context.Provider value={useMemo(() => ({ drafting, setDrafting }), [drafting])}>{children}</Context.Provider>;
}

export const useDrafting = (): Drafting => useContext(Context);
