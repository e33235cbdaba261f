/** Use cases of the schedule: availability, slots, appointments, waitlist, duty, rounds, urgent calls, calendars. */
import { command, creation, data, fresh, type Care } from "./answers";
import type * as T from "./types";

/** A window of time; at most 62 days. */
interface Window {
  from: string;
  until: string;
}

export const schedule = (care: () => Care) => ({
  /** Who can be asked for a consultation; `zone` is there once times are published. */
  specialists: () => data(care().GET("/api/specialists")),
  availability: (specialistId: string) =>
    data(care().GET("/api/availability/{id}", { params: { path: { id: specialistId } } })),
  publishAvailability: (specialistId: string, body: T.AvailabilityUpdate, key?: string) =>
    data(care().PUT("/api/availability/{id}", { params: command(specialistId, key), body })),
  slots: (query: Window & { specialist_id: string }) => data(care().GET("/api/slots", { params: { query } })),
  appointments: (query: Window & { home_id?: string; specialist_id?: string }) =>
    data(care().GET("/api/appointments", { params: { query } })),
  book: (body: T.NewAppointment, key?: string) =>
    data(care().POST("/api/appointments", { params: creation(key), body })),
  move: (consultationId: string, body: T.MoveBody, key?: string) =>
    data(care().POST("/api/consultations/{id}/move", { params: command(consultationId, key), body })),
  checkIn: (consultationId: string, version: number, key?: string) =>
    data(care().POST("/api/consultations/{id}/check-in", { params: command(consultationId, key), body: { version } })),
  offer: (consultationId: string, body: T.OfferBody, key?: string) =>
    data(care().POST("/api/consultations/{id}/offer", { params: command(consultationId, key), body })),
  accept: (consultationId: string, body: T.AcceptBody, key?: string) =>
    data(care().POST("/api/consultations/{id}/accept", { params: command(consultationId, key), body })),
  decline: (consultationId: string, version: number, key?: string) =>
    data(care().POST("/api/consultations/{id}/decline", { params: command(consultationId, key), body: { version } })),
  waitlist: () => data(care().GET("/api/waitlist")),
  joinWaitlist: (body: T.NewWish, key?: string) => data(care().POST("/api/waitlist", { params: creation(key), body })),
  duty: (query: Partial<Window> = {}) => data(care().GET("/api/duty", { params: { query } })),
  planDuty: (body: T.NewShift, key?: string) => data(care().POST("/api/duty", { params: creation(key), body })),
  removeDuty: (id: string, key?: string) => data(care().DELETE("/api/duty/{id}", { params: command(id, key) })),
});

export const rounds = (care: () => Care) => ({
  list: (query: Window & { home_id?: string }) => data(care().GET("/api/rounds", { params: { query } })),
  get: (id: string) => data(care().GET("/api/rounds/{id}", { params: { path: { id } } })),
  plan: (body: T.NewRound, key?: string) => data(care().POST("/api/rounds", { params: creation(key), body })),
  reorder: (id: string, body: T.RoundOrder, key?: string) =>
    data(care().PUT("/api/rounds/{id}/order", { params: command(id, key), body })),
});

export const urgentCalls = (care: () => Care) => ({
  list: (query: { open?: boolean; home_id?: string; cursor?: string } = {}) =>
    data(care().GET("/api/urgent-calls", { params: { query } })),
  /** As the box last heard it, when there is no link. */
  openFresh: () => fresh(care().GET("/api/urgent-calls", { params: { query: { open: true } } })),
  get: (id: string) => data(care().GET("/api/urgent-calls/{id}", { params: { path: { id } } })),
  answer: (id: string, version: number, key?: string) =>
    data(care().POST("/api/urgent-calls/{id}/answer", { params: command(id, key), body: { version } })),
  end: (id: string, body: T.EndUrgentCall, key?: string) =>
    data(care().POST("/api/urgent-calls/{id}/end", { params: command(id, key), body })),
});

export const calendars = (care: () => Care) => ({
  list: () => data(care().GET("/api/calendars")),
  /** The link is shown once. */
  share: (key?: string) => data(care().POST("/api/calendars", { params: creation(key), body: {} })),
  revoke: (id: string, key?: string) => data(care().DELETE("/api/calendars/{id}", { params: command(id, key) })),
});
