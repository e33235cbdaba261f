/** Vital signs by LOINC in the words of the ward. The bands are the relay's (`low`, `high`); these are names only. */
interface VitalName {
  zh: string;
  en: string;
  digits: number;
}

const NAMES: Record<string, VitalName> = {
  "8480-6": { zh: "收缩压", en: "Systolic", digits: 0 },
  "8462-4": { zh: "舒张压", en: "Diastolic", digits: 0 },
  "8478-0": { zh: "平均压", en: "Mean pressure", digits: 0 },
  "8867-4": { zh: "心率", en: "Heart rate", digits: 0 },
  "9279-1": { zh: "呼吸", en: "Respiration", digits: 0 },
  "2708-6": { zh: "血氧", en: "SpO₂", digits: 0 },
  "59408-5": { zh: "血氧", en: "SpO₂", digits: 0 },
  "8310-5": { zh: "体温", en: "Temperature", digits: 1 },
  "29463-7": { zh: "体重", en: "Weight", digits: 1 },
  "8302-2": { zh: "身高", en: "Height", digits: 0 },
  "39156-5": { zh: "体质指数", en: "BMI", digits: 1 },
  "15074-8": { zh: "血糖", en: "Glucose", digits: 1 },
  "14743-9": { zh: "指尖血糖", en: "Glucose (finger)", digits: 1 },
  "72514-3": { zh: "疼痛", en: "Pain", digits: 0 },
  "9269-2": { zh: "昏迷评分", en: "Coma scale", digits: 0 },
  "3151-8": { zh: "吸氧流量", en: "Oxygen flow", digits: 1 },
  "67775-7": { zh: "意识水平", en: "Responsiveness", digits: 0 },
  "14682-9": { zh: "肌酐", en: "Creatinine", digits: 0 },
  "2823-3": { zh: "血钾", en: "Potassium", digits: 1 },
  "4548-4": { zh: "糖化血红蛋白", en: "HbA1c", digits: 1 },
};

const UNITS: Record<string, string> = {
  "mm[Hg]": "mmHg",
  Cel: "°C",
  "umol/L": "µmol/L",
  "kg/m2": "kg/m²",
  "{score}": "",
};

export const vitalName = (code: string, language: string): string =>
  NAMES[code]?.[language.startsWith("zh") ? "zh" : "en"] ?? code;

export const unitText = (ucum: string): string => UNITS[ucum] ?? ucum;

export const vitalValue = (code: string, value: number): string => value.toFixed(NAMES[code]?.digits ?? 1);

export function outside(o: { value: number; low?: number | null; high?: number | null }): "high" | "low" | undefined {
  if (o.high != null && o.value > o.high) return "high";
  if (o.low != null && o.value < o.low) return "low";
  return undefined;
}
