/** Use cases of a pharmacy's shelf, and what it filled. */
import { command, creation, data, type Care } from "./answers";
import type * as T from "./types";

export const stock = (care: () => Care) => ({
  list: (query: { drug_id?: string; expires_within_days?: number; runs_out_within_days?: number } = {}) =>
    data(care().GET("/api/stock", { params: { query } })),
  receive: (body: T.GoodsReceipt, key?: string) => data(care().POST("/api/stock", { params: creation(key), body })),
  moves: (id: string, cursor?: string) =>
    data(care().GET("/api/stock/{id}/moves", { params: { path: { id }, query: { cursor } } })),
  correct: (id: string, body: T.StockCount, key?: string) =>
    data(care().POST("/api/stock/{id}/correct", { params: command(id, key), body })),
  writeOff: (id: string, body: T.StockStep, key?: string) =>
    data(care().POST("/api/stock/{id}/write-off", { params: command(id, key), body })),
  release: (id: string, body: T.StockStep, key?: string) =>
    data(care().POST("/api/stock/{id}/release", { params: command(id, key), body })),
  dispenses: (prescriptionId: string) =>
    data(care().GET("/api/prescriptions/{id}/dispenses", { params: { path: { id: prescriptionId } } })),
});
