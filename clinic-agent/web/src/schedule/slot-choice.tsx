import { dayAt, type Day } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDayWords, useSlots } from "./use-schedule";

/** Free times of a specialist: first the day, then the time. What is taken stays visible, so that the grid does not jump. */
export function SlotChoice({
  specialistId,
  firstDay,
  value,
  onChange,
}: {
  specialistId: string;
  firstDay?: Day;
  value: string | undefined;
  onChange: (startsAt: string) => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useDayWords();
  const { slots, days } = useSlots(specialistId);
  const [picked, setPicked] = useState<Day>();
  if (slots.isPending) return <Skeletons shape="card" count={3} />;
  if (slots.isError) return <ProblemAlert error={slots.error} onRetry={() => void slots.refetch()} />;
  if (days.length === 0) {
    return (
      <EmptyState level={3} title={t("app:schedule.booking.noSlots")} hint={t("app:schedule.booking.noSlotsHint")} />
    );
  }
  const wanted = (value && dayAt(value, formats.zone)) ?? picked ?? firstDay;
  const open = days.find(({ day }) => day === (picked ?? wanted)) ?? days.find(({ free }) => free > 0) ?? days[0];
  return (
    <div className="nurse-slots" data-testid="slots">
      <div className="nurse-slot-days" role="group" aria-label={t("app:schedule.booking.when")}>
        {days.map(({ day, free }) => (
          <button
            key={day}
            type="button"
            aria-pressed={day === open?.day}
            disabled={free === 0}
            onClick={() => setPicked(day)}
          >
            <strong>{words.date(day)}</strong>
            <span>{words.weekday(day)}</span>
            <span className="nurse-slot-free">
              {free > 0 ? t("app:schedule.booking.freeOn", { n: free }) : t("app:schedule.booking.full")}
            </span>
          </button>
        ))}
      </div>
      {days.every(({ free }) => free === 0) && (
        <EmptyState
          level={3}
          title={t("app:schedule.booking.allTaken")}
          hint={t("app:schedule.booking.allTakenHint")}
        />
      )}
      <div className="nurse-slot-times" role="group" aria-label={open ? words.whole(open.day) : undefined}>
        {open?.slots.map((slot) => {
          const time = formats.time(slot.starts_at);
          return (
            <button
              key={slot.starts_at}
              type="button"
              aria-pressed={slot.starts_at === value}
              aria-label={t(slot.free ? "app:schedule.booking.free" : "app:schedule.booking.taken", { time })}
              disabled={!slot.free}
              onClick={() => onChange(slot.starts_at)}
            >
              {time}
            </button>
          );
        })}
      </div>
    </div>
  );
}
