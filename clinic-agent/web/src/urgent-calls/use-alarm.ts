import { useCallback, useEffect, useState } from "react";
import { Alarm } from "./alarm";

/** Rings while any of these calls rings and was not silenced; a new call rings again. */
export function useAlarm(ringing: readonly string[]): {
  blocked: boolean;
  silent: boolean;
  silence: () => void;
  unblock: () => void;
} {
  const [alarm] = useState(() => new Alarm());
  const [silenced, setSilenced] = useState<readonly string[]>([]);
  const [blocked, setBlocked] = useState(false);
  const loud = ringing.some((id) => !silenced.includes(id));
  const key = ringing.join();
  useEffect(() => {
    if (!loud) return undefined;
    let left = false;
    // Before anybody has touched the page the browser forbids it, and complains.
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400]);
    void alarm.start().then(() => {
      if (!left) setBlocked(alarm.blocked);
    });
    return () => {
      left = true;
      alarm.stop();
    };
    // A further call starts the tone anew.
  }, [alarm, loud, key]);
  const silence = useCallback(() => setSilenced(key.split(",")), [key]);
  const unblock = useCallback(() => void alarm.unblock().then(() => setBlocked(alarm.blocked)), [alarm]);
  return { blocked, silent: !loud, silence, unblock };
}
