/** Use cases of doses and refills. */
import { command, data, fresh, type Care } from "./answers";
import type * as T from "./types";

export const doses = (care: () => Care) => ({
  /** Of the nurse's home; today when no day is said. */
  ofDay: (query: { day?: string; resident_id?: string } = {}) => fresh(care().GET("/api/doses", { params: { query } })),
  record: (residentId: string, body: T.NewDoseEntry, key?: string) =>
    data(care().POST("/api/residents/{id}/doses", { params: command(residentId, key), body })),
});

export const refills = (care: () => Care) => ({
  list: (query: { state?: string; cursor?: string } = {}) => data(care().GET("/api/refills", { params: { query } })),
  see: (id: string, version: number, key?: string) =>
    data(care().POST("/api/refills/{id}/see", { params: command(id, key), body: { version } })),
  decline: (id: string, version: number, reason: string, key?: string) =>
    data(care().POST("/api/refills/{id}/decline", { params: command(id, key), body: { version, reason } })),
});

/** For an anchor: the browser shows the PDF. */
export const medicationSheetPath = (residentId: string, language: "zh" | "en"): string =>
  `/api/residents/${residentId}/medication-sheet?lang=${language}`;

/** For an anchor: labels of the medicines and of the bed. */
export const medicationLabelsPath = (residentId: string, language: "zh" | "en"): string =>
  `/api/residents/${residentId}/medication-labels?lang=${language}`;
