/**
 * Where the time from a press to the first remote frame goes: the moments that a page notes of its join (`yz.call.…`, relay/client/src/call/moments.ts) and those that only a
 * bench asks for (first packet), on the machine's clock. What is printed is computed without a page.
 */
import type { BrowserContext, Page } from "@playwright/test";
import type { Moment } from "../../../relay/client/src/call/moments";

/** Milliseconds on the machine's clock by name. */
export type Moments = Partial<Record<Moment | "first_packet", number>>;

/** In the order in which they are printed; on a page they need not come in it: devices open beside the rest. */
const ORDER: readonly (keyof Moments)[] = [
  "prepared",
  "started",
  "devices",
  "offered",
  "answered",
  "answer_set",
  "ice",
  "connected",
  "first_packet",
];

/** The page notes when the picture of the first slot begins to arrive. After `observePeers`, before the page loads. */
export async function noteFirstPackets(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        this.addEventListener("track", ({ track }) => {
          // The lines begin with sound and picture of slot 0; the last picture is the box's preview.
          if (this.getTransceivers()[1]?.receiver.track !== track) return;
          track.addEventListener(
            "unmute",
            () => {
              performance.clearMarks("yz.call.first_packet");
              performance.mark("yz.call.first_packet");
            },
            { once: true },
          );
        });
      }
    };
  });
}

/** What the page noted since a moment of the machine's clock; what is older belongs to an earlier call. */
export async function momentsSince(page: Page, since: number): Promise<Moments> {
  const noted = await page.evaluate(() =>
    performance
      .getEntriesByType("mark")
      .filter(({ name }) => name.startsWith("yz.call."))
      .map(({ name, startTime }) => ({ name: name.slice("yz.call.".length), at: performance.timeOrigin + startTime })),
  );
  return Object.fromEntries(noted.filter(({ at }) => at >= since).map(({ name, at }) => [name, at]));
}

/** One moment of several presses, after the press: what is usual, and how long after the moment before it. */
export interface Leg {
  name: string;
  after_press_ms: number;
  leg_ms: number;
}

/** A press with what came of it, on any page, in the order in which it is to be read. */
export type Course = readonly (readonly [name: string, at: number | undefined])[];

/** One page's moments with its name before each. */
export function courseOf(who: string, moments: Moments): Course {
  return ORDER.map((name) => [`${who}: ${name}`, moments[name]] as const);
}

/** The median of each moment over all presses, in the order of time. A moment that a press did not have is left out of its median. */
export function legs(presses: readonly { pressed: number; course: Course }[]): Leg[] {
  const names = [...new Set(presses.flatMap(({ course }) => course.map(([name]) => name)))];
  const usual = names.flatMap((name) => {
    const times = presses.flatMap(({ pressed, course }) => {
      const at = course.find(([one]) => one === name)?.[1];
      return at === undefined ? [] : [at - pressed];
    });
    times.sort((a, b) => a - b);
    const median = times[Math.floor((times.length - 1) / 2)];
    return median === undefined ? [] : [{ name, after: median }];
  });
  usual.sort((a, b) => a.after - b.after);
  return usual.map(({ name, after }, place) => ({
    name,
    after_press_ms: Math.round(after),
    leg_ms: Math.round(after - (usual[place - 1]?.after ?? 0)),
  }));
}

/** As lines to read: milliseconds after the press, of which since the line before, what. */
export function table(title: string, rows: readonly Leg[]): string {
  const line = ({ name, after_press_ms, leg_ms }: Leg): string =>
    `${String(after_press_ms).padStart(6)} ms ${`+${leg_ms}`.padStart(6)}  ${name}`;
  return [title, ...rows.map(line)].join("\n");
}
