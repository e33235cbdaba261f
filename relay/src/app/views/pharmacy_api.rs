//! What a pharmacy's own system sees and sends. Minimum necessary: the prescription and what safety needs, not the consultation, nor who did what when.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use yunzhen_domain::ids::PharmacySystemId;
use yunzhen_domain::pharmacy_events;
use yunzhen_domain::records::{DeclineCode, PartReason, SignedDocument};
use yunzhen_domain::safety::Finding;

use super::codes::{DecisionCode, DeliveryId, PrescriptionId, PrescriptionState, RecallId, Supply};
use super::common::{Time, VersionBody};
use super::deliveries::{DecisionBody, Delivery};
use super::dispenses::DeclineBody;
use super::prescribing::{AskBody, PrescriptionQuestion};
use super::prescriptions::{
    Accepted, DispenseBody, NewPack, PackBody, Packed, PharmacyRef, Prescriber, Prescription, PrescriptionDiagnosis,
    PrescriptionItem, PrescriptionResident,
};

/// The pharmacist at the counter who answers for a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pharmacist {
    /// Real name.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// Number of the licence to practise.
    #[schema(min_length = 1, max_length = 40)]
    pub licence: String,
}

/// Who the caller is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PharmacySystemSelf)]
pub struct Myself {
    /// Credential.
    pub system_id: PharmacySystemId,
    /// What the administrator calls it.
    pub system_name: String,
    /// For which pharmacy it speaks.
    pub pharmacy: PharmacyRef,
    /// The newest event: who reads all orders first goes on from here.
    pub newest_event: String,
    /// Where its events are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

/// From where events are read.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// The last event that was handled, or `next` of the last page; left out, the oldest.
    pub after: Option<String>,
}

/// Something happened to an order or a parcel. Identifiers only: what it is now is read with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PharmacyEvent {
    /// Stable id; it grows with time.
    pub id: String,
    /// What happened, as `order.offered`.
    pub kind: String,
    /// When.
    pub at: Time,
    /// The order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<PrescriptionId>,
    /// The parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcel_id: Option<DeliveryId>,
    /// The recall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall_id: Option<RecallId>,
}

impl PharmacyEvent {
    /// Of a row of the log, by the name that systems know.
    pub fn new(seq: i64, kind: &str, at: Timestamp, entity: Uuid) -> Self {
        let is_of = |class: &str| kind.split_once('.').is_some_and(|(of, _)| of == class);
        Self {
            id: pharmacy_events::id(seq),
            kind: kind.to_owned(),
            at: at.into(),
            order_id: is_of("order").then(|| PrescriptionId::from_uuid(entity)),
            parcel_id: is_of("parcel").then(|| DeliveryId::from_uuid(entity)),
            recall_id: is_of("recall").then(|| RecallId::from_uuid(entity)),
        }
    }
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PharmacyEvents {
    /// Oldest first; it may be empty although there is more.
    pub items: Vec<PharmacyEvent>,
    /// Pass as `after` to read on; keep it when the page was handled.
    pub next: String,
    /// There is more at once.
    pub more: bool,
}

/// An order: a prescription as a pharmacy needs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = PharmacyOrder)]
pub struct Order {
    /// Order id.
    pub id: PrescriptionId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: PrescriptionState,
    /// For whom.
    pub resident: PrescriptionResident,
    /// Who prescribes.
    pub specialist: Prescriber,
    /// For what.
    pub diagnosis: PrescriptionDiagnosis,
    /// Which legal cap applies.
    pub supply: Supply,
    /// Last day of validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// Lines.
    pub items: Vec<PrescriptionItem>,
    /// What the safety checks found, worst first.
    pub findings: Vec<Finding>,
    /// The prescriber's reason for going past a hard stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard_stop_reason: Option<String>,
    /// The pharmacy's questions to the prescriber; an open one has no answer.
    pub questions: Vec<PrescriptionQuestion>,
    /// The order that this one takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<PrescriptionId>,
    /// The order that takes the place of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<PrescriptionId>,
    /// When the specialist signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Time>,
    /// When the reviewing pharmacist approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Time>,
    /// The caller's pharmacy holds it.
    pub is_mine: bool,
    /// Its parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parcel_id: Option<DeliveryId>,
    /// The specialist's signature, for who verifies it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignedDocument>,
    /// The reviewing pharmacist's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<SignedDocument>,
    /// Commands that may be given now.
    pub allowed: Vec<String>,
}

impl From<Prescription> for Order {
    fn from(p: Prescription) -> Self {
        Self {
            id: p.id,
            version: p.version,
            state: p.state,
            resident: p.resident,
            specialist: p.specialist,
            diagnosis: p.diagnosis,
            supply: p.supply,
            valid_until: p.valid_until,
            items: p.items,
            findings: p.findings,
            hard_stop_reason: p.hard_stop_reason,
            questions: p.questions,
            replaces: p.replaces,
            replaced_by: p.replaced_by,
            signed_at: p.signed_at,
            approved_at: p.approved_at,
            // A prescription with another pharmacy is not shown at all.
            is_mine: p.pharmacy.is_some(),
            parcel_id: p.delivery_id,
            signature: p.signature,
            approval: p.approval,
            allowed: p.allowed,
        }
    }
}

/// An order that this pharmacy now holds alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AcceptedOrder {
    /// Sent with every later step; the same pharmacy gets the same one again.
    pub secret: String,
    /// The order.
    pub order: Order,
}

impl From<Accepted> for AcceptedOrder {
    fn from(accepted: Accepted) -> Self {
        Self { secret: accepted.secret, order: accepted.prescription.into() }
    }
}

/// A packed parcel; link, PIN and code are shown once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackedOrder {
    /// The order.
    pub order: Order,
    /// Its parcel.
    pub parcel: Delivery,
    /// Path of the courier's page; absent where the courier of today has the link already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courier_link_path: Option<String>,
    /// The courier's PIN; absent with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courier_pin: Option<String>,
    /// Code printed on the parcel.
    pub parcel_code: String,
    /// Content of the label's 2D code.
    pub label: String,
}

impl From<Packed> for PackedOrder {
    fn from(packed: Packed) -> Self {
        Self {
            order: packed.prescription.into(),
            parcel: packed.delivery,
            courier_link_path: packed.courier_link_path,
            courier_pin: packed.courier_pin,
            parcel_code: packed.parcel_code,
            label: packed.label,
        }
    }
}

/// A command that needs the version it was decided on and a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterBody {
    /// The `version` that was seen.
    pub version: i64,
    /// Who answers for it.
    pub pharmacist: Pharmacist,
}

impl CounterBody {
    /// The command, and who answers for it.
    pub fn split(self) -> (VersionBody, Pharmacist) {
        (VersionBody { version: self.version }, self.pharmacist)
    }
}

/// The pharmacy decides about a parcel on the road.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideParcel {
    /// The `version` that was seen.
    pub version: i64,
    /// Why.
    pub code: DecisionCode,
    /// The same in the person's own words.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// Who answers for it.
    pub pharmacist: Pharmacist,
}

impl DecideParcel {
    /// The command, and who answers for it.
    pub fn split(self) -> (DecisionBody, Pharmacist) {
        (DecisionBody { version: self.version, code: self.code, reason: self.reason }, self.pharmacist)
    }
}

/// The pharmacy gives an order back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineOrder {
    /// The `version` that was seen.
    pub version: i64,
    /// Why.
    pub code: DeclineCode,
    /// In words; needed when the code is `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
    /// Who answers for it.
    pub pharmacist: Pharmacist,
}

impl DeclineOrder {
    /// The command, and who answers for it.
    pub fn split(self) -> (DeclineBody, Pharmacist) {
        (DeclineBody { version: self.version, code: self.code, reason: self.reason }, self.pharmacist)
    }
}

/// What was taken from the shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DispenseOrder {
    /// The `version` that was seen.
    pub version: i64,
    /// The secret of the acceptance.
    pub secret: String,
    /// Packs.
    #[schema(min_items = 1)]
    pub packs: Vec<NewPack>,
    /// Why less is taken than is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_reason: Option<PartReason>,
    /// Who answers for it.
    pub pharmacist: Pharmacist,
}

impl DispenseOrder {
    /// The command, and who answers for it.
    pub fn split(self) -> (DispenseBody, Pharmacist) {
        let Self { version, secret, packs, part_reason, pharmacist } = self;
        (DispenseBody { version, secret, packs, part_reason }, pharmacist)
    }
}

/// The parcel is closed for a courier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackOrder {
    /// The `version` that was seen.
    pub version: i64,
    /// The secret of the acceptance.
    pub secret: String,
    /// Courier's name.
    #[schema(min_length = 1, max_length = 60)]
    pub courier_name: String,
    /// Courier's telephone.
    #[schema(min_length = 1, max_length = 30)]
    pub courier_phone: String,
    /// Who answers for it.
    pub pharmacist: Pharmacist,
}

impl PackOrder {
    /// The command, and who answers for it.
    pub fn split(self) -> (PackBody, Pharmacist) {
        let Self { version, secret, courier_name, courier_phone, pharmacist } = self;
        (PackBody { version, secret, courier_name, courier_phone }, pharmacist)
    }
}

/// A question to the prescriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskAboutOrder {
    /// The `version` that was seen.
    pub version: i64,
    /// What.
    #[schema(min_length = 1, max_length = 500)]
    pub question: String,
    /// Who asks.
    pub pharmacist: Pharmacist,
}

impl AskAboutOrder {
    /// The command, and who answers for it.
    pub fn split(self) -> (AskBody, Pharmacist) {
        (AskBody { version: self.version, question: self.question }, self.pharmacist)
    }
}
