import type { ConsultationSummary } from "@yunzhen/client";
import { Button, Group, Paper, Text } from "@mantine/core";
import { IconArrowRight, IconVideo } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { minutesBetween } from "../common/time";
import { useNow } from "@yunzhen/client/ui";

/** The way back into a consultation that is still going on. */
export function OngoingBanner({ consultation }: { consultation: ConsultationSummary }) {
  const { t } = useTranslation("app");
  const minutes = minutesBetween(consultation.began_at ?? consultation.requested_at, useNow());
  return (
    <Paper withBorder p="md" mb="md">
      <Group justify="space-between">
        <Group gap="md">
          <IconVideo aria-hidden />
          <div>
            <Text fw={600}>{t("consultations.ongoing.title")}</Text>
            <Text c="dimmed" size="sm">
              {t("consultations.ongoing.hint", { name: consultation.resident.name, minutes })}
            </Text>
          </div>
        </Group>
        <Button
          component={Link}
          to={`/consultations/${consultation.id}`}
          variant="light"
          rightSection={<IconArrowRight size={18} />}
        >
          {t("consultations.ongoing.back")}
        </Button>
      </Group>
    </Paper>
  );
}
