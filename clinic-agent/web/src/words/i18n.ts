import { createI18n } from "@yunzhen/client";
import { en } from "./en";
import { zh } from "./zh";

/** The page's one language. */
export const i18n = createI18n({ zh, en });
