//! Pictures and sound on their way to the relay.
//!
//! | module | what |
//! |---|---|
//! | [`session`] | what should run, from what the relay, the page and the devices say; pure |
//! | [`splice`] | several sources as one RTP stream; pure |
//! | [`rate`] | how fast, by the controller of `yunzhen_media::congestion`; pure |
//! | [`low`] | whether the low picture is made, and what it has of the rate; pure |
//! | [`queue`] | what waits for room in the link, and what is dropped first; pure |
//! | [`reports`] | which moment a media timestamp stands for; pure |
//! | [`devices`] | the box's cameras and microphone, as the driver needs them |
//! | [`lanes`] | the paths of the link: sound on all, pictures on one |
//! | [`sender`] | from packets to datagrams on one path, at the pace of its rate |
//! | [`driver`] | does what the session says and moves the packets |

pub mod devices;
pub mod driver;
pub mod lanes;
pub mod low;
pub mod queue;
pub mod rate;
pub mod reports;
pub mod sender;
pub mod session;
pub mod splice;

use crate::link::PathId;
use bytes::Bytes;
use session::{Input, Shown};
use std::sync::Arc;
use tokio::sync::{broadcast, mpsc, watch};
use yunzhen_domain::ids::ConsultationId;
use yunzhen_media::MediaKind;
use yunzhen_protocol::control::StopReason;
use yunzhen_protocol::room::RoomState;
use yunzhen_protocol::rtp::RtpPacket;

/// One packet of the tablet's own camera or microphone.
#[derive(Clone, Debug)]
pub struct TabletPacket {
    /// Sound or picture.
    pub kind: MediaKind,
    /// With a payload type fixed between box and relay.
    pub packet: RtpPacket,
}

/// What the tablet's encoder is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabletCommand {
    /// The next frame must be a key frame.
    Keyframe,
    /// Send at most this much video.
    Bitrate(u32),
}

/// A consultation is over for this home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Which.
    pub consultation_id: ConsultationId,
    /// Why.
    pub reason: StopReason,
}

/// A handle to the home's part in a consultation; clones are the same.
#[derive(Clone)]
pub struct Outbox {
    inputs: mpsc::Sender<Input>,
    tablet: mpsc::Sender<TabletPacket>,
    feedback: mpsc::Sender<(PathId, Bytes)>,
    shown: watch::Sender<Shown>,
    room: watch::Sender<Option<Arc<RoomState>>>,
    commands: broadcast::Sender<TabletCommand>,
    preview: broadcast::Sender<RtpPacket>,
    ended: broadcast::Sender<Ended>,
}

impl Outbox {
    /// Something happened on the page.
    pub async fn input(&self, input: Input) {
        if self.inputs.send(input).await.is_err() {
            tracing::debug!("the media task has ended");
        }
    }

    /// Where the tablet's media go; drops when full.
    pub fn tablet_media(&self) -> mpsc::Sender<TabletPacket> {
        self.tablet.clone()
    }

    /// RTCP from the relay about what this box sends, and the path that it came by: arrivals are told of each path on itself.
    pub fn feedback(&self, path: PathId, packet: Bytes) {
        if self.feedback.try_send((path, packet)).is_err() {
            metrics::counter!("yunzhen_uplink_feedback_dropped_total").increment(1);
        }
    }

    /// What the page shows now.
    pub fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// What the page shows, and its changes.
    pub fn watch_shown(&self) -> watch::Receiver<Shown> {
        self.shown.subscribe()
    }

    /// The room of the consultation, and its changes.
    pub fn watch_room(&self) -> watch::Receiver<Option<Arc<RoomState>>> {
        self.room.subscribe()
    }

    /// What the tablet's encoder is told.
    pub fn commands(&self) -> broadcast::Receiver<TabletCommand> {
        self.commands.subscribe()
    }

    /// The picture of the box's own camera as it is encoded for the relay, for the nurse's self view.
    pub fn preview(&self) -> broadcast::Receiver<RtpPacket> {
        self.preview.subscribe()
    }

    /// Consultations that ended.
    pub fn ended(&self) -> broadcast::Receiver<Ended> {
        self.ended.subscribe()
    }
}
