import { createI18n } from "@yunzhen/client";
import { en, zh } from "./words";

/** The console's words; shared ones are the namespace `shared`. */
export const i18n = createI18n({ zh, en });
