import { Call, EarlyCall } from "@yunzhen/client";
import { i18n } from "../words/i18n";

/** This tablet's part in a consultation, whose source is the box; not begun. */
export const ownCall = (consultationId: string): Call =>
  new Call({ consultationId, basePath: "/page", source: "box", http: { language: () => i18n.language } });

/** The call that a press began before its screen is there. */
export const earlyCall = new EarlyCall(ownCall);
