/** Where things stand in a day's column: minutes from the top, and lanes for those that overlap. */

export interface Span {
  id: string;
  starts: number;
  ends: number;
}

export interface Placed<T extends Span> {
  item: T;
  /** Minutes after the column's first hour. */
  top: number;
  height: number;
  lane: number;
  lanes: number;
}

/** First and last hour to show: the working day, widened by what lies outside of it. */
export function hoursOf(spans: readonly { from: number; until: number }[]): [number, number] {
  const from = Math.min(8, ...spans.map((s) => Math.floor(s.from / 60)));
  const until = Math.max(18, ...spans.map((s) => Math.ceil(s.until / 60)));
  return [from, Math.min(24, until)];
}

/** Minutes from the column's top to the beginning of the hour that it is: what comes now is in sight when the day is opened. */
export function presentHour(now: number, midnight: number, firstHour: number): number {
  return Math.max(0, (Math.floor((now - midnight) / 3_600_000) - firstHour) * 60);
}

/** `midnight`: the day's beginning; what began the day before or ends the day after is cut at its edges. */
export function place<T extends Span>(items: readonly T[], midnight: number, firstHour: number): Placed<T>[] {
  const minute = (at: number) => Math.min(1440, Math.max(0, (at - midnight) / 60_000));
  const sorted = [...items].sort((a, b) => a.starts - b.starts || b.ends - a.ends);
  const placed: Placed<T>[] = [];
  let cluster: Placed<T>[] = [];
  let clusterEnds = -Infinity;
  const close = () => {
    const lanes = Math.max(0, ...cluster.map((p) => p.lane)) + 1;
    for (const p of cluster) p.lanes = lanes;
    cluster = [];
  };
  for (const item of sorted) {
    if (item.starts >= clusterEnds) close();
    const busy = new Set(cluster.filter((p) => p.item.ends > item.starts).map((p) => p.lane));
    let lane = 0;
    while (busy.has(lane)) lane += 1;
    const top = minute(item.starts);
    const one = { item, top: top - firstHour * 60, height: Math.max(15, minute(item.ends) - top), lane, lanes: 1 };
    cluster.push(one);
    placed.push(one);
    clusterEnds = Math.max(clusterEnds, item.ends);
  }
  close();
  return placed;
}
