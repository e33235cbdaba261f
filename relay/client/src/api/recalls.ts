/** Use cases of a batch that is called back. */
import { command, creation, data, type Care } from "./answers";
import type * as T from "./types";

export const recalls = (care: () => Care) => ({
  list: (query: { state?: string; drug_id?: string; batch?: string; cursor?: string } = {}) =>
    data(care().GET("/api/recalls", { params: { query } })),
  get: (id: string) => data(care().GET("/api/recalls/{id}", { params: { path: { id } } })),
  declare: (body: T.NewRecall, key?: string) => data(care().POST("/api/recalls", { params: creation(key), body })),
  close: (id: string, body: T.CloseRecallBody, key?: string) =>
    data(care().POST("/api/recalls/{id}/close", { params: command(id, key), body })),
  withdraw: (id: string, body: T.CloseRecallBody, key?: string) =>
    data(care().POST("/api/recalls/{id}/withdraw", { params: command(id, key), body })),
  answer: (id: string, body: T.AnswerRecallBody, key?: string) =>
    data(care().POST("/api/recalls/{id}/answer", { params: command(id, key), body })),
});
