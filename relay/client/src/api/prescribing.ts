/** Use cases around a prescription: questions, replacement, the facts beside the lines, favourites. */
import { command, creation, data, type Care } from "./answers";
import type * as T from "./types";

export const prescribing = (care: () => Care) => ({
  /** The reviewing pharmacist, or the pharmacy that has it, asks the prescriber. */
  ask: (id: string, version: number, question: string, key?: string) =>
    data(care().POST("/api/prescriptions/{id}/ask", { params: command(id, key), body: { version, question } })),
  answer: (id: string, version: number, answer: string, key?: string) =>
    data(care().POST("/api/prescriptions/{id}/answer", { params: command(id, key), body: { version, answer } })),
  release: (id: string, version: number, key?: string) =>
    data(care().POST("/api/prescriptions/{id}/release", { params: command(id, key), body: { version } })),
  replace: (id: string, body: T.ReplaceBody, key?: string) =>
    data(care().POST("/api/prescriptions/{id}/replace", { params: command(id, key), body })),
  /** What a pharmacist has to look at: urgent first, then what was signed first. */
  reviewQueue: (cursor?: string) =>
    data(care().GET("/api/prescriptions", { params: { query: { review: true, cursor } } })),
  reviewFacts: (id: string) => data(care().GET("/api/prescriptions/{id}/review-facts", { params: { path: { id } } })),
  facts: (consultationId: string) =>
    data(care().GET("/api/consultations/{id}/prescribing-facts", { params: { path: { id: consultationId } } })),
});

export const favourites = (care: () => Care) => ({
  list: () => data(care().GET("/api/prescription-favourites")),
  save: (body: T.NewFavourite, key?: string) =>
    data(care().POST("/api/prescription-favourites", { params: creation(key), body })),
  delete: (id: string, key?: string) =>
    data(care().DELETE("/api/prescription-favourites/{id}", { params: command(id, key) })),
});
