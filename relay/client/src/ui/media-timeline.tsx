import { Button, Group, Modal, Stack, Table, Text, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconActivity } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import type { MediaTimeline } from "../api/types";
import { RUNGS, rowsOf, seriesOf, sharesOf, stepOf, rungAt } from "../chart/timeline";
import { useFormats } from "./hooks";
import { PlotOrTable } from "./plot-or-table";
import { useApi } from "./provider";
import { ProblemAlert, Skeletons } from "./states";
import "./media-timeline.css";

/** Which line is which, beside its words. */
const STROKES = ["━", "┅"];
/** While the call goes on. */
const LIVE_MS = 5000;

/** A press opens how the call of a consultation went; nothing is fetched before. `live`: it goes on. */
export function CallQuality({ consultationId, live }: { consultationId: string; live: boolean }) {
  const { t } = useTranslation("shared");
  const [open, setOpen] = useState(false);
  return (
    <div className="yz-timeline">
      <Button
        variant="subtle"
        size="compact-md"
        leftSection={<IconActivity size={20} aria-hidden />}
        onClick={() => setOpen(true)}
        data-testid="call-quality"
      >
        {t("timeline.show")}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        size={920}
        title={t("timeline.title")}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        <Fetched consultationId={consultationId} live={live} />
      </Modal>
    </div>
  );
}

function Fetched({ consultationId, live }: { consultationId: string; live: boolean }) {
  const api = useApi();
  const timeline = useQuery({
    // Not under `consultations`: no event of the record changes what was measured.
    queryKey: ["media-timeline", consultationId],
    queryFn: () => api.consultations.mediaTimeline(consultationId),
    refetchInterval: live ? LIVE_MS : false,
  });
  if (timeline.isPending) return <Skeletons shape="card" />;
  if (!timeline.data) return <ProblemAlert error={timeline.error} onRetry={() => void timeline.refetch()} />;
  return <TimelineView timeline={timeline.data} />;
}

/** Rung, rate, delay and loss over one axis of time, with one crosshair; or the same numbers as a table. */
export function TimelineView({ timeline }: { timeline: MediaTimeline }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const [asTable, setAsTable] = useState(false);
  const sync = useId();
  const series = useMemo(() => seriesOf(timeline), [timeline]);
  const seconds = timeline.stretches.reduce((sum, stretch) => sum + stretch.seconds.length, 0);
  const word = useCallback(
    (height: number): string => {
      const rung = rungAt(height);
      return rung ? t(`rung.${rung}`) : t("timeline.nothing");
    },
    [t],
  );
  const lines = useMemo(
    () => ({
      rung: [{ label: t("timeline.rung"), values: series.shown }],
      rate: [
        { label: t("timeline.received"), values: series.received },
        { label: t("timeline.target"), values: series.target },
      ],
      delay: [
        { label: t("timeline.queue"), values: series.queue },
        { label: t("timeline.roundTrip"), values: series.roundTrip },
      ],
      loss: [{ label: t("timeline.loss"), values: series.loss }],
    }),
    [series, t],
  );
  if (seconds === 0) {
    return (
      <Text c="dimmed" size="sm">
        {t("timeline.empty")}
      </Text>
    );
  }
  const parts = sharesOf(timeline).map(({ shown, share }) =>
    t("timeline.part", {
      rung: shown ? t(`rung.${shown}`) : t("timeline.nothing"),
      share: formats.number(share, share > 0 && share < 1 ? 1 : 0),
    }),
  );
  const plot = { times: series.times, sync, seconds };
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="baseline">
        <Text size="sm">
          {t("timeline.summary", {
            minutes: t("timeline.minutes", { m: Math.floor(seconds / 60), s: seconds % 60 }),
            parts: parts.join(t("separator")),
          })}
        </Text>
        <PlotOrTable asTable={asTable} onChange={setAsTable} />
      </Group>
      {asTable ? (
        <TimelineTable timeline={timeline} step={stepOf(seconds)} />
      ) : (
        <>
          <OnePlot {...plot} name={t("timeline.rung")} unit="" lines={lines.rung} say={word} rungs />
          <OnePlot {...plot} name={t("timeline.rate")} unit={t("timeline.kbps")} lines={lines.rate} />
          <OnePlot {...plot} name={t("timeline.delay")} unit={t("timeline.ms")} lines={lines.delay} />
          <OnePlot {...plot} name={t("timeline.loss")} unit={t("timeline.percent")} lines={lines.loss} />
        </>
      )}
    </Stack>
  );
}

interface OnePlotProps {
  name: string;
  unit: string;
  times: readonly number[];
  lines: readonly { label: string; values: readonly (number | null)[] }[];
  sync: string;
  seconds: number;
  /** Steps of the ladder instead of numbers. */
  rungs?: boolean;
  say?: (value: number) => string;
}

function OnePlot({ name, unit, times, lines, sync, seconds, rungs = false, say }: OnePlotProps) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const { ref: sizeRef, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const height = rungs ? 170 : 110;
  useEffect(() => {
    const element = host.current;
    if (!element || width < 80) return;
    const style = getComputedStyle(element);
    const css = (property: string): string => style.getPropertyValue(property).trim();
    const colours = scheme === "dark" ? ["#5cc5bf", "#f2b545"] : ["#0b736f", "#945f06"];
    const font = `13px ${style.fontFamily}`;
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    const known = lines.flatMap(({ values }) => values.filter((value) => value !== null));
    const top = rungs ? RUNGS.length + 0.3 : Math.max(1, ...known) * 1.1;
    const plot = new uPlot(
      {
        width,
        height,
        tzDate: (when) => uPlot.tzDate(new Date(when * 1000), formats.zone),
        legend: { show: false },
        cursor: { sync: { key: sync }, y: false, drag: { x: false, y: false }, points: { size: 8 } },
        scales: { x: { time: true, range: [first, Math.max(last, first + 1)] }, y: { range: [rungs ? -0.3 : 0, top] } },
        axes: [
          {
            stroke: css("--yz-dimmed"),
            grid: { stroke: css("--yz-line"), width: 1 },
            ticks: { show: false },
            font,
            size: 24,
            space: 80,
            values: (_, ticks, _axis, _space, step) =>
              ticks.map((tick) =>
                step < 60 ? withSeconds(formats.time(tick * 1000), tick) : formats.time(tick * 1000),
              ),
            incrs: [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600],
          },
          {
            stroke: css("--yz-dimmed"),
            grid: { stroke: css("--yz-line"), width: 1 },
            ticks: { show: false },
            font,
            // All of one width, so that the plots have one axis of time.
            size: 128,
            space: 18,
            ...(say
              ? {
                  splits: RUNGS.map((_, index) => index).concat(RUNGS.length),
                  values: (_: uPlot, heights: number[]) => heights.map(say),
                }
              : {}),
          },
        ],
        series: [
          {},
          ...lines.map(({ label }, position): uPlot.Series => {
            const stepped = rungs && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {};
            return {
              label,
              stroke: colours[position] ?? colours[0],
              // The second line differs by its dashes as well as by its colour.
              ...(position > 0 ? { dash: [6, 4] } : {}),
              width: 2,
              spanGaps: false,
              points: { show: false },
              ...stepped,
            };
          }),
        ],
        hooks: { setCursor: [(u) => setAt(u.cursor.idx ?? null)] },
      },
      [times, ...lines.map(({ values }) => values)] as uPlot.AlignedData,
      element,
    );
    return () => plot.destroy();
  }, [times, lines, width, scheme, sync, rungs, say, height, formats]);
  const shown = at !== null && times[at] !== undefined ? at : times.length - 1;
  const time = times[shown];
  const said = lines.map(({ label, values }) => {
    const value = values[shown];
    const now =
      value === null || value === undefined ? "–" : say ? say(value) : `${formats.number(value)} ${unit}`.trim();
    return lines.length > 1 ? `${label} ${now}` : now;
  });
  const words = said.join(" · ");
  return (
    <div>
      <Group gap="xs" align="baseline" justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="sm" ta="right">
          {said.length > 1 ? said.map((one, index) => `${STROKES[index] ?? ""} ${one}`).join(" · ") : words}
          <Text span c="dimmed" inherit>
            {time !== undefined && ` · ${withSeconds(formats.time(time * 1000), time)}`}
          </Text>
        </Text>
      </Group>
      <div
        ref={sizeRef}
        role="img"
        aria-label={t("timeline.plotLabel", { name, seconds, value: words })}
        style={{ height, overflow: "hidden" }}
      >
        <div ref={host} />
      </div>
    </div>
  );
}

/** Every zone's clock shows the same seconds. */
const withSeconds = (time: string, at: number): string => `${time}:${String(Math.floor(at) % 60).padStart(2, "0")}`;

function TimelineTable({ timeline, step }: { timeline: MediaTimeline; step: number }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const number = (value: number | undefined): string => (value === undefined ? "–" : formats.number(value));
  const columns = [
    `${t("timeline.received")} (${t("timeline.kbps")})`,
    `${t("timeline.target")} (${t("timeline.kbps")})`,
    `${t("timeline.queue")} (${t("timeline.ms")})`,
    `${t("timeline.roundTrip")} (${t("timeline.ms")})`,
    `${t("timeline.jitter")} (${t("timeline.ms")})`,
    `${t("timeline.loss")} (${t("timeline.percent")})`,
  ];
  return (
    <>
      <Text size="sm" c="dimmed">
        {t("timeline.tableHint", { step })}
      </Text>
      <div className="yz-timeline-table" tabIndex={0} role="region" aria-label={t("timeline.title")}>
        <Table stickyHeader verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("timeline.time")}</Table.Th>
              <Table.Th scope="col">{t("timeline.worst")}</Table.Th>
              {columns.map((column) => (
                <Table.Th key={column} scope="col" ta="right">
                  {column}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rowsOf(timeline, step).map((row) => (
              <Table.Tr key={row.at}>
                <Table.Td>{withSeconds(formats.time(row.at), row.at / 1000)}</Table.Td>
                <Table.Td>
                  {row.away > 0 ? t("timeline.away") : row.worst ? t(`rung.${row.worst}`) : t("timeline.nothing")}
                </Table.Td>
                {[row.received, row.target, row.queue, row.roundTrip, row.jitter, row.loss].map((value, index) => (
                  <Table.Td key={columns[index]} ta="right">
                    {number(value)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}
