//! Pharmacies, as their administrator keeps them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{PharmacyId, Weekday};

/// Doors that are open on one weekday. What goes beyond midnight is two of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PharmacyHours {
    /// Which day.
    pub weekday: Weekday,
    /// From, on the pharmacy's clock.
    #[schema(examples("08:00"), max_length = 5)]
    pub opens: String,
    /// Until; 24:00 is the end of the day.
    #[schema(examples("21:30"), max_length = 5)]
    pub closes: String,
}

/// A pharmacy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pharmacy {
    /// Pharmacy id.
    pub id: PharmacyId,
    /// Version to send with a change.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Where couriers collect.
    pub address: String,
    /// Telephone of the counter.
    pub phone: String,
    /// IANA name of its time zone.
    #[schema(examples("Asia/Shanghai"))]
    pub zone: String,
    /// Degrees north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// When it is open; empty when nobody said.
    pub hours: Vec<PharmacyHours>,
    /// How far it delivers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius_metres: Option<u32>,
}

/// What prescriptions are offered by, as it shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PharmacyFactsUpdate {
    /// The `version` that the person saw.
    pub version: i64,
    /// IANA name.
    #[schema(examples("Asia/Shanghai"), max_length = 60)]
    pub zone: String,
    /// Degrees north; given with the longitude or not at all.
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(default)]
    pub longitude: Option<f64>,
    /// When it is open; empty leaves it unsaid.
    #[schema(max_items = 28)]
    pub hours: Vec<PharmacyHours>,
    /// How far it delivers.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub radius_metres: Option<u32>,
}
