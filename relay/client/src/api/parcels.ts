/** Parcels on their way beyond the courier's plain steps: scans, temperatures, runs, what the pharmacy does, discrepancies. */
import { command, data, type Care } from "./answers";
import { newIdempotencyKey } from "./http";
import type * as T from "./types";

export const parcels = (care: () => Care) => ({
  pickUp: (id: string, body: T.PickUpBody, key?: string) =>
    data(care().POST("/api/deliveries/{id}/pick-up", { params: command(id, key), body })),
  measure: (id: string, body: T.NewTemperature, key?: string) =>
    data(care().POST("/api/deliveries/{id}/temperatures", { params: command(id, key), body })),
  /** The pharmacy decides about a parcel on the road, and says why. */
  decide: (id: string, step: "release" | "turn-back", body: T.DecisionBody, key?: string) =>
    data(care().POST(`/api/deliveries/{id}/${step}`, { params: command(id, key), body })),
  /** The pharmacy has the parcel again; `destroyed`: nothing of it can be used any more. */
  takeBack: (id: string, version: number, destroyed: boolean, key?: string) =>
    data(care().POST("/api/deliveries/{id}/take-back", { params: command(id, key), body: { version, destroyed } })),
  lose: (id: string, version: number, key?: string) =>
    data(care().POST("/api/deliveries/{id}/lose", { params: command(id, key), body: { version } })),
});

export const courierRuns = (care: () => Care) => ({
  get: (id: string) => data(care().GET("/api/courier-runs/{id}", { params: { path: { id } } })),
  reorder: (id: string, body: T.RunOrder, key: string = newIdempotencyKey()) =>
    data(care().PUT("/api/courier-runs/{id}/order", { params: command(id, key), body })),
  renewLink: (id: string, version: number, key?: string) =>
    data(care().POST("/api/courier-runs/{id}/link", { params: command(id, key), body: { version } })),
});

export const discrepancies = (care: () => Care) => ({
  list: (query: { state?: string; cursor?: string } = {}) =>
    data(care().GET("/api/discrepancies", { params: { query } })),
  resolve: (id: string, body: T.ResolveBody, key?: string) =>
    data(care().POST("/api/discrepancies/{id}/resolve", { params: command(id, key), body })),
});
