//! What a person is told of changes to the ways into the own account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::common::Time;

/// A way in changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessNotice {
    /// Number of its row in the audit log.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// What, by its name in the audit log, such as `staff.password_changed`.
    pub action: String,
    /// Done by somebody who was signed in to this very account.
    pub own: bool,
    /// Who did it, where it was a colleague; who installs has no name here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// So far the person has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticesSeen {
    /// The number of the last one.
    pub until: i64,
}
