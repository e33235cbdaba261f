import type { Drug } from "@yunzhen/client";
import { useStrength } from "@yunzhen/client/ui";
import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { drugName, DrugSearch } from "./DrugSearch";

interface DrugChoiceProps {
  label: string;
  value: Drug | undefined;
  onChange: (drug: Drug | undefined) => void;
  /** On the button that puts the chosen one aside. */
  another: string;
}

/** One medicine of the catalogue: searched for until it is chosen, then named. */
export function DrugChoice({ label, value, onChange, another }: DrugChoiceProps) {
  const { i18n } = useTranslation("app");
  const strength = useStrength();
  if (!value) return <DrugSearch label={label} onChoose={onChange} />;
  return (
    <Group justify="space-between">
      <Text fw={600}>
        {drugName(value, i18n.language)} {strength(value.strength)}
      </Text>
      <Button variant="subtle" onClick={() => onChange(undefined)}>
        {another}
      </Button>
    </Group>
  );
}
