//! For the administrator: boxes and audit.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::codes::{BoxId, BoxState, HomeId, LinkSummary, Role, Rung};
use super::common::Time;

/// A clinic box and its link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BoxStatus {
    /// Home it stands in.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// How it stands.
    pub state: BoxState,
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
    /// When it was there last: now while it is connected, absent when it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
    /// Which machine its certificate names; absent of an older one that was issued by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub box_id: Option<BoxId>,
    /// Serial number of the certificate that it got or showed last, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_serial: Option<String>,
    /// When that ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_until: Option<Time>,
    /// Until when a code is open by which a box is enrolled here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrolment_until: Option<Time>,
    /// Two machines were seen with this box's identity: one of them is a copy. Revoke, and enrol anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clone_seen_at: Option<Time>,
    /// Days until its certificate ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_days_left: Option<i64>,
    /// It should have been renewed by now: less than a quarter of its time is left, at most two weeks.
    pub certificate_ends_soon: bool,
    /// Quality of the link in words.
    pub link: LinkSummary,
    /// How the last call of the home went; absent: it had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_call: Option<LastCall>,
}

/// The last ten minutes of a home's last call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastCall {
    /// Until when it is recorded.
    pub until: Time,
    /// What came of the home in half of that time or more; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<Rung>,
}

/// Where to read the audit on.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// Only what happened so, as in `action` of an event; several with commas between.
    pub action: Option<String>,
    /// Only `reads`, `changes` or `sessions`: who read, who did something, who came and went.
    pub sort: Option<String>,
    /// Only about this kind of record, as in `entity` of an event.
    pub entity: Option<String>,
    /// Only about this record.
    #[param(value_type = Option<String>, format = "uuid")]
    pub entity_id: Option<Uuid>,
    /// Only what this person, box or link did.
    #[param(value_type = Option<String>, format = "uuid")]
    pub actor_id: Option<Uuid>,
    /// Only with this purpose of use: `BTG`, or `TREAT` for treatment, which is meant where an event has none.
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
    /// What the pharmacy wrote when it gave the order back: kept with the order, the row itself has only its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}
