import type { Sex } from "@yunzhen/client";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface PersonLine {
  name: string;
  sex: Sex;
  age: number;
  bed?: string;
  home_name?: string;
}

/** Name first, the facts that tell two people of one name apart below it. */
export function Person({
  person,
  size = "md",
  heading,
}: {
  person: PersonLine;
  size?: "sm" | "md";
  heading?: "h1" | "h2";
}) {
  const { t } = useTranslation("app");
  const facts = [
    t(`shared:sex.${person.sex}`),
    t("shared:age", { n: person.age }),
    person.home_name,
    person.bed ? t("shared:bed", { bed: person.bed }) : undefined,
  ];
  return (
    <div style={{ minWidth: 0 }}>
      <Text fw={600} size={size} truncate component={heading ?? "p"} m={0}>
        {person.name}
      </Text>
      <Text size="sm" c="dimmed" truncate>
        {facts.filter(Boolean).join(" · ")}
      </Text>
    </div>
  );
}
