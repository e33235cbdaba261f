/** The early-warning score for the eye: words of a value, bars of the trend. Pure. */
import type { EarlyWarning, EarlyWarningBand, EarlyWarningScore } from "@yunzhen/client";
import { vitalSign } from "@yunzhen/client/ui";

/** The last ones; a tablet's width holds no more that can be told apart. */
export const SHOWN_POINTS = 28;
const CODES: Record<string, string> = {
  respiration: "9279-1",
  saturation: "2708-6",
  systolic: "8480-6",
  pulse: "8867-4",
  temperature: "8310-5",
};
/** Highest score that can be. */
const MOST = 20;
/** A low score still needs a height to be seen. */
const LEAST_SHARE = 0.04;

type Translate = (key: string, values?: Record<string, unknown>) => string;

export function shownValue(
  { parameter, value }: EarlyWarningScore["parts"][number],
  t: Translate,
  number: (value: number, digits?: number) => string,
): string {
  if (parameter === "oxygen") return value === 0 ? t("app:chart.air") : t("app:chart.flow", { n: number(value) });
  // 0 alert to 4 unresponsive; above that it is a Glasgow score.
  if (parameter === "consciousness") {
    return value <= 4 ? t(`vital.level.${value}`) : t("app:chart.glasgow", { n: value });
  }
  const sign = vitalSign(CODES[parameter] ?? "");
  return `${number(value, sign?.digits)} ${sign?.shownUnit ?? ""}`.trim();
}

export interface Bar {
  at: string;
  score: number;
  /** Without a total the bar is a lower bound and is drawn open. */
  open: boolean;
  band: EarlyWarningBand | undefined;
  /** Of the full height. */
  share: number;
}

export function barsOf(points: EarlyWarning["trend"]): Bar[] {
  const top = Math.max(9, ...points.map((point) => point.total ?? point.at_least));
  return points.map((point) => {
    const score = point.total ?? point.at_least;
    return {
      at: point.at,
      score,
      open: point.total === undefined || point.total === null,
      band: point.band ?? undefined,
      share: Math.max(LEAST_SHARE, score / Math.min(MOST, top)),
    };
  });
}
