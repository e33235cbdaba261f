import { Select, type SelectProps } from "@mantine/core";

const ZONES = Intl.supportedValuesOf("timeZone");

interface ZoneSelectProps extends Pick<SelectProps, "label" | "description" | "error" | "maw"> {
  value: string;
  onChange: (zone: string) => void;
  "data-autofocus"?: boolean;
}

/** A time zone by its IANA name. One that this browser does not know stays a choice while it is the chosen one. */
export function ZoneSelect({ value, onChange, ...input }: ZoneSelectProps) {
  return (
    <Select
      data={ZONES.includes(value) ? ZONES : [value, ...ZONES]}
      value={value}
      onChange={(chosen) => chosen && onChange(chosen)}
      searchable
      allowDeselect={false}
      {...input}
    />
  );
}
