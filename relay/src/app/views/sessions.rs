//! Signing in.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{ConsultationId, CourierRunId, HomeId, PharmacyId, Role, SessionId, SignInMethod, StaffId};
use super::common::Time;
use super::licences::{Licence, LicenceGap};

/// A member of staff, as shown to that person and to administrators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Staff {
    /// Staff id.
    pub id: StaffId,
    /// Version to send with a change.
    pub version: i64,
    /// The name to sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The account opens nothing any more.
    #[serde(default)]
    pub closed: bool,
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
    /// What is on record of the licence; nobody whose licence is over or not on record signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_record: Option<Licence>,
    /// Why a specialist or pharmacist can sign nothing today; absent when nothing is missing, of who signs nothing, and of a closed account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_gap: Option<LicenceGap>,
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
    /// Six digits of the authenticator app, or a recovery code, where the account asks for one.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub code: Option<String>,
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
    /// It opens nothing but the setting up of a second factor, which the hospital asks of this person.
    pub must_enrol: bool,
    /// It was opened by a password that the relay made, and opens nothing but the setting of an own one; that comes first.
    pub must_set_password: bool,
}

/// The session of the caller.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CurrentSession {
    /// Who is signed in.
    pub staff: Staff,
    /// When the session ends.
    pub expires_at: Time,
    /// It opens nothing but the setting up of a second factor, which the hospital asks of this person.
    pub must_enrol: bool,
    /// It was opened by a password that the relay made, and opens nothing but the setting of an own one; that comes first.
    pub must_set_password: bool,
}

/// One of the caller's sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnSession {
    /// Session id; it opens nothing.
    pub id: SessionId,
    /// The one that asks.
    pub current: bool,
    /// By what it was opened.
    pub method: SignInMethod,
    /// Browser and system, such as `Chrome · Windows`; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The address of the browser that opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The home in which it was opened on a tablet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_name: Option<String>,
    /// When it was opened.
    pub opened_at: Time,
    /// When it was used; to some minutes.
    pub last_used_at: Time,
    /// When it ends in any case.
    pub expires_at: Time,
    /// When it ends if nobody uses it; absent where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_at: Option<Time>,
}

/// How many sessions were ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionsEnded {
    /// As many.
    pub ended: u64,
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
    /// Made up by the browser and kept there: the link works on the device that opened it first, and on no other.
    #[schema(min_length = 22, max_length = 64)]
    pub device: String,
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
    /// Let in; until then there is nothing but to wait.
    pub admitted: bool,
}

/// How a guest stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuestStanding {
    /// The consultation.
    pub consultation_id: ConsultationId,
    /// The name others see.
    pub display_name: String,
    /// Let in.
    pub admitted: bool,
}
