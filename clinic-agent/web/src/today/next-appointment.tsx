import { Button } from "@mantine/core";
import { IconCalendarEvent, IconCalendarPlus, IconUrgent } from "@tabler/icons-react";
import type { ConsultationSummary } from "@yunzhen/client";
import { Banner, RelativeTime, useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { inRound } from "../rounds/running-order";
import { LateChip } from "../rounds/late-chip";
import { useRoundsOfToday } from "../rounds/use-rounds";
import { QueueWords } from "../visit/queue-words";

/** Of one resident: the place in the urgent queue, or the appointment to come, or the way to book one. */
export function NextAppointment({
  residentId,
  consultation,
}: {
  residentId: string;
  consultation: ConsultationSummary | undefined;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (consultation?.queue) {
    return (
      <Banner meaning="danger" icon={IconUrgent} role="status">
        <QueueWords place={consultation.queue} />
      </Banner>
    );
  }
  if (consultation?.state === "scheduled" && consultation.scheduled_at) {
    return (
      <Banner
        meaning="primary"
        icon={IconCalendarEvent}
        action={
          <Button component={Link} to={`/consultations/${consultation.id}`} variant="default">
            {t("app:today.toAppointment")}
          </Button>
        }
      >
        <strong>{formats.dateTime(consultation.scheduled_at)}</strong> · <RelativeTime at={consultation.scheduled_at} />
        {consultation.specialist && ` · ${t("app:today.with", { name: consultation.specialist.name })}`}{" "}
        <RoundTime consultationId={consultation.id} />
      </Banner>
    );
  }
  if (consultation) return null;
  return (
    <div>
      <Button
        component={Link}
        to={`/schedule/book?resident=${residentId}`}
        variant="default"
        leftSection={<IconCalendarPlus aria-hidden />}
      >
        {t("app:schedule.book")}
      </Button>
    </div>
  );
}

/** When the turn in a round really comes, now that others took longer. */
export function RoundTime({ consultationId }: { consultationId: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const rounds = useRoundsOfToday();
  const place = inRound(rounds.data?.items ?? [], consultationId);
  if (!place || (place.stop.position !== "next" && place.stop.position !== "later")) return null;
  return (
    <>
      <span>{t("app:rounds.expected", { time: formats.time(place.stop.expected_at) })}</span>{" "}
      <LateChip minutes={place.stop.late_minutes} />
    </>
  );
}
