import type { IdentityProvider } from "@yunzhen/client";
import { useTranslation } from "react-i18next";

/** A provider's name in the language of the page. */
export function useProviderName(): (provider: IdentityProvider) => string {
  const { i18n } = useTranslation();
  return (provider) => (i18n.language.startsWith("en") ? provider.name_en : provider.name_zh);
}
