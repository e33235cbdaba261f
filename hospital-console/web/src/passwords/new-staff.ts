/** What is asked of a new account, by its role; whether it is enough is the relay's to say. */
import type { NewAccount, Role } from "@yunzhen/client";

export const ROLES = [
  "nurse",
  "specialist",
  "pharmacist",
  "pharmacy",
  "administrator",
] as const satisfies readonly Role[];

export interface Typed {
  username: string;
  name: string;
  title: string;
  home_id: string;
  pharmacy_id: string;
  hospital: string;
  licence: string;
  practising_since: string;
  specialty: string;
  licence_valid_until: string;
}

/** What may be left empty. Without the specialty the licence is not put on record: only its number is known. */
export const OPTIONAL: readonly (keyof Typed)[] = ["title", "specialty", "licence_valid_until"];

const MORE: Partial<Record<Role, readonly (keyof Typed)[]>> = {
  nurse: ["home_id"],
  specialist: ["hospital", "licence", "specialty", "licence_valid_until", "practising_since"],
  pharmacist: ["hospital", "licence", "specialty", "licence_valid_until"],
  pharmacy: ["pharmacy_id"],
};

export function fieldsOf(role: Role): readonly (keyof Typed)[] {
  return ["username", "name", "title", ...(MORE[role] ?? [])];
}

/** The role needs it, and nothing is typed. */
export const isMissing = (role: Role, typed: Typed, field: keyof Typed): boolean =>
  fieldsOf(role).includes(field) && !OPTIONAL.includes(field) && typed[field].trim() === "";

/** What was typed into the fields of the role; one that was left empty, or belongs to a role that was chosen before, is not sent. */
export function accountOf(role: Role, typed: Typed): NewAccount {
  const said = fieldsOf(role).filter((field) => typed[field].trim() !== "");
  const more = Object.fromEntries(said.map((field) => [field, typed[field].trim()]));
  return { role, username: typed.username.trim(), name: typed.name.trim(), ...more };
}
