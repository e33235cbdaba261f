import { TextInput, type TextInputProps } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";

interface SearchFieldProps extends Pick<TextInputProps, "w" | "maxLength" | "autoFocus"> {
  /** Its name, and what stands in it while it is empty. */
  label: string;
  value: string;
  onChange: (typed: string) => void;
}

/** Where a list is narrowed by typing. What matches is the page's to say. */
export function SearchField({ label, onChange, ...input }: SearchFieldProps) {
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={18} aria-hidden />}
      onChange={(event) => onChange(event.currentTarget.value)}
      {...input}
    />
  );
}
