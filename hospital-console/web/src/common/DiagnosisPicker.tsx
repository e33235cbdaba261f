import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "./keys";

interface Named {
  code: string;
  zh: string;
  en: string;
}

/** One diagnosis of the catalogue, by name, pinyin or code; `first` are those that are likely here. */
export function DiagnosisPicker({
  value,
  onChange,
  first = [],
  label,
  error,
}: {
  value: string | undefined;
  onChange: (code: string | undefined) => void;
  first?: Named[];
  label?: string;
  error?: string;
}) {
  const { t, i18n } = useTranslation("app");
  const [typed, setTyped] = useState("");
  const [wanted] = useDebouncedValue(typed, 200);
  const words = (d: Named) => `${i18n.language.startsWith("zh") ? d.zh : d.en} ${d.code}`;
  const found = useQuery({
    queryKey: keys.diagnoses(wanted),
    queryFn: () => api.catalogue.diagnoses(wanted),
    staleTime: 3_600_000,
    placeholderData: keepPreviousData,
  });
  const known = useQuery({
    queryKey: keys.diagnoses(value ?? ""),
    queryFn: () => api.catalogue.diagnoses(value ?? ""),
    staleTime: 3_600_000,
    enabled: value !== undefined && !first.some((d) => d.code === value),
  });
  const listed = [...(found.data?.items ?? []), ...(known.data?.items ?? []).filter((d) => d.code === value)];
  const all = [...first, ...listed.map((d) => ({ code: d.code, zh: d.display_zh, en: d.display_en }))];
  const distinct = [...new Map(all.map((d) => [d.code, d])).values()];
  return (
    <Select
      label={label ?? t("consultations.diagnosis.label")}
      placeholder={t("consultations.diagnosis.placeholder")}
      data={distinct.map((d) => ({ value: d.code, label: words(d) }))}
      value={value ?? null}
      onChange={(code) => onChange(code ?? undefined)}
      onSearchChange={setTyped}
      // The catalogue finds by pinyin too; what it found is shown as it is.
      filter={({ options }) => options}
      nothingFoundMessage={t("consultations.diagnosis.nothing")}
      error={error}
      searchable
      clearable
    />
  );
}
