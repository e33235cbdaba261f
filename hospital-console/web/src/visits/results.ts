/** What was found on the way, as it is typed; and what of it can be sent. The text stays on this computer until the hospital has it. */
import { newIdempotencyKey, type StopResult, type Visit } from "@yunzhen/client";

export interface TypedDiagnosis {
  code: string;
  confirmed: boolean;
  evidence: string;
}

export interface TypedStop {
  outcome: "open" | "seen" | "not_seen";
  on: string;
  doctor: string;
  reason: string;
  diagnoses: TypedDiagnosis[];
}

export type Typed = Record<string, TypedStop>;

export type StopFault = "no_date" | "no_reason" | "no_evidence";

/** A blank line for everybody who is still expected; what was typed before stays. */
export function blank(visit: Visit, before: Typed, today: string, me: string): Typed {
  const doctor = visit.doctors.find((d) => d.id === me)?.id ?? visit.doctors[0]?.id ?? "";
  return Object.fromEntries(
    expected(visit).map((stop) => [
      stop.resident_id,
      before[stop.resident_id] ?? {
        outcome: "open" as const,
        on: today,
        doctor,
        reason: "",
        diagnoses: stop.diagnoses.map((d) => ({ code: d.code, confirmed: false, evidence: "" })),
      },
    ]),
  );
}

export const expected = (visit: Visit) =>
  visit.route.flatMap((home) => home.stops.filter((stop) => stop.state === "expected"));

export function faultOf(stop: TypedStop): StopFault | undefined {
  if (stop.outcome === "open") return undefined;
  if (stop.on === "") return "no_date";
  if (stop.outcome === "not_seen") return stop.reason.trim() === "" ? "no_reason" : undefined;
  return stop.diagnoses.some((d) => d.confirmed && d.evidence.trim() === "") ? "no_evidence" : undefined;
}

/** Those that are decided, in the order of the route. */
export function toResults(visit: Visit, typed: Typed): StopResult[] {
  return expected(visit).flatMap((stop): StopResult[] => {
    const one = typed[stop.resident_id];
    if (!one || one.outcome === "open") return [];
    const base = { resident_id: stop.resident_id, on: one.on, doctor: one.doctor || undefined };
    if (one.outcome === "not_seen") return [{ ...base, not_seen_reason: one.reason.trim() }];
    const confirmed = one.diagnoses.filter((d) => d.confirmed);
    return [{ ...base, confirmed: confirmed.map((d) => ({ diagnosis_code: d.code, evidence: d.evidence.trim() })) }];
  });
}

interface Kept {
  typed: Typed;
  /** The last attempt: the same content goes out with the same key again, also after the page was closed. */
  sent?: { text: string; key: string };
}

const name = (visitId: string) => `yz.visit.${visitId}`;

export function load(visitId: string, storage: Pick<Storage, "getItem"> = localStorage): Kept {
  const text = storage.getItem(name(visitId));
  return text === null ? { typed: {} } : (JSON.parse(text) as Kept);
}

export function keep(visitId: string, kept: Kept, storage: Pick<Storage, "setItem"> = localStorage): void {
  storage.setItem(name(visitId), JSON.stringify(kept));
}

export const forget = (visitId: string, storage: Pick<Storage, "removeItem"> = localStorage): void =>
  storage.removeItem(name(visitId));

/** The key of this content. */
export function keyFor(kept: Kept, results: StopResult[]): NonNullable<Kept["sent"]> {
  const text = JSON.stringify(results);
  return kept.sent?.text === text ? kept.sent : { text, key: newIdempotencyKey() };
}
