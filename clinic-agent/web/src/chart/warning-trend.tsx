import type { EarlyWarning } from "@yunzhen/client";
import { useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { barsOf } from "./early-warning-view";

/** One bar for each round, with its number above; an open bar is "at least". The table says the same. */
export function WarningTrend({ points }: { points: EarlyWarning["trend"] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const bars = barsOf(points);
  const last = bars.at(-1);
  const first = bars[0];
  return (
    <figure className="nurse-trend">
      <div
        className="nurse-trend-bars"
        role="img"
        aria-label={t("app:chart.trendLabel", { n: bars.length, score: last?.score ?? 0 })}
      >
        {bars.map((bar) => (
          <div key={bar.at} className="nurse-trend-bar" title={formats.dateTime(bar.at)}>
            <span>{bar.open ? `≥${bar.score}` : bar.score}</span>
            <div
              className={`nurse-trend-fill nurse-trend-${bar.band ?? "unknown"} ${bar.open ? "nurse-trend-open" : ""}`}
              style={{ height: `${Math.round(bar.share * 100)}%` }}
            />
          </div>
        ))}
      </div>
      <figcaption className="nurse-dim">
        <span>{first && formats.dateTime(first.at)}</span>
        <span>{t("app:chart.openBar")}</span>
        <span>{last && formats.dateTime(last.at)}</span>
      </figcaption>
    </figure>
  );
}
