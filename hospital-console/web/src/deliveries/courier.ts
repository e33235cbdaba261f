/** What the courier may do next, from the delivery's state and the commands that the relay allows. */
import type { Delivery } from "@yunzhen/client";
import { isAtCounter, isParcelOver as isOver } from "@yunzhen/client/ui";

export { isOver };

export const COMMANDS = ["accept", "pick-up", "arrive", "fail-attempt", "resume", "give-back"] as const;
export type Command = (typeof COMMANDS)[number];

/** The relay may name commands with a dash or an underscore. */
export const may = (delivery: Delivery, command: Command): boolean =>
  delivery.allowed.some((allowed) => allowed.replaceAll("_", "-") === command);

/** The one large button; nothing when it is somebody else's turn. */
export function nextCommand(delivery: Delivery): Command | undefined {
  const order: Command[] = ["accept", "pick-up", "arrive", "resume"];
  return order.find((command) => may(delivery, command));
}

/** The word above the next button; where a batch was called back it says the same as the banner, whatever state the parcel is held in. */
export function nextWord(delivery: Delivery): Delivery["state"] | "batch_recalled" | "batch_back" {
  const { state } = delivery;
  if (isOver(delivery) || TURNED.includes(state)) return state;
  if (delivery.batch_recalled) return isAtCounter(delivery) ? "batch_recalled" : "batch_back";
  return state === "quarantined" && delivery.quarantine === "recall" ? "batch_back" : state;
}

/** Four steps of the way for the progress line: how many are behind. */
export function progress(delivery: Delivery): number {
  switch (delivery.state) {
    case "awaiting_courier":
      return 0;
    case "accepted":
      return 1;
    case "in_transit":
    case "on_hold":
    case "quarantined":
      return 2;
    case "at_door":
      return 3;
    case "received":
    case "discrepancy":
      return 4;
    // What was called back, refused or lost got as far as it got, and was received by nobody.
    default:
      return Math.max(0, ...delivery.timeline.map(({ step }) => PASSED.indexOf(step) + 1));
  }
}

export type WayStep = "accept" | "pickUp" | "arrive" | "received" | "back";
const THERE: readonly WayStep[] = ["accept", "pickUp", "arrive", "received"];
/** On its way back, or back: nobody receives it any more. */
const TURNED: readonly Delivery["state"][] = ["refused", "returning", "recalled", "returned"];

/** The way as it is drawn: what is behind, and the step that is the courier's or the nurse's now; none while the pharmacy decides and once it is over. */
export function way(delivery: Delivery): { step: WayStep; done: boolean; current: boolean }[] {
  const done = progress(delivery);
  if (TURNED.includes(delivery.state)) {
    const back = { step: "back" as const, done: delivery.state === "returned", current: delivery.state !== "returned" };
    return [...THERE.slice(0, done).map((step) => ({ step, done: true, current: false })), back];
  }
  const stands = isOver(delivery) || delivery.state === "quarantined";
  return THERE.map((step, index) => ({ step, done: index < done, current: !stands && index === done }));
}

const PASSED = ["accept", "pick_up", "arrive"];

/** Where to go next: the first in order that has not ended. */
export const nextStop = (stops: readonly Delivery[]): Delivery | undefined => stops.find((stop) => !isOver(stop));

/** The order with one parcel a place earlier or later. */
export function moved(ids: readonly string[], index: number, by: -1 | 1): string[] {
  const order = [...ids];
  const [id] = order.splice(index, 1);
  if (id !== undefined) order.splice(index + by, 0, id);
  return order;
}

/** Whether the courier carries it: only then a temperature says something of the way. */
export const isCarried = (delivery: Delivery): boolean =>
  ["in_transit", "at_door", "on_hold", "quarantined", "returning", "recalled", "refused"].includes(delivery.state);
