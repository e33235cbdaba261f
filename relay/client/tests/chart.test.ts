import { expect, it } from "vitest";
import { canPan, canZoom, marksOf, pan, REACH, windowOf, zoom, type Resident } from "../src";

const NOW = Date.parse("2026-11-24T04:00:00Z");
const HOUR = 3_600_000;

it("keeps today in sight when the window that is zoomed ends now", () => {
  const half = zoom(windowOf("two_weeks", NOW), "in", NOW);
  expect([half.from, half.to]).toEqual([NOW - 168 * HOUR, NOW]);
  expect(zoom(half, "out", NOW)).toEqual(windowOf("two_weeks", NOW));
});

it("zooms around the middle, never into the future nor beyond what was fetched", () => {
  const day = windowOf("day", NOW);
  const before = pan(day, "earlier", NOW);
  expect(zoom(before, "in", NOW)).toEqual({ from: NOW - 30 * HOUR, to: NOW - 18 * HOUR });
  const half = zoom(day, "in", NOW);
  const shortest = zoom(half, "in", NOW);
  expect([shortest.to - shortest.from, canZoom(shortest, "in")]).toEqual([6 * HOUR, false]);
  const out = zoom(day, "out", NOW);
  expect([out.to - out.from, out.to]).toEqual([48 * HOUR, NOW]);
  const all = windowOf("three_months", NOW);
  expect([canZoom(all, "out"), zoom(all, "out", NOW)]).toEqual([false, all]);
});

it("moves by half a window and stops at both ends", () => {
  const day = windowOf("day", NOW);
  expect(pan(day, "earlier", NOW)).toEqual({ from: NOW - 36 * HOUR, to: NOW - 12 * HOUR });
  expect([pan(day, "later", NOW), canPan(day, "later", NOW)]).toEqual([day, false]);
  const first = { from: NOW - REACH, to: NOW - REACH + HOUR };
  expect([canPan(first, "earlier", NOW), pan(first, "earlier", NOW)]).toEqual([false, first]);
});

it("numbers medicines begun and consultations in the window by time", () => {
  const consultation = { id: "c", began_at: "2026-11-20T02:00:00Z", reason: "复诊" };
  const chart = {
    medicines: [
      { name: "呋塞米片", dose_text: "20 mg", since: "2026-11-22" },
      { name: "美托洛尔", dose_text: "", since: "2020-01-11" },
    ],
    consultations: [consultation, { ...consultation, id: "d", began_at: undefined }],
  } as unknown as Pick<Resident, "medicines" | "consultations">;
  expect(marksOf(chart, windowOf("two_weeks", NOW), "zh").map(({ no, kind, what }) => [no, kind, what])).toEqual([
    [1, "consultation", "复诊"],
    [2, "medicine", "呋塞米片 20 mg"],
  ]);
});
