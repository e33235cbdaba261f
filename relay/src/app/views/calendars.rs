//! Calendars shared by a link.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::CalendarId;
use super::common::{StaffRef, Time};

/// A calendar that was shared; its link is not shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calendar {
    /// Identifier.
    pub id: CalendarId,
    /// Who shared it.
    pub shared_by: StaffRef,
    /// Since.
    pub created_at: Time,
}

/// A calendar shared now: the caller's own appointments, or those of the caller's home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharedCalendar {
    /// Identifier.
    pub id: CalendarId,
    /// The link; it is told once. A whole address where the relay knows its public one, else a path of the console.
    pub link: String,
}

/// Nothing has to be said to share one's own calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareCalendar {}
