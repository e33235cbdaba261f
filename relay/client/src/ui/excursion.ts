/** How a cold parcel left its range, from its thermometer alone: how far, since when, and for how long at least and at most. Pure. Not here: what its medicines stand. */
import type { Delivery, DeliveryTemperature } from "../api/types";

export interface Excursion {
  /** The reading furthest out, in °C, and on which side. */
  worst: number;
  side: "warm" | "cold";
  /** The last reading in range before, where there is one. */
  good?: string;
  /** The first and the last reading out of range. */
  from: string;
  to: string;
  /** The first reading in range after; absent while there is none. */
  again?: string;
  /** In whole minutes: between the readings out of range, and between the readings in range around them or the moment that is asked about. */
  least: number;
  most: number;
}

const MINUTE = 60_000;

/** The newest time that it left its range; nothing where it never did. */
export function excursionOf(
  { temperatures = [], cold_range: range, timeline }: Pick<Delivery, "temperatures" | "cold_range" | "timeline">,
  now: number,
): Excursion | undefined {
  const series = [...temperatures].sort((a, b) => a.measured_at.localeCompare(b.measured_at));
  const last = series.findLastIndex((one) => one.out_of_range);
  if (last < 0 || !range) return undefined;
  const before = series.slice(0, last).findLastIndex((one) => !one.out_of_range);
  const out = series.slice(before + 1, last + 1);
  const distance = ({ celsius }: DeliveryTemperature): number =>
    Math.max(range.lowest - celsius, celsius - range.highest);
  const worst = out.reduce((far, one) => (distance(one) > distance(far) ? one : far));
  const [good, again] = [series[before]?.measured_at, series[last + 1]?.measured_at];
  const [from, to] = [out[0]?.measured_at ?? worst.measured_at, out.at(-1)?.measured_at ?? worst.measured_at];
  // Before the first reading it was cold enough when it was packed, at the earliest.
  const earliest = good ?? timeline[0]?.at ?? from;
  const minutes = (start: string, end: number): number => Math.max(0, Math.ceil((end - Date.parse(start)) / MINUTE));
  return {
    worst: worst.celsius,
    side: worst.celsius > range.highest ? "warm" : "cold",
    from,
    to,
    least: Math.floor((Date.parse(to) - Date.parse(from)) / MINUTE),
    most: minutes(earliest, again === undefined ? now : Date.parse(again)),
    ...(good === undefined ? {} : { good }),
    ...(again === undefined ? {} : { again }),
  };
}
