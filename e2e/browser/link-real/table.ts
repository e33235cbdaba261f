/** Figures of runs beside one another: medians over the seeds, and our freezes for each of the reference's. */
import { median } from "./figures";
import type { ProgramName } from "./options";

export interface Series {
  fps: number[];
  kilobits: number[];
}

export interface Row {
  program: ProgramName;
  case: string;
  seed: number;
  frames_per_second: number;
  freezes_per_minute: number;
  frozen_percent: number;
  longest_freeze_seconds: number;
  /** Capture to screen; nothing when no frame was read. */
  glass_p50?: number;
  glass_p95?: number;
  /** Of what was rendered to what was captured, 1 for the same; nothing when no frame was kept. */
  ssim?: number;
  /** Without heard silences above 60 ms, in percent of the time. */
  sound_percent: number;
  sound_gaps_per_minute: number;
  longest_silence_seconds: number;
  /** Samples that the browser made up, in percent. */
  concealed_percent: number;
  /** What the viewing page received. */
  kilobits: number;
  /** Rendered frames whose number could not be read. */
  unread_percent: number;
  /** Packets that the link lost or had no room for, on the way up. */
  lost_percent: number;
  /** Of the rendered picture, the median. */
  width: number;
  /** From the link's beginning until the page was observed; what it lasts beyond the warm time counts as frozen and silent. */
  setup_seconds: number;
  series: Series;
  /** Of the whole machine, and what of it the programs of this run took. */
  cpu_percent: number;
  own_cpu_percent: number;
  cpu_p95: number;
  lateness_p95: number;
  cpu_limited_percent?: number;
  encode_ms?: number;
  /** Why this run says something about the machine rather than about the link; empty when it does not. */
  saturated: string[];
}

export const NAMES: Record<ProgramName, string> = { ours: "ours", reference: "Chromium + Janus" };

/** What the machine could not do in time. */
export function saturation(
  row: Pick<Row, "cpu_percent" | "lateness_p95" | "cpu_limited_percent" | "encode_ms">,
): string[] {
  return [
    row.cpu_percent > 85 && `processor ${row.cpu_percent.toFixed(0)} % busy`,
    row.lateness_p95 > 15 && `timers ${row.lateness_p95.toFixed(0)} ms late`,
    (row.cpu_limited_percent ?? 0) > 5 &&
      `encoder limited by the processor ${row.cpu_limited_percent?.toFixed(0)} % of the time`,
    (row.encode_ms ?? 0) > 25 && `a frame takes ${row.encode_ms?.toFixed(0)} ms to encode`,
  ].filter((why) => why !== false);
}

/** Our freezes for each freeze of the reference. */
export function ratio(ours: number | undefined, reference: number | undefined): string {
  if (ours === undefined || reference === undefined) return "";
  if (reference === 0) return ours === 0 ? "none in both" : "reference has none";
  return (ours / reference).toFixed(2);
}

const HEAD = [
  "case",
  "program",
  "seeds",
  "fps",
  "freezes",
  "frozen %",
  "ratio",
  "glass p50 / p95",
  "width",
  "SSIM",
  "sound %",
  "gaps",
  "longest s",
  "made up %",
  "kbit/s",
  "lost %",
  "cpu % own / all",
  "saturated",
];

export function markdown(rows: Row[]): string {
  const cases = [...new Set(rows.map((row) => row.case))];
  const of = (name: string, program: ProgramName): Row[] =>
    rows.filter((row) => row.case === name && row.program === program);
  const lines = cases.flatMap((name) =>
    (["ours", "reference"] as const).flatMap((program) => {
      const mine = of(name, program);
      if (mine.length === 0) return [];
      const mid = (pick: (row: Row) => number | undefined): number | undefined =>
        median(mine.flatMap((row) => pick(row) ?? []));
      const show = (pick: (row: Row) => number | undefined, digits: number): string =>
        mid(pick)?.toFixed(digits) ?? "none";
      const theirs = median(of(name, "reference").map((row) => row.freezes_per_minute));
      return [
        [
          name,
          NAMES[program],
          String(mine.length),
          show((row) => row.frames_per_second, 1),
          show((row) => row.freezes_per_minute, 1),
          show((row) => row.frozen_percent, 1),
          program === "ours"
            ? ratio(
                mid((row) => row.freezes_per_minute),
                theirs,
              )
            : "",
          `${show((row) => row.glass_p50, 0)} / ${show((row) => row.glass_p95, 0)}`,
          show((row) => row.width, 0),
          show((row) => row.ssim, 3),
          show((row) => row.sound_percent, 2),
          show((row) => row.sound_gaps_per_minute, 1),
          `${show((row) => row.longest_freeze_seconds, 1)} / ${show((row) => row.longest_silence_seconds, 1)}`,
          show((row) => row.concealed_percent, 1),
          show((row) => row.kilobits, 0),
          show((row) => row.lost_percent, 1),
          `${show((row) => row.own_cpu_percent, 0)} / ${show((row) => row.cpu_percent, 0)}`,
          `${mine.filter((row) => row.saturated.length > 0).length} of ${mine.length}`,
        ],
      ];
    }),
  );
  return [HEAD, HEAD.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
