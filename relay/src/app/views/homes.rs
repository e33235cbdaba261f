//! Nursing homes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::HomeId;

/// A nursing home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Home {
    /// Home id.
    pub id: HomeId,
    /// Name.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Telephone of the nurses' station.
    pub phone: String,
}
