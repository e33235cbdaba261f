import { Call, EarlyCall } from "@yunzhen/client";
import { i18n } from "../app/i18n";

/** This person's part in a consultation, from this device; not begun. */
export const ownCall = (consultationId: string): Call =>
  new Call({ consultationId, basePath: "/api", source: "browser", http: { language: () => i18n.language } });

/** The call that *see now* began before its page is there. */
export const earlyCall = new EarlyCall(ownCall);
