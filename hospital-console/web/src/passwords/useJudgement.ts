import type { PasswordJudgement } from "@yunzhen/client";
import { useEffect, useState } from "react";
import { api } from "../app/api";

/** A person pauses so long between two words. */
const PAUSE_MS = 400;

/** What the relay thinks of what is typed, once the hands rest; nothing while it is not known. It is asked of no cache: passwords are kept nowhere. */
export function useJudgement(password: string): PasswordJudgement | undefined {
  const [known, setKnown] = useState<{ password: string; judgement: PasswordJudgement }>();
  useEffect(() => {
    if (password === "") return;
    let current = true;
    const timer = setTimeout(() => {
      api.ownAccess.judgePassword(password).then(
        (judgement) => current && setKnown({ password, judgement }),
        // Without a judgement nothing is shown; what is saved is judged in any case.
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [password]);
  return known?.password === password ? known.judgement : undefined;
}
