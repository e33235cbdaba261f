import { useEffect, useRef, useSyncExternalStore } from "react";
import { Autosave, type AutosaveOptions, type AutosaveSnapshot } from "./autosave";

/** One `Autosave` for the life of the component; leaving the page saves what is still pending. */
export function useAutosave<T>(options: AutosaveOptions<T>): { autosave: Autosave<T>; status: AutosaveSnapshot } {
  const ref = useRef<Autosave<T>>(undefined);
  ref.current ??= new Autosave(options);
  const autosave = ref.current;
  useEffect(() => autosave.configure(options));
  useEffect(() => () => void autosave.flush().catch(() => autosave.stop()), [autosave]);
  const status = useSyncExternalStore(autosave.subscribe, autosave.getSnapshot);
  useEffect(() => {
    if (status.state === "saved") return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [status.state]);
  return { autosave, status };
}
