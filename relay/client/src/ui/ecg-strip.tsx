import { SegmentedControl, Text } from "@mantine/core";
import { useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { LEAD_LABEL, tracesOf, type EcgCurve, type Trace } from "../chart/ecg";
import { useFormats } from "./hooks";
import "./ecg.css";

/** Pixels of a millimetre: small enough for ten seconds at a glance, true size of a screen, and large. */
const SCALES = ["2", "4", "8"] as const;

/** A recording on ECG paper. It scrolls sideways; the alternative text says what can be said without reading a rhythm out of it. */
export function EcgStrip({ ecg }: { ecg: EcgCurve }) {
  const { t } = useTranslation("shared");
  const [scale, setScale] = useState<(typeof SCALES)[number]>("4");
  const traces = useMemo(() => tracesOf(ecg), [ecg]);
  return (
    <div className="yz-ecg" data-testid="ecg-strip">
      <div className="yz-ecg-head">
        <Text size="sm">
          {t("ecg.leads", { leads: traces.map(({ lead }) => LEAD_LABEL[lead]).join(" ") })} ·{" "}
          {t("ecg.seconds", { n: Math.round(traces[0]?.seconds ?? 0) })} · {t("ecg.paper")}
        </Text>
        <SegmentedControl
          size="lg"
          aria-label={t("ecg.zoom")}
          value={scale}
          onChange={(value) => setScale(value as (typeof SCALES)[number])}
          data={SCALES.map((value) => ({ value, label: `${Number(value) * 25} %` }))}
        />
      </div>
      <div className="yz-ecg-scroll" role="region" aria-label={t("ecg.strip")} tabIndex={0}>
        {traces.map((trace) => (
          <Paper key={trace.lead} trace={trace} scale={Number(scale)} />
        ))}
      </div>
      <Text size="sm" c="dimmed">
        {t("ecg.unread")}
      </Text>
    </div>
  );
}

function Paper({ trace, scale }: { trace: Trace; scale: number }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const id = useId();
  const { width, height } = trace;
  return (
    <svg
      className="yz-ecg-paper"
      role="img"
      width={width * scale}
      height={height * scale}
      viewBox={`0 0 ${width} ${height}`}
      aria-label={t("ecg.alternative", {
        lead: LEAD_LABEL[trace.lead],
        seconds: formats.number(trace.seconds, 1),
        low: formats.number(trace.low, 2),
        high: formats.number(trace.high, 2),
        gaps: trace.gaps,
      })}
    >
      <defs>
        <pattern id={`${id}s`} width="1" height="1" patternUnits="userSpaceOnUse">
          <path d="M1 0H0V1" className="yz-ecg-small" />
        </pattern>
        <pattern id={`${id}l`} width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="5" height="5" fill={`url(#${id}s)`} />
          <path d="M5 0H0V5" className="yz-ecg-large" />
        </pattern>
      </defs>
      <rect width={width} height={height} fill={`url(#${id}l)`} />
      <path d={trace.path} className="yz-ecg-curve" />
      <text x="1.5" y="5" className="yz-ecg-lead">
        {LEAD_LABEL[trace.lead]}
      </text>
    </svg>
  );
}
