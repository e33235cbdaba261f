import { Group, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef, useState, type ReactNode } from "react";
import uPlot from "uplot";
import { plotOptions, shownAt, type Paper, type PlotSpec } from "../chart/plot";
import { useFormats } from "./hooks";

export interface OnePlotProps {
  /** Times first; the same object while nothing changed. */
  data: uPlot.AlignedData;
  height: number;
  /** Plots of one name have one crosshair. */
  sync: string;
  /** What it has of its own; the same function while nothing changed. */
  spec: (paper: Paper) => PlotSpec;
  /** Over it, on the left. */
  title: ReactNode;
  /** On the right: the values under the crosshair, or the last. */
  said: (shown: number) => ReactNode;
  /** Said to who does not see the drawing. */
  label: (shown: number) => string;
}

/** One of several plots over one axis of time, with the values under the common crosshair in words above it. */
export function OnePlot({ data, height, sync, spec, title, said, label }: OnePlotProps) {
  const formats = useFormats();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const { ref: sizeRef, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => {
    const element = host.current;
    if (!element || width < 80) return;
    const style = getComputedStyle(element);
    const paper: Paper = {
      css: (property) => style.getPropertyValue(property).trim(),
      family: style.fontFamily,
      dark: scheme === "dark",
    };
    // Ticks stand at the hours and midnights of whose clock is shown.
    const tzDate = (when: number): Date => uPlot.tzDate(new Date(when * 1000), formats.zone);
    const options = plotOptions(paper, spec(paper), { width, height, sync, tzDate, onCursor: setAt });
    const plot = new uPlot(options, data, element);
    return () => plot.destroy();
  }, [data, spec, width, height, scheme, sync, formats]);
  const shown = shownAt(at, data[0].length);
  return (
    <div>
      <Group gap="xs" align="baseline" justify="space-between" wrap="nowrap">
        {title}
        {said(shown)}
      </Group>
      <div ref={sizeRef} role="img" aria-label={label(shown)} style={{ height, overflow: "hidden" }}>
        <div ref={host} />
      </div>
    </div>
  );
}
