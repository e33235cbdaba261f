import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { ownership } from "../app/again";
import { Autosave, type AutosaveOptions, type AutosaveSnapshot } from "./autosave";

/** One `Autosave` for the life of the component; leaving the page saves what is still pending, unless it became another person's. */
export function useAutosave<T>(options: Omit<AutosaveOptions<T>, "isOwn">): {
  autosave: Autosave<T>;
  status: AutosaveSnapshot;
} {
  const queryClient = useQueryClient();
  const isOwn = useRef<() => boolean>(undefined);
  isOwn.current ??= ownership(queryClient);
  const own = { ...options, isOwn: isOwn.current };
  const ref = useRef<Autosave<T>>(undefined);
  ref.current ??= new Autosave(own);
  const autosave = ref.current;
  useEffect(() => autosave.configure(own));
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
