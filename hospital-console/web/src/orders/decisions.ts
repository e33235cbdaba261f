/** Which reasons the pharmacy has for a decision about a parcel on the road, by what it was stopped for; the relay holds to the same table. Pure. */
import type { DecisionCode, Delivery } from "@yunzhen/client";

export type Decision = "release" | "turn-back";

const TO_TURN_BACK: readonly DecisionCode[] = ["unfit", "wrong_content", "undeliverable", "other"];

export function codesFor(decision: Decision, { quarantine }: Pick<Delivery, "quarantine">): readonly DecisionCode[] {
  if (decision === "turn-back") return TO_TURN_BACK;
  return quarantine === "temperature" ? ["stable", "misread", "other"] : ["verified", "other"];
}
