import { expect, test, vi } from "vitest";
import type uPlot from "uplot";
import { drawMarks, plotOptions, shownAt, type Paper, type PlotFrame, type PlotSpec } from "../src/chart/plot";

const paper: Paper = { css: (property) => `<${property}>`, family: "serif", dark: false };
const frame = (rest: Partial<PlotFrame> = {}): PlotFrame => ({
  width: 600,
  height: 110,
  sync: "call",
  tzDate: (when) => new Date(when * 1000),
  onCursor: () => undefined,
  ...rest,
});
const spec = (rest: Partial<PlotSpec> = {}): PlotSpec => ({
  x: { range: [0, 60], size: 24, space: 80, incrs: [5, 10], words: (tick, step) => `${tick}/${step}` },
  y: { range: [0, 7], size: 128, space: 18 },
  lines: [
    { label: "arrived", colour: "green" },
    { label: "aimed at", colour: "brown", dash: [6, 4], spanGaps: true },
  ],
  point: 8,
  ...rest,
});
const words = (axis: uPlot.Axis | undefined, ticks: number[], step: number): unknown =>
  typeof axis?.values === "function" ? axis.values({} as uPlot, ticks, 0, 0, step) : undefined;

test("plots of one name have one crosshair and both axes the theme's lines and letters", () => {
  const options = plotOptions(paper, spec(), frame());
  expect(options.cursor?.sync?.key).toBe("call");
  expect(options.axes?.map(({ stroke, font, size }) => [stroke, font, size])).toEqual([
    ["<--yz-dimmed>", "13px serif", 24],
    ["<--yz-dimmed>", "13px serif", 128],
  ]);
  expect(words(options.axes?.[0], [5, 10], 5)).toEqual(["5/5", "10/5"]);
  expect(options.axes?.[1]).not.toHaveProperty("values");
  expect(options.series.slice(1).map(({ label, dash, spanGaps }) => [label, dash, spanGaps])).toEqual([
    ["arrived", undefined, false],
    ["aimed at", [6, 4], true],
  ]);
});

test("an axis of steps has its own words at its own heights", () => {
  const y = {
    range: [0, 7] as [number, number],
    size: 1,
    space: 1,
    splits: [0, 1],
    words: (height: number) => `#${height}`,
  };
  const axis = plotOptions(paper, spec({ y }), frame()).axes?.[1];
  expect(axis?.splits).toEqual([0, 1]);
  expect(words(axis, [0, 1], 1)).toEqual(["#0", "#1"]);
});

test("a stretch is drawn out only where somebody takes it, and a press is none", () => {
  expect(plotOptions(paper, spec(), frame()).cursor?.drag).toMatchObject({ x: false, setScale: false });
  const onSpan = vi.fn();
  const options = plotOptions(paper, spec({ onSpan }), frame());
  expect(options.cursor?.drag).toMatchObject({ x: true });
  const u = (width: number) => {
    const setSelect = vi.fn();
    return { select: { left: 10, width }, posToVal: (left: number) => left * 100, setSelect } as unknown as uPlot;
  };
  options.hooks?.setSelect?.[0]?.(u(5));
  expect(onSpan).not.toHaveBeenCalled();
  options.hooks?.setSelect?.[0]?.(u(30));
  expect(onSpan).toHaveBeenCalledExactlyOnceWith(1000, 4000);
});

test("the crosshair tells where it is, and without one the last value is spoken of", () => {
  const onCursor = vi.fn();
  const hook = plotOptions(paper, spec(), frame({ onCursor })).hooks?.setCursor?.[0];
  hook?.({ cursor: { idx: 3 } } as unknown as uPlot);
  hook?.({ cursor: { idx: null } } as unknown as uPlot);
  expect(onCursor.mock.calls).toEqual([[3], [null]]);
  expect([shownAt(3, 10), shownAt(null, 10), shownAt(12, 10), shownAt(0, 0)]).toEqual([3, 9, 9, -1]);
});

test("marks outside the plot are not drawn, and a long label is left to the list beside it", () => {
  const ctx = {
    save: vi.fn(),
    restore: vi.fn(),
    beginPath: vi.fn(),
    moveTo: vi.fn(),
    lineTo: vi.fn(),
    stroke: vi.fn(),
    fillText: vi.fn(),
  };
  const bbox = { left: 100, top: 0, width: 200, height: 50 };
  const u = { ctx, bbox, valToPos: (at: number) => at } as unknown as uPlot;
  const marks = [
    { at: 99, label: "a" },
    { at: 150, label: "LTE" },
    { at: 200, label: "longer" },
    { at: 301, label: "b" },
  ];
  drawMarks(u, paper, marks, 5, 1);
  expect(ctx.moveTo.mock.calls).toEqual([
    [150, 50],
    [200, 50],
  ]);
  expect(ctx.fillText.mock.calls).toEqual([["LTE", 150, 39]]);
});
