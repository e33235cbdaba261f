/** What every plot over time has in common, as uPlot wants it: pure but for the drawing, which goes to the canvas that it is given. */
import type uPlot from "uplot";

/** What a plot is drawn on: the theme's colours and letters. */
export interface Paper {
  /** A property of the theme, for example "--yz-line". */
  css: (property: string) => string;
  family: string;
  dark: boolean;
}

export interface PlotLine {
  label: string;
  colour: string;
  dash?: number[];
  /** Lines from value to value, over times without one. */
  spanGaps?: boolean;
  /** How it goes from one value to the next; straight without it. */
  paths?: uPlot.Series.PathBuilder;
}

/** What a plot has of its own. Times are seconds since 1970. */
export interface PlotSpec {
  x: {
    range: [number, number];
    size: number;
    space: number;
    incrs: number[];
    words: (tick: number, step: number) => string;
  };
  y: { range: [number, number]; size: number; space: number; splits?: number[]; words?: (height: number) => string };
  lines: readonly PlotLine[];
  /** Diameter of the points under the crosshair. */
  point: number;
  /** A stretch was drawn out with the mouse; whoever holds the window takes it, so that all plots move together. */
  onSpan?: (from: number, to: number) => void;
  /** Under the lines. */
  under?: (u: uPlot) => void;
  /** Over them. */
  over?: (u: uPlot) => void;
}

export interface PlotFrame {
  width: number;
  height: number;
  /** Plots of one name have one crosshair. */
  sync: string;
  tzDate: (when: number) => Date;
  /** Which point the crosshair is at; null: none. */
  onCursor: (at: number | null) => void;
}

/** Narrower than this a stretch is a press. */
const LEAST_SPAN_PX = 12;

export function plotOptions(paper: Paper, spec: PlotSpec, frame: PlotFrame): uPlot.Options {
  const axis = {
    stroke: paper.css("--yz-dimmed"),
    grid: { stroke: paper.css("--yz-line"), width: 1 },
    ticks: { show: false },
    font: `13px ${paper.family}`,
  };
  const { x, y, onSpan } = spec;
  return {
    width: frame.width,
    height: frame.height,
    tzDate: frame.tzDate,
    legend: { show: false },
    cursor: {
      sync: { key: frame.sync },
      y: false,
      drag: { x: onSpan !== undefined, y: false, setScale: false },
      points: { size: spec.point },
    },
    scales: { x: { time: true, range: x.range }, y: { range: y.range } },
    axes: [
      {
        ...axis,
        size: x.size,
        space: x.space,
        incrs: x.incrs,
        values: (_, ticks, _axis, _space, step) => ticks.map((tick) => x.words(tick, step)),
      },
      {
        ...axis,
        size: y.size,
        space: y.space,
        ...(y.splits ? { splits: y.splits } : {}),
        ...(y.words ? { values: (_: uPlot, heights: number[]) => heights.map(y.words ?? String) } : {}),
      },
    ],
    series: [
      {},
      ...spec.lines.map(({ label, colour, dash, spanGaps = false, paths }): uPlot.Series => ({
        label,
        stroke: colour,
        width: 2,
        spanGaps,
        points: { show: false },
        ...(dash ? { dash } : {}),
        ...(paths ? { paths } : {}),
      })),
    ],
    hooks: {
      ...(spec.under ? { drawClear: [spec.under] } : {}),
      ...(spec.over ? { draw: [spec.over] } : {}),
      setCursor: [(u) => frame.onCursor(u.cursor.idx ?? null)],
      setSelect: [
        (u) => {
          if (!onSpan || u.select.width < LEAST_SPAN_PX) return;
          const from = u.posToVal(u.select.left, "x");
          const to = u.posToVal(u.select.left + u.select.width, "x");
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          onSpan(from, to);
        },
      ],
    },
  };
}

/** The point that is spoken of: under the crosshair, or the last. */
export const shownAt = (at: number | null, length: number): number => (at !== null && at < length ? at : length - 1);

export interface TimeMark {
  /** Seconds since 1970. */
  at: number;
  label: string;
}

/** Ticks that stand on the axis of time, with their label where it is not longer than `longest` characters. */
export function drawMarks(u: uPlot, paper: Paper, marks: readonly TimeMark[], longest: number, ratio: number): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = paper.css("--yz-dimmed");
  ctx.fillStyle = paper.css("--yz-dimmed");
  ctx.lineWidth = ratio;
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  ctx.font = `${12 * ratio}px ${paper.family}`;
  const foot = bbox.top + bbox.height;
  for (const mark of marks) {
    const x = u.valToPos(mark.at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, foot);
    ctx.lineTo(x, foot - 10 * ratio);
    ctx.stroke();
    if (mark.label.length <= longest) ctx.fillText(mark.label, x, foot - 11 * ratio);
  }
  ctx.restore();
}
