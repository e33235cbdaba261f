/** How like a rendered picture is to the captured one: structural similarity of luma over windows of 8 × 8, a step of 4, as ffmpeg's filter has it. */
import type { Luma } from "./scene";

const WINDOW = 8;
const STEP = 4;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** 1 for the same picture. Both of one size. */
export function ssim(a: Luma, b: Luma): number {
  if (a.width !== b.width || a.height !== b.height) throw new Error("pictures of two sizes");
  const { width, height } = a;
  let sum = 0;
  let count = 0;
  for (let top = 0; top + WINDOW <= height; top += STEP) {
    for (let left = 0; left + WINDOW <= width; left += STEP) {
      sum += similarity(a.data, b.data, top * width + left, width);
      count += 1;
    }
  }
  return count > 0 ? sum / count : 1;
}

function similarity(a: Uint8Array, b: Uint8Array, from: number, stride: number): number {
  let [sumA, sumB, squares, product] = [0, 0, 0, 0];
  for (let y = 0; y < WINDOW; y += 1) {
    const line = from + y * stride;
    for (let at = line; at < line + WINDOW; at += 1) {
      const p = a[at] as number;
      const q = b[at] as number;
      sumA += p;
      sumB += q;
      squares += p * p + q * q;
      product += p * q;
    }
  }
  const n = WINDOW * WINDOW;
  const [meanA, meanB] = [sumA / n, sumB / n];
  const variances = squares / n - meanA * meanA - meanB * meanB;
  const covariance = product / n - meanA * meanB;
  return ((2 * meanA * meanB + C1) * (2 * covariance + C2)) / ((meanA * meanA + meanB * meanB + C1) * (variances + C2));
}

/** To another size, between neighbours in proportion, as a screen would. */
export function scaled(from: Luma, width: number, height: number): Luma {
  if (from.width === width && from.height === height) return from;
  const data = new Uint8Array(width * height);
  const along = (size: number, of: number): { low: number; high: number; part: number }[] =>
    Array.from({ length: size }, (_, n) => {
      const at = Math.min(of - 1, Math.max(0, ((n + 0.5) * of) / size - 0.5));
      const low = Math.floor(at);
      return { low, high: Math.min(of - 1, low + 1), part: at - low };
    });
  const columns = along(width, from.width);
  along(height, from.height).forEach((row, y) => {
    const upper = row.low * from.width;
    const lower = row.high * from.width;
    columns.forEach(({ low, high, part }, x) => {
      const above = (from.data[upper + low] as number) * (1 - part) + (from.data[upper + high] as number) * part;
      const below = (from.data[lower + low] as number) * (1 - part) + (from.data[lower + high] as number) * part;
      data[y * width + x] = Math.round(above * (1 - row.part) + below * row.part);
    });
  });
  return { width, height, data };
}
