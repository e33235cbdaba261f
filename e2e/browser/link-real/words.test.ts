import { expect, test } from "vitest";
import { processOf, ticksBelow, ticksOf } from "./machine";
import { readOptions } from "./options";
import { carriedUp } from "./proxy";
import { plot } from "./plot";
import { reachableOnlyAt, udpCandidate } from "./sdp";
import { markdown, ratio, saturation, type Row } from "./table";
import { levels, QUIETEST, RATE, speech, wav } from "./voice";

const SDP = [
  "v=0",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "a=candidate:1 1 TCP 1015021823 192.0.2.2 9 typ host tcptype active",
  "a=candidate:2 1 UDP 2013266431 fe80::1 4000 typ host",
  "a=candidate:3 1 udp 2015363327 192.0.2.2 43210 typ host",
  "a=end-of-candidates",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "a=candidate:3 1 udp 2015363327 192.0.2.2 43210 typ host",
].join("\r\n");

test("an answer is rewritten so that only the link is left", () => {
  expect(udpCandidate(SDP)).toEqual({ address: "192.0.2.2", port: 43210 });
  const through = reachableOnlyAt(SDP, "127.0.0.1", 5000).split("\r\n");
  expect(through.filter((line) => line.startsWith("a=candidate:"))).toEqual(
    Array.from({ length: 2 }, () => "a=candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host"),
  );
  expect(through).toHaveLength(6);
  expect(udpCandidate("v=0")).toBeUndefined();
});

test("cases are named by their beginnings, and one that the proxy cannot play is refused", () => {
  const { cases, seeds, programs, seconds } = readOptions(
    "--cases rural,tunnel --seeds 4,5 --programs ref --seconds 20",
  );
  expect(cases).toEqual(["rural-morning", "tunnel-3s"]);
  expect([seeds, programs, seconds]).toEqual([[4, 5], ["reference"], 20]);
  expect(readOptions("").cases).toContain("uplink-150k");
  expect(() => readOptions("--cases dual-one-dying")).toThrow(/none of/);
  expect(() => readOptions("--cases steady")).toThrow(/more than one/);
  expect(() => readOptions("--seeds x")).toThrow(/not a number/);
  expect(() => readOptions("--speed 3")).toThrow();
});

test("what the proxy says of the way up", () => {
  const answer =
    "darkened 0 up Counters { sent: 120, delivered: 100, lost: 15, overflowed: 5, dropped: 0, marked: 0, duplicated: 0, flushed: 0 } down Counters { sent: 7, delivered: 7, lost: 0, overflowed: 0 }";
  expect(carriedUp(answer)).toEqual({ sent: 120, delivered: 100, lost: 15, overflowed: 5 });
});

test("the processor's time, all of it and our own", () => {
  expect(ticksOf("cpu  10 1 5 80 4 0 2 0 0 0\ncpu0 …")).toEqual({ busy: 18, all: 102 });
  const stat = (parent: number, user: number): string => `9 (a) b (c)) S ${parent} 9 9 0 -1 0 0 0 0 0 ${user} 3 0 0`;
  expect(processOf(stat(1, 40))).toEqual({ parent: 1, ticks: 43 });
  const tree = new Map([
    [1, { parent: 0, ticks: 1000 }],
    [5, { parent: 1, ticks: 10 }],
    [6, { parent: 5, ticks: 20 }],
    [7, { parent: 6, ticks: 30 }],
    [8, { parent: 1, ticks: 500 }],
  ]);
  expect(ticksBelow(5, tree)).toBe(60);
});

test("the sound never pauses by itself and is not cut where it is loud", () => {
  const samples = speech(4);
  // The filters need a moment to begin to ring.
  const loud = levels(samples).slice(2);
  expect(Math.min(...loud)).toBeGreaterThan(QUIETEST);
  expect(samples.every((sample) => Math.abs(sample) < 30_000)).toBe(true);
  const file = wav(samples);
  expect(file).toHaveLength(44 + 4 * RATE * 2);
  expect(file.readUInt32LE(24)).toBe(RATE);
});

const row = (of: Partial<Row>): Row => ({
  program: "ours",
  case: "tunnel-3s",
  seed: 1,
  frames_per_second: 25,
  freezes_per_minute: 2,
  frozen_percent: 10,
  longest_freeze_seconds: 3.4,
  glass_p50: 120,
  glass_p95: 300,
  ssim: 0.9,
  sound_percent: 99,
  sound_gaps_per_minute: 1,
  longest_silence_seconds: 3.2,
  concealed_percent: 2,
  kilobits: 1200,
  unread_percent: 0,
  lost_percent: 1,
  width: 1280,
  setup_seconds: 2,
  series: { fps: [30, 0, 15], kilobits: [900, 0, 1800] },
  cpu_percent: 70,
  own_cpu_percent: 60,
  cpu_p95: 90,
  lateness_p95: 2,
  saturated: [],
  ...of,
});

test("the table has medians over seeds and our freezes for each of the reference's", () => {
  const rows = [
    row({ freezes_per_minute: 1 }),
    row({ seed: 2, freezes_per_minute: 3, glass_p50: undefined, glass_p95: undefined }),
    row({ seed: 3, freezes_per_minute: 2, saturated: ["processor 99 % busy"] }),
    row({ program: "reference", freezes_per_minute: 8, ssim: undefined }),
  ];
  expect(markdown(rows).split("\n").slice(2)).toEqual([
    "| tunnel-3s | ours | 3 | 25.0 | 2.0 | 10.0 | 0.25 | 120 / 300 | 1280 | 0.900 | 99.00 | 1.0 | 3.4 / 3.2 | 2.0 | 1200 | 1.0 | 60 / 70 | 1 of 3 |",
    "| tunnel-3s | Chromium + Janus | 1 | 25.0 | 8.0 | 10.0 |  | 120 / 300 | 1280 | none | 99.00 | 1.0 | 3.4 / 3.2 | 2.0 | 1200 | 1.0 | 60 / 70 | 0 of 1 |",
  ]);
  expect(markdown(rows.slice(0, 1))).toContain("| 10.0 |  | 120 / 300");
  expect([ratio(2, 8), ratio(0, 0), ratio(1, 0), ratio(1, undefined)]).toEqual([
    "0.25",
    "none in both",
    "reference has none",
    "",
  ]);
});

test("a run on a machine that could not follow is marked, with each reason", () => {
  expect(saturation(row({}))).toEqual([]);
  expect(saturation(row({ cpu_percent: 97, lateness_p95: 40, cpu_limited_percent: 30, encode_ms: 31 }))).toEqual([
    "processor 97 % busy",
    "timers 40 ms late",
    "encoder limited by the processor 30 % of the time",
    "a frame takes 31 ms to encode",
  ]);
});

test("the plot has a chart of pictures and one of the rate for each case, a line for each program", () => {
  const svg = plot([row({}), row({ program: "reference" }), row({ seed: 2 }), row({ case: "rural-morning" })]);
  expect(svg.match(/<polyline/g)).toHaveLength(6);
  // Of 30 the half stands in the middle of a chart of 80.
  expect(svg).toContain('points="60.0,40.0 460.0,120.0 860.0,80.0"');
  expect(svg).toContain("tunnel-3s, seed 1");
  expect(svg).toContain("kbit/s, to 1800");
});
