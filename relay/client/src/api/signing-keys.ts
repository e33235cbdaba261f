/** Keys that people sign with, and the licences by which they may. */
import { command, creation, data, type Care } from "./answers";
import type * as T from "./types";

export const signingKeys = (care: () => Care) => ({
  /** All for an administrator, the own ones for who signs. */
  list: () => data(care().GET("/api/signing-keys")),
  request: (body: T.NewSigningKey, key?: string) =>
    data(care().POST("/api/signing-keys", { params: creation(key), body })),
  approve: (id: string, version: number, key?: string) =>
    data(care().POST("/api/signing-keys/{id}/approve", { params: command(id, key), body: { version } })),
  refuse: (id: string, version: number, reason: string, key?: string) =>
    data(care().POST("/api/signing-keys/{id}/refuse", { params: command(id, key), body: { version, reason } })),
  revoke: (id: string, version: number, reason: string, key?: string) =>
    data(care().POST("/api/signing-keys/{id}/revoke", { params: command(id, key), body: { version, reason } })),
  /** The answer of `certs sign-request`. */
  certify: (id: string, version: number, certificate_chain_pem: string, key?: string) =>
    data(
      care().POST("/api/signing-keys/{id}/certificate", {
        params: command(id, key),
        body: { version, certificate_chain_pem },
      }),
    ),
  /** What `certs verify --revoked` reads. */
  revoked: () => data(care().GET("/api/revoked-signing-keys")),
});

export const licences = (care: () => Care) => ({
  history: (staffId: string) => data(care().GET("/api/staff/{id}/licences", { params: { path: { id: staffId } } })),
  record: (staffId: string, body: T.LicenceUpdate, key?: string) =>
    data(care().PUT("/api/staff/{id}/licence", { params: command(staffId, key), body })),
});
