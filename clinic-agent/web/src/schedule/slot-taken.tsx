import { Button, Group } from "@mantine/core";
import { IconCalendarX } from "@tabler/icons-react";
import { dayAt } from "@yunzhen/client";
import { Banner, useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { nextFree } from "./calendar";
import { useDayWords, useSlots } from "./use-schedule";

/** Somebody else was faster: what happened, that nothing is booked, and the nearest times that are still free. */
export function SlotTaken({
  specialistId,
  lost,
  onChoose,
}: {
  specialistId: string;
  lost: string;
  onChoose: (startsAt: string) => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useDayWords();
  const { slots } = useSlots(specialistId);
  const next = nextFree(slots.data ?? [], lost);
  return (
    <Banner meaning="person" icon={IconCalendarX} role="alert">
      <div>
        <strong>{t("app:schedule.booking.slotTaken", { time: formats.time(lost) })}</strong>{" "}
        {t(next.length > 0 ? "app:schedule.booking.slotTakenNext" : "app:schedule.booking.slotTakenNone")}
      </div>
      <Group gap="sm" mt={8}>
        {next.map((slot) => (
          <Button key={slot.starts_at} variant="default" size="xl" onClick={() => onChoose(slot.starts_at)}>
            {words.date(dayAt(slot.starts_at, formats.zone))} {formats.time(slot.starts_at)}
          </Button>
        ))}
      </Group>
    </Banner>
  );
}
