import { Group, Stack, Text } from "@mantine/core";
import { useCallback, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TFunction } from "i18next";
import type uPlot from "uplot";
import type { Observation } from "../api/types";
import { drawMarks, type Paper, type PlotSpec } from "../chart/plot";
import { wallClock } from "../time/zone";
import { useFormats } from "./hooks";
import { OnePlot } from "./one-plot";
import { PlotOrTable } from "./plot-or-table";
import { StatusChip } from "./status";
import { useValueWords } from "./value-words";
import { bandOf, CHART, rangeWord, RESPONSIVENESS, vitalSign } from "./vitals";
import { VitalsTable } from "./vitals-table";

export interface PlotMark {
  at: string;
  /** Drawn above its tick where it is short, for example the number of a list beside the plots. */
  label: string;
}

const NO_MARKS: readonly PlotMark[] = [];

export interface VitalsPlotProps {
  observations: readonly Observation[];
  /** Which LOINC codes, in which order; default: all that have values. */
  codes?: readonly string[];
  /** Height of each plot in pixels. */
  height?: number;
  /** Consultations, doses: ticks on the time axis of every plot. */
  marks?: readonly PlotMark[];
  /** Milliseconds shown, when somebody chose them; default: all that there is. */
  window?: { from: number; to: number };
  /** A stretch was drawn out with the mouse. */
  onWindow?: (window: { from: number; to: number }) => void;
}

/** Stacked plots over one time axis with the normal band and one crosshair, or the same numbers as a table. */
export function VitalsPlot({ observations, codes, height = 130, marks = NO_MARKS, window, onWindow }: VitalsPlotProps) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const sync = useId();
  const groups = useMemo(() => {
    const wanted = codes ? CHART.filter((group) => group.some((code) => codes.includes(code))) : CHART;
    return wanted
      .map((group) => ({ group, values: observations.filter((observation) => group.includes(observation.code)) }))
      .filter(({ values }) => values.length > 0);
  }, [observations, codes]);
  // The whole chart also says what nobody has measured.
  const never = CHART.filter((group) => !observations.some(({ code }) => group.includes(code))).map((group) =>
    nameOf(group.slice(0, group[0] === "8480-6" ? 2 : 1), t),
  );
  const span = useMemo((): [number, number] => {
    if (window) return [window.from / 1000, window.to / 1000];
    const times = groups.flatMap(({ values }) => values.map((value) => Date.parse(value.measured_at) / 1000));
    const low = Math.min(...times);
    const high = Math.max(...times);
    const pad = Math.max(3600, (high - low) * 0.03);
    return [low - pad, high + pad];
  }, [groups, window]);

  const plots = useMemo(
    () =>
      groups.map(({ group, values }) => ({
        group,
        values: values.filter((value) => within(value, span)),
        last: values.at(-1),
      })),
    [groups, span],
  );

  const levels = codes ? [] : observations.filter((observation) => observation.code === RESPONSIVENESS);
  const shownLevels = levels.filter((value) => within(value, span));
  const newestLevel = shownLevels.at(-1);
  if (groups.length === 0) {
    return (
      <Text c="dimmed" py="md">
        {t("vital.noData")}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Group justify="flex-end">
        <PlotOrTable asTable={asTable} onChange={setAsTable} />
      </Group>
      {asTable ? (
        <VitalsTable observations={[...plots.flatMap(({ values }) => values), ...shownLevels]} />
      ) : (
        plots.map(({ group, values, last }) =>
          values.length > 0 ? (
            <Values
              key={group.join()}
              values={values}
              height={height}
              sync={sync}
              span={span}
              marks={marks}
              onWindow={onWindow}
            />
          ) : (
            <NoneInSpan key={group.join()} last={last} />
          ),
        )
      )}
      {!asTable && (newestLevel ? <WordInSpan newest={newestLevel} /> : <NoneInSpan last={levels.at(-1)} />)}
      {window && never.length > 0 && (
        <Text c="dimmed" size="sm">
          {t("vital.never", { names: never.join(t("separator")) })}
        </Text>
      )}
    </Stack>
  );
}

const nameOf = (codes: readonly string[], t: TFunction): string => codes.map((code) => t(`vital.${code}`)).join(" / ");

const within = ({ measured_at }: Observation, [from, to]: [number, number]): boolean => {
  const at = Date.parse(measured_at) / 1000;
  return at >= from && at <= to;
};

/** Measured, but not in the stretch that is looked at: the last value instead of empty axes. */
function NoneInSpan({ last }: { last: Observation | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useValueWords();
  if (!last) return null;
  const { value, unit } = words(last);
  return (
    <Group gap="xs" align="baseline" justify="space-between" wrap="nowrap">
      <Text fw={600}>{nameOf([last.code], t)}</Text>
      <Text c="dimmed">
        {t("vital.noneInSpan", {
          value: `${value} ${unit}`.trim(),
          time: formats.dateTime(last.measured_at),
        })}
      </Text>
    </Group>
  );
}

/** Words have no axis: the newest of the stretch stands beside its name, all of them in the table. */
function WordInSpan({ newest }: { newest: Observation }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useValueWords();
  const range = rangeWord(newest);
  return (
    <Group gap="xs" align="baseline" justify="space-between" wrap="nowrap">
      <Text fw={600}>{nameOf([newest.code], t)}</Text>
      <Group gap="xs" align="baseline">
        {range !== "inRange" && <StatusChip meaning="person">{t(`vital.${range}`)}</StatusChip>}
        <strong>{words(newest).value}</strong>
        <Text c="dimmed">{formats.dateTime(newest.measured_at)}</Text>
      </Group>
    </Group>
  );
}

interface ValuesProps {
  values: readonly Observation[];
  height: number;
  sync: string;
  span: [number, number];
  marks: readonly PlotMark[];
  onWindow: VitalsPlotProps["onWindow"];
}

/** Numbers of a list beside the plots; a longer label stands in the list alone. */
const LONGEST_LABEL = 2;

function Values({ values, height, sync, span, marks, onWindow }: ValuesProps) {
  const { t } = useTranslation();
  const formats = useFormats();

  const { data, codes } = useMemo(() => {
    const order = CHART.find((group) => group.includes(values[0]?.code ?? "")) ?? [];
    const present = order.filter((code) => values.some((value) => value.code === code));
    const times = [...new Set(values.map((value) => Date.parse(value.measured_at) / 1000))].sort((a, b) => a - b);
    const index = new Map(times.map((time, position) => [time, position]));
    const series = present.map((code) => {
      const row: (number | null)[] = times.map(() => null);
      for (const value of values) {
        if (value.code === code) row[index.get(Date.parse(value.measured_at) / 1000) ?? 0] = value.value;
      }
      return row;
    });
    return { data: [times, ...series] as uPlot.AlignedData, codes: present };
  }, [values]);

  const bands = useMemo(
    () =>
      codes
        .map((code) => {
          const newest = values.filter((value) => value.code === code).at(-1);
          return newest && bandOf(newest);
        })
        .filter((band) => band !== undefined),
    [codes, values],
  );

  const spec = useCallback(
    (paper: Paper): PlotSpec => {
      const colours = paper.dark ? ["#5cc5bf", "#a5b0b5"] : ["#0b736f", "#5e6a70"];
      const warn = paper.dark ? "#f2b545" : "#945f06";
      const numbers = values.map((value) => value.value).concat(bands.flat());
      const low = Math.min(...numbers);
      const high = Math.max(...numbers);
      const pad = Math.max((high - low) * 0.12, 0.5);
      const ticks = marks.map(({ at, label }) => ({ at: Date.parse(at) / 1000, label }));
      const outside = (code: string, value: number): boolean => {
        const sample = values.find((entry) => entry.code === code);
        return sample !== undefined && rangeWord({ ...sample, value }) !== "inRange";
      };
      return {
        x: {
          range: span,
          size: 26,
          space: 72,
          words: (tick, step) =>
            step < 86400 && wallClock(tick * 1000, formats.zone).hour !== 0
              ? formats.time(tick * 1000)
              : formats.date(tick * 1000),
          incrs: [3600, 3 * 3600, 6 * 3600, 12 * 3600, ...[1, 2, 3, 7, 14, 28].map((days) => days * 86400)],
        },
        y: { range: [low - pad, high + pad], size: 44, space: 24 },
        lines: codes.map((code, position) => ({
          label: t(`vital.${code}`),
          colour: colours[position] ?? colours[0] ?? warn,
          spanGaps: true,
        })),
        point: 10,
        ...(onWindow ? { onSpan: (from, to) => onWindow({ from: from * 1000, to: to * 1000 }) } : {}),
        under: (u) => {
          const { ctx, bbox } = u;
          ctx.save();
          ctx.fillStyle = paper.css("--yz-done-tint");
          for (const [bandLow, bandHigh] of bands) {
            const top = u.valToPos(bandHigh, "y", true);
            const bottom = u.valToPos(bandLow, "y", true);
            ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
          }
          ctx.restore();
        },
        over: (u) => {
          const { ctx } = u;
          ctx.save();
          const radius = 3.5 * devicePixelRatio;
          codes.forEach((code, position) => {
            const row = u.data[position + 1] ?? [];
            row.forEach((value, point) => {
              if (value === null || value === undefined) return;
              const x = u.valToPos(u.data[0][point] ?? 0, "x", true);
              const y = u.valToPos(value, "y", true);
              const out = outside(code, value);
              ctx.fillStyle = out ? warn : (colours[position] ?? warn);
              ctx.beginPath();
              // Out of range differs in shape as well as in colour.
              if (out) ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius);
              else ctx.arc(x, y, radius, 0, 2 * Math.PI);
              ctx.fill();
            });
          });
          ctx.restore();
          drawMarks(u, paper, ticks, LONGEST_LABEL, devicePixelRatio);
        },
      };
    },
    [codes, bands, span, marks, onWindow, values, formats, t],
  );

  const name = nameOf(codes, t);
  const normal = bands.map(([low, high]) => `${formats.number(low)}–${formats.number(high)}`).join(" / ");
  const unit = vitalSign(codes[0] ?? "")?.shownUnit ?? values[0]?.unit ?? "";
  const digits = vitalSign(codes[0] ?? "")?.digits;
  const valueAt = (shown: number): string =>
    codes
      .map((_, position) => {
        const row = data[position + 1] ?? [];
        // With sparse series the latest known value up to the crosshair.
        for (let point = shown; point >= 0; point -= 1) {
          const found = row[point];
          if (found !== null && found !== undefined) return formats.number(found, digits);
        }
        return "–";
      })
      .join(" / ");
  return (
    <OnePlot
      data={data}
      height={height}
      sync={sync}
      spec={spec}
      title={
        <Text>
          <strong>{name}</strong>{" "}
          {normal !== "" && (
            <Text span c="dimmed" size="sm">
              {t("vital.normal", { range: normal })}
            </Text>
          )}
        </Text>
      }
      said={(shown) => {
        const time = data[0][shown];
        return (
          <Text ta="right">
            <strong>{valueAt(shown)}</strong>{" "}
            <Text span c="dimmed" inherit>
              {unit}
              {time !== undefined && ` · ${formats.dateTime(time * 1000)}`}
            </Text>
          </Text>
        );
      }}
      label={(shown) => t("vital.plotLabel", { name, count: values.length, value: valueAt(shown), unit })}
    />
  );
}
