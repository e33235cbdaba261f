//! What a box says to the relay.

use crate::room::{AudioState, ConsultationId, LinkLevel, VideoState};
use serde::{Deserialize, Serialize};

/// A camera of the box itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxCamera {
    /// The whole room.
    Room,
    /// The resident, near.
    CloseUp,
}

/// What the home's video track shows now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActiveCamera {
    /// The whole room.
    Room,
    /// The resident, near.
    CloseUp,
    /// The tablet's own camera, passed through.
    Tablet,
    /// Nothing.
    None,
}

/// Box → relay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToRelay {
    /// First message of every connection.
    Hello {
        /// [`crate::VERSION`].
        protocol: u32,
        /// For the operator's list of boxes.
        agent_version: String,
        /// The cameras the box has.
        cameras: Vec<BoxCamera>,
        /// Whether it has a microphone.
        microphone: bool,
    },
    /// What the video track shows, and why a camera failed.
    CameraState {
        /// What is sent now.
        active: ActiveCamera,
        /// One sentence for the operator when a camera failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
    },
    /// Once a second while media flows.
    MediaStats {
        /// Smoothed round trip of the QUIC path.
        rtt_ms: u32,
        /// Share of datagrams lost in the last second, 0–1.
        loss_ratio: f32,
        /// What the box sent in the last second.
        sent_bps: u64,
    },
    /// The home takes part in a consultation.
    MediaJoined {
        /// Which.
        consultation_id: ConsultationId,
        /// Whether a tablet shows it.
        tablet: bool,
    },
    /// What the home sends now: the nurse muted, or turned the camera off, or on again.
    MediaState {
        /// Sound.
        audio: AudioState,
        /// Picture.
        video: VideoState,
    },
    /// How well the tablet receives.
    LegQuality {
        /// Good, weak or poor.
        level: LinkLevel,
        /// Round trip to the box.
        #[serde(default)]
        rtt_ms: u32,
        /// Share lost, 0–1.
        #[serde(default)]
        loss_ratio: f32,
        /// Times the picture froze since the last report.
        #[serde(default)]
        freezes: u32,
    },
    /// The tablet cannot decode what it gets on a slot.
    KeyframeRequest {
        /// The downlink slot.
        slot: u8,
    },
    /// The nurse hung up.
    HangUp {
        /// Which consultation.
        consultation_id: ConsultationId,
    },
    /// The box closes the connection on purpose.
    Bye {
        /// For the operator.
        reason: String,
    },
}

impl super::Message for ToRelay {
    const TYPES: &'static [&'static str] = &[
        "hello",
        "camera_state",
        "media_stats",
        "media_joined",
        "media_state",
        "leg_quality",
        "keyframe_request",
        "hang_up",
        "bye",
    ];
}
