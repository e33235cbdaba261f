/** The care record as the API speaks it. Dates are RFC 3339 strings, ids plain UUID strings. */

export type Role = "nurse" | "specialist" | "pharmacist" | "pharmacy" | "courier" | "observer" | "administrator";
export type Urgency = "routine" | "urgent";
export type LinkLevel = "good" | "weak" | "poor" | "lost";

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface Staff {
  id: string;
  name: string;
  role: Role;
  home_id?: string | null;
  home_name?: string | null;
  pharmacy_id?: string | null;
  pharmacy_name?: string | null;
  hospital?: string | null;
  licence?: string | null;
  title?: string | null;
}

export interface Home {
  id: string;
  name: string;
  address: string;
  phone: string;
}

export type Sex = "male" | "female";

export interface Observation {
  id: string;
  /** LOINC. */
  code: string;
  value: number;
  /** UCUM. */
  unit: string;
  measured_at: string;
  received_at: string;
  device?: string | null;
  source: "nurse" | "device" | "seed";
  low?: number | null;
  high?: number | null;
}

export interface Reading {
  code: string;
  value: number;
  unit: string;
  measured_at: string;
  device?: string | null;
}

export interface Condition {
  code: string;
  display: string;
}

export interface ResidentSummary {
  id: string;
  name: string;
  sex: Sex;
  birth_date: string;
  age: number;
  bed: string;
  home_id: string;
  home_name: string;
  allergies: string[];
  conditions: Condition[];
  last_observations: Observation[];
  /** LOINC codes whose last value is outside its band. */
  out_of_range: string[];
  photo_url?: string | null;
}

export interface AllergyRecord {
  substance: string;
  group?: string | null;
  reaction: string;
  severity: string;
}

export interface ConditionRecord {
  code: string;
  display_zh: string;
  display_en: string;
  since?: string | null;
}

export interface Medicine {
  drug_id?: string | null;
  name: string;
  dose_text: string;
  since?: string | null;
}

export interface Eligibility {
  diagnosis_code: string;
  display: string;
  hospital: string;
  date: string;
  clinician: string;
}

export interface Note {
  id: string;
  text: string;
  kind: "nursing" | "complaint";
  written_at: string;
  received_at: string;
  author_name: string;
}

export interface Contact {
  name: string;
  relation: string;
  phone: string;
}

export interface Resident extends Omit<ResidentSummary, "conditions"> {
  id_number_masked?: string | null;
  contacts: Contact[];
  allergy_records: AllergyRecord[];
  conditions: ConditionRecord[];
  medicines: Medicine[];
  eligibility: Eligibility[];
  notes: Note[];
  consultations: ConsultationSummary[];
  prescriptions: PrescriptionSummary[];
}

export type ConsultationState =
  | "requested"
  | "awaiting_acceptance"
  | "scheduled"
  | "waiting"
  | "in_progress"
  | "completed"
  | "cancelled"
  | "no_show"
  | "failed_technical"
  | "stopped_in_person";

export interface ConsultationSummary {
  id: string;
  state: ConsultationState;
  version: number;
  resident: { id: string; name: string; age: number; sex: Sex; bed: string; home_id: string; home_name: string };
  reason: string;
  urgency: Urgency;
  specialist?: { id: string; name: string } | null;
  requested_at: string;
  scheduled_at?: string | null;
  waiting_since?: string | null;
  began_at?: string | null;
  ended_at?: string | null;
  out_of_range: { code: string; value: number; unit: string }[];
  link: LinkLevel | "none";
  participants: number;
}

export interface ConsultationNote {
  text: string;
  diagnosis_code?: string | null;
  version: number;
}

export interface Consultation extends ConsultationSummary {
  note?: ConsultationNote | null;
  prescriptions: PrescriptionSummary[];
  allowed: string[];
}

export interface Drug {
  id: string;
  name_zh: string;
  name_en: string;
  pinyin: string;
  atc: string;
  form: string;
  strength: string;
  unit: string;
  class: string;
  allergy_group?: string | null;
  banned: "none" | "narcotic" | "psychotropic" | "toxic" | "radioactive";
  anti_infective: boolean;
  cold_chain: boolean;
  decoction: boolean;
  max_single_dose?: number | null;
  max_daily_dose?: number | null;
}

export interface Diagnosis {
  code: string;
  display_zh: string;
  display_en: string;
}

export type Frequency = "qd" | "bid" | "tid" | "qid" | "qn" | "q8h" | "q12h" | "prn";
export type Route = "oral" | "topical" | "inhaled" | "subcutaneous" | "sublingual";
export type Supply = "ordinary" | "emergency" | "chronic";

export interface DraftItem {
  drug_id: string;
  dose: number;
  frequency: Frequency;
  route: Route;
  days: number;
  quantity?: number | null;
  instruction: string;
}

export interface Draft {
  diagnosis_code: string;
  supply: Supply;
  valid_days: number;
  items: DraftItem[];
  hard_stop_reason?: string | null;
}

export interface Finding {
  outcome: "clear" | "alert" | "not_covered" | "input_missing";
  severity: "block" | "hard_stop" | "warn" | "info";
  kind: "eligibility" | "allergy" | "banned" | "validity" | "supply" | "items" | "decoction" | "long_exclusion";
  item_no?: number | null;
  message_zh: string;
  message_en: string;
  source: string;
  action_zh: string;
  action_en: string;
}

export interface PrescriptionItem {
  no: number;
  drug: Drug;
  dose: number;
  dose_unit: string;
  frequency: Frequency;
  route: Route;
  days: number;
  quantity: number;
  quantity_unit: string;
  instruction: string;
}

export type PrescriptionState =
  | "draft"
  | "signed"
  | "in_review"
  | "approved"
  | "rejected"
  | "dispensing"
  | "packed"
  | "in_delivery"
  | "delivered"
  | "returned"
  | "cancelled"
  | "expired";

export interface TimelineEntry {
  step: string;
  at: string;
  who?: string | null;
}

export interface Signature {
  jws: string;
  certificate_serial: string;
}

export interface Prescription {
  id: string;
  version: number;
  state: PrescriptionState;
  consultation_id: string;
  resident: {
    id: string;
    name: string;
    age: number;
    sex: Sex;
    bed: string;
    home_id: string;
    home_name: string;
    allergies: string[];
  };
  specialist: { id: string; name: string; title?: string | null; hospital?: string | null };
  diagnosis: Condition;
  supply: Supply;
  valid_days: number;
  valid_until?: string | null;
  items: PrescriptionItem[];
  findings: Finding[];
  hard_stop_reason?: string | null;
  signed_at?: string | null;
  approved_at?: string | null;
  pharmacist?: { id: string; name: string } | null;
  rejection?: { code: RejectionCode; comment: string } | null;
  pharmacy?: { id: string; name: string } | null;
  delivery_id?: string | null;
  timeline: TimelineEntry[];
  signature?: Signature | null;
  approval?: Signature | null;
  allowed: string[];
}

export interface PrescriptionSummary {
  id: string;
  state: PrescriptionState;
  version: number;
  resident: { name: string; age: number; sex: Sex; bed: string; home_name: string };
  specialist_name: string;
  diagnosis_display: string;
  item_count: number;
  drug_names: string[];
  urgency: Urgency;
  signed_at?: string | null;
  waiting_since?: string | null;
  worst_finding?: string | null;
}

export type RejectionCode = "dose" | "interaction" | "allergy" | "diagnosis" | "incomplete" | "other";

export type DeliveryState =
  | "awaiting_courier"
  | "accepted"
  | "in_transit"
  | "at_door"
  | "on_hold"
  | "received"
  | "discrepancy"
  | "refused"
  | "lost"
  | "returned"
  | "cancelled";

export interface Pack {
  item_no: number;
  name: string;
  quantity: number;
  unit: string;
  batch: string;
  expiry: string;
}

export interface Delivery {
  id: string;
  version: number;
  state: DeliveryState;
  prescription_id: string;
  resident?: { name: string; bed: string } | null;
  home: { name: string; address: string; phone: string };
  parcel_code?: string | null;
  cold_chain: boolean;
  packs?: Pack[] | null;
  courier: { name: string; phone: string };
  attempts: { at: string; reason: string }[];
  timeline: TimelineEntry[];
  allowed: string[];
}

export interface Count {
  item_no: number;
  quantity: number;
  damaged: number;
}

export interface Box {
  home_id: string;
  home_name: string;
  connected: boolean;
  since?: string | null;
  version?: string | null;
  address?: string | null;
  certificate_days_left?: number | null;
  link?: LinkLevel | "none" | null;
}

export interface AuditItem {
  seq: number;
  at: string;
  actor: string;
  action: string;
  entity: string;
  entity_id: string;
  home_id?: string | null;
}

/** One line of `GET /api/events`. Carries ids only, never a name or clinical text. */
export interface Change {
  seq: number;
  at: string;
  kind: string;
  entity: string;
  entity_id: string;
  home_id?: string | null;
  pharmacy_id?: string | null;
}

export interface Participant {
  id: string;
  kind: "home" | "specialist" | "observer";
  display_name: string;
  audio: "on" | "muted" | "none";
  video: "on" | "off" | "none";
  camera?: HomeCamera | null;
  link: LinkLevel;
  since?: string | null;
}

export type HomeCamera = "room" | "close_up" | "tablet";

export interface RoomState {
  consultation_id: string;
  state: "open" | "ended";
  ended_reason?: "hang_up" | "crash" | "drain" | "cancelled" | null;
  participants: Participant[];
  /** Which participant each receiving slot of the asking leg carries. */
  slots: { slot: number; participant_id: string }[];
  you?: string | null;
  version: number;
}
