/** Every use case of the care API by its name. Paths are written once, here. */
import { Http, newIdempotencyKey, type Fresh, type HttpOptions } from "./http";
import type * as T from "./types";

const id = encodeURIComponent;

export interface SigningCertificate {
  certificate_chain_pem: string;
  x5c: string[];
  serial: string;
  not_after: string;
}

export class Api {
  readonly http: Http;
  constructor(options: HttpOptions = {}) {
    this.http = new Http(options);
  }

  private get<R>(path: string, query?: Record<string, string | number | undefined>, signal?: AbortSignal): Promise<R> {
    return this.http.json<R>("GET", path, { query, signal });
  }
  /** A command: `key` belongs to the user's action, so pass the same one on a retry (`useAction` does). */
  private command<R>(path: string, body: unknown, key: string = newIdempotencyKey()): Promise<R> {
    return this.http.json<R>("POST", path, { body, idempotencyKey: key });
  }

  readonly session = {
    me: () => this.get<{ staff: T.Staff; expires_at?: string }>("/session/me"),
    signIn: (username: string, password: string) =>
      this.http.json<{ staff: T.Staff }>("POST", "/session/sign-in", { body: { username, password } }),
    signOut: () => this.http.json<void>("POST", "/session/sign-out", { body: {} }),
    courier: (link_token: string, pin: string) =>
      this.http.json<{ delivery_id: string }>("POST", "/session/courier", { body: { link_token, pin } }),
    observer: (link_token: string) =>
      this.http.json<{ consultation_id: string; display_name: string }>("POST", "/session/observer", {
        body: { link_token },
      }),
    signingCertificate: (public_key_jwk: JsonWebKey, proof_jws: string) =>
      this.http.json<SigningCertificate>("POST", "/session/signing-certificate", {
        body: { public_key_jwk, proof_jws },
      }),
  };

  readonly homes = { list: () => this.get<T.Home[]>("/api/homes") };

  readonly residents = {
    list: (query: { home_id?: string; q?: string } = {}) =>
      this.get<T.Page<T.ResidentSummary>>("/api/residents", query),
    listFresh: (query: { home_id?: string } = {}): Promise<Fresh<T.Page<T.ResidentSummary>>> =>
      this.http.jsonWithStaleness("/api/residents", { query }),
    get: (residentId: string) => this.get<T.Resident>(`/api/residents/${id(residentId)}`),
    getFresh: (residentId: string): Promise<Fresh<T.Resident>> =>
      this.http.jsonWithStaleness(`/api/residents/${id(residentId)}`),
    observations: (residentId: string, query: { since?: string; code?: string } = {}) =>
      this.get<T.Page<T.Observation>>(`/api/residents/${id(residentId)}/observations`, query),
    addObservations: (residentId: string, readings: T.Reading[], key?: string) =>
      this.command<T.Page<T.Observation>>(`/api/residents/${id(residentId)}/observations`, { readings }, key),
    addNote: (residentId: string, note: { text: string; written_at: string; kind: T.Note["kind"] }, key?: string) =>
      this.command<T.Note>(`/api/residents/${id(residentId)}/notes`, note, key),
  };

  readonly consultations = {
    list: (query: { state?: string; home_id?: string } = {}) =>
      this.get<T.Page<T.ConsultationSummary>>("/api/consultations", query),
    listFresh: (query: { state?: string } = {}): Promise<Fresh<T.Page<T.ConsultationSummary>>> =>
      this.http.jsonWithStaleness("/api/consultations", { query }),
    get: (consultationId: string) => this.get<T.Consultation>(`/api/consultations/${id(consultationId)}`),
    create: (body: { resident_id: string; reason: string; urgency: T.Urgency }, key?: string) =>
      this.command<T.ConsultationSummary>("/api/consultations", body, key),
    begin: (consultationId: string, version: number, key?: string) =>
      this.command<T.ConsultationSummary>(`/api/consultations/${id(consultationId)}/begin`, { version }, key),
    complete: (consultationId: string, version: number, key?: string) =>
      this.command<T.ConsultationSummary>(`/api/consultations/${id(consultationId)}/complete`, { version }, key),
    cancel: (consultationId: string, version: number, reason: string, key?: string) =>
      this.command<T.ConsultationSummary>(`/api/consultations/${id(consultationId)}/cancel`, { version, reason }, key),
    fail: (consultationId: string, version: number, reason: string, key?: string) =>
      this.command<T.ConsultationSummary>(`/api/consultations/${id(consultationId)}/fail`, { version, reason }, key),
    stop: (consultationId: string, version: number, reason: string, key?: string) =>
      this.command<T.ConsultationSummary>(`/api/consultations/${id(consultationId)}/stop`, { version, reason }, key),
    noShow: (consultationId: string, version: number, key?: string) =>
      this.command<T.ConsultationSummary>(`/api/consultations/${id(consultationId)}/no-show`, { version }, key),
    saveNote: (consultationId: string, body: { text: string; diagnosis_code?: string | null; version: number }) =>
      this.http.json<T.ConsultationNote>("PUT", `/api/consultations/${id(consultationId)}/note`, { body }),
    invite: (
      consultationId: string,
      body: { kind: "family" | "second_specialist"; display_name: string },
      key?: string,
    ) =>
      this.command<{ link_path: string; expires_at: string }>(
        `/api/consultations/${id(consultationId)}/invitations`,
        body,
        key,
      ),
    createPrescription: (consultationId: string, draft: T.Draft, key?: string) =>
      this.command<T.Prescription>(`/api/consultations/${id(consultationId)}/prescriptions`, draft, key),
  };

  readonly catalogue = {
    drugs: (q: string, signal?: AbortSignal) => this.get<T.Page<T.Drug>>("/api/drugs", { q }, signal),
    diagnoses: (q: string, signal?: AbortSignal) => this.get<T.Page<T.Diagnosis>>("/api/diagnoses", { q }, signal),
  };

  readonly prescriptions = {
    list: (query: { state?: string; mine?: string } = {}) =>
      this.get<T.Page<T.PrescriptionSummary>>("/api/prescriptions", query),
    get: (prescriptionId: string) => this.get<T.Prescription>(`/api/prescriptions/${id(prescriptionId)}`),
    save: (prescriptionId: string, body: T.Draft & { version: number }) =>
      this.http.json<T.Prescription>("PUT", `/api/prescriptions/${id(prescriptionId)}`, { body }),
    findingsPreview: (prescriptionId: string, draft: T.Draft, signal?: AbortSignal) =>
      this.http.json<{ findings: T.Finding[] }>("POST", `/api/prescriptions/${id(prescriptionId)}/findings-preview`, {
        body: draft,
        signal,
      }),
    signingDocument: (prescriptionId: string, version: number, key?: string) =>
      this.command<{ document: string }>(`/api/prescriptions/${id(prescriptionId)}/signing-document`, { version }, key),
    sign: (prescriptionId: string, version: number, jws: string, key?: string) =>
      this.command<T.Prescription>(`/api/prescriptions/${id(prescriptionId)}/sign`, { version, jws }, key),
    cancel: (prescriptionId: string, version: number, reason: string, key?: string) =>
      this.command<T.Prescription>(`/api/prescriptions/${id(prescriptionId)}/cancel`, { version, reason }, key),
    claim: (prescriptionId: string, version: number, key?: string) =>
      this.command<T.Prescription>(`/api/prescriptions/${id(prescriptionId)}/claim`, { version }, key),
    approvalDocument: (prescriptionId: string, version: number, key?: string) =>
      this.command<{ document: string }>(
        `/api/prescriptions/${id(prescriptionId)}/approval-document`,
        { version },
        key,
      ),
    approve: (prescriptionId: string, version: number, jws: string, key?: string) =>
      this.command<T.Prescription>(`/api/prescriptions/${id(prescriptionId)}/approve`, { version, jws }, key),
    reject: (prescriptionId: string, body: { version: number; code: T.RejectionCode; comment: string }, key?: string) =>
      this.command<T.Prescription>(`/api/prescriptions/${id(prescriptionId)}/reject`, body, key),
    accept: (prescriptionId: string, version: number, key?: string) =>
      this.command<{ secret: string; prescription: T.Prescription }>(
        `/api/prescriptions/${id(prescriptionId)}/accept`,
        { version },
        key,
      ),
    dispense: (
      prescriptionId: string,
      body: {
        version: number;
        secret: string;
        packs: { item_no: number; batch: string; expiry: string; quantity: number }[];
      },
      key?: string,
    ) => this.command<T.Prescription>(`/api/prescriptions/${id(prescriptionId)}/dispense`, body, key),
    pack: (
      prescriptionId: string,
      body: { version: number; secret: string; courier_name: string; courier_phone: string },
      key?: string,
    ) =>
      this.command<{
        prescription: T.Prescription;
        delivery: T.Delivery;
        courier_link_path: string;
        courier_pin: string;
        parcel_code: string;
      }>(`/api/prescriptions/${id(prescriptionId)}/pack`, body, key),
    decline: (prescriptionId: string, version: number, reason: string, key?: string) =>
      this.command<T.Prescription>(`/api/prescriptions/${id(prescriptionId)}/decline`, { version, reason }, key),
  };

  readonly deliveries = {
    list: (query: { state?: string } = {}) => this.get<T.Page<T.Delivery>>("/api/deliveries", query),
    listFresh: (query: { state?: string } = {}): Promise<Fresh<T.Page<T.Delivery>>> =>
      this.http.jsonWithStaleness("/api/deliveries", { query }),
    get: (deliveryId: string) => this.get<T.Delivery>(`/api/deliveries/${id(deliveryId)}`),
    /** Courier's commands without more than the version. */
    step: (
      deliveryId: string,
      step: "accept" | "pick-up" | "arrive" | "resume" | "give-back",
      version: number,
      key?: string,
    ) => this.command<T.Delivery>(`/api/deliveries/${id(deliveryId)}/${step}`, { version }, key),
    failAttempt: (deliveryId: string, version: number, reason: string, key?: string) =>
      this.command<T.Delivery>(`/api/deliveries/${id(deliveryId)}/fail-attempt`, { version, reason }, key),
    receive: (
      deliveryId: string,
      body: { version: number; parcel_code: string; counts: T.Count[]; comment?: string },
      key?: string,
    ) => this.command<T.Delivery>(`/api/deliveries/${id(deliveryId)}/receive`, body, key),
    refuse: (deliveryId: string, version: number, reason: string, key?: string) =>
      this.command<T.Delivery>(`/api/deliveries/${id(deliveryId)}/refuse`, { version, reason }, key),
  };

  readonly administration = {
    staff: () => this.get<T.Page<T.Staff>>("/api/staff"),
    boxes: () => this.get<T.Box[]>("/api/boxes"),
    audit: (cursor?: string) => this.get<T.Page<T.AuditItem>>("/api/audit", { cursor }),
  };
}
