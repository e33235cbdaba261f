import { diagnosisIn, type Condition, type Eligibility } from "@yunzhen/client";
import { Combobox, Group, InputBase, Text, useCombobox, CloseButton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Section } from "../common/Section";
import { day } from "../common/time";

interface Option {
  code: string;
  display: string;
}

/** The visit's diagnosis. Those with a first visit on record come first, because only they can be prescribed for. */
export function DiagnosisSearch({
  value,
  onChange,
  eligibility,
  conditions,
  readOnly,
}: {
  value: string | undefined;
  onChange: (code: string | undefined) => void;
  eligibility: Eligibility[];
  conditions: Condition[];
  readOnly: boolean;
}) {
  const { t, i18n } = useTranslation("app");
  const zh = i18n.language.startsWith("zh");
  const [typed, setTyped] = useState<string>();
  const [wanted] = useDebouncedValue(typed ?? "", 200);
  const combobox = useCombobox({ onDropdownClose: () => setTyped(undefined) });
  const lookup = (q: string) => ({
    queryKey: keys.diagnoses(q),
    queryFn: () => api.catalogue.diagnoses(q),
    staleTime: 3_600_000,
  });
  const found = useQuery({ ...lookup(wanted), enabled: combobox.dropdownOpened });
  const selected = useQuery({ ...lookup(value ?? ""), enabled: value !== undefined });

  const localName = (code: string): string | undefined => {
    const condition = conditions.find((c) => c.code === code);
    if (condition) return zh ? condition.display_zh : condition.display_en;
    const hit = [...(selected.data?.items ?? []), ...(found.data?.items ?? [])].find((d) => d.code === code);
    if (hit) return zh ? hit.display_zh : hit.display_en;
    const seen = eligibility.find((e) => e.diagnosis_code === code);
    return seen && diagnosisIn(seen, i18n.language);
  };
  const fact = eligibility.find((e) => e.diagnosis_code === value);
  const term = (typed ?? "").trim().toLocaleLowerCase();
  const eligible: Option[] = eligibility
    .map((e) => ({ code: e.diagnosis_code, display: localName(e.diagnosis_code) ?? diagnosisIn(e, i18n.language) }))
    .filter((o) => term === "" || `${o.code} ${o.display}`.toLocaleLowerCase().includes(term));
  const others: Option[] = (found.data?.items ?? [])
    .filter((d) => !eligible.some((e) => e.code === d.code))
    .map((d) => ({ code: d.code, display: zh ? d.display_zh : d.display_en }));
  const shown = value === undefined ? "" : `${localName(value) ?? ""} ${value}`.trim();

  const row = (option: Option) => (
    <Combobox.Option key={option.code} value={option.code}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{option.display}</Text>
        {/* In the option's own colour: dimmed text cannot be read on the marked one. */}
        <Text size="sm">{option.code}</Text>
      </Group>
    </Combobox.Option>
  );

  return (
    <Section title={t("consultations.diagnosis.ofVisit")}>
      <Combobox
        store={combobox}
        // Inside of the page's landmarks, where a reader looks for it.
        withinPortal={false}
        onOptionSubmit={(code) => {
          onChange(code);
          combobox.closeDropdown();
        }}
      >
        <Combobox.Target>
          <InputBase
            aria-label={t("consultations.diagnosis.label")}
            placeholder={t("consultations.diagnosis.placeholder")}
            value={typed ?? shown}
            readOnly={readOnly}
            onFocus={() => !readOnly && combobox.openDropdown()}
            onClick={() => !readOnly && combobox.openDropdown()}
            onBlur={() => combobox.closeDropdown()}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              combobox.openDropdown();
              combobox.updateSelectedOptionIndex();
            }}
            rightSectionPointerEvents="all"
            rightSection={
              value !== undefined && !readOnly ? (
                <CloseButton
                  size="sm"
                  aria-label={t("consultations.diagnosis.clear")}
                  onClick={() => onChange(undefined)}
                />
              ) : null
            }
          />
        </Combobox.Target>
        <Combobox.Dropdown>
          <Combobox.Options mah={280} style={{ overflowY: "auto" }} aria-label={t("consultations.diagnosis.label")}>
            {eligible.length > 0 && (
              <Combobox.Group label={t("consultations.diagnosis.eligible")}>{eligible.map(row)}</Combobox.Group>
            )}
            {others.length > 0 && (
              <Combobox.Group label={t("consultations.diagnosis.others")}>{others.map(row)}</Combobox.Group>
            )}
            {eligible.length + others.length === 0 && (
              <Combobox.Empty>
                {found.isFetching ? t("app.loading") : t("consultations.diagnosis.nothing")}
              </Combobox.Empty>
            )}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {value !== undefined && (
        <Group gap={6} mt={6} wrap="nowrap">
          {fact ? (
            <IconCircleCheck size={18} color="var(--yz-done-text)" aria-hidden />
          ) : (
            <IconAlertTriangle size={18} color="var(--yz-person-text)" aria-hidden />
          )}
          <Text size="sm">
            {fact
              ? t("consultations.diagnosis.firstVisit", {
                  date: day(fact.date, i18n.language),
                  hospital: fact.hospital,
                })
              : t("consultations.diagnosis.noFirstVisit")}
          </Text>
        </Group>
      )}
    </Section>
  );
}
