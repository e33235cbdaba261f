import { Api } from "@yunzhen/client";
import { i18n } from "../app/i18n";

const signedOut = new EventTarget();

/** The console's one API object; the session travels in the cookie. */
export const api = new Api({
  language: () => i18n.language,
  onSignedOut: () => signedOut.dispatchEvent(new Event("signed-out")),
});

export function onSignedOut(listener: () => void): () => void {
  signedOut.addEventListener("signed-out", listener);
  return () => signedOut.removeEventListener("signed-out", listener);
}
