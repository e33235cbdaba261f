import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  allergensIn,
  diagnosisIn,
  drugNamesIn,
  formIn,
  marksOf,
  nameIn,
  packIn,
  sourceIn,
  type Resident,
} from "../src";

const both = { drug_names: ["二甲双胍片", "阿卡波糖片"], drug_names_en: ["Metformin tablets", "Acarbose tablets"] };

it("names medicines and diagnoses in the reader's language: English pages said them in Chinese", () => {
  expect(drugNamesIn(both, "en")).toEqual(both.drug_names_en);
  expect(drugNamesIn(both, "zh")).toEqual(both.drug_names);
  expect(nameIn({ name: "二甲双胍片", name_en: "Metformin tablets" }, "en")).toBe("Metformin tablets");
  expect(diagnosisIn({ display: "高血压", display_en: "Hypertension" }, "en")).toBe("Hypertension");
  expect(diagnosisIn({ diagnosis_display: "高血压", diagnosis_display_en: "Hypertension" }, "zh")).toBe("高血压");
});

it("says each medicine with its strength: two strengths of one medicine read alike on the board and at the count", () => {
  const two = { drug_names: ["氨氯地平片", "甘精胰岛素"], drug_names_en: ["Amlodipine", "Insulin glargine"] };
  const all = { ...two, strengths: ["5 mg", "3 mL:300 单位"] };
  expect(drugNamesIn(all, "zh")).toEqual(["氨氯地平片 5 mg", "甘精胰岛素 3 mL:300 单位"]);
  expect(drugNamesIn(all, "en")).toEqual(["Amlodipine 5 mg", "Insulin glargine 3 mL:300 units"]);
  expect(drugNamesIn({ ...two, strengths: ["", "3 mL:300 单位"] }, "zh")[0]).toBe("氨氯地平片");
  const pack = { name: "甘精胰岛素", name_en: "Insulin glargine", strength: "3 mL:300 单位" };
  expect([packIn(pack, "zh"), packIn(pack, "en")]).toEqual([
    "甘精胰岛素 3 mL:300 单位",
    "Insulin glargine 3 mL:300 units",
  ]);
  expect(packIn({ name: "氨氯地平片 10 mg" }, "zh")).toBe("氨氯地平片 10 mg");
  const runsOut = { drug_name: "氨氯地平片", drug_name_en: "Amlodipine", strength: "5 mg" };
  expect([packIn(runsOut, "zh"), packIn(runsOut, "en")]).toEqual(["氨氯地平片 5 mg", "Amlodipine 5 mg"]);
});

it("keeps the Chinese name where there is no other", () => {
  expect(drugNamesIn({ drug_names: ["二甲双胍片"] }, "en")).toEqual(["二甲双胍片"]);
  expect(drugNamesIn({ drug_names: ["二甲双胍片"], drug_names_en: [] }, "en")).toEqual(["二甲双胍片"]);
  expect(nameIn({ name: "二甲双胍片" }, "en")).toBe("二甲双胍片");
  expect(diagnosisIn({ display: "I10", display_en: "" }, "en")).toBe("I10");
});

it("names what the record codes in the reader's language and leaves free text: English record pages said it in Chinese", () => {
  const allergies = { allergies: ["青霉素", "花生"], allergies_en: ["Penicillins", "花生"] };
  expect(allergensIn(allergies, "en")).toEqual(["Penicillins", "花生"]);
  expect(allergensIn(allergies, "zh")).toEqual(["青霉素", "花生"]);
  expect(allergensIn({ allergies: ["青霉素"] }, "en")).toEqual(["青霉素"]);
  expect(nameIn({ substance: "青霉素", substance_en: "Penicillins" }, "en")).toBe("Penicillins");
  expect(nameIn({ substance: "花生" }, "en")).toBe("花生");
  expect(nameIn({ drug_name: "二甲双胍片", drug_name_en: "Metformin tablets" }, "en")).toBe("Metformin tablets");
  expect(nameIn({ name_zh: "二甲双胍片", name_en: "Metformin tablets" }, "zh")).toBe("二甲双胍片");
  const chart = {
    medicines: [{ name: "呋塞米片", name_en: "Furosemide tablets 20 mg", dose_text: "早一片", since: "2026-11-22" }],
    consultations: [],
  } as unknown as Pick<Resident, "medicines" | "consultations">;
  const window = { from: Date.parse("2026-11-01"), to: Date.parse("2026-11-30") };
  expect(marksOf(chart, window, "en").map(({ what }) => what)).toEqual(["Furosemide tablets 20 mg 早一片"]);
  expect(marksOf(chart, window, "zh").map(({ what }) => what)).toEqual(["呋塞米片 早一片"]);
});

it("says an allergen once: two that are apart in Chinese had one English name, twice", () => {
  const twice = { allergies: ["青霉素", "青霉素类"], allergies_en: ["Penicillins", "Penicillins"] };
  expect(allergensIn(twice, "en")).toEqual(["Penicillins"]);
  expect(allergensIn(twice, "zh")).toEqual(["青霉素", "青霉素类"]);
});

it("says on what a finding rests in the reader's language: an English page gave the Chinese guideline", () => {
  const both = { source: "药品说明书", source_en: "Product labels" };
  expect([sourceIn(both, "en"), sourceIn(both, "zh")]).toEqual(["Product labels", "药品说明书"]);
  expect(sourceIn({ source: "药品说明书" }, "en")).toBe("药品说明书");
});

it("has English words for every form of the formulary", () => {
  const drugs = readFileSync(new URL("../../domain/data/drugs.toml", import.meta.url), "utf8");
  const forms = new Set([...drugs.matchAll(/^form = "([^"]+)"/gm)].map(([, form = ""]) => form));
  expect(forms.size).toBeGreaterThan(10);
  expect([...forms].filter((form) => formIn(form, "en") === form)).toEqual([]);
  expect(formIn("片剂", "zh")).toBe("片剂");
});
