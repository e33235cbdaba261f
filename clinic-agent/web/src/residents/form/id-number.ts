/** Resident identity number (GB 11643-1999) while it is typed. The relay decides; this only says early what it would say. Pure. */
import type { Sex } from "@yunzhen/client";

export type IdNumberCheck =
  | { state: "empty" }
  /** So far nothing wrong; `missing` characters to go. */
  | { state: "incomplete"; missing: number }
  | { state: "wrong_character" | "no_such_day" | "wrong_checksum" }
  | { state: "right"; birthDate: string; sex: Sex };

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = "10X98765432";

/** What a person or an input method types → the characters of a number: full-width ones and spaces are forgiven. */
export function asIdNumber(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase().slice(0, 18);
}

export function checkIdNumber(text: string): IdNumberCheck {
  if (text === "") return { state: "empty" };
  if (!/^\d{0,17}$/.test(text) && !/^\d{17}[\dX]$/.test(text)) return { state: "wrong_character" };
  const birthDate = text.length >= 14 ? dayOf(text) : undefined;
  if (text.length >= 14 && birthDate === undefined) return { state: "no_such_day" };
  if (text.length < 18 || birthDate === undefined) return { state: "incomplete", missing: 18 - text.length };
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(text[at]), 0);
  if (CHECK[sum % 11] !== text[17]) return { state: "wrong_checksum" };
  return { state: "right", birthDate, sex: Number(text[16]) % 2 === 1 ? "male" : "female" };
}

/** As the relay masks it: the first three and the last two characters stay. */
export function maskIdNumber(text: string): string {
  return text.length === 18 ? `${text.slice(0, 3)}${"*".repeat(13)}${text.slice(16)}` : text;
}

function dayOf(text: string): string | undefined {
  const day = `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`;
  const time = Date.parse(`${day}T00:00:00Z`);
  // Date.parse rolls the 30th of February over, so the day is read back.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) return undefined;
  return Number(text.slice(6, 10)) >= 1850 ? day : undefined;
}
