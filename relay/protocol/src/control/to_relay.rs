//! What a box says to the relay.

use crate::room::{AudioState, ConsultationId, LinkLevel, VideoState, rfc3339_ms};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use yunzhen_domain::ids::{RecordingId, SegmentId, StillId};
use yunzhen_domain::media_timeline::Rung;
use yunzhen_domain::radio::RadioTechnology;

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

/// Why a box has no still. Reasons from a newer box read as `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StillTrouble {
    /// The camera is off, or another one is shown.
    CameraOff,
    /// The camera gave no picture.
    CameraFailed,
    /// The box is not in this consultation.
    CallOver,
    /// The picture has more bytes than a still may have.
    TooLarge,
    /// As many wait for the link as the box keeps.
    BoxFull,
    /// The disk of the box takes nothing.
    BoxDisk,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// What hinders a box that is to record. Reasons from a newer box read as `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordTrouble {
    /// The disk of the box takes nothing more.
    BoxDisk,
    /// As much waits for the link as the box keeps.
    BoxFull,
    /// The tablet's own camera is shown.
    Tablet,
    /// The encoder does not keep up, or fails; or anything else.
    #[serde(other)]
    Other,
}

/// Why a box cannot give what it recorded. Reasons from a newer box read as `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentLoss {
    /// Its disk does not give it back.
    Unreadable,
    /// The box does not have what the relay waits for.
    Missing,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// The radio signal of one modem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RadioSignal {
    /// What the home calls the path that leaves by this modem; empty when it has no name.
    #[serde(default)]
    pub path: String,
    /// By what; one that this version does not know reads as `Other`.
    #[serde(deserialize_with = "known_technology")]
    pub technology: RadioTechnology,
    /// As the modem judges it, 0–100.
    pub quality_percent: u8,
    /// Received strength (RSRP, RSCP or RSSI, as the technology has it), where the modem tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dbm: Option<i16>,
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
        /// Whether it reports when packets arrive, to a relay that takes that. An older box does not say it and does not.
        #[serde(default)]
        arrivals: bool,
        /// Whether it records when it is told to. An older box does not say it and does not.
        #[serde(default)]
        records: bool,
        /// Whether it can send a low picture beside its own when it is told to. An older box does not say it and does not.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        low_picture: bool,
        /// Random name of this start of the program: two that take turns are a box and a copy of it. An older box has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instance: Option<String>,
    },
    /// First message of a connection that is one more path of a session.
    Join {
        /// [`crate::VERSION`].
        protocol: u32,
        /// `welcome.session`.
        session: String,
        /// What the home calls the path, for the operator.
        path: String,
    },
    /// From here on this stream is the session's control stream; the one that was is not any more.
    TakeControl {
        /// Counts up in a session from 1, so that one that comes late changes nothing.
        turn: u32,
        /// The consultation that the box sends media of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consultation_id: Option<ConsultationId>,
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
    /// Once a second while media flows, to a relay that keeps a timeline (`welcome`).
    MediaRung {
        /// The step of the ladder; one that this version does not know reads as none.
        #[serde(default, deserialize_with = "known_rung", skip_serializing_if = "Option::is_none")]
        rung: Option<Rung>,
        /// What the box aims to send in all, sound and headers included; absent while the relay alone decides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target_bps: Option<u32>,
        /// How long packets wait in the link's queue; absent while nothing is known of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue_ms: Option<u32>,
    },
    /// The radio signals of all modems, whole each time; only to a relay that said `signal`.
    Signal {
        /// Those that are in a network.
        modems: Vec<RadioSignal>,
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
    /// A still is on the box's disk and will come on a bulk stream, from where the relay says.
    StillOffer {
        /// The still.
        still_id: StillId,
        /// When the picture was taken, by the box's clock.
        #[serde(with = "rfc3339_ms")]
        taken_at: Timestamp,
        /// `image/png` or `image/jpeg`.
        media_type: String,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Of the whole picture.
        bytes: u64,
        /// SHA-256 of them, hexadecimal.
        sha256: String,
    },
    /// A still that was asked for will not come.
    StillFailed {
        /// The still.
        still_id: StillId,
        /// Why.
        reason: StillTrouble,
    },
    /// A segment of a recording is on the box's disk and will come on a bulk stream, from where the relay says. Segments of a recording are offered in
    /// the order of their indices.
    SegmentOffer {
        /// The segment.
        segment_id: SegmentId,
        /// Of which recording.
        recording_id: RecordingId,
        /// Its place in it: 0, 1, 2, …
        index: u32,
        /// Segments of the recording that the box has, this one included.
        waiting: u32,
        /// Of the sealed segment.
        bytes: u64,
        /// SHA-256 of them, hexadecimal.
        sha256: String,
    },
    /// All segments of a recording up to this index that the relay does not have will never come. Answered by `recording_next`, or by `segment_refused`.
    SegmentLost {
        /// The segment that cannot be given, or that was refused because of those before it.
        segment_id: SegmentId,
        /// Of which recording.
        recording_id: RecordingId,
        /// The last one that will not come.
        index: u32,
        /// Why.
        reason: SegmentLoss,
    },
    /// What hinders the box while it is to record; `None`: nothing, it records.
    RecordingTrouble {
        /// The recording.
        recording_id: RecordingId,
        /// What.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<RecordTrouble>,
    },
    /// Nothing more of a recording comes: it was stopped, and all that was made of it has been received.
    RecordingOver {
        /// The recording.
        recording_id: RecordingId,
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
        "join",
        "take_control",
        "camera_state",
        "media_stats",
        "media_rung",
        "signal",
        "media_joined",
        "media_state",
        "leg_quality",
        "keyframe_request",
        "still_offer",
        "still_failed",
        "segment_offer",
        "segment_lost",
        "recording_trouble",
        "recording_over",
        "hang_up",
        "bye",
    ];
}

fn known_technology<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RadioTechnology, D::Error> {
    Ok(String::deserialize(deserializer)?.parse().unwrap_or(RadioTechnology::Other))
}

fn known_rung<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Rung>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(name.and_then(|name| name.parse().ok()))
}
