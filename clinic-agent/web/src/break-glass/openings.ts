/** Openings of records as one line says them. Pure. */
import type { BreakGlass } from "@yunzhen/client";

export type Opened = Pick<BreakGlass, "resident_id" | "resident_name" | "bed">;

/** Whose records were opened, each once, in the order of the list. Who has left the home has no name here. */
export function whose(openings: readonly Opened[]): readonly Opened[] {
  return openings.filter((one, at) => openings.findIndex((other) => other.resident_id === one.resident_id) === at);
}
