//! For the administrator: boxes and audit.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::codes::{HomeId, LinkSummary, Role};
use super::common::Time;

/// A clinic box and its link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BoxStatus {
    /// Home it stands in.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// Is the link up now.
    pub connected: bool,
    /// Since when it is so (absent when it never connected).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Version of the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Address it was last seen at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Days until its certificate ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_days_left: Option<i64>,
    /// Quality of the link in words.
    pub link: LinkSummary,
}

/// Where to read the audit on.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// Only what happened so, as in `action` of an event.
    pub action: Option<String>,
    /// Only about this record.
    #[param(value_type = Option<String>, format = "uuid")]
    pub entity_id: Option<Uuid>,
    /// Only what this person, box or link did.
    #[param(value_type = Option<String>, format = "uuid")]
    pub actor_id: Option<Uuid>,
    /// Only with this purpose of use: `BTG`.
    pub purpose: Option<String>,
    /// At this time or later.
    #[param(value_type = Option<String>, format = "date-time")]
    pub from: Option<Time>,
    /// Before this time.
    #[param(value_type = Option<String>, format = "date-time")]
    pub until: Option<Time>,
}

/// One audit event, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEvent {
    /// Sequence number.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// Who, as the row has it: role and id, or `system`.
    pub actor: String,
    /// In which role.
    pub actor_role: Role,
    /// The person's name, the home of a box, the name of a pharmacy's system; nobody else has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
    /// What happened.
    pub action: String,
    /// To what kind of record.
    pub entity: String,
    /// To which.
    #[schema(value_type = String, format = "uuid")]
    pub entity_id: Uuid,
    /// In which home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_id: Option<HomeId>,
    /// FHIR purpose of use where it was not treatment: `BTG` for a broken glass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}
