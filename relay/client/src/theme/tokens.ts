/** Design tokens. Colour carries meaning only; every pair used for text has contrast ≥ 4.5:1 (tested). */

export type Meaning = "primary" | "danger" | "person" | "done" | "waiting";

/** Mantine palettes, light (0) to dark (9). */
export const palettes = {
  teal: ["#e6f5f4", "#cce9e7", "#a3d6d3", "#72bfbb", "#3fa49f", "#1d8a85", "#0b736f", "#085f5c", "#064b49", "#043635"],
  red: ["#fdecec", "#f9d2d2", "#f2a7a7", "#e97a7a", "#df5454", "#d03636", "#b82525", "#981c1c", "#771616", "#561010"],
  amber: ["#fff5e0", "#fde7b8", "#f9d07d", "#f2b545", "#e09a1c", "#b97a0c", "#945f06", "#774c04", "#5b3a03", "#402902"],
  green: ["#e8f6ec", "#cdebd5", "#a0d8af", "#70c286", "#43a961", "#2a8f49", "#1b7838", "#14632d", "#0f4d23", "#0a3718"],
  gray: ["#f7f9f9", "#eef1f2", "#e0e5e7", "#cdd4d7", "#aab4b8", "#7f8b90", "#5e6a70", "#465157", "#2f383d", "#1d2428"],
  dark: ["#e4eaec", "#c5ced2", "#a5b0b5", "#7d8a90", "#4b575d", "#364147", "#273036", "#1c2428", "#141a1d", "#0d1113"],
} as const;

/** Text on tint, per meaning: [light text, light tint, dark text, dark tint]. */
export const meaningColours: Record<Meaning, { light: [string, string]; dark: [string, string] }> = {
  primary: { light: ["#085f5c", "#e6f5f4"], dark: ["#8ad0cb", "#0f3534"] },
  danger: { light: ["#981c1c", "#fdecec"], dark: ["#f5a9a9", "#431616"] },
  person: { light: ["#774c04", "#fff5e0"], dark: ["#f6cd7a", "#3d2c0a"] },
  done: { light: ["#14632d", "#e8f6ec"], dark: ["#93d6a5", "#113620"] },
  waiting: { light: ["#465157", "#eef1f2"], dark: ["#c5ced2", "#2a343a"] },
};

export const surfaces = {
  light: { page: "#f4f6f7", card: "#ffffff", raised: "#ffffff", line: "#d9dfe2", text: "#1d2428", dimmed: "#556066" },
  dark: { page: "#0f1416", card: "#182024", raised: "#1f292d", line: "#34403f", text: "#e4eaec", dimmed: "#a5b0b5" },
} as const;

export const fontStack =
  '"Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, -apple-system, sans-serif';

/** WCAG relative contrast of two #rrggbb colours. */
export function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const channel = (at: number): number => {
      const value = parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  };
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
