import { strengthIn } from "./units";

/**
 * Medicines, allergens and diagnoses have a Chinese and an English name in the formulary; a page says that of its reader. Where an answer has no English one (free text
 * of a person, a parcel of before it was kept, an older relay) the one that is there stands.
 */
export interface Drugs {
  drug_names: readonly string[];
  drug_names_en?: readonly string[];
  /** Of each, as the formulary writes it; an older relay sends none. */
  strengths?: readonly string[];
}
/** What a resident must not get. */
export interface Allergens {
  allergies: readonly string[];
  allergies_en?: readonly string[];
}
/** As parcels and records, the formulary and the stock, and doses call it. */
type Named =
  | { name: string; name_en?: string }
  | { name_zh: string; name_en?: string }
  | { drug_name: string; drug_name_en?: string }
  | { substance: string; substance_en?: string };
/** A medicine beside its strength, as in a parcel: another product than the prescribed one has it in its name, and an older relay sends none. */
type Packed = Named & { strength?: string };
interface Sourced {
  source: string;
  source_en?: string;
}
interface Diagnosis {
  display: string;
  display_en?: string;
}
interface OfDiagnosis {
  diagnosis_display: string;
  diagnosis_display_en?: string;
}

const inEnglish = (language: string): boolean => language.startsWith("en");
const either = (zh: string, en: string | undefined, language: string): string => (inEnglish(language) && en ? en : zh);

const eachOf = (zh: readonly string[], en: readonly string[] | undefined, language: string): readonly string[] =>
  inEnglish(language) && en?.length === zh.length ? en : zh;

const withStrength = (name: string, strength: string | undefined, language: string): string =>
  strength ? `${name} ${strengthIn(strength, language)}` : name;

/** Two strengths of one medicine have one name: each is said with its own. */
export const drugNamesIn = ({ drug_names, drug_names_en, strengths }: Drugs, language: string): readonly string[] =>
  eachOf(drug_names, drug_names_en, language).map((name, index) => withStrength(name, strengths?.[index], language));

export const packIn = (pack: Packed, language: string): string =>
  withStrength(nameIn(pack, language), pack.strength, language);

/** Two that are written apart in Chinese (青霉素, 青霉素类) may be one in English: it is said once. */
export const allergensIn = ({ allergies, allergies_en }: Allergens, language: string): readonly string[] => [
  ...new Set(eachOf(allergies, allergies_en, language)),
];

export const nameIn = (of: Named, language: string): string => {
  if ("drug_name" in of) return either(of.drug_name, of.drug_name_en, language);
  if ("substance" in of) return either(of.substance, of.substance_en, language);
  return either("name_zh" in of ? of.name_zh : of.name, of.name_en, language);
};

/** On what an answer of the safety checks rests. */
export const sourceIn = ({ source, source_en }: Sourced, language: string): string =>
  either(source, source_en, language);

export const diagnosisIn = (of: Diagnosis | OfDiagnosis, language: string): string =>
  "display" in of
    ? either(of.display, of.display_en, language)
    : either(of.diagnosis_display, of.diagnosis_display_en, language);

/** Forms have Chinese names in the formulary, as units have; one that is not here stands as it is. */
const FORMS: Readonly<Record<string, string>> = {
  片剂: "tablets",
  缓释片: "prolonged-release tablets",
  控释片: "controlled-release tablets",
  肠溶片: "enteric-coated tablets",
  舌下片: "sublingual tablets",
  胶囊: "capsules",
  缓释胶囊: "prolonged-release capsules",
  肠溶胶囊: "enteric-coated capsules",
  口服溶液: "oral solution",
  乳胶剂: "emulgel",
  吸入气雾剂: "inhalation aerosol",
  吸入粉雾剂: "inhalation powder",
  预填充注射笔: "pre-filled pen",
  中药饮片: "decoction piece",
};

export const formIn = (form: string, language: string): string => (inEnglish(language) ? (FORMS[form] ?? form) : form);
