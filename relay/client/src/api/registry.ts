/** Who the residents are: imports, transfers, duplicates, and records opened without a relation. */
import { command, creation, data, type Care } from "./answers";
import type * as T from "./types";

export const imports = (care: () => Care) => ({
  dryRun: (body: T.ResidentImport) => data(care().POST("/api/resident-imports/dry-run", { body })),
  apply: (body: T.ResidentImport, key?: string) =>
    data(care().POST("/api/resident-imports", { params: creation(key), body })),
});

export const duplicates = (care: () => Care) => ({
  list: (cursor?: string) => data(care().GET("/api/duplicates", { params: { query: { cursor } } })),
  merge: (id: string, body: T.MergeBody, key?: string) =>
    data(care().POST("/api/duplicates/{id}/merge", { params: command(id, key), body })),
  dismiss: (id: string, version: number, reason: string, key?: string) =>
    data(care().POST("/api/duplicates/{id}/dismiss", { params: command(id, key), body: { version, reason } })),
  unmerge: (id: string, version: number, reason: string, key?: string) =>
    data(care().POST("/api/duplicates/{id}/unmerge", { params: command(id, key), body: { version, reason } })),
});

/** How long what is kept, and legal holds. */
export const retention = (care: () => Care) => ({
  get: () => data(care().GET("/api/retention")),
  holds: (cursor?: string) => data(care().GET("/api/legal-holds", { params: { query: { cursor } } })),
  hold: (body: T.NewLegalHold, key?: string) => data(care().POST("/api/legal-holds", { params: creation(key), body })),
  release: (id: string, version: number, key?: string) =>
    data(care().POST("/api/legal-holds/{id}/release", { params: command(id, key), body: { version } })),
});

export const breakGlass = (care: () => Care) => ({
  /** To the administrator the review queue, to a nurse what her home has to take note of. */
  list: (query: { all?: boolean; named?: boolean; cursor?: string } = {}) =>
    data(care().GET("/api/break-glass", { params: { query } })),
  open: (body: T.NewBreakGlass, key?: string) => data(care().POST("/api/break-glass", { params: creation(key), body })),
  close: (id: string, version: number, key?: string) =>
    data(care().POST("/api/break-glass/{id}/close", { params: command(id, key), body: { version } })),
  review: (id: string, body: T.ReviewBody, key?: string) =>
    data(care().POST("/api/break-glass/{id}/review", { params: command(id, key), body })),
  acknowledge: (id: string, key?: string) =>
    data(care().POST("/api/break-glass/{id}/acknowledge", { params: command(id, key) })),
});

/** What an administrator decides about homes, and in which home a resident lives. */
export const placement = (care: () => Care) => ({
  /** Who the residents are, without anything clinical. */
  identities: (query: { q?: string; home_id?: string } = {}) =>
    data(care().GET("/api/resident-identities", { params: { query } })),
  transfer: (residentId: string, body: T.TransferBody, key?: string) =>
    data(care().POST("/api/residents/{id}/transfer", { params: command(residentId, key), body })),
  setPlace: (homeId: string, body: T.HomePlaceUpdate, key?: string) =>
    data(care().PUT("/api/homes/{id}/place", { params: command(homeId, key), body })),
  setZone: (homeId: string, body: T.HomeZoneUpdate, key?: string) =>
    data(care().PUT("/api/homes/{id}/zone", { params: command(homeId, key), body })),
  jointConsultation: (homeId: string) =>
    data(care().GET("/api/homes/{id}/joint-consultation", { params: { path: { id: homeId } } })),
  setJointConsultation: (homeId: string, body: T.JointConsultationUpdate, key?: string) =>
    data(care().PUT("/api/homes/{id}/joint-consultation", { params: command(homeId, key), body })),
});

/** What prescriptions are offered to pharmacies by. */
export const pharmacies = (care: () => Care) => ({
  list: () => data(care().GET("/api/pharmacies")),
  /** Which pharmacies were asked for what came into the pool, and what they answered. */
  offers: (cursor?: string) => data(care().GET("/api/offers", { params: { query: { cursor } } })),
  setFacts: (id: string, body: T.PharmacyFactsUpdate, key?: string) =>
    data(care().PUT("/api/pharmacies/{id}/facts", { params: command(id, key), body })),
});
