import { useQuery } from "@tanstack/react-query";
import type { Referral } from "@yunzhen/client";
import { useApi } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import type { KnownCondition } from "./draft-fields";

/** The conditions of the resident's record by name; `chosen` belongs to them even when the record has lost it. */
export function useConditions(residentId: string | null, chosen?: Referral["diagnosis"]): KnownCondition[] {
  const { i18n } = useTranslation();
  const api = useApi();
  const chart = useQuery({
    queryKey: ["residents", residentId],
    enabled: residentId !== null,
    queryFn: () => api.residents.getFresh(residentId ?? ""),
  });
  const all = [...(chart.data?.data.conditions ?? []), ...(chosen ? [chosen] : [])];
  const byCode = new Map(
    all.map(({ code, display_en, display_zh }) => [code, i18n.language === "en" ? display_en : display_zh]),
  );
  return [...byCode].map(([code, label]) => ({ code, label }));
}
