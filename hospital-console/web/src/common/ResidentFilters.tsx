import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { SearchField } from "./SearchField";

/** The relay is asked when nobody has typed for this long. */
const TYPING_MS = 250;

/** What a list of residents is narrowed by. `q` is what the relay is asked for: empty while nothing is searched. */
export function useResidentFilter() {
  const [typed, setTyped] = useState("");
  const [homeId, setHomeId] = useState<string | null>(null);
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS);
  return { q, homeId, typed, setTyped, setHomeId };
}

interface ResidentFiltersProps {
  filter: ReturnType<typeof useResidentFilter>;
  homes: { value: string; label: string }[];
  words: { search: string; home: string; everyHome: string };
  autoFocus?: boolean;
}

/** The fields of `useResidentFilter`: who, and in which home. */
export function ResidentFilters({ filter, homes, words, autoFocus }: ResidentFiltersProps) {
  return (
    <>
      <SearchField label={words.search} value={filter.typed} onChange={filter.setTyped} w={320} autoFocus={autoFocus} />
      <Select
        aria-label={words.home}
        placeholder={words.everyHome}
        data={homes}
        value={filter.homeId}
        onChange={filter.setHomeId}
        clearable
        w={200}
      />
    </>
  );
}
