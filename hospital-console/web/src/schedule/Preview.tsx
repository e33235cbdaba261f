import { Group, Text, Title } from "@mantine/core";
import { useNow } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { dateOf, WEEKDAYS, weekdayIndex } from "../common/dates";
import type { AvailabilityDraft } from "./draft";
import { preview } from "./preview";
import classes from "./schedule.module.css";

const DAYS = 14;

/** What is typed gives these times: two weeks from today, by the clock of the chosen zone. */
export function Preview({ draft }: { draft: AvailabilityDraft }) {
  const { t } = useTranslation("app");
  const days = preview(draft, dateOf(useNow(60_000)), DAYS);
  const total = days.reduce((sum, day) => sum + day.times.length, 0);
  return (
    <aside className={classes.preview} aria-labelledby="preview">
      <Group justify="space-between" align="baseline" mb="xs">
        <Title order={2} fz={18} id="preview">
          {t("schedule.preview.title")}
        </Title>
        <Text size="sm" c="dimmed" data-testid="preview-total">
          {t("schedule.preview.total", { count: total })}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" mb="xs">
        {t("schedule.preview.zone", { zone: draft.zone })}
      </Text>
      <ol className={classes.days}>
        {days.map((day) => (
          <li key={day.date} data-testid={`preview-${day.date}`}>
            <Text size="sm" fw={600}>
              {day.date.slice(5)} {t(`schedule.weekday.${WEEKDAYS[weekdayIndex(day.date)]}`)}
            </Text>
            <Text size="sm" c={day.times.length === 0 ? "dimmed" : undefined}>
              {day.times.length > 0
                ? day.times.join("  ")
                : day.off
                  ? t("schedule.preview.off")
                  : t("schedule.preview.none")}
            </Text>
          </li>
        ))}
      </ol>
    </aside>
  );
}
