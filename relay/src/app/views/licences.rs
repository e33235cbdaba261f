//! Licences of staff.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::common::{StaffRef, Time};

/// How a licence stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LicenceStanding {
    /// Good, and no end is near.
    Good,
    /// Good, and over soon.
    Ends,
    /// Over: nothing is signed.
    Over,
}

/// Why somebody who signs can sign nothing today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LicenceGap {
    /// Nothing is on record; at most the number is known.
    Nothing,
    /// A pharmacist's, with no end on record.
    NoEnd,
    /// It is over.
    Over,
}

/// What an administrator enters of a licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceUpdate {
    /// The `version` of the licence that the person saw; 0 where none was on record.
    pub version: i64,
    /// Its number.
    #[schema(min_length = 1, max_length = 64)]
    pub number: String,
    /// The hospital or pharmacy that it is registered with.
    #[schema(min_length = 1, max_length = 100)]
    pub hospital: String,
    /// In what the person practises.
    #[schema(min_length = 1, max_length = 100)]
    pub specialty: String,
    /// The last day on which it is good; left out where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
}

/// A licence as it is, or was, on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Licence {
    /// 1, 2, … of this person.
    pub version: i64,
    /// Its number.
    pub number: String,
    /// The hospital or pharmacy that it is registered with.
    pub hospital: String,
    /// In what the person practises.
    pub specialty: String,
    /// The last day on which it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// How it stands today.
    pub standing: LicenceStanding,
    /// When it was entered.
    pub recorded_at: Time,
    /// By whom.
    pub recorded_by: StaffRef,
}
