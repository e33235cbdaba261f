/** Pharmacies' own systems: credentials, webhooks, and how events fared. */
import { command, creation, data, type Care } from "./answers";
import type * as T from "./types";

export const pharmacySystems = (care: () => Care) => ({
  list: () => data(care().GET("/api/pharmacy-systems")),
  make: (body: T.NewPharmacySystem, key?: string) =>
    data(care().POST("/api/pharmacy-systems", { params: creation(key), body })),
  rotate: (id: string, key?: string) =>
    data(care().POST("/api/pharmacy-systems/{id}/rotate", { params: command(id, key) })),
  revoke: (id: string, key?: string) =>
    data(care().POST("/api/pharmacy-systems/{id}/revoke", { params: command(id, key) })),
  setWebhook: (id: string, url: string, key?: string) =>
    data(care().PUT("/api/pharmacy-systems/{id}/webhook", { params: command(id, key), body: { url } })),
  removeWebhook: (id: string, key?: string) =>
    data(care().DELETE("/api/pharmacy-systems/{id}/webhook", { params: command(id, key) })),
  rotateWebhook: (id: string, key?: string) =>
    data(care().POST("/api/pharmacy-systems/{id}/rotate-webhook", { params: command(id, key) })),
  deliveries: (id: string, cursor?: string) =>
    data(care().GET("/api/pharmacy-systems/{id}/deliveries", { params: { path: { id }, query: { cursor } } })),
  /** Everything from one event on, under the same ids. */
  replayFrom: (id: string, from: string, key?: string) =>
    data(care().POST("/api/pharmacy-systems/{id}/replay", { params: command(id, key), body: { from } })),
  replay: (deliveryId: string, key?: string) =>
    data(care().POST("/api/webhook-deliveries/{id}/replay", { params: command(deliveryId, key) })),
});
