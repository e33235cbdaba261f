/** Query keys. The first element is the entity of live events in plural, so one event invalidates every view of it. */
import type { ConsultationState, PrescriptionState } from "@yunzhen/client";

export const keys = {
  session: ["session"] as const,
  account: {
    all: ["account"] as const,
    sessions: ["account", "sessions"] as const,
    secondFactor: ["account", "second-factor"] as const,
    passkeys: ["account", "passkeys"] as const,
    identities: ["account", "identities"] as const,
  },
  consultations: {
    all: ["consultations"] as const,
    list: (states: readonly ConsultationState[]) => ["consultations", "list", ...states] as const,
    one: (id: string) => ["consultations", "one", id] as const,
    /** Not fetched: this page was told by the relay that the visit began, and its call need not wait for the visit to be read. */
    begunHere: (id: string) => ["begun-here", id] as const,
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
    board: ["prescriptions", "board"] as const,
    reviewQueue: ["prescriptions", "list", "review"] as const,
    approved: (query: object) => ["prescriptions", "list", "approved", query] as const,
    approvedPages: (query: object) => ["prescriptions", "list", "approved", "pages", query] as const,
    reviewFacts: (id: string) => ["prescriptions", "review-facts", id] as const,
    facts: (consultationId: string) => ["prescriptions", "facts", consultationId] as const,
    one: (id: string) => ["prescriptions", "one", id] as const,
    dispenses: (id: string) => ["prescriptions", "dispenses", id] as const,
  },
  favourites: ["favourites"] as const,
  deliveries: {
    all: ["deliveries"] as const,
    list: ["deliveries", "list"] as const,
    discrepancies: ["deliveries", "discrepancies"] as const,
    run: (id: string) => ["deliveries", "run", id] as const,
    one: (id: string) => ["deliveries", "one", id] as const,
  },
  stock: {
    all: ["stock"] as const,
    list: ["stock", "list"] as const,
    moves: (id: string) => ["stock", "moves", id] as const,
  },
  recalls: {
    all: ["recalls"] as const,
    list: (filter: string, batch: string) => ["recalls", "list", filter, batch] as const,
    open: ["recalls", "open"] as const,
    one: (id: string) => ["recalls", "one", id] as const,
  },
  specialists: ["staff", "specialists"] as const,
  drugs: (q: string) => ["drugs", q] as const,
  diagnoses: (q: string) => ["diagnoses", q] as const,
  schedule: {
    availability: (id: string) => ["schedule", "availability", id] as const,
    slots: (id: string, from: string, until: string) => ["schedule", "slots", id, from, until] as const,
    all: ["schedule"] as const,
    duty: (from: string, until: string) => ["schedule", "duty", from, until] as const,
    appointments: (from: string, until: string, of: string) => ["schedule", "appointments", from, until, of] as const,
    waitlist: ["schedule", "waitlist"] as const,
  },
  rounds: {
    all: ["rounds"] as const,
    list: (from: string, until: string) => ["rounds", "list", from, until] as const,
    one: (id: string) => ["rounds", "one", id] as const,
  },
  urgentCalls: { all: ["urgent-calls"] as const, open: ["urgent-calls", "open"] as const },
  calendars: ["calendars"] as const,
  homes: ["homes"] as const,
  eligibility: (residentId: string, code?: string) => ["eligibility", residentId, code ?? ""] as const,
  visits: {
    all: ["visits"] as const,
    list: ["visits", "list"] as const,
    candidates: ["visits", "candidates"] as const,
    one: (id: string) => ["visits", "one", id] as const,
  },
  referrals: {
    all: ["referrals"] as const,
    list: ["referrals", "list"] as const,
    one: (id: string) => ["referrals", "one", id] as const,
  },
  refills: (shown: string) => ["refills", shown] as const,
  staff: ["staff"] as const,
  identityProviders: ["identity-providers"] as const,
  identitiesOf: (id: string) => ["staff", "identities", id] as const,
  signingKeys: {
    all: ["signing-keys"] as const,
    here: (staffId: string) => ["signing-keys", "here", staffId] as const,
  },
  boxes: ["boxes"] as const,
  audit: ["audit"] as const,
};
