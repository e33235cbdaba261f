import { useTranslation } from "react-i18next";
import { useFormats } from "./hooks";
import { levelOf, vitalSign } from "./vitals";

export interface ValueWords {
  value: string;
  /** Empty where the value is a word. */
  unit: string;
}

/** A reading as people say it: a number and its unit, or the word that its number stands for. */
export function useValueWords(): (reading: { code: string; value: number; unit?: string }) => ValueWords {
  const { t } = useTranslation();
  const formats = useFormats();
  return (reading) => {
    const level = levelOf(reading);
    if (level) return { value: t(`shared:vital.level.${level}`), unit: "" };
    const sign = vitalSign(reading.code);
    return { value: formats.number(reading.value, sign?.digits), unit: sign?.shownUnit ?? reading.unit ?? "" };
  };
}
