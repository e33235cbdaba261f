/** Times as people say them. Formats only; knows no clock. */
export function minutesBetween(from: string | number, to: number): number {
  return Math.max(0, Math.floor((to - (typeof from === "number" ? from : Date.parse(from))) / 60_000));
}

/** "1:05:09" or "05:09". */
export function stopwatch(fromIso: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(fromIso)) / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

const locale = (language: string) => (language.startsWith("zh") ? "zh-CN" : "en-GB");

export function clock(iso: string | number, language: string, seconds = false): string {
  return new Intl.DateTimeFormat(locale(language), {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" as const } : {}),
    hourCycle: "h23",
  }).format(new Date(iso));
}

/** 2026/03/12, or 12 Mar 2026: never a date that reads two ways. */
export function day(iso: string, language: string): string {
  return new Intl.DateTimeFormat(locale(language), {
    year: "numeric",
    month: language.startsWith("zh") ? "2-digit" : "short",
    day: "2-digit",
  }).format(new Date(iso.length === 10 ? `${iso}T12:00:00` : iso));
}

export function dayAndClock(iso: string, language: string): string {
  return new Intl.DateTimeFormat(locale(language), {
    month: language.startsWith("zh") ? "2-digit" : "short",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(iso));
}

export function isToday(iso: string | null | undefined, now: number): boolean {
  return iso != null && new Date(iso).toDateString() === new Date(now).toDateString();
}
