//! Published times, slots, duty.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yunzhen_domain::schedule::{Exception, Rule};

use super::codes::{ShiftId, StaffId};
use super::common::{StaffRef, Time};

/// What a specialist has published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Availability {
    /// Whose.
    pub specialist: StaffRef,
    /// Version to send with the next change; 0 when nothing was published.
    pub version: i64,
    /// IANA zone of all its times.
    #[schema(examples("Asia/Shanghai"))]
    pub zone: String,
    /// Every week.
    pub rules: Vec<Rule>,
    /// Single days.
    pub exceptions: Vec<Exception>,
}

/// What is to be published in place of it. Appointments that are booked stay booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityUpdate {
    /// The version that was changed.
    pub version: i64,
    /// IANA zone of all its times.
    #[schema(examples("Asia/Shanghai"))]
    pub zone: String,
    /// Every week.
    #[schema(max_items = 50)]
    pub rules: Vec<Rule>,
    /// Single days.
    #[schema(max_items = 400)]
    pub exceptions: Vec<Exception>,
}

/// Which slots.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SlotQuery {
    /// With whom.
    #[param(value_type = String, format = "uuid")]
    pub specialist_id: StaffId,
    /// From.
    #[param(value_type = String, format = DateTime)]
    pub from: Time,
    /// Until, at most 62 days later.
    #[param(value_type = String, format = DateTime)]
    pub until: Time,
}

/// A time of a specialist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Slot {
    /// From.
    pub starts_at: Time,
    /// Until.
    pub ends_at: Time,
    /// It can be booked.
    pub free: bool,
}

/// Which turns of duty; the present ones when nothing is said.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DutyQuery {
    /// From.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Time>,
    /// Until.
    #[param(value_type = Option<String>, format = DateTime)]
    pub until: Option<Time>,
}

/// A turn of duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shift {
    /// Identifier.
    pub id: ShiftId,
    /// Who.
    pub specialist: StaffRef,
    /// 1 is asked first.
    pub line: u32,
    /// From.
    pub starts_at: Time,
    /// Until.
    pub ends_at: Time,
    /// On duty now.
    pub now: bool,
}

/// A turn of duty to plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShift {
    /// Who.
    pub specialist_id: StaffId,
    /// 1 is asked first.
    #[schema(minimum = 1, maximum = 9)]
    pub line: u32,
    /// From.
    pub starts_at: Time,
    /// Until, at most 48 hours later.
    pub ends_at: Time,
}

/// What a removal answers: what is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Removed {
    /// Always true.
    pub removed: bool,
}

/// Somebody who can be asked for a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Specialist {
    /// Who.
    pub id: StaffId,
    /// Name.
    pub name: String,
    /// Title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Hospital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hospital: Option<String>,
    /// Zone of the published times; absent when nothing is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}
