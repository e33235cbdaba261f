//! A room as people see it: the same JSON in the control message `room_state`, in the event stream of a browser leg and
//! in the relay's API.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
pub use yunzhen_domain::ids::ConsultationId;
pub use yunzhen_domain::media_timeline::Rung;
pub use yunzhen_domain::radio::{RadioStrength, RadioTechnology};

/// One person or place in a room. Stable while they are present, and kept by a leg that rejoins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct ParticipantId(pub Uuid);

impl std::fmt::Display for ParticipantId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a participant is in the consultation. The order is the order in which slots are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantKind {
    /// The nursing home's box: resident and nurse.
    Home,
    /// The attending specialist.
    Specialist,
    /// Family or a second specialist, by invitation.
    Observer,
}

/// Whether a participant is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AudioState {
    /// Sound is sent.
    On,
    /// There is a microphone and the participant muted it.
    Muted,
    /// There is no microphone.
    #[default]
    None,
}

/// Whether a participant is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoState {
    /// A picture is sent.
    On,
    /// There is a camera and the participant turned it off.
    Off,
    /// There is no camera.
    #[default]
    None,
}

/// The home's cameras. A box has up to two of its own; the tablet's can stand in for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Camera {
    /// The whole room.
    Room,
    /// The resident, near.
    CloseUp,
    /// The tablet's own camera, passed through by the box.
    Tablet,
}

/// The tablet on which the home sees and hears the others. Its box goes on filming without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tablet {
    /// It shows the call.
    Here,
    /// It is gone without a word; it is being waited for.
    Lost,
}

/// Connection quality in words that a nurse understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkLevel {
    /// Nothing to notice.
    Good,
    /// Picture or sound may stutter.
    Weak,
    /// Conversation is hard.
    Poor,
    /// Nothing has arrived for four seconds, the box lost its connection, or the page is gone and its media with it; it is being waited
    /// for.
    Lost,
}

/// How much of a picture is sent, or can be received; from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pictures {
    /// None; sound goes on.
    Paused,
    /// A quarter of the width and height, some eight frames a second.
    Small,
    /// Half the width and height, fifteen frames a second.
    Reduced,
    /// As the camera gives it.
    Full,
}

/// The radio signal of one of the home's modems, in words: what the numbers behind it change within a word is nobody's news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HomeSignal {
    /// What the home calls the path that leaves by this modem; absent when it has no name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// By what.
    pub technology: RadioTechnology,
    /// How strong.
    pub strength: RadioStrength,
}

/// One participant as shown to the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// Stable while present.
    pub id: ParticipantId,
    /// Home, specialist or observer.
    pub kind: ParticipantKind,
    /// Name to show; never used as a key.
    pub display_name: String,
    /// Heard or not.
    pub audio: AudioState,
    /// Seen or not.
    pub video: VideoState,
    /// Which of the home's cameras is sent; absent for others and while none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<Camera>,
    /// The home's tablet; absent for others and until one has joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tablet: Option<Tablet>,
    /// How much of the home's picture the link carries, as its box says; absent for others and from an older box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// The radio signals of the home's modems, where they tell them; absent for others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<HomeSignal>,
    /// Quality of this participant's link.
    pub link: LinkLevel,
    /// How much of the others' pictures this participant's link takes, as far as the relay measures it (of a box that reports); absent: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Pictures>,
    /// When they joined.
    #[serde(with = "rfc3339_ms")]
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// Which participant a leg receives on which slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotAssignment {
    /// 0 is the pair that also carries the leg's own publication.
    pub slot: u8,
    /// Who is received there.
    pub participant_id: ParticipantId,
}

/// How a participant left. Reasons from a newer relay read as `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DepartureReason {
    /// On purpose.
    HangUp,
    /// Their link or program failed.
    Crash,
    /// The certificate of the home's box was revoked: it comes back only once an administrator has enrolled it anew.
    Revoked,
    /// The home's box went to another consultation of its home.
    Elsewhere,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// Somebody who is no longer here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Departure {
    /// Who.
    pub participant_id: ParticipantId,
    /// What they were.
    pub kind: ParticipantKind,
    /// Name to show.
    pub display_name: String,
    /// How they left.
    pub reason: DepartureReason,
}

/// Whether the room is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoomPhase {
    /// People may join.
    Open,
    /// Over for everyone; nobody may rejoin.
    Ended,
}

/// Why a room ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Somebody who may ended the consultation.
    HangUp,
    /// The programs lost it.
    Crash,
    /// The relay is being stopped.
    Drain,
    /// The consultation was cancelled before or during the call.
    Cancelled,
    /// Said by the box only: it went to another consultation of its home, and lets its tablets in again when that one is over.
    Elsewhere,
}

/// The whole room, as one leg sees it. Sent in full on every change; a receiver ignores one with an older `version`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomState {
    /// The consultation whose room this is.
    pub consultation_id: ConsultationId,
    /// Open or ended.
    pub state: RoomPhase,
    /// Present when ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_reason: Option<EndReason>,
    /// Everyone present, home first, then specialist, then observers in the order they came.
    pub participants: Vec<Participant>,
    /// The last few who left, so that a screen can say how; cleared of those who come back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departed: Vec<Departure>,
    /// What the asking leg receives where.
    pub slots: Vec<SlotAssignment>,
    /// Which participant the asking leg is.
    pub you: ParticipantId,
    /// How much of its picture the asking leg is to send; absent: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<Pictures>,
    /// Whether the asking leg is to send a low picture beside its own; only of one that offered it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub send_low: bool,
    /// Grows with every change of the room.
    pub version: u64,
}

/// RFC 3339 in UTC with milliseconds, the one form of time in our JSON.
pub mod rfc3339_ms {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes `2026-11-23T08:00:00.000Z`.
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{at:.3}"))
    }

    /// Reads any RFC 3339 time.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(deserializer)
    }
}
