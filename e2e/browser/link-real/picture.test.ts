import { expect, test } from "vitest";
import { ballPeriod, clockOf, paintScene, readSquares, wholeTime, type Luma } from "./scene";
import { scaled, ssim } from "./ssim";

const [WIDTH, HEIGHT] = [1280, 720];
const TIME = Date.UTC(2026, 10, 30, 12, 34, 56, 789);
const scene = (number: number, time = TIME): Luma => paintScene(WIDTH, HEIGHT, number, time, clockOf(time));
const read = ({ data, width }: Luma) => readSquares(data, width, width);

test("number and time are read back, also from a quarter of the size", () => {
  for (const number of [0, 1, 385, 40_000, 65_535]) {
    const painted = scene(number);
    expect(read(painted)).toEqual({ number, time: TIME % 2 ** 32 });
    for (const [width, height] of [
      [960, 540],
      [640, 360],
      [480, 270],
      [320, 180],
    ] as const)
      expect(read(scaled(painted, width, height)), `${width}`).toEqual({ number, time: TIME % 2 ** 32 });
  }
});

test("what has no squares is refused", () => {
  const data = new Uint8Array(WIDTH * HEIGHT).fill(120);
  expect(readSquares(data, WIDTH, WIDTH)).toEqual({ number: undefined, time: undefined });
});

test("the last 32 bits of a time are the whole time again", () => {
  for (const late of [0, 90, 5_000, -3]) expect(wholeTime(TIME % 2 ** 32, TIME + late)).toBe(TIME);
  const turn = Math.ceil(TIME / 2 ** 32) * 2 ** 32;
  expect(wholeTime((turn - 1) % 2 ** 32, turn + 40)).toBe(turn - 1);
  expect(wholeTime(1, turn - 2)).toBe(turn + 1);
});

test("a film of the ball's period goes on where it began", () => {
  const frames = ballPeriod(WIDTH, HEIGHT);
  expect(frames).toBe(386);
  const lower = ({ data }: Luma): Uint8Array => data.subarray((HEIGHT - 180) * WIDTH, (HEIGHT - 179) * WIDTH);
  const left = (number: number): Uint8Array => lower(scene(number)).subarray(0, WIDTH / 2);
  expect(left(frames)).toEqual(left(0));
});

test("a picture is like itself, less like a blurred one, and unlike another", () => {
  const captured = scene(100);
  expect(ssim(captured, captured)).toBe(1);
  const blurred = scaled(scaled(captured, 320, 180), WIDTH, HEIGHT);
  const half = scaled(scaled(captured, 640, 360), WIDTH, HEIGHT);
  const other = scaled(scene(130), WIDTH, HEIGHT);
  expect(ssim(half, captured)).toBeLessThan(1);
  expect(ssim(half, captured)).toBeGreaterThan(ssim(blurred, captured));
  // A quarter of the picture drifts: that quarter is another.
  expect(ssim(other, captured)).toBeLessThan(0.8);
});

test("likeness as Wang et al. define it, on one window by hand", () => {
  const flat = (value: number): Luma => ({ width: 8, height: 8, data: new Uint8Array(64).fill(value) });
  const c1 = (0.01 * 255) ** 2;
  // Without structure only brightness speaks.
  expect(ssim(flat(100), flat(150))).toBeCloseTo((2 * 100 * 150 + c1) / (100 ** 2 + 150 ** 2 + c1), 10);
});

test("another size keeps what is flat and its edges where they were", () => {
  const data = new Uint8Array(64 * 32);
  for (let y = 0; y < 32; y += 1) data.fill(200, y * 64 + 32, y * 64 + 64);
  const twice = scaled({ width: 64, height: 32, data }, 128, 64);
  expect([twice.data[0], twice.data[62], twice.data[65], twice.data[127]]).toEqual([0, 0, 200, 200]);
});
