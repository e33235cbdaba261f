import type { ResidentSummary } from "@yunzhen/client";
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "./keys";

/** A resident by name, pinyin initials, bed or the end of the ID number: those whose record one may see. */
export function ResidentPicker({
  value,
  onChange,
  error,
}: {
  value: ResidentSummary | undefined;
  onChange: (resident: ResidentSummary | undefined) => void;
  error?: string;
}) {
  const { t } = useTranslation("app");
  const [typed, setTyped] = useState("");
  const label = (r: ResidentSummary) => `${r.name} · ${r.bed}`;
  const [wanted] = useDebouncedValue(value && typed === label(value) ? "" : typed, 200);
  const found = useQuery({
    queryKey: keys.residents.search(wanted),
    queryFn: () => api.residents.list(wanted === "" ? {} : { q: wanted }),
    placeholderData: keepPreviousData,
  });
  const items = found.data?.items ?? [];
  const known = value && !items.some((r) => r.id === value.id) ? [value, ...items] : items;
  return (
    <Select
      label={t("app.resident.label")}
      placeholder={t("app.resident.placeholder")}
      data={known.map((r) => ({ value: r.id, label: label(r) }))}
      value={value?.id ?? null}
      onChange={(id) => onChange(known.find((r) => r.id === id))}
      searchValue={typed}
      onSearchChange={setTyped}
      // The relay searches (pinyin, end of the ID number); what it found is shown as it is.
      filter={({ options }) => options}
      nothingFoundMessage={found.isFetching ? t("app.loading") : t("app.resident.nothing")}
      error={error ?? (found.isError ? found.error.message : undefined)}
      searchable
      clearable
    />
  );
}
