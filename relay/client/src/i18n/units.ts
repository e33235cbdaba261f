/**
 * Counted units have Chinese names in the formulary; everything else (g, mL, IU) is written alike in both languages. The relay's papers say the same
 * (`yunzhen_domain::formulary::english_unit`).
 */
const ENGLISH: Readonly<Record<string, string>> = {
  片: "tablet(s)",
  粒: "capsule(s)",
  支: "piece(s)",
  吸: "puff(s)",
  揿: "puff(s)",
  喷: "spray(s)",
  袋: "sachet(s)",
  瓶: "bottle(s)",
  盒: "box(es)",
  贴: "patch(es)",
  单位: "unit(s)",
  丸: "pill(s)",
  滴: "drop(s)",
};

/** One of it, or several. */
const counted = (unit: string, several: boolean): string =>
  (ENGLISH[unit] ?? unit).replace(/\((e?s)\)$/, several ? "$1" : "");

/** A strength with its units in the reader's language, as `yunzhen_domain::formulary::english_strength` has it: `3 mL:300 单位` is `3 mL:300 units`. */
export const strengthIn = (strength: string, language: string): string =>
  language.startsWith("en")
    ? strength.replace(
        /([\d.]*)(\s*)(\p{Script=Han}+)/gu,
        (_, count: string, space: string, unit: string) => `${count}${space}${counted(unit, Number(count) > 1)}`,
      )
    : strength;

/** How much of a medicine: a dose has thousandths, and each of them is read. What a product of decimal numbers adds is not said. */
export const amountIn = (amount: number, locale: string): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(amount);

export const unitIn = (unit: string, language: string): string =>
  language.startsWith("en") ? (ENGLISH[unit] ?? unit) : unit;
