/** Every use case of the care API by its name, on the client typed from the OpenAPI document. Paths are written once, here. */
import createClient from "openapi-fetch";
import { command, data, fresh, type Care } from "./answers";
import { doses, refills } from "./doses";
import { Http, newIdempotencyKey, type HttpOptions } from "./http";
import { eligibility, referrals, transports, visits } from "./in-person";
import { everyPage } from "./pages";
import { courierRuns, discrepancies, parcels } from "./parcels";
import { consents, documents, ecgs, recordings, stills } from "./record";
import { favourites, prescribing } from "./prescribing";
import { pharmacySystems } from "./partners";
import { breakGlass, duplicates, imports, pharmacies, placement, retention } from "./registry";
import { calendars, rounds, schedule, urgentCalls } from "./schedule";
import { recalls } from "./recalls";
import { stock } from "./stock";
import type { paths } from "./schema";
import type * as T from "./types";

export interface SigningCertificate {
  certificate_chain_pem: string;
  x5c: string[];
  serial: string;
  not_after: string;
}

export class Api {
  readonly http: Http;
  private readonly care: Care;

  constructor(options: HttpOptions & { baseUrl?: string } = {}) {
    this.http = new Http(options);
    this.care = createClient<paths>({ baseUrl: options.baseUrl ?? "", fetch: (request) => this.http.send(request) });
  }

  readonly session = {
    me: () => this.http.json<{ staff: T.Staff; expires_at?: string }>("GET", "/session/me"),
    signIn: (username: string, password: string) =>
      this.http.json<{ staff: T.Staff }>("POST", "/session/sign-in", { body: { username, password } }),
    signOut: () => this.http.json<void>("POST", "/session/sign-out", { body: {} }),
    courier: (link_token: string, pin: string) =>
      this.http.json<{ run_id: string }>("POST", "/session/courier", { body: { link_token, pin } }),
    observer: (link_token: string) =>
      this.http.json<{ consultation_id: string; display_name: string }>("POST", "/session/observer", {
        body: { link_token },
      }),
    signingCertificate: (public_key_jwk: JsonWebKey, proof_jws: string) =>
      this.http.json<SigningCertificate>("POST", "/session/signing-certificate", {
        body: { public_key_jwk, proof_jws },
      }),
  };

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
    createPrescription: (id: string, draft: T.Draft, key?: string) =>
      data(this.care.POST("/api/consultations/{id}/prescriptions", { params: command(id, key), body: draft })),
  };

  readonly catalogue = {
    drugs: (q: string, signal?: AbortSignal) => data(this.care.GET("/api/drugs", { params: { query: { q } }, signal })),
    diagnoses: (q: string, signal?: AbortSignal) =>
      data(this.care.GET("/api/diagnoses", { params: { query: { q } }, signal })),
  };

  readonly prescriptions = {
    list: (query: { state?: string; mine?: boolean; newest?: boolean; ids?: string; cursor?: string } = {}) =>
      data(this.care.GET("/api/prescriptions", { params: { query } })),
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

  readonly administration = {
    staff: () => data(this.care.GET("/api/staff")),
    recordPractice: (staffId: string, body: T.PracticeUpdate, key?: string) =>
      data(this.care.PUT("/api/staff/{id}/practice", { params: command(staffId, key), body })),
    boxes: () => data(this.care.GET("/api/boxes")),
    safetyOverrides: (days: number) => data(this.care.GET("/api/safety/overrides", { params: { query: { days } } })),
    audit: (query: T.AuditQuery = {}) => data(this.care.GET("/api/audit", { params: { query } })),
  };
}
