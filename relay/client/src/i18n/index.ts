/** Language: Chinese first. Kept in this browser; `zh` unless the person chose otherwise. */
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { addBedFormats } from "./bed";
import { en } from "./en";
import { zh } from "./zh";

export type Language = "zh" | "en";
export { en, zh };
export { allergensIn, diagnosisIn, drugNamesIn, formIn, nameIn, packIn, sourceIn, type Allergens } from "./names";
export { amountIn, strengthIn, unitIn } from "./units";
export type { Messages } from "./zh";

const KEY = "yz.language";

function remembered(): Language {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh"; // Storage blocked by policy.
  }
}

/** `own`: the application's words; i18next namespace `app` (`t("app:today.title")`), shared words are the default namespace. */
export function createI18n<T extends object>(own: { zh: T; en: T }, language: Language = remembered()): i18n {
  const instance = i18next.createInstance();
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: "zh",
    supportedLngs: ["zh", "en"],
    defaultNS: "shared",
    ns: ["shared", "app"],
    resources: { zh: { shared: zh, app: own.zh }, en: { shared: en, app: own.en } },
    interpolation: { escapeValue: false },
    returnNull: false,
    initAsync: false,
  });
  addBedFormats(instance);
  const apply = (lng: string): void => {
    if (typeof document === "undefined") return;
    document.documentElement.lang = lng === "en" ? "en" : "zh-CN";
    try {
      localStorage.setItem(KEY, lng);
    } catch {
      // The choice then lasts until the page is closed.
    }
  };
  apply(instance.language);
  instance.on("languageChanged", apply);
  // Two tabs of one person speak one language.
  if (typeof window !== "undefined") {
    window.addEventListener("storage", ({ key, newValue }) => {
      if (key === KEY && newValue !== instance.language) void instance.changeLanguage(newValue === "en" ? "en" : "zh");
    });
  }
  return instance;
}

/** Every key path with its interpolation names, for the test that both languages say the same things. */
export function keyPaths(messages: object, prefix = ""): string[] {
  return Object.entries(messages).flatMap(([key, value]) => {
    const path = prefix ? `${prefix}.${key}` : key;
    if (value && typeof value === "object") return keyPaths(value as object, path);
    // A language may say one twice.
    const said = [...String(value).matchAll(/\{\{(\w+)(?:, \w+)?\}\}/g)].map((match) => match[1]);
    const names = [...new Set(said)].sort();
    return [names.length > 0 ? `${path}(${names.join(",")})` : path];
  });
}
