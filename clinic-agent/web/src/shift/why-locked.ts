/** Why a shared tablet is locked, or asks who is there, as its page can tell. Pure; the words are `app:shift.lockedBy`. */
import type { Staff } from "@yunzhen/client";
import type { ShiftView } from "./shift-api";

/** What locked it: nobody touched it, somebody pressed, or the box says that it is. */
export type LockedBy = "idle" | "pressed" | "box";

export interface Locked {
  by: LockedBy;
  /** Her PIN opened it when it was locked. */
  withPin: boolean;
}

export interface Why {
  word: LockedBy | "taken" | "over";
  /** Whoever took it, or else whoever held it. */
  name: string;
  minutes: number;
}

/** The shift that ended, and the colleague who took the tablet, weigh more than what locked the page. */
export function whyLocked(
  { by, withPin }: Locked,
  staff: Pick<Staff, "id" | "name">,
  shift: ShiftView | undefined,
): Why {
  const minutes = Math.max(1, Math.round((shift?.idle_lock_seconds ?? 0) / 60));
  const other = shift?.people.find((one) => one.staff_id === shift.holder && one.staff_id !== staff.id);
  if (other) return { word: "taken", name: other.name, minutes };
  const over = withPin && shift !== undefined && !shift.people.some((one) => one.staff_id === staff.id);
  return { word: over ? "over" : by, name: staff.name, minutes };
}
