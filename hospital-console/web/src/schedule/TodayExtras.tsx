import { useFormats, useNow } from "@yunzhen/client/ui";
import { Anchor, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { coversDay, dateOf } from "../common/dates";
import { useDays } from "./useDays";

/** Duty and rounds of today, above the consultations of the day. What cannot be read is told on the schedule's own page. */
export function TodayExtras() {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const today = dateOf(useNow(60_000));
  const { duty, rounds } = useDays(today, 1, false);
  return (
    <>
      {duty.map((shift) => (
        <Text key={shift.id} size="sm" c="var(--yz-person-text)">
          {coversDay(shift, today)
            ? t("schedule.dutyWholeDay", { line: shift.line })
            : t("schedule.duty", {
                line: shift.line,
                from: formats.time(shift.starts_at),
                until: formats.time(shift.ends_at),
              })}
        </Text>
      ))}
      {rounds.map((round) => (
        <Text key={round.id} size="sm">
          <Anchor component={Link} to={`/rounds/${round.id}`} size="sm">
            {formats.time(round.starts_at)} {t("schedule.round", { home: round.home_name, count: round.stops.length })}
          </Anchor>
        </Text>
      ))}
      <Anchor component={Link} to="/schedule" size="sm">
        {t("schedule.whole")}
      </Anchor>
    </>
  );
}
