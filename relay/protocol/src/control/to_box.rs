//! What the relay says to a box.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yunzhen_domain::ids::{ConsultationId, HomeId, RecordingId, SegmentId, StillId};

use super::BoxCamera;
use crate::room::{RoomState, rfc3339_ms};

/// How the box encodes and labels its video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoPlan {
    /// RTP source on uplink flow 0; of a low picture, on flow 7.
    pub ssrc: u32,
    /// One of [`crate::payload_type`].
    pub payload_type: u8,
    /// First target.
    pub bitrate_bps: u32,
    /// Frames per second.
    pub fps: u32,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// How the box encodes and labels its sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioPlan {
    /// RTP source on uplink flow 1.
    pub ssrc: u32,
    /// One of [`crate::payload_type`].
    pub payload_type: u8,
    /// Target.
    pub bitrate_bps: u32,
}

/// Why the relay does not serve a box. Codes from a newer relay read as `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedCode {
    /// `hello.protocol` is not spoken here.
    ProtocolVersion,
    /// The certificate names a home that this relay does not know.
    UnknownHome,
    /// Another connection of the same box replaced this one.
    Replaced,
    /// The first message was not `hello`, or a message came out of turn.
    OutOfTurn,
    /// The relay has no room or is being stopped; try again later.
    Busy,
    /// There is no session of this box by that name: say `hello`.
    UnknownSession,
    /// The certificate was revoked: only another enrolment helps.
    Revoked,
    /// Anything else: read the reason.
    #[serde(other)]
    Other,
}

/// Why media stops. Reasons from a newer relay read as `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// Somebody hung up.
    HangUp,
    /// The consultation's programs failed.
    Crash,
    /// The relay is being stopped.
    Drain,
    /// The consultation was cancelled.
    Cancelled,
    /// The box is needed in another consultation, or a reason that this version does not know.
    #[serde(other)]
    Other,
}

/// Why the relay does not take a still. Reasons from a newer relay read as `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StillRefusal {
    /// Nobody asked this home for it.
    NotAsked,
    /// It was given up, or is of a kind that is not taken.
    NotTaken,
    /// More bytes than a still may have.
    TooLarge,
    /// What arrived has another digest than what was offered.
    WrongDigest,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// Why the relay does not take a segment of a recording. Reasons from a newer relay read as `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentRefusal {
    /// Nobody asked this home for the recording, or it has ended.
    NotAsked,
    /// More bytes than a segment may have, or more segments than a recording may.
    TooLarge,
    /// What arrived has another digest than what was offered.
    WrongDigest,
    /// Segments before it never came.
    OutOfOrder,
    /// It does not open with the recording's key, or cannot be shown.
    Damaged,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// What seals a recording: 32 bytes as base64. Never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordingKey(pub String);

impl std::fmt::Debug for RecordingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Relay → box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToBox {
    /// Answer to `hello`.
    Welcome {
        /// For the operator.
        relay_version: String,
        /// The home that the box's certificate names.
        home_id: HomeId,
        /// To notice a clock that is wrong.
        #[serde(with = "rfc3339_ms")]
        server_time: Timestamp,
        /// Whether the relay takes datagrams of [`crate::repair`]. An older relay does not say it and does not.
        #[serde(default)]
        repair: bool,
        /// Whether the relay takes [`super::ToRelay::MediaRung`]. An older relay does not say it, and would count it as unknown.
        #[serde(default)]
        timeline: bool,
        /// Whether the relay takes the box's reports of arrivals. An older relay does not say it and does not.
        #[serde(default)]
        arrivals: bool,
        /// Whether the relay wants to hear of the modems' signal. An older relay does not say it and does not.
        #[serde(default)]
        signal: bool,
        /// What further connections of this box join by; ends with the session. A relay that does not say it takes one connection of a box.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<String>,
    },
    /// Answer to `join`.
    Joined {},
    /// The connection will be closed, for this reason.
    Refused {
        /// For the program.
        code: RefusedCode,
        /// For people.
        reason: String,
    },
    /// Capture and send. Repeated after a reconnect; the sources continue.
    StartMedia {
        /// Which consultation.
        consultation_id: ConsultationId,
        /// Uplink flow 0.
        video: VideoPlan,
        /// Uplink flow 1.
        audio: AudioPlan,
        /// How long the box goes on filming and recording without a link, seconds. An older relay does not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hold_s: Option<u32>,
        /// Uplink flow 7: the low picture, sent while the room's state says `send_low`. Only to a box that says `low_picture`; an older relay does not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low: Option<VideoPlan>,
    },
    /// Stop capturing.
    StopMedia {
        /// Which consultation.
        consultation_id: ConsultationId,
        /// Why.
        reason: StopReason,
    },
    /// The next frame must be a keyframe.
    KeyframeRequest {
        /// Of the low picture, not of the main one. Only to a box that was told of a low picture.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        low: bool,
    },
    /// New target of the video encoder.
    SetBitrate {
        /// Bits per second.
        video_bps: u32,
    },
    /// Show another camera, starting with a keyframe.
    SelectCamera {
        /// `room`, `close_up` or `tablet`.
        camera: crate::room::Camera,
    },
    /// Take the full picture of a camera and offer it. Repeated after a reconnect: what was taken is not taken again.
    TakeStill {
        /// The still.
        still_id: StillId,
        /// In which consultation.
        consultation_id: ConsultationId,
        /// By which camera.
        camera: BoxCamera,
    },
    /// So many bytes of a still have arrived: the answer to its offer, and then as they come.
    StillAt {
        /// The still.
        still_id: StillId,
        /// Where to go on.
        offset: u64,
    },
    /// The still is durable; the box may forget it.
    StillDone {
        /// The still.
        still_id: StillId,
    },
    /// The still is not wanted; the box forgets it.
    StillRefused {
        /// The still.
        still_id: StillId,
        /// Why.
        reason: StillRefusal,
    },
    /// Record the home's side of a consultation at full quality and offer its segments. Repeated after a reconnect: what goes on goes on. Only to a box that
    /// says `records`.
    Record {
        /// The recording.
        recording_id: RecordingId,
        /// Of which consultation.
        consultation_id: ConsultationId,
        /// What seals its segments. The box keeps it in memory only.
        key: RecordingKey,
        /// The index of the first segment that the relay does not have.
        next: u32,
    },
    /// Record no more; answered by `recording_over` when all that was made is received. Repeated after a reconnect until then.
    StopRecording {
        /// The recording.
        recording_id: RecordingId,
    },
    /// So many bytes of a segment have arrived: the answer to its offer, and then as they come.
    SegmentAt {
        /// The segment.
        segment_id: SegmentId,
        /// Where to go on.
        offset: u64,
    },
    /// The segment is durable; the box may forget it.
    SegmentDone {
        /// The segment.
        segment_id: SegmentId,
    },
    /// The segment is not wanted; the box forgets it.
    SegmentRefused {
        /// The segment.
        segment_id: SegmentId,
        /// Why.
        reason: SegmentRefusal,
    },
    /// The answer to `segment_lost`: the relay waits for nothing of the recording before this segment, and the box may forget what it has of that.
    RecordingNext {
        /// The recording.
        recording_id: RecordingId,
        /// The index of the segment that is to come next.
        next: u32,
    },
    /// The room changed.
    RoomState(RoomState),
    /// The relay is being stopped; reconnect with back-off.
    Drain {
        /// For the operator.
        reason: String,
    },
}

impl super::Message for ToBox {
    const TYPES: &'static [&'static str] = &[
        "welcome",
        "joined",
        "refused",
        "start_media",
        "stop_media",
        "keyframe_request",
        "set_bitrate",
        "select_camera",
        "take_still",
        "still_at",
        "still_done",
        "still_refused",
        "record",
        "stop_recording",
        "segment_at",
        "segment_done",
        "segment_refused",
        "recording_next",
        "room_state",
        "drain",
    ];
}

impl From<BoxCamera> for crate::room::Camera {
    fn from(camera: BoxCamera) -> Self {
        match camera {
            BoxCamera::Room => Self::Room,
            BoxCamera::CloseUp => Self::CloseUp,
        }
    }
}
