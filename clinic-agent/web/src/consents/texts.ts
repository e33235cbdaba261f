/** Which text is shown for signing, and what is missing. Pure. */
import type { Consent, ConsentKind, ConsentState, ConsentText, Contact, RecordingQuestion } from "@yunzhen/client";

/** In the order in which they are shown. */
export const CONSENT_KINDS: readonly ConsentKind[] = [
  "tele_consultation",
  "recording",
  "family_present",
  "data_sharing",
  "surrogate_decision_maker",
];

/** Without these a visit is not begun. Mirrors the relay's `missing_for_visit`, which decides. */
const FOR_VISIT: readonly ConsentKind[] = ["tele_consultation"];

export function currentText(texts: readonly ConsentText[], kind: ConsentKind): ConsentText | undefined {
  return texts
    .filter((text) => text.kind === kind)
    .reduce<ConsentText | undefined>(
      (newest, text) => (newest && newest.version > text.version ? newest : text),
      undefined,
    );
}

export function missingForVisit(consents: readonly ConsentState[]): ConsentKind[] {
  return FOR_VISIT.filter((kind) => !consents.some((one) => one.kind === kind && one.in_force));
}

/** Whether a yes to being recorded has to be signed first. */
export const lacksRecording = (consents: readonly ConsentState[]): boolean =>
  !consents.some((one) => one.kind === "recording" && one.in_force);

/** What the page read of the question, or the answer that it got later: until the consultation is read again the question would stand there as if nobody had asked. */
export const newestAnswer = (read: RecordingQuestion, got: RecordingQuestion | undefined): RecordingQuestion =>
  got?.answered_at && (!read.answered_at || Date.parse(read.answered_at) < Date.parse(got.answered_at)) ? got : read;

/** All that could be asked now: not given, or given to an older text. */
export function openKinds(consents: readonly ConsentState[]): ConsentKind[] {
  return CONSENT_KINDS.filter((kind) => {
    const state = consents.find((one) => one.kind === kind);
    return !state?.in_force || state.outdated;
  });
}

/** The signature that was taken back last, where none is in force: never given and taken back are different facts. */
export function revokedLast(
  kind: ConsentKind,
  state: ConsentState | undefined,
  history: readonly Consent[],
): Consent | undefined {
  if (state?.in_force) return undefined;
  const revoked = history.filter((one) => one.kind === kind && one.revoked_at);
  return revoked.sort((a, b) => (b.revoked_at ?? "").localeCompare(a.revoked_at ?? ""))[0];
}

/** A surrogate cannot appoint herself. */
export function mayGive(
  kind: ConsentKind,
  surrogate: Contact | null | undefined,
): ("resident" | "surrogate" | "guardian")[] {
  if (kind === "surrogate_decision_maker") return ["resident", "guardian"];
  return surrogate ? ["resident", "surrogate", "guardian"] : ["resident", "guardian"];
}
