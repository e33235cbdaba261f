//! How the call of a consultation went, second by second.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yunzhen_domain::media_timeline::{Heard, Second, Stretch};

use super::codes::{CallCamera, ConsultationId, Rung};
use super::common::Time;

/// The seconds of a consultation in which its home was in the call, or was waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediaTimeline {
    /// Of which consultation.
    pub consultation_id: ConsultationId,
    /// Oldest first. Between them nothing was recorded; empty: there was no call.
    pub stretches: Vec<MediaStretch>,
    /// What it comes to for a prescription.
    pub signing: SigningByCall,
}

/// Seconds without a hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediaStretch {
    /// When the first began.
    pub from: Time,
    /// One for each second.
    pub seconds: Vec<MediaSecond>,
}

/// One second. What is absent was not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct MediaSecond {
    /// The home's box was not connected, or nothing came that should.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
    /// The step of the ladder, as the box said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// What the others had of it; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Rung>,
    /// The camera that was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<CallCamera>,
    /// Sound reached the relay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sound: bool,
    /// A picture reached the relay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub picture: bool,
    /// What the box aimed to send in all, kilobits a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_kbps: Option<u32>,
    /// What reached the relay, kilobits a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_kbps: Option<u32>,
    /// Packets that did not arrive at the first try, of a thousand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_permille: Option<u32>,
    /// How long packets waited in the link's queue, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_ms: Option<u32>,
    /// How unevenly packets arrived, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<u32>,
    /// Round trip between relay and box, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip_ms: Option<u32>,
}

/// Whether a prescription of the consultation may be signed by what its call showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningByCall {
    /// It may.
    pub enough: bool,
    /// The least step that the hospital asks for.
    pub least_rung: Rung,
    /// The best of the last seconds; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Rung>,
    /// The best that was had for long enough in all; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Rung>,
    /// How long that is.
    pub held_seconds: u32,
    /// Seconds of the call so far.
    pub connected_seconds: u32,
    /// So many the hospital asks for; 0: also without a call.
    pub least_connected_seconds: u32,
}

impl MediaStretch {
    /// As it is stored; `None` for one beyond every calendar.
    pub fn of(stretch: &Stretch) -> Option<Self> {
        Some(Self { from: stretch.from()?.into(), seconds: stretch.seconds.iter().map(MediaSecond::from).collect() })
    }
}

impl From<&Second> for MediaSecond {
    fn from(second: &Second) -> Self {
        let Second::Heard(heard) = *second else { return Self { away: true, ..Self::default() } };
        let Heard { rung, camera, sound, picture, target_kbps, received_kbps, loss_permille, queue_ms, .. } = heard;
        Self {
            away: false,
            rung,
            shown: second.shown(),
            camera,
            sound,
            picture,
            target_kbps,
            received_kbps: Some(received_kbps),
            loss_permille: Some(loss_permille),
            queue_ms,
            jitter_ms: Some(heard.jitter_ms),
            round_trip_ms: heard.round_trip_ms,
        }
    }
}
