import type { Shift } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, useFormats, useNow } from "@yunzhen/client/ui";
import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconPlus, IconUserOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { PlanSheet } from "./PlanSheet";
import { RemoveSheet } from "./RemoveSheet";
import { WeekTable } from "./WeekTable";
import { gaps, weekLater, weekOf } from "./week";

/** Who answers urgent calls, week by week: added, taken back, and the hours that nobody covers. */
export function DutyPage() {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const now = useNow();
  useTitle(t("duty.title"));
  const [monday, setMonday] = useState(() => weekOf(Date.now())[0] ?? 0);
  const [planning, setPlanning] = useState<{ day?: number; line?: number }>();
  const [removing, setRemoving] = useState<Shift>();
  const days = weekOf(monday);
  const [from = 0, until = 0] = [days[0], days[7]];
  const query = useQuery({
    queryKey: ["schedule", "duty", from],
    queryFn: () => api.schedule.duty({ from: new Date(from).toISOString(), until: new Date(until).toISOString() }),
  });
  const shifts = query.data?.items ?? [];
  const open = query.isSuccess ? gaps(shifts, Math.max(from, now), until) : [];
  const thisWeek = weekOf(now)[0] === monday;
  return (
    <div className={page.page}>
      <PageHeader title={t("duty.title")} note={t("duty.zone", { zone: formats.zone })}>
        <Group gap={4}>
          <ActionIcon variant="default" aria-label={t("duty.before")} onClick={() => setMonday(weekLater(monday, -1))}>
            <IconChevronLeft size={20} />
          </ActionIcon>
          <Text fw={600} miw={168} ta="center" aria-live="polite">
            {formats.date(from)} – {formats.date(until - 1)}
          </Text>
          <ActionIcon variant="default" aria-label={t("duty.after")} onClick={() => setMonday(weekLater(monday, 1))}>
            <IconChevronRight size={20} />
          </ActionIcon>
        </Group>
        <Button variant="default" disabled={thisWeek} onClick={() => setMonday(weekOf(Date.now())[0] ?? 0)}>
          {t("duty.thisWeek")}
        </Button>
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setPlanning({})}>
          {t("duty.add")}
        </Button>
      </PageHeader>
      {query.isPending && <Skeletons shape="card" count={6} />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {open.length > 0 && <Uncovered gaps={open} />}
      {query.isSuccess && (
        <WeekTable
          days={days}
          shifts={shifts}
          now={now}
          onAdd={(day, line) => setPlanning({ day, line })}
          onRemove={setRemoving}
        />
      )}
      {planning && <PlanSheet day={planning.day} line={planning.line} onClose={() => setPlanning(undefined)} />}
      {removing && <RemoveSheet shift={removing} onClose={() => setRemoving(undefined)} />}
    </div>
  );
}

const TOLD = 4;

function Uncovered({ gaps }: { gaps: [number, number][] }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const words = ([from, until]: [number, number]): string =>
    new Date(from).toDateString() === new Date(until).toDateString()
      ? `${formats.dateTime(from)}–${formats.time(until)}`
      : `${formats.dateTime(from)} – ${formats.dateTime(until)}`;
  return (
    <div style={{ marginBottom: 16 }}>
      <Banner meaning="person" icon={IconUserOff} role="status" title={t("duty.uncovered")}>
        {gaps.slice(0, TOLD).map(words).join(t("shared:separator"))}
        {gaps.length > TOLD && ` ${t("duty.moreGaps", { count: gaps.length - TOLD })}`}
        <div>{t("duty.uncoveredHint")}</div>
      </Banner>
    </div>
  );
}
