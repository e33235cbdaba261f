import { Group, Text } from "@mantine/core";
import { StatusChip, useValueWords } from "@yunzhen/client/ui";
import { IconActivityHeartbeat } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { vitalName } from "./vitals";

/** The vital signs that are outside their band, as values; says so in words when there are none. */
export function OutOfRange({ values }: { values: { code: string; value: number; unit: string }[] }) {
  const { t, i18n } = useTranslation("app");
  const words = useValueWords();
  if (values.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("consultations.inRange")}
      </Text>
    );
  }
  return (
    <Group gap={6}>
      {values.map((v) => (
        <StatusChip key={v.code} meaning="person" icon={IconActivityHeartbeat}>
          {vitalName(v.code, i18n.language)} {words(v).value} {words(v).unit}
        </StatusChip>
      ))}
    </Group>
  );
}
