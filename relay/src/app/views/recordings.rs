//! Recordings of a consultation.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yunzhen_domain::records::Gap;

use super::codes::{ConsultationId, RecordingFailure, RecordingId, RecordingState, RecordingTrouble, StopCause};
use super::common::Time;

/// One recording of the home's side: asked for, being made, on its way, in the record, or not to be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recording {
    /// Recording id.
    pub id: RecordingId,
    /// In which consultation.
    pub consultation_id: ConsultationId,
    /// Where it stands.
    pub state: RecordingState,
    /// When it was asked for.
    pub asked_at: Time,
    /// Who asked.
    pub asked_by_name: String,
    /// When the home's box said that it records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Time>,
    /// When it was stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Time>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_cause: Option<StopCause>,
    /// What hinders the home's box while it is to record; the call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<RecordingTrouble>,
    /// What hindered it at one time or another: some of what happened then may not be on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<RecordingTrouble>,
    /// How much of what was made is at the hospital, in percent; absent before the home has offered any to this relay, and when it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrived_percent: Option<u8>,
    /// The relay cannot store what arrives at present, or make a file of it, as when its disk is full; it goes on by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub halted: bool,
    /// The caller may have it tried again: it could not be made a file, time after time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub can_retry: bool,
    /// When it was kept, or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<RecordingFailure>,
    /// The file of one that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub movie: Option<Movie>,
}

/// What can be watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecordingMovie)]
pub struct Movie {
    /// What it lasts, milliseconds, gaps included.
    pub duration_ms: u64,
    /// Of the file.
    pub bytes: u64,
    /// Of the file, hexadecimal; the audit log has it as well.
    pub sha256: String,
    /// What is missing. The link is never the reason.
    pub gaps: Vec<Gap>,
}
