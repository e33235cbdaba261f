/** One program on one case with one seed, from its start to its figures. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { ages, freezes, median, newPictures, percentile, silences, sum, type Window } from "./figures";
import { watchMachine, type Load } from "./machine";
import { beginToObserve, endOfObserving, type Received, type Seen } from "./observer";
import type { Options, ProgramName } from "./options";
import { startOurs } from "./ours";
import type { Publisher, Run, Setting } from "./program";
import { carriedUp, type Carried } from "./proxy";
import { startReference } from "./reference";
import { wholeTime, type Luma } from "./scene";
import { FILMED, frame, HEIGHT, WIDTH, type Source } from "./source";
import { scaled, ssim } from "./ssim";
import { saturation, type Row, type Series } from "./table";
import { SILENT } from "./voice";

/** Between frames that are kept whole for their likeness. */
const WHOLE_EVERY_MS = 1_000;
const START: Record<ProgramName, (setting: Setting) => Promise<Run>> = { ours: startOurs, reference: startReference };

interface Whole {
  number: number;
  time: number;
  shown: number;
  luma: Luma;
}

export interface What {
  program: ProgramName;
  caseName: string;
  seed: number;
  folder: string;
  source: Source;
  options: Options;
}

export async function measure({ program, caseName, seed, folder, source, options }: What): Promise<Row> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const frames = await takeFrames();
    stops.push(async () => frames.close());
    const run = await START[program]({
      folder,
      source,
      codec: options.codec,
      caseLine: `case ${caseName} ${seed}`,
      onStop: (stop) => stops.push(stop),
    });
    await beginToObserve(run.viewing, { sink: frames.url, everyMs: WHOLE_EVERY_MS });
    const setup = (Date.now() - run.began) / 1000;
    const from = run.began + options.warm * 1000;
    const window = { from, to: from + options.seconds * 1000 };
    // A call that is not set up by then shows nothing so far, and that counts.
    await pause(Math.max(0, window.from - Date.now()));
    const machine = watchMachine();
    await pause(window.to - Date.now());
    const load = machine();
    // Levels come half a second at a time.
    await pause(600);
    const seen = await endOfObserving(run.viewing);
    const publisher = await run.end();
    const carried = carriedUp(await run.proxy.tell("stats"));
    const wholes = frames.taken.filter(({ shown }) => shown >= window.from && shown < window.to);
    const figures = { seen, window, setup, publisher, load, carried, likeness: likeness(program, wholes) };
    return { program, case: caseName, seed, ...rowOf(figures) };
  } finally {
    for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error("stopping:", error));
  }
}

/** A place where the page leaves whole frames. */
async function takeFrames(): Promise<{ url: string; taken: Whole[]; close: () => void }> {
  const taken: Whole[] = [];
  const server = createServer((request, response) => {
    read(request).then(
      (whole) => {
        taken.push(whole);
        response.end();
      },
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, taken, close: () => server.close() };
}

async function read(request: IncomingMessage): Promise<Whole> {
  const query = new URL(request.url ?? "/", "http://localhost").searchParams;
  const value = (name: string): number => Number(query.get(name));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [body, width, height, stride] = [Buffer.concat(chunks), value("width"), value("height"), value("stride")];
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) data.set(body.subarray(y * stride, y * stride + width), y * width);
  return { number: value("number"), time: value("time"), shown: value("shown"), luma: { width, height, data } };
}

/** Mean likeness of rendered frames, at the camera's size, to those that were captured under their numbers. */
function likeness(program: ProgramName, wholes: Whole[]): number | undefined {
  if (wholes.length === 0) return undefined;
  const each = wholes.map(({ number, time, shown, luma }) => {
    const captured = frame(number, wholeTime(time, program === "ours" ? shown : FILMED));
    return ssim(scaled(luma, WIDTH, HEIGHT), captured);
  });
  return sum(each) / each.length;
}

interface Measured {
  seen: Seen;
  window: Window;
  /** Seconds from the link's beginning to the observed page. */
  setup: number;
  publisher: Publisher;
  load: Load;
  carried: Carried;
  likeness: number | undefined;
}

function rowOf({
  seen,
  window,
  setup,
  publisher,
  load,
  carried,
  likeness,
}: Measured): Omit<Row, "program" | "case" | "seed"> {
  const minutes = (window.to - window.from) / 60_000;
  const shown = newPictures(seen.pictures, window);
  const frozen = freezes(seen.pictures, window);
  const silent = silences(seen.sound, window, SILENT);
  const glass = ages(seen.pictures, window, publisher.capturedAt);
  const percent = (part: number, of: number): number => (of > 0 ? (100 * part) / of : 0);
  const [first, last] = ends(seen.received, window);
  const machine = {
    cpu_percent: load.cpu,
    own_cpu_percent: load.own,
    cpu_p95: load.cpuP95,
    lateness_p95: load.lateness,
    cpu_limited_percent: publisher.cpuLimited,
    encode_ms: publisher.encodeMs,
  };
  return {
    frames_per_second: shown.length / (minutes * 60),
    freezes_per_minute: frozen.length / minutes,
    frozen_percent: percent(sum(frozen), window.to - window.from),
    longest_freeze_seconds: Math.max(0, ...frozen) / 1000,
    glass_p50: percentile(glass, 0.5),
    glass_p95: percentile(glass, 0.95),
    ssim: likeness,
    sound_percent: 100 - percent(sum(silent), window.to - window.from),
    sound_gaps_per_minute: silent.length / minutes,
    longest_silence_seconds: Math.max(0, ...silent) / 1000,
    concealed_percent: percent(last.concealed - first.concealed, last.samples - first.samples),
    kilobits: (8 * (last.bytes - first.bytes)) / Math.max(1, last.at - first.at),
    unread_percent: percent(shown.filter(({ number }) => number === undefined).length, shown.length),
    lost_percent: percent(carried.lost + carried.overflowed, carried.sent),
    width: median(shown.flatMap(({ width }) => (width > 0 ? width : []))) ?? 0,
    setup_seconds: setup,
    series: seriesOf(seen, window),
    ...machine,
    saturated: saturation(machine),
  };
}

/** Second by second, for the plot. */
function seriesOf({ pictures, received }: Seen, { from, to }: Window): Series {
  const seconds = Array.from({ length: Math.floor((to - from) / 1000) }, (_, n) => from + n * 1000);
  return {
    fps: seconds.map((at) => newPictures(pictures, { from: at, to: at + 1000 }).length),
    kilobits: seconds.map((at) => {
      const after = received.findIndex((counters) => counters.at >= at);
      const [before, next] = [received[after - 1], received[after]];
      return before && next ? Math.round((8 * (next.bytes - before.bytes)) / (next.at - before.at)) : 0;
    }),
  };
}

const NOTHING: Received = { at: 0, bytes: 0, concealed: 0, samples: 0, framesDecoded: 0 };

/** The counters nearest to the window's ends. */
function ends(received: Received[], { from, to }: Window): [Received, Received] {
  const inside = received.filter(({ at }) => at >= from - 1000 && at < to);
  return [inside[0] ?? NOTHING, inside.at(-1) ?? NOTHING];
}
