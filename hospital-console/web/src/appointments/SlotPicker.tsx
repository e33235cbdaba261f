import { ProblemAlert, useFormats, useNow } from "@yunzhen/client/ui";
import { Skeleton, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { addDays, startOfDay } from "../common/dates";
import { keys } from "../common/keys";
import classes from "./appointments.module.css";

/** A day and its published times; taken ones are shown as taken. */
export function SlotPicker({
  specialistId,
  date,
  onDate,
  value,
  onChange,
  error,
}: {
  specialistId: string;
  date: string;
  onDate: (date: string) => void;
  value: string | undefined;
  onChange: (startsAt: string) => void;
  error?: string;
}) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const now = useNow();
  const valid = /^\d{4}-\d\d-\d\d$/.test(date);
  const from = valid ? startOfDay(date) : "";
  const until = valid ? startOfDay(addDays(date, 1)) : "";
  const slots = useQuery({
    queryKey: keys.schedule.slots(specialistId, from, until),
    queryFn: () => api.schedule.slots({ specialist_id: specialistId, from, until }),
    enabled: valid,
  });
  const coming = (slots.data?.items ?? []).filter((slot) => Date.parse(slot.starts_at) > now);
  return (
    <div>
      <TextInput
        type="date"
        label={t("appointments.slot.day")}
        value={date}
        onChange={(event) => onDate(event.currentTarget.value)}
        mb="xs"
        maw={200}
      />
      <Text size="sm" fw={500} mb={4} id="slots">
        {t("appointments.slot.time")} · {formats.zone}
      </Text>
      {slots.isError && <ProblemAlert error={slots.error} onRetry={() => void slots.refetch()} />}
      {slots.isPending && valid && <Skeleton height={36} />}
      {slots.isSuccess && coming.length === 0 && <Text c="dimmed">{t("appointments.slot.none")}</Text>}
      {coming.length > 0 && (
        <div role="radiogroup" aria-labelledby="slots" className={classes.slots}>
          {coming.map((slot) => (
            <button
              key={slot.starts_at}
              type="button"
              role="radio"
              aria-checked={value === slot.starts_at}
              disabled={!slot.free}
              className={classes.slot}
              onClick={() => onChange(slot.starts_at)}
            >
              {formats.time(slot.starts_at)}
            </button>
          ))}
        </div>
      )}
      {error && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mt={4}>
          {error}
        </Text>
      )}
    </div>
  );
}
