//! Nursing homes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::HomeId;

/// A nursing home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
