import type { Reminder } from "@yunzhen/client";
import { RelativeTime, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Paper, Text } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import classes from "./reminders.module.css";

interface Props {
  reminders: readonly Reminder[];
  onDismiss: (consultationId: string) => void;
}

/** Own appointments that come near, in the corner: nothing moves below the hand. Spoken without interrupting. */
export function ReminderToasts({ reminders, onDismiss }: Props) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  return (
    <section className={classes.toasts} aria-live="polite" aria-label={t("reminders.title")}>
      {reminders.map(({ consultation: { id, resident }, startsAt }) => (
        <Paper key={id} withBorder shadow="md" p="md" bg="var(--yz-card)" data-testid={`reminder-${id}`}>
          <Group gap="sm" wrap="nowrap" align="flex-start">
            <IconBell size={24} aria-hidden />
            <div>
              <Text fw={600}>{t("reminders.title")}</Text>
              <Text>
                {resident.name} · {resident.home_name} {t("shared:bed", { bed: resident.bed })}
              </Text>
              <Text size="sm">
                <RelativeTime at={startsAt} /> · {formats.dateTime(startsAt)}
              </Text>
            </div>
          </Group>
          <Group justify="flex-end" gap="xs" mt="xs">
            <Button
              variant="default"
              aria-label={t("reminders.closeOf", { name: resident.name })}
              onClick={() => onDismiss(id)}
            >
              {t("reminders.close")}
            </Button>
            <Button
              component={Link}
              to={`/consultations/${id}`}
              aria-label={t("reminders.openOf", { name: resident.name })}
              onClick={() => onDismiss(id)}
            >
              {t("reminders.open")}
            </Button>
          </Group>
        </Paper>
      ))}
    </section>
  );
}
