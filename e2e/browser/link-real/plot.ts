/** Pictures a second and rate over time, ours and the reference's, for the first seed of each case: SVG without a library. */
import { NAMES, type Row, type Series } from "./table";

const [LEFT, WIDTH, HEIGHT, HEAD, GAP] = [60, 800, 80, 40, 24];
const COLOURS = { ours: "#0b7285", reference: "#e8590c" };
const CHARTS: [keyof Series, string][] = [
  ["fps", "pictures/s"],
  ["kilobits", "kbit/s"],
];

export function plot(rows: Row[]): string {
  const cases = [...new Set(rows.map((row) => row.case))];
  const blocks = cases.map((name) => {
    const seed = rows.find((row) => row.case === name)?.seed;
    return rows.filter((row) => row.case === name && row.seed === seed);
  });
  const charts = blocks.flatMap((block) => CHARTS.map(([of, unit]) => ({ block, of, unit })));
  const height = HEAD + charts.length * (HEIGHT + GAP);
  const legend = Object.entries(COLOURS).map(
    ([program, colour], n) =>
      `<text x="${LEFT + 200 * n}" y="16" fill="${colour}">${NAMES[program as keyof typeof NAMES]}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 20}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...legend,
    ...charts.map(({ block, of, unit }, n) => chart(block, of, unit, HEAD + n * (HEIGHT + GAP))),
    "</svg>",
    "",
  ].join("\n");
}

function chart(block: Row[], of: keyof Series, unit: string, top: number): string {
  const most = Math.max(1, ...block.flatMap(({ series }) => series[of]));
  const lines = block.map(({ program, series }) => {
    const points = series[of].map((value, n) => {
      const x = LEFT + (WIDTH * n) / Math.max(1, series[of].length - 1);
      return `${x.toFixed(1)},${(top + HEIGHT * (1 - value / most)).toFixed(1)}`;
    });
    return `<polyline fill="none" stroke="${COLOURS[program]}" points="${points.join(" ")}"/>`;
  });
  const title = `${block[0]?.case}, seed ${block[0]?.seed}: ${unit}, to ${most}`;
  return [
    `<text x="${LEFT}" y="${top - 4}">${title}</text>`,
    `<path d="M${LEFT} ${top}v${HEIGHT}h${WIDTH}" fill="none" stroke="#868e96"/>`,
    ...lines,
  ].join("\n");
}
