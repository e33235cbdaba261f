//! ECGs of residents.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{EcgLead, ObservationId, ObservationSource, ResidentId};
use super::common::Time;

/// A recording in a list, without its curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EcgSummary {
    /// Recording id.
    pub id: ObservationId,
    /// Of whom.
    pub resident_id: ResidentId,
    /// Which leads.
    pub leads: Vec<EcgLead>,
    /// How long it lasts.
    pub seconds: f64,
    /// Its first sample.
    pub recorded_at: Time,
    /// When it reached the relay.
    pub received_at: Time,
    /// Which recorder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Where it comes from.
    pub source: ObservationSource,
}

/// A recording, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ecg {
    /// What it is.
    #[serde(flatten)]
    pub summary: EcgSummary,
    /// How far the recorder's clock was ahead of the home's box, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// Milliseconds between two samples of a lead.
    pub period_ms: f64,
    /// Millivolts that a zero stands for.
    pub origin_mv: f64,
    /// Millivolts of one unit.
    pub factor_mv: f64,
    /// The samples as the recorder sent them, around the leads, with one space between two: whole numbers, or E (none), U (above), L (below).
    pub data: String,
}

/// A recording to keep.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEcg {
    /// One to twelve leads, in the order of the samples.
    #[schema(min_items = 1, max_items = 12)]
    pub leads: Vec<EcgLead>,
    /// Milliseconds between two samples of a lead: 0.5 to 20.
    pub period_ms: f64,
    /// Millivolts that a zero stands for.
    pub origin_mv: f64,
    /// Millivolts of one unit.
    pub factor_mv: f64,
    /// 1 to 60 seconds, at most 60000 samples, around the leads, with one space between two: whole numbers, or E (none), U (above), L (below).
    #[schema(min_length = 1, max_length = 540_000)]
    pub data: String,
    /// Its first sample.
    pub recorded_at: Time,
    /// Which recorder.
    #[schema(min_length = 1, max_length = 100)]
    pub device: String,
    /// How far the recorder's clock was ahead of the home's box, in milliseconds; `recorded_at` is corrected already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
}
