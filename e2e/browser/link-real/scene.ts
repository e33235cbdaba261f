/**
 * The picture of the box's synthetic camera once more, luma only: clinic-agent/src/capture/scene.rs, pattern.rs and glyphs.rs, dot for dot.
 * From its number and time each captured frame can be made again, as the file that Chromium publishes and as what a rendered frame is compared with.
 */

/** One plane of brightness. */
export interface Luma {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Of the colour planes, the same everywhere. */
export const CHROMA = { u: 136, v: 120 };

const WHITE = 235;
const BLACK = 16;
const CELLS = 40;

/** Frames after which the ball stands where it stood: a file of so many repeats without a jump of it. */
export function ballPeriod(width: number, height: number): number {
  const path = width - (2 * Math.floor(height / 12) + 2);
  let frames = 1;
  while ((frames * 6) % (2 * path) !== 0) frames += 1;
  return frames;
}

/** `clock` is what the clock on the wall shows; the time row holds `unixMs` modulo 2^32. */
export function paintScene(width: number, height: number, number: number, unixMs: number, clock: string): Luma {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) data.fill(150 + Math.trunc((-80 * y) / height), y * width, (y + 1) * width);
  grain(data, width, height, number);
  ball(data, width, height, number);
  const cell = Math.floor(width / CELLS);
  paintRow(data, width, 1, 16, number & 0xffff);
  paintRow(data, width, 3, 32, unixMs % 2 ** 32);
  const scale = Math.max(1, Math.floor(cell / 4));
  write(data, width, cell, 5 * cell, scale, `ROOM ${String(number).padStart(5, "0")}`);
  write(data, width, cell, 8 * cell, 2 * scale, clock);
  return { width, height, data };
}

/** As the box writes it, in this machine's time zone. */
export function clockOf(unixMs: number): string {
  const at = new Date(unixMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${time}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/** The whole time of which a row holds the last 32 bits, near `now`. */
export function wholeTime(low: number, now: number): number {
  const span = 2 ** 32;
  const whole = now - (now % span) + low;
  return whole - now > span / 2 ? whole - span : now - whole > span / 2 ? whole + span : whole;
}

function grain(data: Uint8Array, width: number, height: number, number: number): void {
  const [fromX, fromY] = [Math.floor(width / 2), Math.floor(height / 2)];
  const drift = number * 3;
  for (let y = fromY; y < height; y += 1) {
    const v = Math.imul((y + Math.floor(drift / 2)) >>> 2, 0x85ebca77);
    for (let x = 0; x < width - fromX; x += 1) {
      const u = Math.imul((x + drift) >>> 2, 0x9e3779b1);
      data[y * width + fromX + x] = 70 + ((Math.imul(u ^ v, 0xc2b2ae3d) >>> 24) & 0x7f);
    }
  }
}

function ball(data: Uint8Array, width: number, height: number, number: number): void {
  const radius = Math.floor(height / 12);
  const path = Math.max(1, width - (2 * radius + 2));
  const along = (number * 6) % (2 * path);
  const x = radius + (along < path ? along : 2 * path - along);
  const y = height - Math.floor(height / 6);
  for (let dy = 0; dy <= radius; dy += 1) {
    const half = Math.floor(Math.sqrt(radius * radius - dy * dy));
    for (const row of [y - dy, y + dy]) data.fill(220, row * width + x - half, row * width + x + half);
  }
}

function paintRow(data: Uint8Array, width: number, top: number, bits: number, value: number): void {
  const side = Math.floor(width / CELLS);
  const set = Array.from({ length: bits }, (_, bit) => Math.floor(value / 2 ** (bits - 1 - bit)) % 2 === 1);
  const odd = set.filter((one) => one).length % 2 === 1;
  [true, false, ...set, odd, true].forEach((white, index) => {
    for (let y = top * side; y < (top + 1) * side; y += 1) {
      const left = y * width + (index + 1) * side;
      data.fill(white ? WHITE : BLACK, left, left + side);
    }
  });
}

const GLYPHS: Record<string, number[]> = {
  "0": [0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e],
  "1": [0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e],
  "2": [0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f],
  "3": [0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e],
  "4": [0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02],
  "5": [0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e],
  "6": [0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e],
  "7": [0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
  "8": [0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e],
  "9": [0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c],
  M: [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11],
  O: [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
  R: [0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11],
  ":": [0x00, 0x04, 0x04, 0x00, 0x04, 0x04, 0x00],
  ".": [0x00, 0x00, 0x00, 0x00, 0x00, 0x0c, 0x0c],
};

function write(data: Uint8Array, stride: number, left: number, top: number, scale: number, text: string): void {
  [...text].forEach((character, place) => {
    (GLYPHS[character] ?? []).forEach((bits, row) => {
      for (let column = 0; column < 5; column += 1) {
        const x = left + (place * 6 + column) * scale;
        if (((bits >> (4 - column)) & 1) === 0 || x + scale > stride) continue;
        for (let y = top + row * scale; y < top + (row + 1) * scale; y += 1)
          data.fill(WHITE, y * stride + x, y * stride + x + scale);
      }
    });
  });
}

/**
 * Number and time from the upper eighth of a luma plane, at whatever size the picture came. Refuses what is not readable for sure.
 * Runs in the page too: it uses nothing from outside itself, so it shares nothing with support/picture.ts, which reads the same squares from a canvas.
 */
export function readSquares(
  luma: Uint8Array,
  stride: number,
  width: number,
): { number: number | undefined; time: number | undefined } {
  // The camera's cell is a whole number of pixels; what was scaled since has any.
  const side = width / 40;
  const mean = (index: number, top: number): number => {
    let sum = 0;
    let count = 0;
    for (let y = Math.ceil((top + 0.25) * side); y < (top + 0.75) * side; y += 1) {
      for (let x = Math.ceil((index + 1.25) * side); x < (index + 1.75) * side; x += 1) {
        sum += luma[y * stride + x] ?? 0;
        count += 1;
      }
    }
    return count > 0 ? sum / count : 0;
  };
  const row = (top: number, bits: number): number | undefined => {
    const white = mean(0, top);
    const black = mean(1, top);
    if (white < black + 60) return undefined;
    const isWhite = (index: number): boolean => mean(index, top) > (white + black) / 2;
    let value = 0;
    let odd = false;
    for (let bit = 0; bit < bits; bit += 1) {
      const set = isWhite(2 + bit);
      value = value * 2 + (set ? 1 : 0);
      if (set) odd = !odd;
    }
    return isWhite(2 + bits) === odd && isWhite(3 + bits) ? value : undefined;
  };
  return { number: row(1, 16), time: row(3, 32) };
}
