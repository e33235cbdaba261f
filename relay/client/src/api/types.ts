/** The care record as the API speaks it: names for the types generated from `relay/openapi.json`. */
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A page of a list; `next` is the cursor of the following one. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

export type LinkLevel = Exclude<Schemas["LinkSummary"], "none">;
export type Staff = Schemas["Staff"];
export type Role = Schemas["Role"];
export type Home = Schemas["Home"];
export type Sex = Schemas["Sex"];
export type Observation = Schemas["Observation"];
export type Reading = Schemas["Reading"];
export type ConditionTag = Schemas["ConditionTag"];
export type ResidentSummary = Schemas["ResidentSummary"];
export type AllergyRecord = Schemas["AllergyRecord"];
export type Condition = Schemas["Condition"];
export type Medicine = Schemas["Medicine"];
export type Eligibility = Schemas["Eligibility"];
export type Note = Schemas["Note"];
export type Contact = Schemas["Contact"];
export type Resident = Schemas["Resident"];
export type ConsultationState = Schemas["ConsultationState"];
export type ConsultationSummary = Schemas["ConsultationSummary"];
export type ConsultationNote = Schemas["ConsultationNote"];
export type Consultation = Schemas["Consultation"];
export type Urgency = Schemas["Urgency"];
export type LinkSummary = Schemas["LinkSummary"];
export type Drug = Schemas["Drug"];
export type Diagnosis = Schemas["Diagnosis"];
export type Frequency = Schemas["Frequency"];
export type Route = Schemas["Route"];
export type Supply = Schemas["Supply"];
export type DraftItem = Schemas["DraftItem"];
export type Draft = Schemas["PrescriptionDraft"];
export type DraftUpdate = Schemas["PrescriptionDraftUpdate"];
export type Finding = Schemas["Finding"];
export type PrescriptionItem = Schemas["PrescriptionItem"];
export type PrescriptionState = Schemas["PrescriptionState"];
export type TimelineStep = Schemas["TimelineStep"];
export type SignedDocument = Schemas["SignedDocument"];
export type Prescription = Schemas["Prescription"];
export type PrescriptionSummary = Schemas["PrescriptionSummary"];
export type RejectionCode = Schemas["RejectionCode"];
export type RejectBody = Schemas["RejectBody"];
export type DeliveryState = Schemas["DeliveryState"];
export type Pack = Schemas["Pack"];
export type Delivery = Schemas["Delivery"];
export type Count = Schemas["Count"];
export type ReceiveBody = Schemas["ReceiveBody"];
export type DispenseBody = Schemas["DispenseBody"];
export type PackBody = Schemas["PackBody"];
export type Packed = Schemas["Packed"];
export type Accepted = Schemas["Accepted"];
export type Box = Schemas["BoxStatus"];
export type AuditEvent = Schemas["AuditEvent"];
export type Change = Schemas["Change"];
export type Participant = Schemas["Participant"];
export type HomeCamera = Schemas["Camera"];
export type Departure = Schemas["Departure"];
export type RoomState = Schemas["RoomState"];
export type NewConsultation = Schemas["NewConsultation"];
export type NewInvitation = Schemas["NewInvitation"];
export type Invitation = Schemas["Invitation"];
export type NewNote = Schemas["NewNote"];
export type NoteUpdate = Schemas["NoteUpdate"];

// Residents: registry, consents, documents, early warning.
export type ResidentInput = Schemas["ResidentInput"];
export type ResidentChange = Schemas["ResidentChange"];
export type Registered = Schemas["Registered"];
export type AllergyInput = Schemas["AllergyInput"];
export type AllergySeverity = Schemas["AllergySeverity"];
export type MedicineInput = Schemas["MedicineInput"];
export type OxygenScale = Schemas["OxygenScale"];
export type Conflict = Schemas["Conflict"];
export type ConflictField = Schemas["ConflictField"];
export type ConsentKind = Schemas["ConsentKind"];
export type ConsentState = Schemas["ConsentState"];
export type ConsentText = Schemas["ConsentText"];
export type ConsentGiver = Schemas["ConsentGiver"];
export type Consent = Schemas["Consent"];
export type Consents = Schemas["Consents"];
export type NewConsent = Schemas["NewConsent"];
export type DocumentKind = Schemas["DocumentKind"];
export type CareDocument = Schemas["Document"];
export type NewDocument = Schemas["NewDocument"];
export type EarlyWarning = Schemas["EarlyWarning"];
export type EarlyWarningScore = Schemas["EarlyWarningScore"];
export type EarlyWarningBand = Schemas["Band"];
export type EarlyWarningParameter = Schemas["Parameter"];
