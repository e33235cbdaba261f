/** Query keys. The first element is the entity of live events in plural, so one event invalidates every view of it. */
import type { ConsultationState, PrescriptionState } from "@yunzhen/client";

export const keys = {
  session: ["session"] as const,
  consultations: {
    all: ["consultations"] as const,
    list: (states: readonly ConsultationState[]) => ["consultations", "list", ...states] as const,
    one: (id: string) => ["consultations", "one", id] as const,
  },
  residents: {
    search: (q: string, homeId = "") => ["residents", "search", q, homeId] as const,
    one: (id: string) => ["residents", "one", id] as const,
    observations: (id: string, since: string) => ["residents", "observations", id, since] as const,
  },
  prescriptions: {
    all: ["prescriptions"] as const,
    list: (filter: { states?: readonly PrescriptionState[]; mine?: boolean }) =>
      ["prescriptions", "list", filter] as const,
    one: (id: string) => ["prescriptions", "one", id] as const,
  },
  deliveries: {
    all: ["deliveries"] as const,
    list: ["deliveries", "list"] as const,
    one: (id: string) => ["deliveries", "one", id] as const,
  },
  drugs: (q: string) => ["drugs", q] as const,
  diagnoses: (q: string) => ["diagnoses", q] as const,
  staff: ["staff"] as const,
  boxes: ["boxes"] as const,
  audit: ["audit"] as const,
};
