/** Reminders of appointments: what of the changes is one, and each said once. Pure; `useReminders` shows them. */
import type { Change, ConsultationSummary } from "../api/types";

export interface Reminder {
  consultation: ConsultationSummary;
  startsAt: string;
}

/** The consultation that a change reminds of. */
export function remindedOf(change: Change): string | undefined {
  return change.kind === "consultation.reminded" ? change.entity_id : undefined;
}

/** Only what still lies ahead is worth a notice: an event that was resumed after a break may speak of the past. */
export function reminderOf(consultation: ConsultationSummary, now: number): Reminder | undefined {
  const startsAt = consultation.scheduled_at;
  return consultation.state === "scheduled" && startsAt !== undefined && Date.parse(startsAt) > now
    ? { consultation, startsAt }
    : undefined;
}

/** The later reminder of an appointment takes the place of the earlier one; soonest first. */
export function withReminder(shown: readonly Reminder[], reminder: Reminder): Reminder[] {
  return [...without(shown, reminder.consultation.id), reminder].sort((a, b) => a.startsAt.localeCompare(b.startsAt));
}

export function without(shown: readonly Reminder[], consultationId: string): Reminder[] {
  return shown.filter((one) => one.consultation.id !== consultationId);
}
