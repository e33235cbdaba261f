/** The radio signals of a call's seconds, as the plot and the table show them: pure. */
import type { MediaSignal, MediaTimeline, RadioStrength, RadioTechnology } from "../api/types";
import type { TimeMark } from "./plot";

/** Worst first. */
export const STRENGTHS = ["none", "weak", "fair", "strong"] as const satisfies readonly RadioStrength[];

export const weaker = (one: RadioStrength, other: RadioStrength): RadioStrength =>
  STRENGTHS.indexOf(one) <= STRENGTHS.indexOf(other) ? one : other;

interface SignalSecond {
  /** Seconds since 1970. */
  at: number;
  signals: readonly MediaSignal[];
}

/** What the modems said in each second with a link; while there is none they are not heard of. */
export function signalSeconds({ stretches }: Pick<MediaTimeline, "stretches">): SignalSecond[] {
  return stretches.flatMap(({ from, seconds, signals = [] }) => {
    const begun = Math.round(Date.parse(from) / 1000);
    let next = 0;
    let now: readonly MediaSignal[] = [];
    return seconds.map((second, index) => {
      for (; next < signals.length && (signals[next]?.from_second ?? 0) <= index; next += 1) {
        now = signals[next]?.signals ?? [];
      }
      return { at: begun + index, signals: second.away ? [] : now };
    });
  });
}

export interface SignalLine {
  /** What the home calls the path; empty when it has no name. */
  path: string;
  /** Per cent, at the times of the timeline's series. */
  quality: (number | null)[];
  technology: (RadioTechnology | undefined)[];
}

/** One line for each modem; none where no modem told. `times`: those of `seriesOf`. */
export function signalLines(timeline: Pick<MediaTimeline, "stretches">, times: readonly number[]): SignalLine[] {
  const seconds = signalSeconds(timeline);
  const paths = [...new Set(seconds.flatMap(({ signals }) => signals.map(({ path = "" }) => path)))].sort();
  const at = new Map(seconds.map((second) => [second.at, second.signals]));
  return paths.map((path) => {
    const told = times.map((time) => at.get(time)?.find((signal) => (signal.path ?? "") === path));
    return {
      path,
      quality: told.map((signal) => signal?.quality_percent ?? null),
      technology: told.map((signal) => signal?.technology),
    };
  });
}

/** Where a modem went over to another technology, also over a time without a link; the first it had is none. */
export function handovers(
  lines: readonly SignalLine[],
  times: readonly number[],
  word: (technology: RadioTechnology) => string,
): TimeMark[] {
  return lines.flatMap(({ technology }) => {
    let before: RadioTechnology | undefined;
    return times.flatMap((at, index) => {
      const now = technology[index];
      if (now === undefined || now === before) return [];
      const isFirst = before === undefined;
      before = now;
      return isFirst ? [] : [{ at, label: word(now) }];
    });
  });
}

export interface SignalRow {
  path: string;
  /** In the order in which it had them. */
  technologies: RadioTechnology[];
  /** The worst. */
  strength: RadioStrength;
}

/** What the modems had in each so many seconds: by milliseconds since 1970, as the rows of the table are. */
export function signalRows(timeline: Pick<MediaTimeline, "stretches">, step: number): Map<number, SignalRow[]> {
  const rows = new Map<number, SignalRow[]>();
  for (const { at, signals } of signalSeconds(timeline)) {
    const group = Math.floor(at / step) * step * 1000;
    const row = rows.get(group) ?? [];
    for (const { path = "", technology, strength } of signals) {
      const one = row.find((known) => known.path === path);
      if (!one) row.push({ path, technologies: [technology], strength });
      else {
        if (one.technologies.at(-1) !== technology) one.technologies.push(technology);
        one.strength = weaker(one.strength, strength);
      }
    }
    rows.set(group, row);
  }
  return rows;
}
