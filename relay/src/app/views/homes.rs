//! Nursing homes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{HomeId, PharmacyId};

/// A nursing home.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Home {
    /// Home id.
    pub id: HomeId,
    /// Version to send with a change.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Telephone of the nurses' station.
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
    /// Which pharmacy its prescriptions are offered to before others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_pharmacy_id: Option<PharmacyId>,
}

/// Where a home is and which pharmacy it prefers, as it shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HomePlaceUpdate {
    /// The `version` that the person saw.
    pub version: i64,
    /// Degrees north; given with the longitude or not at all.
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(default)]
    pub longitude: Option<f64>,
    /// Left out, it prefers none.
    #[serde(default)]
    pub preferred_pharmacy_id: Option<PharmacyId>,
}

/// A home's clock as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HomeZoneUpdate {
    /// The `version` that the person saw.
    pub version: i64,
    /// IANA name.
    #[schema(examples("Asia/Shanghai"), max_length = 60)]
    pub zone: String,
}
