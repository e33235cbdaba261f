import { typeKey, type Typed } from "@yunzhen/client";
import { useEffect, useRef } from "react";

/** Hears a wedge scanner on a page that asks who takes the tablet, before anything on it does. What is typed into a field is the field's. */
export function useBadge(onBadge: (badge: string) => void): void {
  const call = useRef(onBadge);
  call.current = onBadge;
  useEffect(() => {
    let typed: Typed | undefined;
    const key = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const next = typeKey(typed, event.key, event.timeStamp);
      typed = next.typed;
      if (next.taken) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      if (next.badge) call.current(next.badge);
    };
    window.addEventListener("keydown", key, { capture: true });
    return () => window.removeEventListener("keydown", key, { capture: true });
  }, []);
}
