/** Strokes of a finger → the `d` of an SVG path within the relay's bounds. Pure. */

export interface Point {
  x: number;
  y: number;
}
export type Stroke = readonly Point[];

/** Shorter than this is a touch by accident, not a name. */
const LEAST_LENGTH = 60;
/** The relay takes 20,000 characters. */
export const MOST_CHARACTERS = 20_000;

export function pathOf(strokes: readonly Stroke[]): string {
  return strokes
    .map(([first, ...rest]) => {
      if (!first) return "";
      // A touch without a move is a dot.
      const points = rest.length > 0 ? rest : [{ x: first.x + 1, y: first.y }];
      return `M${text(first)}${points.map((point) => `L${text(point)}`).join("")}`;
    })
    .join("");
}

const text = ({ x, y }: Point): string => `${Math.round(x)} ${Math.round(y)}`;

/** As it is sent: every second point is left out until it fits. */
export function boundedPathOf(strokes: readonly Stroke[]): string {
  let kept = strokes;
  let path = pathOf(kept);
  while (path.length > MOST_CHARACTERS && kept.some((stroke) => stroke.length > 2)) {
    kept = kept.map((stroke) => stroke.filter((_, at) => at % 2 === 0 || at === stroke.length - 1));
    path = pathOf(kept);
  }
  return path;
}

export function isSigned(strokes: readonly Stroke[]): boolean {
  const length = strokes.reduce(
    (total, stroke) =>
      total +
      stroke.reduce((sum, point, at) => {
        const before = stroke[at - 1];
        return before ? sum + Math.hypot(point.x - before.x, point.y - before.y) : sum;
      }, 0),
    0,
  );
  return length >= LEAST_LENGTH;
}

/** A frame around a drawn path, so that it is shown whole whatever it was drawn on. */
export function viewBoxOf(path: string): string {
  const numbers = [...path.matchAll(/-?\d+(?:\.\d+)?/g)].map((match) => Number(match[0]));
  const xs = numbers.filter((_, at) => at % 2 === 0);
  const ys = numbers.filter((_, at) => at % 2 === 1);
  if (xs.length === 0 || ys.length === 0) return "0 0 1 1";
  const [left, top] = [Math.min(...xs) - 6, Math.min(...ys) - 6];
  return `${left} ${top} ${Math.max(...xs) - left + 6} ${Math.max(...ys) - top + 6}`;
}
