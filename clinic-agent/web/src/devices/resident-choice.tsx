import { Button, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import type { ResidentSummary } from "@yunzhen/client";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFind } from "../residents/use-find";

/** One resident out of the home's list, found by name, pinyin initials, bed or end of the identity number. */
export function ResidentChoice({
  residents,
  onChoose,
  hint,
}: {
  residents: readonly ResidentSummary[];
  onChoose: (id: string) => void;
  /** What choosing does. */
  hint: string;
}) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const { found, partial } = useFind(residents, query);
  return (
    <div className="nurse-choices">
      <TextInput
        type="search"
        size="lg"
        aria-label={t("app:residents.search")}
        placeholder={t("app:residents.search")}
        description={partial ? t("app:residents.partial") : undefined}
        leftSection={<IconSearch size={20} aria-hidden />}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        data-autofocus
      />
      <Text c="dimmed">{hint}</Text>
      {found.length === 0 && <Text>{t("app:today.noMatchHint")}</Text>}
      {found.map((resident) => (
        <Button
          key={resident.id}
          variant="default"
          size="xl"
          justify="flex-start"
          onClick={() => onChoose(resident.id)}
        >
          {resident.bed} · {resident.name}
        </Button>
      ))}
    </div>
  );
}
