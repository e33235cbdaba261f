/** What is late by now: the relay said so when it was asked, and a page that stays open asks no more until something changes. Not here: by when each step is due. */
import type { DoorToDose, PrescriptionSummary } from "../api/types";

type ChainStep = DoorToDose["steps"][number];

const isPast = (due: string | undefined, now: number): boolean => due !== undefined && now > Date.parse(due);

/** What is next was not done by then. */
export const isChainLate = ({ late, due_by }: Pick<DoorToDose, "late" | "due_by">, now: number): boolean =>
  late || isPast(due_by, now);

/** The step was done after its time, or is open since. */
export const isStepLate = ({ late, at, due_by }: Pick<ChainStep, "late" | "at" | "due_by">, now: number): boolean =>
  late || (at === undefined && isPast(due_by, now));

/** A line of a list: whose turn it is by now, and whether that is late. */
export const lineAt = (
  { turn, late, late_from, late_turn }: Pick<PrescriptionSummary, "turn" | "late" | "late_from" | "late_turn">,
  now: number,
): Pick<PrescriptionSummary, "turn" | "late"> =>
  !late && isPast(late_from, now) ? { turn: late_turn ?? turn, late: true } : { turn, late };
