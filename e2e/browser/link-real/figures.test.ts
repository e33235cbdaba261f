import { expect, test } from "vitest";
import {
  ages,
  captureMoments,
  freezes,
  lastCapture,
  median,
  newPictures,
  percentile,
  silences,
  type Picture,
} from "./figures";

const picture = (shown: number, number?: number, time?: number): Picture => ({ shown, number, time, width: 1280 });
/** Thirty a second. */
const steady = (from: number, to: number): Picture[] =>
  Array.from({ length: Math.ceil((to - from) / 33) }, (_, n) => picture(from + n * 33, from + n));
const window = { from: 1_000, to: 11_000 };

test("a steady picture has no freeze", () => {
  expect(freezes(steady(900, 11_000), window)).toEqual([]);
});

test("freezes are longer than 200 ms and reach to the window's ends", () => {
  expect(freezes([picture(1_200, 1), ...steady(1_390, 10_700)], window)).toEqual([
    expect.closeTo(11_000 - (1_390 + 33 * 282), 5),
  ]);
  expect(freezes([picture(1_201, 1), ...steady(1_390, 11_000)], window)).toEqual([201]);
  expect(freezes([], window)).toEqual([10_000]);
});

test("the same number again is the same picture, an unread one is a new one", () => {
  const shown = [picture(2_000, 7), picture(2_100, 7), picture(2_150), picture(2_180), picture(2_200, 8)];
  expect(newPictures(shown, window)).toHaveLength(4);
  expect(
    freezes([...steady(1_000, 2_000), picture(2_000, 7), picture(2_150, 7), ...steady(2_300, 11_000)], window),
  ).toEqual([300]);
});

test("silences above 60 ms are heard, shorter ones are not; what is not known is silent", () => {
  const levels = Array.from({ length: 1_000 }, () => 0.1);
  levels.fill(0.001, 100, 106);
  levels.fill(0.001, 200, 207);
  levels.fill(0, 990);
  expect(silences({ began: 1_000, levels }, window, 0.005)).toEqual([70, 100]);
  expect(silences({ began: 1_000, levels: levels.slice(0, 900) }, window, 0.005)).toEqual([70, 1_000]);
  expect(silences({ began: 0, levels: [] }, window, 0.005)).toEqual([10_000]);
});

test("moments of capture: the least lateness is none, and a number that repeats means its last time", () => {
  const captures = captureMoments([
    { number: 1, stamp: 0, arrived: 5_040 },
    { number: 2, stamp: 33, arrived: 5_038 },
    { number: 1, stamp: 12_000, arrived: 17_100 },
  ]);
  expect(lastCapture(captures, picture(5_100, 1))).toBe(5_005);
  expect(lastCapture(captures, picture(17_100, 1))).toBe(17_005);
  expect(lastCapture(captures, picture(5_000, 1))).toBeUndefined();
  expect(lastCapture(captures, picture(5_100))).toBeUndefined();
  const shown = [picture(5_105, 1), picture(5_238, 2), picture(5_300, 3)];
  expect(ages(shown, window, (one) => lastCapture(captures, one))).toEqual([100, 200]);
});

test("the middle of the values, and a share of them", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeUndefined();
  expect(percentile([5, 1, 4, 2, 3], 0.95)).toBe(5);
  expect(percentile([], 0.5)).toBeUndefined();
});
