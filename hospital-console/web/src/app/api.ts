import { Api, attention, type ApiError } from "@yunzhen/client";
import { i18n } from "../app/i18n";

const signedOut = new Set<(error: ApiError) => void>();
/** Who asks the person to prove again who is there; one question at a time, however many commands wait for it. */
let asker: (() => Promise<boolean>) | undefined;
let asking: Promise<boolean> | undefined;

/** The console's one API object; the session travels in the cookie. */
export const api = new Api({
  language: () => i18n.language,
  // Unit tests have no window, and nobody before it.
  attended: attention(typeof window === "undefined" ? new EventTarget() : window),
  onSignedOut: (error) => signedOut.forEach((listener) => listener(error)),
  onReauthenticate: () => {
    asking ??= (asker?.() ?? Promise.resolve(false)).finally(() => (asking = undefined));
    return asking;
  },
});

export function onSignedOut(listener: (error: ApiError) => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/** The sheet that asks registers here; until there is one nobody can be asked. */
export function answerReauthentication(ask: () => Promise<boolean>): () => void {
  asker = ask;
  return () => {
    if (asker === ask) asker = undefined;
  };
}
