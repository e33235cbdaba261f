/** Use cases of a resident's record beside the chart: consents, ECGs, documents, recordings and stills. */
import { command, data, type Care } from "./answers";
import type { Http } from "./http";
import type * as T from "./types";

export const consents = (care: () => Care) => ({
  texts: () => data(care().GET("/api/consent-texts")),
  of: (residentId: string) =>
    data(care().GET("/api/residents/{id}/consents", { params: { path: { id: residentId } } })),
  give: (residentId: string, body: T.NewConsent, key?: string) =>
    data(care().POST("/api/residents/{id}/consents", { params: command(residentId, key), body })),
  revoke: (id: string, version: number, reason: string, key?: string) =>
    data(care().POST("/api/consents/{id}/revoke", { params: command(id, key), body: { version, reason } })),
  /** Whether a consultation may be recorded; the last answer stands. */
  answerRecording: (consultationId: string, answer: T.RecordingAnswer, key?: string) =>
    data(
      care().POST("/api/consultations/{id}/recording-answer", {
        params: command(consultationId, key),
        body: { answer },
      }),
    ),
});

export const ecgs = (care: () => Care) => ({
  of: (residentId: string) => data(care().GET("/api/residents/{id}/ecgs", { params: { path: { id: residentId } } })),
  /** With its curve. */
  get: (id: string) => data(care().GET("/api/ecgs/{id}", { params: { path: { id } } })),
});

export const documents = (care: () => Care, http: () => Http) => ({
  of: (residentId: string) =>
    data(care().GET("/api/residents/{id}/documents", { params: { path: { id: residentId } } })),
  add: (residentId: string, body: T.NewDocument, key?: string) =>
    data(care().POST("/api/residents/{id}/documents", { params: command(residentId, key), body })),
  /** The bytes, of the media type that the list says. */
  content: async (id: string, signal?: AbortSignal): Promise<Blob> =>
    (await http().raw("GET", `/api/documents/${id}/content`, { accept: "*/*", signal })).blob(),
});

export const recordings = (care: () => Care) => ({
  /** Of one consultation, oldest first, with how far each has come. */
  of: (consultationId: string) =>
    data(care().GET("/api/consultations/{id}/recordings", { params: { path: { id: consultationId } } })),
  start: (consultationId: string, key?: string) =>
    data(care().POST("/api/consultations/{id}/recordings", { params: command(consultationId, key), body: {} })),
  stop: (id: string, key?: string) => data(care().POST("/api/recordings/{id}/stop", { params: command(id, key) })),
  /** Of one that could not be put together. */
  retry: (id: string, key?: string) => data(care().POST("/api/recordings/{id}/retry", { params: command(id, key) })),
  /** Where a player reads it, in ranges. */
  mediaUrl: (id: string): string => `/api/recordings/${id}/media`,
});

export const stills = (care: () => Care) => ({
  /** Of one consultation, oldest first, with how far each has come. */
  of: (consultationId: string) =>
    data(care().GET("/api/consultations/{id}/stills", { params: { path: { id: consultationId } } })),
  take: (consultationId: string, body: T.NewStills, key?: string) =>
    data(care().POST("/api/consultations/{id}/stills", { params: command(consultationId, key), body })),
});
