//! Yunzhen's domain: identifiers, records, state machines, access, rules. Pure: no IO, no ambient time or randomness.

pub mod access;
pub mod actor;
pub mod audit;
pub mod canonical;
pub mod checked;
pub mod consent_texts;
pub mod device;
pub mod document_files;
pub mod documents;
pub mod door_to_dose;
pub mod dosage;
pub mod doses;
pub mod early_warning;
pub mod ecg;
pub mod eligibility;
pub mod enrolment;
pub mod fhir;
pub mod formulary;
pub mod hand_over;
pub mod ids;
pub mod licence;
pub mod lots;
pub mod machines;
pub mod media_timeline;
pub mod medication_sheet;
pub mod offers;
pub mod openid;
pub mod parcel_label;
pub mod passkeys;
pub mod pharmacy_events;
pub mod policy;
pub mod practice;
pub mod radio;
pub mod reads;
pub mod recalls;
pub mod receipt;
pub mod records;
pub mod recovery_codes;
pub mod registry;
pub mod relation;
pub mod retention;
pub mod runway;
pub mod safety;
pub mod scan_codes;
pub mod schedule;
pub mod sensitive;
pub mod sheet;
pub mod substitution;
pub mod throttle;
pub mod totp;
pub mod vitals;
pub mod voice_file;
pub mod webhook;

pub use actor::{Actor, ActorRef, Role};
pub use jiff;
pub use sensitive::{Sealed, Sensitive};

/// A stored or sent name that the enum does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no {kind}")]
pub struct UnknownName {
    /// Which enum.
    pub kind: &'static str,
    /// The name.
    pub name: String,
}
