//! Diagnostic stills of a consultation.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{ConsultationId, StillCamera, StillFailure, StillId, StillState};
use super::common::Time;
use super::documents::Document;

/// One still: asked for, on its way, in the record, or not to be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Still {
    /// Still id.
    pub id: StillId,
    /// In which consultation.
    pub consultation_id: ConsultationId,
    /// By which camera of the home.
    pub camera: StillCamera,
    /// Where it stands.
    pub state: StillState,
    /// When it was asked for.
    pub asked_at: Time,
    /// Who asked.
    pub asked_by_name: String,
    /// How much has arrived, in percent; absent before the home has offered it to this relay, and when it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrived_percent: Option<u8>,
    /// The relay cannot store what arrives at present, as when its disk is full; it goes on by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub halted: bool,
    /// When it was kept, or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Why it did not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<StillFailure>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// The picture, of one that was kept: time, digest, and the id by which its bytes are fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
}

/// Stills to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStills {
    /// By which camera; left out: the one that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<StillCamera>,
    /// How many, a moment apart.
    #[schema(minimum = 1, maximum = 5)]
    pub count: u8,
}
