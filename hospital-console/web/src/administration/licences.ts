/** Which licences an administrator looks after next. */
import type { Licence, Staff } from "@yunzhen/client";

/** What is known of a licence: its record, at most its number, which signs nothing, or nothing. One judgement for every page that shows it. */
export type Known = { what: "record"; record: Licence } | { what: "number"; number: string } | { what: "nothing" };

export function known(number: string | undefined, record: Licence | undefined): Known {
  if (record) return { what: "record", record };
  return number ? { what: "number", number } : { what: "nothing" };
}

/** Whether something is to be recorded of a licence: it is missing or over, or ends soon. Who has left signs nothing more. */
export function toRecord({ licence_gap, licence_record, closed }: Staff): boolean {
  if (licence_gap) return true;
  return !closed && (licence_record?.standing === "ends" || licence_record?.standing === "over");
}

/** Two months: time for a renewal. */
export const SOON_DAYS = 60;

/** Whose licence is over, or will be within so many days of `today` (`YYYY-MM-DD`); what has no end on record never ends. */
export function endsWithin(staff: Pick<Staff, "licence_record">, days: number, today: string): boolean {
  const until = staff.licence_record?.valid_until;
  if (!until) return false;
  const left = (Date.parse(`${until}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000;
  return left <= days;
}
