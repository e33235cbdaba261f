import { Button } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import type { Reminder } from "@yunzhen/client";
import { RelativeTime, useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import "./reminders.css";

/** Whose appointment comes near and when; spoken without interrupting, gone when opened, pressed away or begun. */
export function ReminderNotice({
  reminders,
  onDismiss,
}: {
  reminders: readonly Reminder[];
  onDismiss: (consultationId: string) => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <section aria-live="polite" aria-label={t("app:reminders.title")} data-testid="reminders">
      {reminders.map(({ consultation: { id, resident, specialist }, startsAt }) => (
        <div key={id} className="nurse-reminder yz-primary" data-testid={`reminder-${id}`}>
          <IconBell size={32} aria-hidden />
          <div className="nurse-reminder-words">
            <strong className="nurse-reminder-who">
              {t("bed", { bed: resident.bed })} {resident.name}
            </strong>
            <span>
              {t("app:reminders.title")} · <RelativeTime at={startsAt} /> · {formats.dateTime(startsAt)}
              {specialist && ` · ${t("app:reminders.with", { name: specialist.name })}`}
            </span>
          </div>
          <Button
            variant="default"
            size="xl"
            aria-label={t("app:reminders.dismissOf", { name: resident.name })}
            onClick={() => onDismiss(id)}
          >
            {t("app:reminders.dismiss")}
          </Button>
          <Button component={Link} to={`/consultations/${id}`} size="xl" onClick={() => onDismiss(id)}>
            {t("app:reminders.open")}
          </Button>
        </div>
      ))}
    </section>
  );
}
