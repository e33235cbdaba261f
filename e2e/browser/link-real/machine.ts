/** How much of this machine the run took: what two cores could not do in time is no property of the link. */
import { readdirSync, readFileSync } from "node:fs";
import { percentile } from "./figures";

const TICK_MS = 20;

export interface Load {
  /** Of all cores, in percent: the mean, and the twentieth part of half seconds that were worst. */
  cpu: number;
  cpuP95: number;
  /** What of it were this process and those that it started: the rest is somebody else's work. */
  own: number;
  /** How late a timer of this process came, in ms: the proxy's timers are served no better. */
  lateness: number;
}

interface Ticks {
  busy: number;
  all: number;
}

export function ticksOf(stat: string): Ticks {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0] = (stat.split("\n")[0] ?? "")
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const busy = user + nice + system + irq + soft + steal;
  return { busy, all: busy + idle + wait };
}

interface Process {
  parent: number;
  ticks: number;
}

/** From /proc/PID/stat: the name, in brackets, may hold anything. */
export function processOf(stat: string): Process {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

/** What this process and all below it have used. */
export function ticksBelow(root: number, processes: Map<number, Process>): number {
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 0; at = processes.get(at)?.parent)
      if (at === root) return true;
    return false;
  };
  return [...processes].reduce((total, [pid, { ticks }]) => total + (isBelow(pid) ? ticks : 0), 0);
}

function running(): Map<number, Process> {
  const found = new Map<number, Process>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      found.set(Number(name), processOf(readFileSync(`/proc/${name}/stat`, "utf8")));
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

const share = (from: Ticks, to: Ticks): number => (100 * (to.busy - from.busy)) / Math.max(1, to.all - from.all);

export function watchMachine(): () => Load {
  const now = (): Ticks => ticksOf(readFileSync("/proc/stat", "utf8"));
  const [began, ownBegan] = [now(), ticksBelow(process.pid, running())];
  let [last, due] = [began, performance.now() + TICK_MS];
  const late: number[] = [];
  const halves: number[] = [];
  const tick = setInterval(() => {
    late.push(Math.max(0, performance.now() - due));
    due = performance.now() + TICK_MS;
  }, TICK_MS);
  const half = setInterval(() => {
    const next = now();
    halves.push(share(last, next));
    last = next;
  }, 500);
  return () => {
    clearInterval(tick);
    clearInterval(half);
    const end = now();
    return {
      cpu: share(began, end),
      cpuP95: percentile(halves, 0.95) ?? 0,
      own: (100 * (ticksBelow(process.pid, running()) - ownBegan)) / Math.max(1, end.all - began.all),
      lateness: percentile(late, 0.95) ?? 0,
    };
  };
}
