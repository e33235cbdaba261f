import { useEffect, useRef } from "react";
import { isIdle, touched, upTo, type Activity } from "./idle";

const LOOK_MS = 1_000;
const EVENTS = ["pointerdown", "keydown", "wheel"] as const;

/** Calls `onIdle` when nobody touched the page for so long, and `onTouch` now and then while somebody does. Off while `afterMs` is undefined. */
export function useIdle(afterMs: number | undefined, onIdle: () => void, onTouch: () => void): void {
  const calls = useRef({ onIdle, onTouch });
  calls.current = { onIdle, onTouch };
  useEffect(() => {
    if (afterMs === undefined) return;
    let activity: Activity = { touchedAt: Date.now(), toldAt: Date.now() };
    const touch = (): void => {
      const next = touched(activity, Date.now());
      activity = next.activity;
      if (next.tell) calls.current.onTouch();
    };
    for (const event of EVENTS) window.addEventListener(event, touch, { passive: true, capture: true });
    const timer = setInterval(() => {
      activity = upTo(activity, Date.now());
      if (!isIdle(activity, Date.now(), afterMs)) return;
      // Where it could not be locked (no PIN, no link) it is asked again after another while.
      activity = { touchedAt: Date.now(), toldAt: Date.now() };
      calls.current.onIdle();
    }, LOOK_MS);
    return () => {
      clearInterval(timer);
      for (const event of EVENTS) window.removeEventListener(event, touch, { capture: true });
    };
  }, [afterMs]);
}
