/** The ways into one's own account: sessions, second factor, passkeys. What changes the session's token goes through the console, which keeps it in the cookie. */
import { data, type Care } from "./answers";
import type { Http } from "./http";
import type * as T from "./types";

export const ownAccess = (care: () => Care, http: () => Http) => ({
  sessions: () => data(care().GET("/api/sessions")),
  endSession: (id: string) => data(care().DELETE("/api/sessions/{id}", { params: { path: { id } } })),
  endOthers: () => data(care().POST("/api/sessions/end-others")),
  signOutEverywhere: () => http().json<void>("POST", "/session/sign-out-everywhere", { body: {} }),

  secondFactor: () => data(care().GET("/api/second-factor")),
  beginSecondFactor: (body: T.Proof) => data(care().POST("/api/second-factor/begin", { body })),
  confirmSecondFactor: (body: T.ConfirmSecondFactor) =>
    http().json<T.RecoveryCodes>("POST", "/session/second-factor", { body }),
  makeRecoveryCodes: (body: T.Proof) => data(care().POST("/api/second-factor/recovery-codes", { body })),
  removeSecondFactor: (body: T.Proof) => http().json<object>("POST", "/session/second-factor/remove", { body }),

  /** The session goes on under another token; all others end. */
  changePassword: (body: T.PasswordChange) => http().json<object>("POST", "/session/password", { body }),
  /** What the relay thinks of it; nothing is kept. */
  judgePassword: (password: string) => data(care().POST("/api/password/judgement", { body: { password } })),
  /** Which ways in changed since the person read last. */
  notices: () => data(care().GET("/api/access-notices")),
  seeNotices: (until: number) => data(care().POST("/api/access-notices/seen", { body: { until } })),

  passkeys: () => data(care().GET("/api/passkeys")),
  beginPasskey: (body: T.Proof) => data(care().POST("/api/passkeys/begin", { body })),
  registerPasskey: (body: T.NewPasskey) => http().json<{ passkey: T.Passkey }>("POST", "/session/passkeys", { body }),
  renamePasskey: (id: string, name: string, proof: T.Proof) =>
    data(care().PUT("/api/passkeys/{id}", { params: { path: { id } }, body: { name, ...proof } })),
  removePasskey: (id: string, proof: T.Proof) =>
    http().json<object>("POST", "/session/passkeys/remove", { body: { id, ...proof } }),
  /** What a passkey is to sign, before anybody is signed in. */
  askForPasskey: () => data(care().POST("/api/passkey-sessions/begin", { body: {} })),

  /** By which hospitals' identity providers one may sign in; asked before anybody is signed in. */
  identityProviders: () => data(care().GET("/api/identity-providers")),
  identities: () => data(care().GET("/api/sessions/identities")),
  identitiesOf: (id: string) => data(care().GET("/api/staff/{id}/identities", { params: { path: { id } } })),
  bindIdentity: (id: string, body: T.NewIdentity) =>
    data(care().POST("/api/staff/{id}/identities", { params: { path: { id } }, body })),
  unbindIdentity: (id: string, issuer: string) =>
    data(care().POST("/api/staff/{id}/identities/remove", { params: { path: { id } }, body: { issuer } })),

  endSessionsOf: (id: string) => data(care().POST("/api/staff/{id}/end-sessions", { params: { path: { id } } })),
  resetSecondFactor: (id: string) =>
    data(care().POST("/api/staff/{id}/reset-second-factor", { params: { path: { id } } })),
});
