import type { ConsultationSummary } from "@yunzhen/client";
import { Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ConsultationChip } from "@yunzhen/client/ui";
import { clock, isToday } from "../common/time";
import { useNow } from "@yunzhen/client/ui";
import { RequestsPanel } from "../appointments/RequestsPanel";
import { TodayExtras } from "../schedule/TodayExtras";
import classes from "./WaitingRoom.module.css";

const when = (c: ConsultationSummary) => c.began_at ?? c.scheduled_at ?? c.requested_at;

/** The specialist's own consultations of today, in the order of the day. */
export function TodayPanel({ items }: { items: ConsultationSummary[] | undefined }) {
  const { t, i18n } = useTranslation("app");
  const now = useNow(60_000);
  const today = (items ?? []).filter((c) => isToday(when(c), now)).sort((a, b) => when(a).localeCompare(when(b)));
  const done = today.filter((c) => c.ended_at).length;
  return (
    <aside className={classes.today} aria-labelledby="today">
      <Group justify="space-between" align="baseline" mb="xs">
        <Title order={2} fz={18} id="today">
          {t("consultations.today.title")}
        </Title>
        {today.length > 0 && (
          <Text size="sm" c="dimmed">
            {t("consultations.today.done", { count: done })}
          </Text>
        )}
      </Group>
      <Stack gap={4} mb="sm">
        <TodayExtras />
      </Stack>
      {items === undefined ? (
        <Stack gap="xs">
          <Skeleton height={48} />
          <Skeleton height={48} />
        </Stack>
      ) : today.length === 0 ? (
        <Text c="dimmed">{t("consultations.today.empty")}</Text>
      ) : (
        <ul className={classes.agenda}>
          {today.map((c) => (
            <li key={c.id}>
              <Text fw={500}>{clock(when(c), i18n.language)}</Text>
              <div>
                <Link to={`/consultations/${c.id}`}>
                  <Text component="span" fw={600}>
                    {c.resident.name}
                  </Text>
                </Link>
                <Text size="sm" c="dimmed" mb={4} truncate>
                  {c.resident.home_name} · {c.reason}
                </Text>
                <ConsultationChip state={c.state} />
              </div>
            </li>
          ))}
        </ul>
      )}
      <div className={classes.requests}>
        <RequestsPanel />
      </div>
    </aside>
  );
}
