/** What the form holds, how it becomes what the relay takes, and what is wrong with it before it is sent. Pure. */
import type { AllergySeverity, Contact, FieldProblem, OxygenScale, Resident, ResidentInput } from "@yunzhen/client";
import { checkIdNumber } from "./id-number";

/** "None" and "nobody asked" are different facts. */
export type AllergyAnswer = "not_asked" | "none" | "some";

export interface AllergyLine {
  substance: string;
  /** What it is called on an English page, while its group stands. */
  substance_en?: string;
  group?: string;
  reaction: string;
  severity: AllergySeverity;
}

export interface ConditionLine {
  code: string;
  display: string;
  since: string;
}

export interface MedicineLine {
  drugId?: string;
  name: string;
  /** What it is called on an English page, while its code stands. */
  name_en?: string;
  dose: string;
  since: string;
}

export interface Draft {
  name: string;
  /** Empty in a change: stays as it is. */
  idNumber: string;
  bed: string;
  contacts: Contact[];
  surrogate: Contact | undefined;
  allergyAnswer: AllergyAnswer;
  allergies: AllergyLine[];
  conditions: ConditionLine[];
  medicines: MedicineLine[];
  oxygenScale: OxygenScale;
}

export const NO_CONTACT: Contact = { name: "", relation: "", phone: "" };

export const EMPTY: Draft = {
  name: "",
  idNumber: "",
  bed: "",
  contacts: [],
  surrogate: undefined,
  allergyAnswer: "not_asked",
  allergies: [],
  conditions: [],
  medicines: [],
  oxygenScale: "scale1",
};

export function draftOf(resident: Resident, language: string): Draft {
  return {
    name: resident.name,
    idNumber: "",
    bed: resident.bed,
    contacts: resident.contacts,
    surrogate: resident.surrogate ?? undefined,
    allergyAnswer: resident.allergy_records.length > 0 ? "some" : resident.allergies_asked ? "none" : "not_asked",
    allergies: resident.allergy_records.map(({ substance, substance_en, group, reaction, severity }) => ({
      substance,
      substance_en,
      group: group ?? undefined,
      reaction,
      severity,
    })),
    conditions: resident.conditions.map((condition) => ({
      code: condition.code,
      display: language === "en" ? condition.display_en : condition.display_zh,
      since: condition.since,
    })),
    medicines: resident.medicines.map((medicine) => ({
      drugId: medicine.drug_id ?? undefined,
      name: medicine.name,
      name_en: medicine.name_en,
      dose: medicine.dose_text,
      since: medicine.since,
    })),
    oxygenScale: resident.oxygen_scale,
  };
}

export function inputOf(draft: Draft): ResidentInput {
  const some = draft.allergyAnswer === "some";
  return {
    name: draft.name.trim(),
    bed: draft.bed.trim(),
    ...(draft.idNumber === "" ? {} : { id_number: draft.idNumber }),
    contacts: draft.contacts.map(trimmed),
    ...(draft.surrogate ? { surrogate: trimmed(draft.surrogate) } : {}),
    allergies: some
      ? draft.allergies.map(({ substance, group, reaction, severity }) => ({
          substance: substance.trim(),
          ...(group === undefined ? {} : { group }),
          reaction: reaction.trim(),
          severity,
        }))
      : [],
    allergies_asked: draft.allergyAnswer !== "not_asked",
    conditions: draft.conditions.map(({ code, since }) => ({ code, since })),
    medicines: draft.medicines.map(({ drugId, name, dose, since }) => ({
      ...(drugId === undefined ? {} : { drug_id: drugId }),
      name: name.trim(),
      dose_text: dose.trim(),
      since,
    })),
    oxygen_scale: draft.oxygenScale,
  };
}

const trimmed = (contact: Contact): Contact => ({
  name: contact.name.trim(),
  relation: contact.relation.trim(),
  phone: contact.phone.trim(),
});

/** What is certainly wrong, by the path that the relay would name; the words are keys of `app:residents.form.wrong`. */
export function problemsOf(draft: Draft, known: boolean): { path: string; key: string }[] {
  const wrong: { path: string; key: string }[] = [];
  const needed = (path: string, text: string, key = "needed"): void => {
    if (text.trim() === "") wrong.push({ path, key });
  };
  needed("name", draft.name);
  const id = checkIdNumber(draft.idNumber).state;
  if (id === "empty" ? !known : id !== "right") wrong.push({ path: "id_number", key: `id_${id}` });
  needed("bed", draft.bed);
  const contact = (path: string, { name, relation, phone }: Contact): void => {
    needed(`${path}.name`, name);
    needed(`${path}.relation`, relation);
    needed(`${path}.phone`, phone);
  };
  draft.contacts.forEach((one, at) => contact(`contacts[${at}]`, one));
  if (draft.surrogate) contact("surrogate", draft.surrogate);
  if (draft.allergyAnswer === "some") {
    if (draft.allergies.length === 0) wrong.push({ path: "allergies", key: "allergies_missing" });
    draft.allergies.forEach((one, at) => needed(`allergies[${at}].substance`, one.substance));
  }
  draft.conditions.forEach((one, at) => needed(`conditions[${at}].since`, one.since, "day"));
  draft.medicines.forEach((one, at) => {
    needed(`medicines[${at}].name`, one.name);
    needed(`medicines[${at}].since`, one.since, "day");
  });
  return wrong;
}

/** The relay's messages by field; a change wraps the record, so its paths begin one word earlier. */
export function messagesByPath(fields: readonly FieldProblem[]): Map<string, string> {
  return new Map(fields.map(({ path, message }) => [path.replace(/^resident\./, ""), message]));
}

const FIELDS: Record<string, keyof Draft> = {
  name: "name",
  id_number: "idNumber",
  bed: "bed",
  contacts: "contacts",
  surrogate: "surrogate",
  allergies: "allergies",
  conditions: "conditions",
  medicines: "medicines",
  oxygen_scale: "oxygenScale",
};

/** The field of the form that a path belongs to. */
export const fieldOf = (path: string): keyof Draft | undefined => FIELDS[path.split(/[.[]/)[0] ?? ""];
