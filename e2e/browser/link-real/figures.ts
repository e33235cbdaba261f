/** What was seen and heard in a window, in figures. Pure; definitions as in e2e/load/src/link/figures.rs. Times in milliseconds of the machine's clock. */

/** A picture that stands longer is frozen. */
export const FREEZE_MS = 200;
/** A silence that is longer is heard. */
export const SILENCE_MS = 60;

/** One that the browser put on the screen. */
export interface Picture {
  shown: number;
  /** Undefined where it could not be read. */
  number: number | undefined;
  /** As painted: the moment of capture where the camera knows it. */
  time: number | undefined;
  width: number;
}

/** Levels of the rendered sound, one each 10 ms. */
export interface Sound {
  /** Of the first. */
  began: number;
  levels: number[];
}

export interface Window {
  from: number;
  to: number;
}

export const LEVEL_MS = 10;

/** Those in the window that show something new: the same number again is the same picture. */
export function newPictures(pictures: Picture[], { from, to }: Window): Picture[] {
  const inside = pictures.filter(({ shown }) => shown >= from && shown < to);
  return inside.filter(({ number }, n) => number === undefined || number !== inside[n - 1]?.number);
}

/** How long each freeze lasts; one that lasts to the end, and one from the beginning, too. */
export function freezes(pictures: Picture[], window: Window): number[] {
  const moments = [window.from, ...newPictures(pictures, window).map(({ shown }) => shown), window.to];
  return moments
    .slice(1)
    .map((at, n) => at - (moments[n] ?? at))
    .filter((gap) => gap > FREEZE_MS);
}

/** How long each silence lasts that is heard; where no level is known nothing sounds. */
export function silences({ began, levels }: Sound, { from, to }: Window, silent: number): number[] {
  const found: number[] = [];
  let quiet = 0;
  const end = (): void => {
    if (quiet > SILENCE_MS) found.push(quiet);
    quiet = 0;
  };
  for (let at = from; at < to; at += LEVEL_MS) {
    const level = levels[Math.floor((at - began) / LEVEL_MS)];
    if (level === undefined || level < silent) quiet += LEVEL_MS;
    else end();
  }
  end();
  return found;
}

/** When each frame was captured: number and moment, in order. */
export type Captures = Map<number, number[]>;

/** The age of each new picture whose capture is known. `capturedAt` says when, or nothing. */
export function ages(
  pictures: Picture[],
  window: Window,
  capturedAt: (picture: Picture) => number | undefined,
): number[] {
  return newPictures(pictures, window).flatMap((picture) => {
    const captured = capturedAt(picture);
    return captured === undefined ? [] : [picture.shown - captured];
  });
}

/** Of a file that repeats: the last time before it was shown that the camera gave this number. */
export function lastCapture(captures: Captures, { number, shown }: Picture): number | undefined {
  return number === undefined ? undefined : captures.get(number)?.findLast((at) => at <= shown);
}

/**
 * Moments of capture from what a page saw of its camera: the camera's own stamps, and when the page had each, which is late whenever the page was
 * busy. The smallest lateness is taken for none.
 */
export function captureMoments(seen: { number: number; stamp: number; arrived: number }[]): Captures {
  const offset = seen.reduce((least, { stamp, arrived }) => Math.min(least, arrived - stamp), Infinity);
  const captures: Captures = new Map();
  for (const { number, stamp } of seen) captures.set(number, [...(captures.get(number) ?? []), stamp + offset]);
  return captures;
}

export function percentile(values: number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const median = (values: number[]): number | undefined => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
};

export const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
