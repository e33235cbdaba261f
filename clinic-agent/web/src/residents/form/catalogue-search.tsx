import { Combobox, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { toApiError } from "@yunzhen/client";
import { useState } from "react";
import { useTranslation } from "react-i18next";

export interface CatalogueOption {
  key: string;
  label: string;
  /** Code or form, beside it. */
  detail: string;
}

/** A search field over one of the relay's catalogues; what is chosen goes into the list above it. */
export function CatalogueSearch<T>({
  name,
  label,
  placeholder,
  ask,
  option,
  onChoose,
  onFreeText,
}: {
  name: string;
  label: string;
  placeholder: string;
  ask: (q: string, signal: AbortSignal) => Promise<{ items: T[] }>;
  option: (item: T) => CatalogueOption;
  onChoose: (item: T) => void;
  /** What is in no catalogue may be written all the same. */
  onFreeText?: (text: string) => void;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [asked] = useDebouncedValue(typed.trim(), 200);
  const combobox = useCombobox();
  const found = useQuery({
    queryKey: [name, asked],
    queryFn: ({ signal }) => ask(asked, signal),
    enabled: asked !== "",
    staleTime: 3_600_000,
    placeholderData: keepPreviousData,
  });
  const items = asked === "" ? [] : (found.data?.items ?? []).slice(0, 30);
  const finish = (): void => {
    setTyped("");
    combobox.closeDropdown();
  };
  return (
    <Combobox
      store={combobox}
      // Inside of the page's landmarks, where a reader looks for it.
      withinPortal={false}
      onOptionSubmit={(key) => {
        const chosen = items.find((item) => option(item).key === key);
        if (chosen !== undefined) onChoose(chosen);
        else onFreeText?.(typed.trim());
        finish();
      }}
    >
      <Combobox.Target>
        <TextInput
          label={label}
          placeholder={placeholder}
          leftSection={<IconSearch size={20} aria-hidden />}
          value={typed}
          autoComplete="off"
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={typed.trim() === ""}>
        <Combobox.Options mah={320} style={{ overflowY: "auto" }} aria-label={label}>
          {items.map((item) => {
            const { key, label: words, detail } = option(item);
            return (
              <Combobox.Option key={key} value={key} className="nurse-option">
                <span>{words}</span>
                {/* In the option's own colour: dimmed text cannot be read on the marked one. */}
                <span>{detail}</span>
              </Combobox.Option>
            );
          })}
          {onFreeText && typed.trim() !== "" && (
            <Combobox.Option value="" className="nurse-option">
              {t("app:residents.form.freeText", { text: typed.trim() })}
            </Combobox.Option>
          )}
          {items.length === 0 && (
            <Combobox.Empty>
              {found.isError
                ? (toApiError(found.error).action ?? t("problem.network"))
                : found.isFetching || asked !== typed.trim()
                  ? t("app:residents.searching")
                  : t("app:residents.form.nothingFound")}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
