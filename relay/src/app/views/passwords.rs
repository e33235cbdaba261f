//! Passwords that people choose, and those that the relay makes for them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{HomeId, PharmacyId, Role};
use super::common::Time;
use super::sessions::Staff;
use crate::app::passwords::strength::Strength;

/// A password that somebody thinks of setting.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordDraft {
    /// As typed so far.
    #[schema(min_length = 1, max_length = 1024, format = Password)]
    pub password: String,
}

/// What the relay thinks of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasswordJudgement {
    /// In one word.
    pub strength: Strength,
    /// Whether it would be taken.
    pub taken: bool,
    /// Characters that a password needs.
    pub least_chars: u32,
}

/// Another password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub password: String,
    /// Six digits of the authenticator app, or a recovery code, where the account has an app.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub code: Option<String>,
    /// The one to come.
    #[schema(min_length = 1, max_length = 1024, format = Password)]
    pub new_password: String,
}

/// An account to be made; which of the rest its role needs is said in words where it is missing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// One that has an account.
    pub role: Role,
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 60)]
    pub username: String,
    /// The real name.
    #[schema(min_length = 1, max_length = 50)]
    pub name: String,
    /// Professional title.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub title: Option<String>,
    /// The home of a nurse.
    #[serde(default)]
    pub home_id: Option<HomeId>,
    /// The pharmacy of its member.
    #[serde(default)]
    pub pharmacy_id: Option<PharmacyId>,
    /// The hospital of a specialist or pharmacist.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub hospital: Option<String>,
    /// Number of the licence to practise of a specialist or pharmacist; a specialist's has 15 digits.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub licence: Option<String>,
    /// Since when a specialist practises.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub practising_since: Option<jiff::civil::Date>,
    /// In what a specialist or pharmacist practises. With it the licence is put on record from the first day; without it only its number is known.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub specialty: Option<String>,
    /// The last day on which the licence is good: nothing is signed after it. Left out where it has none.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub licence_valid_until: Option<jiff::civil::Date>,
}

/// A password that the relay made. It is good only for setting an own one, and only until then.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct InitialPassword {
    /// Whose.
    pub staff: Staff,
    /// Shown once.
    pub initial_password: String,
    /// Until when it is good.
    pub good_until: Time,
}
