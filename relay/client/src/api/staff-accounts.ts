/** Accounts of staff, as an administrator keeps them. Each first password is shown once. */
import { command, creation, data, type Care } from "./answers";
import type * as T from "./types";

export const staffAccounts = (care: () => Care) => ({
  create: (body: T.NewAccount, key?: string) => data(care().POST("/api/staff", { params: creation(key), body })),
  close: (id: string, key?: string) => data(care().POST("/api/staff/{id}/close", { params: command(id, key) })),
  reopen: (id: string, key?: string) => data(care().POST("/api/staff/{id}/reopen", { params: command(id, key) })),
  resetPassword: (id: string, key?: string) =>
    data(care().POST("/api/staff/{id}/reset-password", { params: command(id, key) })),
});
