import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { diagnosisIn, drugNamesIn, formIn, nameIn } from "../src";

const both = { drug_names: ["二甲双胍片", "阿卡波糖片"], drug_names_en: ["Metformin tablets", "Acarbose tablets"] };

it("names medicines and diagnoses in the reader's language: English pages said them in Chinese", () => {
  expect(drugNamesIn(both, "en")).toEqual(both.drug_names_en);
  expect(drugNamesIn(both, "zh")).toEqual(both.drug_names);
  expect(nameIn({ name: "二甲双胍片", name_en: "Metformin tablets" }, "en")).toBe("Metformin tablets");
  expect(diagnosisIn({ display: "高血压", display_en: "Hypertension" }, "en")).toBe("Hypertension");
  expect(diagnosisIn({ diagnosis_display: "高血压", diagnosis_display_en: "Hypertension" }, "zh")).toBe("高血压");
});

it("keeps the Chinese name where there is no other", () => {
  expect(drugNamesIn({ drug_names: ["二甲双胍片"] }, "en")).toEqual(["二甲双胍片"]);
  expect(drugNamesIn({ drug_names: ["二甲双胍片"], drug_names_en: [] }, "en")).toEqual(["二甲双胍片"]);
  expect(nameIn({ name: "二甲双胍片" }, "en")).toBe("二甲双胍片");
  expect(diagnosisIn({ display: "I10", display_en: "" }, "en")).toBe("I10");
});

it("has English words for every form of the formulary", () => {
  const drugs = readFileSync(new URL("../../domain/data/drugs.toml", import.meta.url), "utf8");
  const forms = new Set([...drugs.matchAll(/^form = "([^"]+)"/gm)].map(([, form = ""]) => form));
  expect(forms.size).toBeGreaterThan(10);
  expect([...forms].filter((form) => formIn(form, "en") === form)).toEqual([]);
  expect(formIn("片剂", "zh")).toBe("片剂");
});
