import type { Sex } from "@yunzhen/client";
import { Portrait } from "@yunzhen/client/ui";
import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface PersonLine {
  name: string;
  sex: Sex;
  age: number;
  bed?: string;
  home_name?: string;
  photo_url?: string | null;
}

interface PersonProps {
  person: PersonLine;
  size?: "sm" | "md";
  /** Where the name is the heading of what is shown. */
  heading?: "h1" | "h2";
  /** A chip beside the name. */
  mark?: ReactNode;
}

/** Face and name first, the facts that tell two people of one name apart below it. */
export function Person({ person, size = "md", heading, mark }: PersonProps) {
  const { t } = useTranslation("app");
  const facts = [
    t(`shared:sex.${person.sex}`),
    t("shared:age", { n: person.age }),
    person.bed ? t("shared:bed", { bed: person.bed }) : undefined,
    person.home_name,
  ];
  return (
    <Group gap="xs" wrap="nowrap" miw={0}>
      <Portrait person={person} size={size === "sm" ? 32 : 40} />
      <div style={{ minWidth: 0 }}>
        <Group gap="xs" wrap="nowrap">
          <Text fw={600} size={size} truncate component={heading ?? "p"} m={0}>
            {person.name}
          </Text>
          {mark}
        </Group>
        <Text size="sm" c="dimmed" truncate>
          {facts.filter(Boolean).join(" · ")}
        </Text>
      </div>
    </Group>
  );
}
