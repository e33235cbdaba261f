/** Every use case of the care API by its name, on the client typed from the OpenAPI document. Paths are written once, here. */
import createClient from "openapi-fetch";
import { command, data, fresh, type Care } from "./answers";
import { doses, refills } from "./doses";
import { Http, newIdempotencyKey, type HttpOptions } from "./http";
import { ownAccess } from "./own-access";
import { eligibility, referrals, transports, visits } from "./in-person";
import { everyPage } from "./pages";
import { courierRuns, discrepancies, parcels } from "./parcels";
import { consents, documents, ecgs, recordings, stills } from "./record";
import { favourites, prescribing } from "./prescribing";
import { pharmacySystems } from "./partners";
import { breakGlass, duplicates, imports, pharmacies, placement, retention } from "./registry";
import { calendars, rounds, schedule, urgentCalls } from "./schedule";
import { licences, signingKeys } from "./signing-keys";
import { recalls } from "./recalls";
import { staffAccounts } from "./staff-accounts";
import { stock } from "./stock";
import type { paths } from "./schema";
import type * as T from "./types";

export interface SigningCertificate {
  certificate_chain_pem: string;
  x5c: string[];
  serial: string;
  not_after: string;
}

/** Who is signed in; `must_set_password` where nothing is open but that, and after it `must_enrol` where nothing is but the setting up of a second factor. */
export type SignedIn = T.Staff & { must_enrol?: boolean; must_set_password?: boolean };

interface Opened {
  staff: T.Staff;
  expires_at?: string;
  must_enrol?: boolean;
  must_set_password?: boolean;
}

/** What an identity provider sends the browser back with. */
export interface BroughtByOpenId {
  code: string;
  state: string;
  iss?: string;
}

const signedIn = ({ staff, expires_at, ...opened }: Opened): { staff: SignedIn; expires_at?: string } => ({
  staff: {
    ...staff,
    ...(opened.must_enrol && { must_enrol: true }),
    ...(opened.must_set_password && { must_set_password: true }),
  },
  expires_at,
});

/** What the console found of a signed document. */
export interface SignatureReport {
  what: "prescription" | "approval" | "receipt";
  signed_by: string;
  signer_name: string | null;
  signed_at: string;
  certificate_serial: string;
  certificate_until: string;
  key_sha256: string;
  document_sha256: string;
  document: unknown;
}

export type SignatureVerdict =
  | {
      verdict: "valid";
      report: SignatureReport;
      revocation_checked: boolean;
      of_prescription: boolean;
      is_about: boolean;
    }
  | {
      verdict: "not_valid";
      /** A stable name of the reason; the page has the words. */
      code: string;
      /** It is the prescription beside the document that is not believed. */
      of_prescription: boolean;
      /** The end or beginning of a certificate, or when its key was revoked. */
      at?: string;
      /** What the document is about instead. */
      about?: string;
      /** The verifier's own sentence, in English. */
      reason: string;
    };

export class Api {
  readonly http: Http;
  private readonly care: Care;

  constructor(options: HttpOptions & { baseUrl?: string } = {}) {
    this.http = new Http(options);
    this.care = createClient<paths>({ baseUrl: options.baseUrl ?? "", fetch: (request) => this.http.send(request) });
  }

  readonly session = {
    me: async () => signedIn(await this.http.json<Opened>("GET", "/session/me")),
    /** `code` where the account asks for one. */
    signIn: async (username: string, password: string, code?: string) =>
      signedIn(await this.http.json<Opened>("POST", "/session/sign-in", { body: { username, password, code } })),
    passkey: async (shown: T.PasskeySignIn) =>
      signedIn(await this.http.json<Opened>("POST", "/session/passkey", { body: shown })),
    /** Where the browser goes to sign in at a hospital's identity provider, and what it brings back from there. */
    openId: {
      begin: (provider: string) =>
        this.http.json<{ url: string }>("POST", "/session/openid/begin", { body: { provider } }),
      signIn: async (brought: BroughtByOpenId) =>
        signedIn(await this.http.json<Opened>("POST", "/session/openid", { body: brought })),
      beginProof: (provider: string) =>
        this.http.json<{ url: string }>("POST", "/session/openid/proof/begin", { body: { provider } }),
      prove: (brought: BroughtByOpenId) => this.http.json<object>("POST", "/session/openid/proof", { body: brought }),
    },
    /** The password once more, and a code where there is an authenticator app, before a signature. */
    reauthenticate: (proof: T.Proof) => data(this.care.POST("/api/sessions/current/authentication", { body: proof })),
    signOut: () => this.http.json<void>("POST", "/session/sign-out", { body: {} }),
    courier: (link_token: string, pin: string) =>
      this.http.json<{ run_id: string }>("POST", "/session/courier", { body: { link_token, pin } }),
    /** `device`: what this browser made up for this link; the link opens on no other. */
    observer: (link_token: string, device: string) =>
      this.http.json<{ consultation_id: string; display_name: string; admitted: boolean }>(
        "POST",
        "/session/observer",
        { body: { link_token, device } },
      ),
    /** Waiting, or let in. Whoever was sent away is signed out. */
    guestStanding: () => data(this.care.GET("/api/observer-sessions/current")),
    signingCertificate: (public_key_jwk: JsonWebKey, proof_jws: string) =>
      this.http.json<SigningCertificate>("POST", "/session/signing-certificate", {
        body: { public_key_jwk, proof_jws },
      }),
    /** By the console alone; the relay is not asked. `about`: the resident, prescription or parcel that it must be about. */
    verify: (jws: string, revoked?: T.RevokedKeys, prescription_jws?: string, about?: string) =>
      this.http.json<SignatureVerdict>("POST", "/session/verification", {
        body: { jws, revoked, prescription_jws, about },
      }),
  };

  readonly ownAccess = ownAccess(
    () => this.care,
    () => this.http,
  );

  readonly homes = { list: () => data(this.care.GET("/api/homes")) };

  readonly residents = {
    list: (query: { home_id?: string; q?: string; cursor?: string } = {}) =>
      data(this.care.GET("/api/residents", { params: { query } })),
    /** All of a home, page by page. */
    listFresh: async (query: { home_id?: string } = {}) => {
      let staleSince: string | undefined;
      const items = await everyPage(async (cursor) => {
        const page = await fresh(this.care.GET("/api/residents", { params: { query: { ...query, cursor } } }));
        staleSince ??= page.staleSince;
        return page.data;
      });
      return { data: { items, next: null }, staleSince };
    },
    get: (id: string) => data(this.care.GET("/api/residents/{id}", { params: { path: { id } } })),
    getFresh: (id: string) => fresh(this.care.GET("/api/residents/{id}", { params: { path: { id } } })),
    observations: (id: string, query: { since?: string; code?: string } = {}) =>
      data(this.care.GET("/api/residents/{id}/observations", { params: { path: { id }, query } })),
    addObservations: (id: string, readings: T.Reading[], key?: string) =>
      data(this.care.POST("/api/residents/{id}/observations", { params: command(id, key), body: { readings } })),
    addNote: (id: string, body: T.NewNote, key?: string) =>
      data(this.care.POST("/api/residents/{id}/notes", { params: command(id, key), body })),
    register: (body: T.ResidentInput, key: string = newIdempotencyKey()) =>
      data(this.care.POST("/api/residents", { params: { header: { "Idempotency-Key": key } }, body })),
    change: (id: string, body: T.ResidentChange, key?: string) =>
      data(this.care.PUT("/api/residents/{id}", { params: command(id, key), body })),
  };

  readonly consents = consents(() => this.care);
  readonly ecgs = ecgs(() => this.care);
  readonly recordings = recordings(() => this.care);
  readonly stills = stills(() => this.care);
  readonly documents = documents(
    () => this.care,
    () => this.http,
  );

  readonly doses = doses(() => this.care);
  readonly refills = refills(() => this.care);

  readonly consultations = {
    list: (query: { state?: string; home_id?: string } = {}) =>
      data(this.care.GET("/api/consultations", { params: { query } })),
    listFresh: (query: { state?: string } = {}) => fresh(this.care.GET("/api/consultations", { params: { query } })),
    get: (id: string) => data(this.care.GET("/api/consultations/{id}", { params: { path: { id } } })),
    /** How the call went, second by second, up to now. */
    mediaTimeline: (id: string) =>
      data(this.care.GET("/api/consultations/{id}/media-timeline", { params: { path: { id } } })),
    create: (body: T.NewConsultation, key: string = newIdempotencyKey()) =>
      data(this.care.POST("/api/consultations", { params: { header: { "Idempotency-Key": key } }, body })),
    begin: (id: string, version: number, key?: string) =>
      data(this.care.POST("/api/consultations/{id}/begin", { params: command(id, key), body: { version } })),
    complete: (id: string, version: number, key?: string) =>
      data(this.care.POST("/api/consultations/{id}/complete", { params: command(id, key), body: { version } })),
    cancel: (id: string, version: number, reason: string, key?: string) =>
      data(this.care.POST("/api/consultations/{id}/cancel", { params: command(id, key), body: { version, reason } })),
    fail: (id: string, version: number, reason: string, key?: string) =>
      data(this.care.POST("/api/consultations/{id}/fail", { params: command(id, key), body: { version, reason } })),
    stop: (id: string, version: number, reason: string, key?: string) =>
      data(this.care.POST("/api/consultations/{id}/stop", { params: command(id, key), body: { version, reason } })),
    noShow: (id: string, version: number, key?: string) =>
      data(this.care.POST("/api/consultations/{id}/no-show", { params: command(id, key), body: { version } })),
    saveNote: (id: string, body: T.NoteUpdate, key?: string) =>
      data(this.care.PUT("/api/consultations/{id}/note", { params: command(id, key), body })),
    invite: (id: string, body: T.NewInvitation, key?: string) =>
      data(this.care.POST("/api/consultations/{id}/invitations", { params: command(id, key), body })),
    /** Guests whose link still stands. */
    guests: (id: string) => data(this.care.GET("/api/consultations/{id}/invitations", { params: { path: { id } } })),
    admitGuest: (id: string, guest: T.Guest, key?: string) =>
      data(
        this.care.POST("/api/consultations/{id}/invitations/{guest}/admit", {
          params: { ...command(id, key), path: { id, guest: guest.id } },
          body: { version: guest.version },
        }),
      ),
    revokeGuest: (id: string, guest: T.Guest, key?: string) =>
      data(
        this.care.POST("/api/consultations/{id}/invitations/{guest}/revoke", {
          params: { ...command(id, key), path: { id, guest: guest.id } },
          body: { version: guest.version },
        }),
      ),
    createPrescription: (id: string, draft: T.Draft, key?: string) =>
      data(this.care.POST("/api/consultations/{id}/prescriptions", { params: command(id, key), body: draft })),
  };

  readonly catalogue = {
    drugs: (q: string, signal?: AbortSignal) => data(this.care.GET("/api/drugs", { params: { query: { q } }, signal })),
    diagnoses: (q: string, signal?: AbortSignal) =>
      data(this.care.GET("/api/diagnoses", { params: { query: { q } }, signal })),
  };

  readonly prescriptions = {
    list: (query: T.PrescriptionQuery = {}) => data(this.care.GET("/api/prescriptions", { params: { query } })),
    get: (id: string) => data(this.care.GET("/api/prescriptions/{id}", { params: { path: { id } } })),
    save: (id: string, body: T.DraftUpdate, key?: string) =>
      data(this.care.PUT("/api/prescriptions/{id}", { params: command(id, key), body })),
    findingsPreview: (id: string, draft: T.Draft, signal?: AbortSignal) =>
      data(
        this.care.POST("/api/prescriptions/{id}/findings-preview", { params: { path: { id } }, body: draft, signal }),
      ),
    signingDocument: (id: string, version: number, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/signing-document", { params: command(id, key), body: { version } })),
    sign: (id: string, version: number, jws: string, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/sign", { params: command(id, key), body: { version, jws } })),
    cancel: (id: string, version: number, reason: string, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/cancel", { params: command(id, key), body: { version, reason } })),
    claim: (id: string, version: number, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/claim", { params: command(id, key), body: { version } })),
    approvalDocument: (id: string, version: number, key?: string) =>
      data(
        this.care.POST("/api/prescriptions/{id}/approval-document", { params: command(id, key), body: { version } }),
      ),
    approve: (id: string, version: number, jws: string, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/approve", { params: command(id, key), body: { version, jws } })),
    reject: (id: string, body: T.RejectBody, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/reject", { params: command(id, key), body })),
    accept: (id: string, version: number, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/accept", { params: command(id, key), body: { version } })),
    dispense: (id: string, body: T.DispenseBody, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/dispense", { params: command(id, key), body })),
    pack: (id: string, body: T.PackBody, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/pack", { params: command(id, key), body })),
    decline: (id: string, body: T.DeclineBody, key?: string) =>
      data(this.care.POST("/api/prescriptions/{id}/decline", { params: command(id, key), body })),
  };

  readonly prescribing = prescribing(() => this.care);
  readonly favourites = favourites(() => this.care);
  readonly stock = stock(() => this.care);
  readonly recalls = recalls(() => this.care);

  readonly deliveries = {
    list: (query: { state?: string; cursor?: string } = {}) =>
      data(this.care.GET("/api/deliveries", { params: { query } })),
    listFresh: (query: { state?: string } = {}) => fresh(this.care.GET("/api/deliveries", { params: { query } })),
    get: (id: string) => data(this.care.GET("/api/deliveries/{id}", { params: { path: { id } } })),
    /** The courier's commands that need no more than the version. */
    step: (id: string, step: "accept" | "arrive" | "resume" | "give-back", version: number, key?: string) =>
      data(this.care.POST(`/api/deliveries/{id}/${step}`, { params: command(id, key), body: { version } })),
    failAttempt: (id: string, body: T.FailAttemptBody, key?: string) =>
      data(this.care.POST("/api/deliveries/{id}/fail-attempt", { params: command(id, key), body })),
    receive: (id: string, body: T.ReceiveBody, key?: string) =>
      data(this.care.POST("/api/deliveries/{id}/receive", { params: command(id, key), body })),
    refuse: (id: string, version: number, reason: string, key?: string) =>
      data(this.care.POST("/api/deliveries/{id}/refuse", { params: command(id, key), body: { version, reason } })),
  };

  readonly parcels = parcels(() => this.care);
  readonly courierRuns = courierRuns(() => this.care);
  readonly discrepancies = discrepancies(() => this.care);
  readonly imports = imports(() => this.care);
  readonly duplicates = duplicates(() => this.care);
  readonly retention = retention(() => this.care);
  readonly pharmacySystems = pharmacySystems(() => this.care);
  readonly breakGlass = breakGlass(() => this.care);
  readonly pharmacies = pharmacies(() => this.care);
  readonly placement = placement(() => this.care);
  readonly schedule = schedule(() => this.care);
  readonly rounds = rounds(() => this.care);
  readonly urgentCalls = urgentCalls(() => this.care);
  readonly calendars = calendars(() => this.care);
  readonly eligibility = eligibility(() => this.care);
  readonly visits = visits(() => this.care);
  readonly referrals = referrals(() => this.care);
  readonly transports = transports(() => this.care);

  readonly signingKeys = signingKeys(() => this.care);
  readonly licences = licences(() => this.care);
  readonly staffAccounts = staffAccounts(() => this.care);

  readonly administration = {
    staff: () => data(this.care.GET("/api/staff")),
    recordPractice: (staffId: string, body: T.PracticeUpdate, key?: string) =>
      data(this.care.PUT("/api/staff/{id}/practice", { params: command(staffId, key), body })),
    boxes: () => data(this.care.GET("/api/boxes")),
    /** The code is shown once. */
    askBoxEnrolment: (homeId: string, key?: string) =>
      data(this.care.POST("/api/boxes/{id}/enrol", { params: command(homeId, key) })),
    revokeBox: (homeId: string, key?: string) =>
      data(this.care.POST("/api/boxes/{id}/revoke", { params: command(homeId, key) })),
    safetyOverrides: (days: number) => data(this.care.GET("/api/safety/overrides", { params: { query: { days } } })),
    audit: (query: T.AuditQuery = {}) => data(this.care.GET("/api/audit", { params: { query } })),
  };
}
