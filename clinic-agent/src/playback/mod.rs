//! WebRTC between the nurse's tablet and this box, on the home's own network.
//!
//! The relay's downlink slots become the tablet's tracks; the tablet's own camera and microphone can be the home's source
//! ([`crate::outbox`]). Nothing is transcoded. Few peers, so the asynchronous layer of `webrtc` is used as it is.
//!
//! | module | what |
//! |---|---|
//! | [`offer`] | what a browser's offer asks for; pure |
//! | [`slots`] | repeats and losses on the downlink; pure |
//! | [`attendance`] | whether somebody is at a tablet: the life of its page's event streams; pure |
//! | [`tap`] | keyframe requests taken out of the tablet's RTCP |
//! | [`outgoing`] | the tracks towards one tablet |
//! | [`leg`] | one tablet's peer connection |
//! | [`legs`] | all of them, and the downlink's way to each |

pub mod attendance;
pub mod leg;
pub mod legs;
pub mod offer;
pub mod outgoing;
pub mod slots;
pub mod tap;

pub use leg::Listening;
pub use legs::{Legs, LegsSettings};

use uuid::Uuid;

/// Names one leg.
pub type LegId = Uuid;

/// Why a leg could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum LegError {
    /// The offer cannot be answered.
    #[error("the offer cannot be answered: {0}")]
    Offer(String),
    /// The box is in another consultation.
    #[error("this box is already in another consultation")]
    Busy,
    /// Too many tablets.
    #[error("too many tablets are in the call")]
    TooMany,
    /// No such leg (it left, or another one replaced it).
    #[error("this leg is no longer in the call")]
    Unknown,
    /// The fragment cannot be read or used.
    #[error("the ICE fragment cannot be used: {0}")]
    Fragment(String),
    /// `webrtc` could not do it.
    #[error("the peer connection failed: {0}")]
    Peer(#[from] webrtc::error::Error),
}
