import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import type { EarlyWarningPoint } from "../api/types";
import { useFormats } from "./hooks";

/** Where the score asks for more: from 5 an urgent, from 7 an emergency response. */
const MEDIUM = 5;
const HIGH = 7;

export interface EarlyWarningPlotProps {
  points: readonly EarlyWarningPoint[];
  /** Said to who does not see the drawing. */
  label: string;
  height?: number;
}

/** The score over time: a full point is a total, an open one "this or more". The bands are shaded; the numbers stand at the points. */
export function EarlyWarningPlot({ points, label, height = 150 }: EarlyWarningPlotProps) {
  const formats = useFormats();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const { ref: sizeRef, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (!element || width < 80 || points.length === 0) return;
    const style = getComputedStyle(element);
    const css = (name: string): string => style.getPropertyValue(name).trim();
    const times = points.map((point) => Date.parse(point.at) / 1000);
    const scores = points.map((point) => point.total ?? point.at_least);
    const top = Math.max(9, ...scores) + 1;
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    const pad = Math.max(3600, (last - first) * 0.03);
    const font = `13px ${style.fontFamily}`;
    const plot = new uPlot(
      {
        width,
        height,
        tzDate: (at) => uPlot.tzDate(new Date(at * 1000), formats.zone),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 10 } },
        scales: { x: { time: true, range: [first - pad, last + pad] }, y: { range: [0, top] } },
        axes: [
          {
            stroke: css("--yz-dimmed"),
            grid: { show: false },
            ticks: { show: false },
            font,
            size: 26,
            space: 72,
            values: (_, ticks) => ticks.map((tick) => formats.date(tick * 1000)),
            incrs: [86400, 2 * 86400, 7 * 86400],
          },
          {
            stroke: css("--yz-dimmed"),
            grid: { stroke: css("--yz-line"), width: 1 },
            ticks: { show: false },
            font,
            size: 32,
            splits: [0, MEDIUM, HIGH, top - 1],
          },
        ],
        series: [{}, { stroke: css("--yz-dimmed"), width: 1, points: { show: false } }],
        hooks: {
          drawClear: [
            ({ ctx, bbox, valToPos }) => {
              ctx.save();
              for (const [low, high, colour] of [
                [MEDIUM, HIGH, "--yz-person-tint"],
                [HIGH, top, "--yz-danger-tint"],
              ] as const) {
                const upper = valToPos(high, "y", true);
                ctx.fillStyle = css(colour);
                ctx.fillRect(bbox.left, upper, bbox.width, valToPos(low, "y", true) - upper);
              }
              ctx.restore();
            },
          ],
          draw: [
            ({ ctx, valToPos }) => {
              ctx.save();
              const radius = 4 * devicePixelRatio;
              ctx.font = `${12 * devicePixelRatio}px ${style.fontFamily}`;
              ctx.textAlign = "center";
              points.forEach((point, position) => {
                const score = scores[position] ?? 0;
                const [x, y] = [valToPos(times[position] ?? 0, "x", true), valToPos(score, "y", true)];
                const whole = point.total !== undefined && point.total !== null;
                const colour = css(
                  score >= HIGH ? "--yz-danger-text" : score >= MEDIUM ? "--yz-person-text" : "--yz-primary-text",
                );
                ctx.beginPath();
                ctx.arc(x, y, radius, 0, 2 * Math.PI);
                ctx.fillStyle = whole ? colour : css("--yz-card");
                ctx.strokeStyle = colour;
                ctx.lineWidth = 2 * devicePixelRatio;
                ctx.fill();
                ctx.stroke();
                // Numbers on every point would run into each other.
                if (points.length > 14 && score < MEDIUM && position !== points.length - 1) return;
                ctx.fillStyle = css("--mantine-color-text");
                ctx.fillText(whole ? String(score) : `≥${score}`, x, y - 8 * devicePixelRatio);
              });
              ctx.restore();
            },
          ],
        },
      },
      [times, scores],
      element,
    );
    return () => plot.destroy();
  }, [points, width, height, scheme, formats]);
  return (
    <div ref={sizeRef} role="img" aria-label={label} style={{ height, overflow: "hidden" }}>
      <div ref={host} />
    </div>
  );
}
