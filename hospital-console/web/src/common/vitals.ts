/** Vital signs by LOINC in the words of the ward. The bands are the relay's (`low`, `high`); these are names only, values are said by `useValueWords`. */
import { RESPONSIVENESS } from "@yunzhen/client/ui";

const NAMES: Record<string, { zh: string; en: string }> = {
  "8480-6": { zh: "收缩压", en: "Systolic" },
  "8462-4": { zh: "舒张压", en: "Diastolic" },
  "8478-0": { zh: "平均压", en: "Mean pressure" },
  "8867-4": { zh: "心率", en: "Heart rate" },
  "9279-1": { zh: "呼吸", en: "Respiration" },
  "2708-6": { zh: "血氧", en: "SpO₂" },
  "59408-5": { zh: "血氧", en: "SpO₂" },
  "8310-5": { zh: "体温", en: "Temperature" },
  "29463-7": { zh: "体重", en: "Weight" },
  "8302-2": { zh: "身高", en: "Height" },
  "39156-5": { zh: "体质指数", en: "BMI" },
  "15074-8": { zh: "血糖", en: "Glucose" },
  "14743-9": { zh: "指尖血糖", en: "Glucose (finger)" },
  "72514-3": { zh: "疼痛", en: "Pain" },
  "9269-2": { zh: "昏迷评分", en: "Coma scale" },
  "3151-8": { zh: "吸氧流量", en: "Oxygen flow" },
  "67775-7": { zh: "意识水平", en: "Responsiveness" },
  "14682-9": { zh: "肌酐", en: "Creatinine" },
  "2823-3": { zh: "血钾", en: "Potassium" },
  "4548-4": { zh: "糖化血红蛋白", en: "HbA1c" },
};

export const vitalName = (code: string, language: string): string =>
  NAMES[code]?.[language.startsWith("zh") ? "zh" : "en"] ?? code;

type Banded = { code: string; value: number; low?: number | null; high?: number | null };

export function outside(o: Banded): "high" | "low" | "abnormal" | undefined {
  // A word is neither high nor low.
  if (o.high != null && o.value > o.high) return o.code === RESPONSIVENESS ? "abnormal" : "high";
  if (o.low != null && o.value < o.low) return "low";
  return undefined;
}
