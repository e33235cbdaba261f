import { expect, it } from "vitest";
import { decide, type CallEvent, type CallState } from "../src";

const states: CallState[] = [
  { phase: "idle" },
  { phase: "connecting", attempt: 1 },
  { phase: "connecting", attempt: 1, leg: "a" },
  { phase: "connecting", attempt: 0, held: "box_busy" },
  { phase: "live", leg: "a" },
  { phase: "reconnecting", attempt: 0, leg: "a", suspect: true },
  { phase: "reconnecting", attempt: 2, leg: "a", suspect: false },
  { phase: "ended", reason: "left" },
];
const events: CallEvent[] = [
  { type: "start", leg: "a" },
  { type: "answered", leg: "b" },
  { type: "attempt_failed" },
  { type: "attempt_failed", fatal: "refused" },
  { type: "attempt_failed", fatal: "over" },
  { type: "attempt_failed", legUnknown: true },
  { type: "attempt_failed", held: "box_busy" },
  { type: "attempt_failed", held: "tablet_locked" },
  { type: "peer_connected" },
  { type: "peer_disconnected" },
  { type: "peer_failed" },
  { type: "leg_gone" },
  { type: "timer" },
  { type: "online" },
  { type: "room_ended", reason: "crash" },
  { type: "leave" },
];

const line = (value: object): string =>
  Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([, part]) => String(part))
    .join(" ");

it("says what happens for every pair of state and event", () => {
  const table = states.flatMap((state) =>
    events.map((event) => {
      const step = decide(state, event);
      const effects = step.effects.map(line).join(", ");
      const same = step.state === state && effects === "";
      return `${line(state)} + ${line(event)} → ${same ? "·" : `${line(step.state)}${effects ? ` | ${effects}` : ""}`}`;
    }),
  );
  expect(table.join("\n")).toMatchSnapshot();
});
