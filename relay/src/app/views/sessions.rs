//! Signing in.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{ConsultationId, CourierRunId, HomeId, PharmacyId, Role, StaffId};
use super::common::Time;

/// A member of staff, as shown to that person and to administrators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Staff {
    /// Staff id.
    pub id: StaffId,
    /// Version to send with a change.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The home a nurse works in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_id: Option<HomeId>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_name: Option<String>,
    /// Its zone, as an IANA name: which day it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_zone: Option<String>,
    /// The pharmacy a dispenser works in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacy_id: Option<PharmacyId>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacy_name: Option<String>,
    /// The hospital a specialist or pharmacist belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hospital: Option<String>,
    /// Number of the licence to practise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Professional title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Since when a specialist has practised; nobody sees people remotely without some years on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub practising_since: Option<Date>,
}

/// Since when a specialist has practised, as it shall be on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PracticeUpdate {
    /// The `version` that the person saw.
    pub version: i64,
    /// The first day of practice by the licence; not after today.
    #[schema(value_type = String, format = Date)]
    pub practising_since: Date,
}

/// User name and password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// User name.
    #[schema(min_length = 1, max_length = 64)]
    pub username: String,
    /// Password.
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub password: String,
}

/// A new session.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Bearer token; shown once, kept only as a digest.
    pub token: String,
    /// When it ends.
    pub expires_at: Time,
    /// Who signed in.
    pub staff: Staff,
}

/// The session of the caller.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CurrentSession {
    /// Who is signed in.
    pub staff: Staff,
    /// When the session ends.
    pub expires_at: Time,
}

/// A courier's link and the PIN told by the pharmacy.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CourierSignIn {
    /// The last part of the courier's link.
    #[schema(min_length = 1, max_length = 128)]
    pub link_token: String,
    /// Six digits.
    #[schema(min_length = 1, max_length = 12)]
    pub pin: String,
}

/// A courier's session: one run.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CourierSession {
    /// Bearer token.
    pub token: String,
    /// The only run it opens.
    pub run_id: CourierRunId,
}

/// An observer's invitation link.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObserverSignIn {
    /// The last part of the invitation link.
    #[schema(min_length = 1, max_length = 128)]
    pub link_token: String,
}

/// An observer's session: one consultation.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ObserverSession {
    /// Bearer token.
    pub token: String,
    /// The only consultation it opens.
    pub consultation_id: ConsultationId,
    /// The name others see.
    pub display_name: String,
}
