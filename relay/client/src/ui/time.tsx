import { useTranslation } from "react-i18next";
import { useFormats, useNow } from "./hooks";

type Translate = (key: string, values?: Record<string, unknown>) => string;

/** "in 12 min", "3 h ago": the way a person thinks of it. */
export function relativeWords(t: Translate, at: number, now: number): string {
  const minutes = Math.round((at - now) / 60_000);
  const size = Math.abs(minutes);
  if (size < 1) return minutes >= 0 ? t("time.now") : t("time.justNow");
  const future = minutes > 0;
  if (size < 60) return t(future ? "time.inMinutes" : "time.minutesAgo", { n: size });
  const hours = Math.round(size / 60);
  if (hours < 24) return t(future ? "time.inHours" : "time.hoursAgo", { n: hours });
  return t(future ? "time.inDays" : "time.daysAgo", { n: Math.round(hours / 24) });
}

export function RelativeTime({ at }: { at: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  return (
    <time dateTime={at} title={`${formats.dateTime(at)} (${formats.zone})`}>
      {relativeWords(t, Date.parse(at), now)}
    </time>
  );
}

/** mm:ss since or until a moment; counts by itself. */
export function Countdown({ from, until }: { from?: number; until?: number }) {
  const now = useNow(1000);
  const seconds = Math.max(0, Math.round((from !== undefined ? now - from : (until ?? now) - now) / 1000));
  const hours = Math.floor(seconds / 3600);
  const two = (value: number): string => String(value).padStart(2, "0");
  return (
    <span role="timer">
      {hours > 0 ? `${hours}:` : ""}
      {two(Math.floor(seconds / 60) % 60)}:{two(seconds % 60)}
    </span>
  );
}
