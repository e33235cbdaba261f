import { nameIn, type Drug } from "@yunzhen/client";
import { Combobox, Group, InputBase, Text, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNames, useStrength } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { DrugTags } from "./DrugTags";

export const drugName = (drug: Drug, language: string): string => nameIn(drug, language);

/** Search by Chinese or English name, pinyin initials or ATC code. */
export function DrugSearch({
  label,
  onChoose,
  autoFocus,
}: {
  label: string;
  onChoose: (drug: Drug) => void;
  autoFocus?: boolean;
}) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const names = useNames();
  const [typed, setTyped] = useState("");
  const [wanted] = useDebouncedValue(typed.trim(), 150);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const found = useQuery({
    queryKey: keys.drugs(wanted),
    queryFn: ({ signal }) => api.catalogue.drugs(wanted, signal),
    enabled: wanted !== "",
    staleTime: 3_600_000,
    placeholderData: keepPreviousData,
  });
  const drugs = wanted === "" ? [] : (found.data?.items ?? []);
  // The first answer is what Enter takes; it can be marked only once it is there.
  const { selectFirstOption } = combobox;
  useEffect(() => {
    if (found.data) selectFirstOption();
  }, [found.data, selectFirstOption]);
  // Safety answers of the lines above arrive meanwhile and push this one down: it stays in sight, and so does what it found.
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (found.data && document.activeElement === input.current) input.current?.scrollIntoView({ block: "nearest" });
  }, [found.data]);
  return (
    <Combobox
      store={combobox}
      hideDetached={false}
      onOptionSubmit={(id) => {
        const drug = drugs.find((d) => d.id === id);
        if (drug) onChoose(drug);
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target>
        <InputBase
          ref={input}
          aria-label={label}
          placeholder={t("prescriptions.line.drugPlaceholder")}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={typed}
          autoFocus={autoFocus}
          autoComplete="off"
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.openDropdown();
          }}
          onFocus={() => typed !== "" && combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={wanted === ""}>
        <Combobox.Options mah={320} style={{ overflowY: "auto" }}>
          {drugs.map((drug) => (
            <Combobox.Option key={drug.id} value={drug.id}>
              <Group justify="space-between" gap="xs">
                <Text fw={500}>
                  {drugName(drug, i18n.language)} <Text component="span">{strength(drug.strength)}</Text>
                </Text>
                {/* In the option's own colour: dimmed text cannot be read on the marked one. */}
                <Text size="sm">{drug.atc}</Text>
              </Group>
              <Group gap="xs">
                <Text size="sm">
                  {i18n.language.startsWith("zh") ? drug.name_en : drug.name_zh} · {names.form(drug.form)}
                </Text>
                <DrugTags drug={drug} />
              </Group>
            </Combobox.Option>
          ))}
          {drugs.length === 0 && (
            <Combobox.Empty>{found.isFetching ? t("app.loading") : t("prescriptions.line.nothing")}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
