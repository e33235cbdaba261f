import {
  canPan,
  canZoom,
  marksOf,
  pan,
  REACH,
  SPANS,
  windowOf,
  zoom,
  type ChartWindow,
  type Resident,
  type Span,
} from "@yunzhen/client";
import { EcgList, EmptyState, ProblemAlert, Skeletons, useFormats, useNow, VitalsPlot } from "@yunzhen/client/ui";
import { ActionIcon, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import {
  IconActivityHeartbeat,
  IconChevronLeft,
  IconChevronRight,
  IconPill,
  IconVideo,
  IconZoomIn,
  IconZoomOut,
  type Icon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { EarlyWarningTrend } from "./EarlyWarningTrend";
import classes from "./ResidentRecord.module.css";

/** The score and the vital signs over one stretch of time, with what happened in it: medicines begun and consultations. */
export function VitalsTab({ resident }: { resident: Resident }) {
  const { t } = useTranslation("app");
  // Fixed when the tab is opened: a moving `since` would be another query every render.
  const [since] = useState(() => new Date(Date.now() - REACH).toISOString());
  const query = useQuery({
    queryKey: keys.residents.observations(resident.id, since),
    queryFn: () => api.residents.observations(resident.id, { since }),
  });
  return (
    <Stack gap="md" className={classes.pad}>
      <EarlyWarningTrend points={resident.early_warning.trend} />
      {query.isPending && <Skeletons shape="chart" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.items.length === 0 && (
        <EmptyState
          icon={IconActivityHeartbeat}
          title={t("residents.noVitals.title")}
          hint={t("residents.noVitals.hint")}
        />
      )}
      {query.data && query.data.items.length > 0 && <Plots resident={resident} observations={query.data.items} />}
      <EcgList residentId={resident.id} />
    </Stack>
  );
}

type Chosen = { span: Span } | { window: ChartWindow };

function Plots({
  resident,
  observations,
}: {
  resident: Resident;
  observations: Parameters<typeof VitalsPlot>[0]["observations"];
}) {
  const { t, i18n } = useTranslation("app");
  const formats = useFormats();
  const ticking = useNow(60_000);
  const newest = observations.at(-1);
  // What the nurse measures while this is open is later than the page's last tick.
  const now = Math.max(ticking, newest ? Date.parse(newest.measured_at) + 60_000 : 0);
  const [chosen, setChosen] = useState<Chosen>({ span: "two_weeks" });
  const window = useMemo(() => ("span" in chosen ? windowOf(chosen.span, now) : chosen.window), [chosen, now]);
  const marks = useMemo(() => marksOf(resident, window, i18n.language), [resident, window, i18n.language]);
  const ticks = useMemo(() => marks.map(({ at, no }) => ({ at, label: String(no) })), [marks]);
  const to = (next: ChartWindow) => setChosen({ window: next });
  return (
    <>
      <Group gap="xs" justify="space-between">
        <SegmentedControl
          aria-label={t("residents.chart.span")}
          value={"span" in chosen ? chosen.span : ""}
          onChange={(value) => setChosen({ span: value as Span })}
          data={(Object.keys(SPANS) as Span[]).map((value) => ({ value, label: t(`residents.chart.spans.${value}`) }))}
        />
        <Group gap={4} role="group" aria-label={t("residents.chart.move")} wrap="nowrap">
          <Move
            label={t("residents.chart.earlier")}
            glyph={IconChevronLeft}
            possible={canPan(window, "earlier", now)}
            onPress={() => to(pan(window, "earlier", now))}
          />
          <Move
            label={t("residents.chart.later")}
            glyph={IconChevronRight}
            possible={canPan(window, "later", now)}
            onPress={() => to(pan(window, "later", now))}
          />
          <Move
            label={t("residents.chart.in")}
            glyph={IconZoomIn}
            possible={canZoom(window, "in")}
            onPress={() => to(zoom(window, "in", now))}
          />
          <Move
            label={t("residents.chart.out")}
            glyph={IconZoomOut}
            possible={canZoom(window, "out")}
            onPress={() => to(zoom(window, "out", now))}
          />
        </Group>
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {t("residents.chart.shown", { from: formats.dateTime(window.from), to: formats.dateTime(window.to) })}{" "}
        {t("residents.chart.drag")}
      </Text>
      <VitalsPlot observations={observations} height={112} marks={ticks} window={window} onWindow={to} />
      {marks.length > 0 && (
        <div>
          <Text fw={600}>{t("residents.chart.marks")}</Text>
          <ol className={classes.marks}>
            {marks.map((mark) => (
              <li key={mark.no} value={mark.no}>
                {mark.kind === "medicine" ? <IconPill size={16} aria-hidden /> : <IconVideo size={16} aria-hidden />}{" "}
                {mark.kind === "medicine"
                  ? t("residents.chart.begun", { date: formats.date(mark.at), what: mark.what })
                  : t("residents.chart.consultation", { time: formats.dateTime(mark.at), what: mark.what })}
              </li>
            ))}
          </ol>
        </div>
      )}
    </>
  );
}

function Move({
  label,
  glyph: Glyph,
  possible,
  onPress,
}: {
  label: string;
  glyph: Icon;
  possible: boolean;
  onPress: () => void;
}) {
  return (
    <ActionIcon variant="default" aria-label={label} title={label} disabled={!possible} onClick={onPress}>
      <Glyph size={20} aria-hidden />
    </ActionIcon>
  );
}
