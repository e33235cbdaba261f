import type { Http, Staff } from "@yunzhen/client";

/** A nurse of this shift who set a PIN on this tablet. */
export interface ShiftPerson {
  staff_id: string;
  name: string;
  /** False: wrong too often, it takes the password. */
  pin: boolean;
  /** She set a badge as well. */
  badge: boolean;
}

/** What sets a PIN: hers by the password, and a code where her account asks for one. */
export interface NewPin {
  pin: string;
  password: string;
  code?: string;
  /** Left out: the one of this session stays; empty: none any more. */
  badge?: string;
}

export interface ShiftView {
  people: ShiftPerson[];
  idle_lock_seconds: number;
  holder: string | null;
  locked: boolean;
  /** Who holds it keeps her badge when she sets her PIN anew. */
  keeps_badge: boolean;
}

export const SHIFT = ["session", "shift"] as const;

export const shiftApi = (http: Http) => ({
  show: () => http.json<ShiftView>("GET", "/session/shift"),
  setPin: (body: NewPin) => http.json<void>("PUT", "/session/shift-pin", { body }),
  switchTo: (staff_id: string, pin: string) =>
    http.json<{ staff: Staff }>("POST", "/session/switch", { body: { staff_id, pin } }),
  /** `pin_of`: the badge stands for her name now, and not for her PIN. */
  switchByBadge: (badge: string) =>
    http.json<{ staff: Staff } | { pin_of: string }>("POST", "/session/switch-badge", { body: { badge } }),
  lock: () => http.json<void>("POST", "/session/lock", { body: {} }),
  touch: () => http.json<void>("POST", "/session/touch", { body: {} }),
});

/** Who has a PIN here. That of her whose session somebody ended is void with it, whatever the box still lists. */
export const withPins = (view: ShiftView | undefined, ended: boolean): readonly ShiftPerson[] =>
  (view?.people ?? []).filter((one) => !ended || one.staff_id !== view?.holder);

/** She may be asked for her PIN; otherwise the page offers her to set one. */
export const hasPin = (view: ShiftView | undefined, staffId: string): boolean =>
  view?.people.some((one) => one.staff_id === staffId && one.pin) ?? false;
