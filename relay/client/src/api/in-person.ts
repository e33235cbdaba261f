/** Use cases of care in person: eligibility, first visits, referrals, transports. */
import { command, creation, data, type Care } from "./answers";
import type * as T from "./types";

export const eligibility = (care: () => Care) => ({
  of: (
    residentId: string,
    query: { hospital?: string; specialist_id?: string; diagnosis_code?: string; on?: string } = {},
  ) => data(care().GET("/api/residents/{id}/eligibility", { params: { path: { id: residentId }, query } })),
  record: (residentId: string, body: T.NewEligibilityFact, key?: string) =>
    data(care().POST("/api/residents/{id}/eligibility", { params: command(residentId, key), body })),
  revoke: (id: string, reason: string, key?: string) =>
    data(care().POST("/api/eligibility/{id}/revoke", { params: command(id, key), body: { reason } })),
  /** The home's own licensed doctor who is in the room, for a joint consultation. */
  namePresentDoctor: (consultationId: string, body: T.NewPresentDoctor, key?: string) =>
    data(care().POST("/api/consultations/{id}/present-doctors", { params: command(consultationId, key), body })),
});

export const visits = (care: () => Care) => ({
  list: (query: { state?: string; home_id?: string; resident_id?: string } = {}) =>
    data(care().GET("/api/visits", { params: { query } })),
  get: (id: string) => data(care().GET("/api/visits/{id}", { params: { path: { id } } })),
  candidates: (query: { home_id?: string } = {}) => data(care().GET("/api/visit-candidates", { params: { query } })),
  plan: (body: T.VisitPlan, key?: string) => data(care().POST("/api/visits", { params: creation(key), body })),
  change: (id: string, body: T.VisitPlanUpdate, key?: string) =>
    data(care().PUT("/api/visits/{id}", { params: command(id, key), body })),
  join: (id: string, body: T.PlannedStop, key?: string) =>
    data(care().POST("/api/visits/{id}/residents", { params: command(id, key), body })),
  start: (id: string, version: number, key?: string) =>
    data(care().POST("/api/visits/{id}/start", { params: command(id, key), body: { version } })),
  recordResults: (id: string, body: T.VisitResults, key?: string) =>
    data(care().POST("/api/visits/{id}/results", { params: command(id, key), body })),
  cancel: (id: string, version: number, reason: string, key?: string) =>
    data(care().POST("/api/visits/{id}/cancel", { params: command(id, key), body: { version, reason } })),
});

/** For an anchor: a page that prints on its own and needs nothing beside itself. */
export const visitFormPath = (visitId: string, language: "zh" | "en"): string =>
  `/api/visits/${visitId}/form?lang=${language}`;

export const referrals = (care: () => Care) => ({
  list: (query: { state?: string; home_id?: string; resident_id?: string; cursor?: string } = {}) =>
    data(care().GET("/api/referrals", { params: { query } })),
  get: (id: string) => data(care().GET("/api/referrals/{id}", { params: { path: { id } } })),
  draft: (body: T.NewReferral, key?: string) => data(care().POST("/api/referrals", { params: creation(key), body })),
  change: (id: string, body: T.ReferralUpdate, key?: string) =>
    data(care().PUT("/api/referrals/{id}", { params: command(id, key), body })),
  /** The commands that need no more than the version. */
  step: (id: string, step: "send" | "see" | "start", version: number, key?: string) =>
    data(care().POST(`/api/referrals/{id}/${step}`, { params: command(id, key), body: { version } })),
  /** The commands that need a reason. */
  stepBecause: (
    id: string,
    step: "refuse" | "withdraw" | "miss-appointment",
    body: { version: number; reason: string },
    key?: string,
  ) => data(care().POST(`/api/referrals/{id}/${step}`, { params: command(id, key), body })),
  ask: (id: string, version: number, question: string, key?: string) =>
    data(care().POST("/api/referrals/{id}/ask-information", { params: command(id, key), body: { version, question } })),
  answer: (id: string, version: number, answer: string, key?: string) =>
    data(
      care().POST("/api/referrals/{id}/answer-information", { params: command(id, key), body: { version, answer } }),
    ),
  accept: (id: string, body: T.AcceptReferralBody, key?: string) =>
    data(care().POST("/api/referrals/{id}/accept", { params: command(id, key), body })),
  report: (id: string, body: T.ReportBody, key?: string) =>
    data(care().POST("/api/referrals/{id}/report", { params: command(id, key), body })),
});

/** For an anchor: the browser shows the PDF. */
export const handOverPath = (referralId: string, language: "zh" | "en"): string =>
  `/api/referrals/${referralId}/hand-over?lang=${language}`;

export const transports = (care: () => Care) => ({
  list: (query: { state?: string; home_id?: string; cursor?: string } = {}) =>
    data(care().GET("/api/transports", { params: { query } })),
  get: (id: string) => data(care().GET("/api/transports/{id}", { params: { path: { id } } })),
  request: (body: T.NewTransport, key?: string) =>
    data(care().POST("/api/transports", { params: creation(key), body })),
  confirm: (id: string, version: number, carrier: T.Carrier, key?: string) =>
    data(care().POST("/api/transports/{id}/confirm", { params: command(id, key), body: { version, carrier } })),
  step: (id: string, step: "depart" | "arrive", version: number, key?: string) =>
    data(care().POST(`/api/transports/{id}/${step}`, { params: command(id, key), body: { version } })),
  cancel: (id: string, version: number, reason: string, key?: string) =>
    data(care().POST("/api/transports/{id}/cancel", { params: command(id, key), body: { version, reason } })),
});
