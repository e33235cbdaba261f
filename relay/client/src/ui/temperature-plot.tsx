import { Text } from "@mantine/core";
import { IconSnowflake } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Delivery, DeliveryTemperature } from "../api/types";
import { useFormats } from "./hooks";
import { StatusChip } from "./status";

const WIDTH = 320;
const HEIGHT = 96;
const PAD = { left: 30, right: 10, top: 8, bottom: 8 };
/** A curve of one degree is no mountain. */
const LEAST_SPAN = 8;

/** The temperatures of a cold parcel with the range they must stay in, and the last one in words. */
export function TemperaturePlot({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const range = delivery.cold_range;
  const series = delivery.temperatures ?? [];
  const last = series.at(-1);
  if (!delivery.cold_chain || !range) return null;
  const bounds = { lowest: range.lowest, highest: range.highest };
  return (
    <section className="yz-temperature" aria-label={t("parcel.temperature.title")}>
      <Text fw={600}>
        <IconSnowflake size={18} aria-hidden style={{ verticalAlign: "-3px" }} /> {t("parcel.temperature.title")}
      </Text>
      {last === undefined ? (
        <Text c="dimmed">{t("parcel.temperature.none")}</Text>
      ) : (
        <>
          <Curve
            series={series}
            range={range}
            label={t("parcel.temperature.plot", {
              n: series.length,
              low: formats.number(Math.min(...series.map((one) => one.celsius)), 1),
              high: formats.number(Math.max(...series.map((one) => one.celsius)), 1),
              ...bounds,
            })}
          />
          <Text size="sm">
            {t("parcel.temperature.now", {
              value: formats.number(last.celsius, 1),
              time: formats.time(last.measured_at),
              by: t(`parcel.temperature.by.${by(last)}`),
            })}{" "}
            {last.out_of_range && <StatusChip meaning="danger">{t("parcel.temperature.out", bounds)}</StatusChip>}
          </Text>
        </>
      )}
    </section>
  );
}

function by({ by: role }: DeliveryTemperature): "pharmacy" | "courier" | "nurse" | "other" {
  return role === "pharmacy" || role === "courier" || role === "nurse" ? role : "other";
}

interface CurveProps {
  series: readonly DeliveryTemperature[];
  range: { lowest: number; highest: number };
  label: string;
}

function Curve({ series, range, label }: CurveProps) {
  const times = series.map((one) => Date.parse(one.measured_at));
  const values = [...series.map((one) => one.celsius), range.lowest, range.highest];
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  const span = Math.max(LEAST_SPAN, Math.max(...values) - Math.min(...values) + 2);
  const first = Math.min(...times);
  const length = Math.max(1, Math.max(...times) - first);
  const x = (time: number) => PAD.left + ((time - first) / length) * (WIDTH - PAD.left - PAD.right);
  const y = (celsius: number) => PAD.top + (0.5 - (celsius - middle) / span) * (HEIGHT - PAD.top - PAD.bottom);
  const points = series.map((one) => ({ ...one, x: x(Date.parse(one.measured_at)), y: y(one.celsius) }));
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} className="yz-temperature-plot">
      <rect
        x={PAD.left}
        width={WIDTH - PAD.left - PAD.right}
        y={y(range.highest)}
        height={y(range.lowest) - y(range.highest)}
        className="yz-temperature-band"
      />
      {[range.lowest, range.highest].map((celsius) => (
        <text key={celsius} x={PAD.left - 4} y={y(celsius) + 4} textAnchor="end" className="yz-temperature-tick">
          {celsius}°
        </text>
      ))}
      <polyline points={points.map((point) => `${point.x},${point.y}`).join(" ")} className="yz-temperature-line" />
      {points.map((point) => (
        <circle
          key={`${point.measured_at}${point.by}${point.celsius}`}
          cx={point.x}
          cy={point.y}
          r={point.out_of_range ? 5 : 3.5}
          className={point.out_of_range ? "yz-temperature-out" : "yz-temperature-point"}
        />
      ))}
    </svg>
  );
}
