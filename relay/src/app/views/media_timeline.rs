//! How the call of a consultation went, second by second.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yunzhen_domain::media_timeline::{Attendance, Heard, Second, Stretch};
use yunzhen_domain::radio::Signal;

use super::codes::{CallCamera, ConsultationId, RadioStrength, RadioTechnology, Rung};
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
    /// The radio signals of the home's modems, each time they were others; absent where no modem told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<MediaSignals>,
}

/// The radio signals of all modems of the home, from a second on until the next that says others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediaSignals {
    /// Place of that second in the stretch.
    pub from_second: u32,
    /// By the names of their paths.
    pub signals: Vec<MediaSignal>,
}

/// The radio signal of one modem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediaSignal {
    /// What the home calls the path that leaves by it; absent when it has no name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// By what.
    pub technology: RadioTechnology,
    /// How strong, in a word.
    pub strength: RadioStrength,
    /// As the modem judges it, 0–100.
    pub quality_percent: u8,
    /// Received strength (RSRP, RSCP or RSSI, as the technology has it), where the modem tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dbm: Option<i16>,
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
    /// What came of the home; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Rung>,
    /// Whether the specialist was in the call and connected; absent in timelines from before that was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specialist: Option<bool>,
    /// What of it was sent to the specialist's page, which is what counts for a signature; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Rung>,
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
    /// The home was in the call, and the specialist never with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
    /// The least step that the hospital asks for.
    pub least_rung: Rung,
    /// The best of the last seconds in which the specialist was there; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Rung>,
    /// The best that was had for long enough in all; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Rung>,
    /// How long that is.
    pub held_seconds: u32,
    /// Seconds of the call so far in which both were there.
    pub connected_seconds: u32,
    /// So many the hospital asks for; 0: also without a call.
    pub least_connected_seconds: u32,
}

impl MediaStretch {
    /// As it is stored; `None` for one beyond every calendar.
    pub fn of(stretch: &Stretch) -> Option<Self> {
        let seconds = stretch.seconds.iter().map(MediaSecond::from).collect();
        Some(Self { from: stretch.from()?.into(), seconds, signals: signals(&stretch.seconds) })
    }
}

/// While the home has no link its modems are not heard of; what they said before stands until they say others.
fn signals(seconds: &[Second]) -> Vec<MediaSignals> {
    let (mut all, mut before): (Vec<MediaSignals>, &[Signal]) = (Vec::new(), &[]);
    for (from_second, second) in (0..).zip(seconds) {
        if let Second::Heard(Heard { signals, .. }) = second
            && **signals != *before
        {
            all.push(MediaSignals { from_second, signals: signals.iter().map(MediaSignal::from).collect() });
            before = signals;
        }
    }
    all
}

impl From<&Signal> for MediaSignal {
    fn from(signal: &Signal) -> Self {
        Self {
            path: signal.path().to_owned(),
            technology: signal.technology(),
            strength: signal.strength(),
            quality_percent: signal.quality_percent(),
            dbm: signal.dbm(),
        }
    }
}

impl From<&Second> for MediaSecond {
    fn from(second: &Second) -> Self {
        let specialist = match second.specialist() {
            Attendance::Unrecorded => None,
            Attendance::Absent => Some(false),
            Attendance::Present => Some(true),
        };
        let Second::Heard(heard) = second else { return Self { away: true, specialist, ..Self::default() } };
        Self {
            away: false,
            rung: heard.rung,
            shown: second.shown(),
            specialist,
            seen: second.seen(),
            camera: heard.camera,
            sound: heard.sound,
            picture: heard.picture,
            target_kbps: heard.target_kbps,
            received_kbps: Some(heard.received_kbps),
            loss_permille: Some(heard.loss_permille),
            queue_ms: heard.queue_ms,
            jitter_ms: Some(heard.jitter_ms),
            round_trip_ms: heard.round_trip_ms,
        }
    }
}
