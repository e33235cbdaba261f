/** What is run: words of the command line, as scripts/bench-link-real.sh hands them over. */
import { parseArgs } from "node:util";

/**
 * Cases of e2e/netem/src/cases with one link and nothing that competes: the proxy plays the link, nobody plays the others' traffic.
 * dual-one-dying takes two links, steady-3m-codel-ecn marks that a UDP proxy cannot make.
 */
export const CASES = [
  "8867-5.1-variable-50ms",
  "8867-5.1-variable-100ms",
  "8869-3.1-load",
  "8869-3.2-bad-coverage-3kmh",
  "8869-3.2-bad-coverage-30kmh",
  "8869-3.2-bad-coverage-120kmh",
  "8869-4.2-wifi-multi-rate",
  "rural-morning",
  "handover",
  "tunnel-3s",
  "uplink-150k",
  "steady-1m",
  "steady-3m",
  "lossy-10",
] as const;

export const PROGRAMS = ["ours", "reference"] as const;
export type ProgramName = (typeof PROGRAMS)[number];
export type Codec = "vp8" | "h264";

export interface Options {
  cases: string[];
  seeds: number[];
  programs: ProgramName[];
  /** That are measured, after `warm`. */
  seconds: number;
  /** Of the link's time before the measure begins: the call is set up in them. */
  warm: number;
  codec: Codec;
  /** Where the figures go. */
  json: string;
}

export function readOptions(words: string): Options {
  const { values } = parseArgs({
    args: words.split(/\s+/).filter((word) => word !== ""),
    options: {
      cases: { type: "string", default: "rural,handover,tunnel,uplink-150k,steady-1m,lossy-10" },
      seeds: { type: "string", default: "1,2,3" },
      programs: { type: "string", default: PROGRAMS.join(",") },
      seconds: { type: "string", default: "100" },
      warm: { type: "string", default: "10" },
      codec: { type: "string", default: "vp8" },
      json: { type: "string", default: "bench-link-real.json" },
    },
  });
  const list = (text: string): string[] => text.split(",").filter((word) => word !== "");
  const number = (text: string): number => {
    if (!(Number(text) > 0)) throw new Error(`${text} is not a number above 0`);
    return Number(text);
  };
  const one = <T extends string>(known: readonly T[], text: string): T => {
    const found = known.filter((name) => name === text || name.startsWith(text));
    const exact = known.find((name) => name === text) ?? (found.length === 1 ? found[0] : undefined);
    if (!exact) throw new Error(`${text} is ${found.length > 1 ? "more than one" : "none"} of: ${known.join(", ")}`);
    return exact;
  };
  return {
    cases: list(values.cases).map((name) => one(CASES, name)),
    seeds: list(values.seeds).map(number),
    programs: list(values.programs).map((name) => one(PROGRAMS, name)),
    seconds: number(values.seconds),
    warm: number(values.warm),
    codec: one(["vp8", "h264"] as const, values.codec),
    json: values.json,
  };
}
