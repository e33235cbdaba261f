import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import type { Specialist } from "@yunzhen/client";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** With a longer list one looks for a name. */
const FEW = 8;

/** One of those who have published times, with title and hospital. */
export function SpecialistChoice({
  specialists,
  value,
  onChange,
}: {
  specialists: readonly Specialist[];
  value: string | undefined;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const text = query.trim().toLowerCase();
  const found = specialists.filter(
    ({ id, name, title, hospital }) =>
      id === value || [name, title, hospital].some((part) => part?.toLowerCase().includes(text)),
  );
  return (
    <>
      {specialists.length > FEW && (
        <TextInput
          type="search"
          aria-label={t("app:schedule.booking.findSpecialist")}
          placeholder={t("app:schedule.booking.findSpecialist")}
          leftSection={<IconSearch size={20} aria-hidden />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      )}
      <div className="nurse-choices" role="group" aria-label={t("app:schedule.booking.with")}>
        {found.map(({ id, name, title, hospital }) => (
          <button
            key={id}
            type="button"
            className="nurse-specialist"
            aria-pressed={id === value}
            onClick={() => onChange(id)}
          >
            <strong>{name}</strong> {title} <span className="nurse-dim">{hospital}</span>
          </button>
        ))}
      </div>
    </>
  );
}
