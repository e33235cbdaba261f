import { Button, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { IconActivity } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import type { MediaTimeline } from "../api/types";
import { drawMarks, type Paper, type PlotSpec, type TimeMark } from "../chart/plot";
import { handovers, signalLines, signalRows } from "../chart/signals";
import { attendedOf, RUNGS, rowsOf, seriesOf, sharesOf, stepOf, rungAt } from "../chart/timeline";
import { useFormats } from "./hooks";
import { OnePlot } from "./one-plot";
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

/** Rung, rate, delay, loss and radio signal over one axis of time, with one crosshair; or the same numbers as a table. */
export function TimelineView({ timeline }: { timeline: MediaTimeline }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const [asTable, setAsTable] = useState(false);
  const sync = useId();
  const series = useMemo(() => seriesOf(timeline), [timeline]);
  const signals = useMemo(() => signalLines(timeline, series.times), [timeline, series]);
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
      signal: signals.map(({ path, quality }) => ({ label: path, values: quality })),
    }),
    [series, signals, t],
  );
  const changes = useMemo(
    () => handovers(signals, series.times, (technology) => t(`radio.network.${technology}`)),
    [signals, series, t],
  );
  const network = (line: number, shown: number): string => {
    const technology = signals[line]?.technology[shown];
    return technology ? t(`radio.network.${technology}`) : "";
  };
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
  const length = (of: number): string => t("timeline.minutes", { m: Math.floor(of / 60), s: of % 60 });
  const attended = attendedOf(timeline);
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="baseline">
        <Text size="sm">
          {t("timeline.summary", {
            minutes: length(seconds),
            parts: parts.join(t("separator")),
          })}
          {attended && (
            <Text span c="dimmed" inherit display="block" data-testid="call-attended">
              {t("timeline.seenOfIt", { together: length(attended.together), seen: length(attended.seen) })}
            </Text>
          )}
        </Text>
        <PlotOrTable asTable={asTable} onChange={setAsTable} />
      </Group>
      {asTable ? (
        <TimelineTable timeline={timeline} step={stepOf(seconds)} />
      ) : (
        <>
          <Lines {...plot} name={t("timeline.rung")} unit="" lines={lines.rung} say={word} rungs />
          <Lines {...plot} name={t("timeline.rate")} unit={t("timeline.kbps")} lines={lines.rate} />
          <Lines {...plot} name={t("timeline.delay")} unit={t("timeline.ms")} lines={lines.delay} />
          <Lines {...plot} name={t("timeline.loss")} unit={t("timeline.percent")} lines={lines.loss} />
          {signals.length > 0 && (
            <Lines
              {...plot}
              name={t("timeline.signal")}
              unit={t("timeline.percent")}
              lines={lines.signal}
              beside={network}
              top={105}
              marks={changes}
            />
          )}
        </>
      )}
    </Stack>
  );
}

interface LinesProps {
  name: string;
  unit: string;
  times: readonly number[];
  lines: readonly { label: string; values: readonly (number | null)[] }[];
  sync: string;
  seconds: number;
  /** Steps of the ladder instead of numbers. */
  rungs?: boolean;
  say?: (value: number) => string;
  /** What a line has at a place beside its value. */
  beside?: (line: number, shown: number) => string;
  /** The top of the axis; default: a little more than the largest value. */
  top?: number;
  marks?: readonly TimeMark[];
}

const NO_MARKS: readonly TimeMark[] = [];
/** Of a label that stands at its mark: "HSPA". */
const LONGEST_LABEL = 5;

function Lines({
  name,
  unit,
  times,
  lines,
  sync,
  seconds,
  rungs = false,
  say,
  beside,
  top,
  marks = NO_MARKS,
}: LinesProps) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const data = useMemo(() => [times, ...lines.map(({ values }) => values)] as uPlot.AlignedData, [times, lines]);
  const spec = useCallback(
    (paper: Paper): PlotSpec => {
      const colours = paper.dark ? ["#5cc5bf", "#f2b545"] : ["#0b736f", "#945f06"];
      const [first = 0, last = 0] = [times[0], times.at(-1)];
      const known = lines.flatMap(({ values }) => values.filter((value) => value !== null));
      const highest = rungs ? RUNGS.length + 0.3 : (top ?? Math.max(1, ...known) * 1.1);
      const heights = RUNGS.map((_, index) => index).concat(RUNGS.length);
      return {
        x: {
          range: [first, Math.max(last, first + 1)],
          size: 24,
          space: 80,
          words: (tick, step) => (step < 60 ? withSeconds(formats.time(tick * 1000), tick) : formats.time(tick * 1000)),
          incrs: [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600],
        },
        // All of one width, so that the plots have one axis of time.
        y: {
          range: [rungs ? -0.3 : 0, highest],
          size: 128,
          space: 18,
          ...(rungs && say ? { splits: heights, words: say } : {}),
        },
        lines: lines.map(({ label }, position) => ({
          label,
          colour: colours[position % colours.length] ?? "",
          // The second line differs by its dashes as well as by its colour.
          ...(position > 0 ? { dash: [6, 4] } : {}),
          ...(rungs && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        })),
        point: 8,
        ...(marks.length > 0 ? { over: (u) => drawMarks(u, paper, marks, LONGEST_LABEL, devicePixelRatio) } : {}),
      };
    },
    [times, lines, rungs, say, top, marks, formats],
  );
  const at = (shown: number): string[] =>
    lines.map(({ label, values }, line) => {
      const value = values[shown];
      const now =
        value === null || value === undefined ? "–" : say ? say(value) : `${formats.number(value)} ${unit}`.trim();
      return [lines.length > 1 ? label : "", beside?.(line, shown) ?? "", now].filter(Boolean).join(" ");
    });
  return (
    <OnePlot
      data={data}
      height={rungs ? 170 : 110}
      sync={sync}
      spec={spec}
      title={
        <Text size="sm" fw={600}>
          {name}
        </Text>
      }
      said={(shown) => {
        const said = at(shown);
        const time = times[shown];
        return (
          <Text size="sm" ta="right">
            {said.length > 1 ? said.map((one, index) => `${STROKES[index] ?? "┅"} ${one}`).join(" · ") : said[0]}
            <Text span c="dimmed" inherit>
              {time !== undefined && ` · ${withSeconds(formats.time(time * 1000), time)}`}
            </Text>
          </Text>
        );
      }}
      label={(shown) => t("timeline.plotLabel", { name, seconds, value: at(shown).join(" · ") })}
    />
  );
}

/** Every zone's clock shows the same seconds. */
const withSeconds = (time: string, at: number): string => `${time}:${String(Math.floor(at) % 60).padStart(2, "0")}`;

function TimelineTable({ timeline, step }: { timeline: MediaTimeline; step: number }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const number = (value: number | undefined): string => (value === undefined ? "–" : formats.number(value));
  const rows = rowsOf(timeline, step);
  const isAttended = rows.some(({ specialist }) => specialist !== undefined);
  const signals = signalRows(timeline, step);
  const isHeardOf = [...signals.values()].some((row) => row.length > 0);
  const heardOf = (at: number): string => {
    const row = signals.get(at) ?? [];
    const words = row.map(({ path, technologies, strength }) => {
      const networks = technologies.map((technology) => t(`radio.network.${technology}`)).join(" → ");
      const signal = `${networks} ${t(`radio.strength.${strength}`)}`;
      return row.length > 1 && path !== "" ? t("radio.ofPath", { path, signal }) : signal;
    });
    return words.join(t("separator")) || "–";
  };
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
              {isAttended && <Table.Th scope="col">{t("timeline.specialist")}</Table.Th>}
              {isHeardOf && <Table.Th scope="col">{t("timeline.signal")}</Table.Th>}
              {columns.map((column) => (
                <Table.Th key={column} scope="col" ta="right">
                  {column}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.at}>
                <Table.Td>{withSeconds(formats.time(row.at), row.at / 1000)}</Table.Td>
                <Table.Td>
                  {row.away > 0 ? t("timeline.away") : row.worst ? t(`rung.${row.worst}`) : t("timeline.nothing")}
                </Table.Td>
                {isAttended && <Table.Td>{row.specialist ? t(`timeline.${row.specialist}`) : "–"}</Table.Td>}
                {isHeardOf && <Table.Td>{heardOf(row.at)}</Table.Td>}
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
