//! Appointments and the waitlist: the scheduling part of consultations.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{ConsultationId, HomeId, ResidentId, RoundId, StaffId, Urgency};
use super::common::{StaffRef, Time};
use super::consultations::ConsultationSummary;

/// Which appointments.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AppointmentQuery {
    /// Only this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// Only this specialist.
    #[param(value_type = Option<String>, format = "uuid")]
    pub specialist_id: Option<StaffId>,
    /// From.
    #[param(value_type = String, format = DateTime)]
    pub from: Time,
    /// Until, at most 62 days later.
    #[param(value_type = String, format = DateTime)]
    pub until: Time,
}

/// A consultation with its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Appointment {
    /// The consultation; its id, state and version are the appointment's.
    pub consultation: ConsultationSummary,
    /// With whom the time is.
    pub specialist: StaffRef,
    /// From.
    pub starts_at: Time,
    /// Until.
    pub ends_at: Time,
    /// When it began or is expected to, now that others took longer.
    pub expected_at: Time,
    /// So many minutes later than planned; earlier is negative.
    pub late_minutes: i64,
    /// The zone in which the specialist thinks of it.
    pub zone: String,
    /// The state in FHIR's words, e.g. `booked`.
    #[schema(examples("booked"))]
    pub status: String,
    /// Counts each change of time or fate.
    pub sequence: u32,
    /// In which round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_id: Option<RoundId>,
    /// The consultation that broke off and that this one makes up for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub makes_up_for: Option<ConsultationId>,
}

/// A time to book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAppointment {
    /// For whom.
    pub resident_id: ResidentId,
    /// With whom.
    pub specialist_id: StaffId,
    /// The start of a free slot.
    pub starts_at: Time,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Another time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// The start of a free slot of the same specialist.
    pub starts_at: Time,
}

/// A wish for a time that is not free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWish {
    /// For whom.
    pub resident_id: ResidentId,
    /// With whom.
    pub specialist_id: StaffId,
    /// Not before.
    pub not_before: Time,
    /// To begin at the latest.
    pub not_after: Time,
    /// How soon.
    pub urgency: Urgency,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A line of the waitlist. It leaves the list when its consultation is cancelled or gets a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WaitlistEntry {
    /// The consultation that waits for a time.
    pub consultation: ConsultationSummary,
    /// With whom.
    pub specialist: StaffRef,
    /// Not before.
    pub not_before: Time,
    /// To begin at the latest.
    pub not_after: Time,
    /// On the list since.
    pub since: Time,
}

/// To whom a request is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// To whom.
    pub specialist_id: StaffId,
}

/// When the specialist will hold it; it need not be a published time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// When.
    pub starts_at: Time,
    /// For how long.
    #[schema(minimum = 5, maximum = 120)]
    pub minutes: u32,
}
