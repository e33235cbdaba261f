/** Two people changed one record: what each wrote, and the record that a person's choices make of it. Pure. */
import type { Conflict, ConflictField, Contact, ResidentInput } from "@yunzhen/client";

export type Side = "mine" | "theirs";
export type Choices = Readonly<Record<string, Side | undefined>>;

/** What follows from other fields or is made by the relay is not asked about. */
const FOLLOWS = new Set(["birth_date", "sex", "pinyin"]);

/** Fields to choose between. The birth date follows the identity number, and "asked" follows the list of allergies. */
export function asked(conflict: Conflict): ConflictField[] {
  const names = new Set(conflict.fields.map((field) => field.field));
  return conflict.fields.filter(
    ({ field }) => !FOLLOWS.has(field) && !(field === "allergies_asked" && names.has("allergies")),
  );
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Where only one of the two changed a field, that change is proposed; where both did, nobody decides but the nurse. */
export function proposed(conflict: Conflict): Choices {
  return Object.fromEntries(
    asked(conflict).map(({ field, mine, theirs, seen }): [string, Side | undefined] => {
      if (seen === undefined) return [field, undefined];
      return [field, same(mine, seen) ? "theirs" : same(theirs, seen) ? "mine" : undefined];
    }),
  );
}

export function isDecided(conflict: Conflict, choices: Choices): boolean {
  return asked(conflict).every(({ field }) => choices[field] !== undefined);
}

/** `mine` with the other person's value wherever it was chosen. */
export function resolve(mine: ResidentInput, conflict: Conflict, choices: Choices): ResidentInput {
  const result: Record<string, unknown> = { ...mine };
  for (const { field, theirs } of asked(conflict)) {
    if (choices[field] !== "theirs") continue;
    // Their number is shown masked: leaving it out keeps it as it is on record.
    if (field === "id_number") delete result.id_number;
    else if (field === "conditions") result.conditions = pick(theirs, ["code", "since"]);
    else if (theirs === null || theirs === undefined) delete result[field];
    else result[field] = theirs;
    if (field === "allergies") {
      const answer = conflict.fields.find((one) => one.field === "allergies_asked");
      result.allergies_asked = answer ? answer.theirs === true : mine.allergies_asked;
    }
  }
  return result as unknown as ResidentInput;
}

function pick(lines: unknown, names: readonly string[]): unknown {
  if (!Array.isArray(lines)) return [];
  return lines.map((line: Record<string, unknown>) => Object.fromEntries(names.map((name) => [name, line[name]])));
}

export interface ValueWords {
  nothing: string;
  /** Words of a coded value: `severity.mild`, `scale.scale1`, `asked.true`. */
  code: (key: string) => string;
  english: boolean;
}

/** A field's value as lines that a person reads. */
export function linesOf(field: string, value: unknown, words: ValueWords): string[] {
  if (value === null || value === undefined || value === "") return [words.nothing];
  if (field === "allergies_asked") return [words.code(`asked.${String(value)}`)];
  if (field === "oxygen_scale") return [words.code(`scale.${String(value)}`)];
  if (field === "surrogate") return [contactLine(value as Contact)];
  if (!Array.isArray(value)) return [String(value)];
  if (value.length === 0) return [words.nothing];
  return (value as Record<string, string | undefined>[]).map((line) => {
    switch (field) {
      case "contacts":
        return contactLine(line as unknown as Contact);
      case "allergies":
        return joined(line.substance, line.reaction, line.severity && words.code(`severity.${line.severity}`));
      case "conditions":
        return joined(words.english ? line.display_en : line.display_zh, line.code, line.since);
      case "medicines":
        return joined(line.name, line.dose_text, line.since);
      default:
        return joined(...Object.values(line));
    }
  });
}

const joined = (...parts: (string | undefined)[]): string => parts.filter((part) => part).join(" · ");
const contactLine = ({ name, relation, phone }: Contact): string => joined(name, relation, phone);
