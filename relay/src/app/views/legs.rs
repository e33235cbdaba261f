//! The call as the API shows it: room state and what a leg reports.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{ConsultationId, LinkSummary};
use super::common::Time;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $(#[allow(missing_docs)] $variant),* }
    )*};
}

codes! {
    /// Who takes part.
    ParticipantKind { Home, Specialist, Observer }
    /// Does sound come.
    AudioState { On, Muted, None }
    /// Does a picture come.
    VideoState { On, Off, None }
    /// The home's picture source.
    HomeCamera { Room, CloseUp, Tablet }
    /// Is the room open.
    RoomPhase { Open, Ended }
    /// Why the room ended.
    EndedReason { HangUp, Crash, Drain, Cancelled }
    /// Receive quality as the browser judges it.
    ReceiveLevel { Good, Weak, Poor }
    /// What a media token allows.
    MediaDirection { Publish, Watch }
}

/// One participant of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// Participant id.
    pub id: String,
    /// Who.
    pub kind: ParticipantKind,
    /// Name as others see it.
    pub display_name: String,
    /// Sound.
    pub audio: AudioState,
    /// Picture.
    pub video: VideoState,
    /// The home's active camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<HomeCamera>,
    /// Link quality.
    pub link: LinkSummary,
    /// Since when here.
    pub since: Time,
}

/// Which participant comes on which slot of the asking leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotAssignment {
    /// Slot number; 0 is the leg's first pair of m-lines.
    pub slot: u32,
    /// Participant id.
    pub participant_id: String,
}

/// Data of `event: room`: the whole state each time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomState {
    /// Consultation.
    pub consultation_id: ConsultationId,
    /// Open or ended.
    pub state: RoomPhase,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_reason: Option<EndedReason>,
    /// Everybody here.
    pub participants: Vec<Participant>,
    /// Slots of the asking leg.
    pub slots: Vec<SlotAssignment>,
    /// The asking leg's own participant id.
    pub you: String,
    /// Grows with every change.
    pub version: u64,
}

/// Query of a new leg.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LegQuery {
    /// The old leg that this one replaces.
    pub rejoin: Option<String>,
}

/// What a leg sends now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaState {
    /// Sound.
    pub audio: AudioState,
    /// Picture.
    pub video: VideoState,
}

/// What a leg receives now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QualityReport {
    /// In words.
    pub level: ReceiveLevel,
    /// Round trip.
    pub rtt_ms: f64,
    /// Lost part, 0 to 1.
    pub loss_ratio: f64,
    /// Freezes since the last report.
    pub freezes: u32,
}

/// Which camera of the home to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HomeCameraBody {
    /// Camera.
    pub camera: HomeCamera,
}

/// A media token to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMediaToken {
    /// Publish (WHIP) or watch (WHEP).
    pub direction: MediaDirection,
}

/// A token for WHIP or WHEP.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct MediaToken {
    /// Bearer token.
    pub token: String,
    /// When it ends.
    pub expires_at: Time,
    /// Endpoint.
    pub url: String,
}
