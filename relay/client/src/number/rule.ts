/** Which numbers a field takes, and what is wrong with one that was typed. Pure: a number is told, never mended. */

export interface NumberRule {
  min?: number;
  max?: number;
  /** Digits behind the point; 0 is a whole number. Left out, any. */
  decimals?: number;
}

export type NumberProblem = "unreadable" | "whole" | "decimals" | "below" | "above";

/** Nothing typed is `undefined`; what is typed and is no number (yet), like a lone minus, is `NaN`. */
export function numberOf(typed: string | number): number | undefined {
  if (typeof typed === "number") return typed;
  const text = typed.trim();
  if (text === "") return undefined;
  // `Number` reads more than a person writes: "0x1f", "Infinity".
  return /^-?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
}

/** What is wrong with it; an empty field is the form's matter. */
export function numberProblem(value: number | undefined, rule: NumberRule): NumberProblem | undefined {
  if (value === undefined) return undefined;
  if (!Number.isFinite(value)) return "unreadable";
  if (rule.min !== undefined && value < rule.min) return "below";
  if (rule.max !== undefined && value > rule.max) return "above";
  if (rule.decimals === undefined) return undefined;
  // A hair of the value's own size: 0.3 is not what ten thirds of its hundredth add up to.
  const scaled = value * 10 ** rule.decimals;
  const fine = Math.abs(scaled - Math.round(scaled)) > 1e-9 * Math.max(1, Math.abs(scaled));
  return fine ? (rule.decimals === 0 ? "whole" : "decimals") : undefined;
}

/** Typed, and one that the field takes: only this is sent. */
export const fits = (value: number | undefined, rule: NumberRule): value is number =>
  value !== undefined && numberProblem(value, rule) === undefined;

/** A number of one model and what a field shows are the same while neither says another number; "none" is written both ways. */
export const sameNumber = (a: number | undefined, b: number | undefined): boolean =>
  a === b || ((a === undefined || Number.isNaN(a)) && (b === undefined || Number.isNaN(b)));
