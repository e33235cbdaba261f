//! The call as the API shows it: room state and what a leg reports.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use yunzhen_protocol::room::{AudioState, Camera, RoomState, VideoState};

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
    /// Receive quality as the browser judges it.
    ReceiveLevel { Good, Weak, Poor }
    /// What a media token allows.
    MediaDirection { Publish, Watch }
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
    pub camera: Camera,
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
