//! What the asynchronous side says to rooms and hears from them.

use std::str::FromStr;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;
use yunzhen_media::protocol::room::{
    AudioState, Camera, EndReason, HomeSignal, LinkLevel, Participant, ParticipantId, ParticipantKind, RoomPhase,
    RoomState, Rung, Tablet, VideoState,
};
use yunzhen_media::room::Given;

use crate::error::{ConnectError, PatchError};
use crate::external::{ExternalConfig, ExternalHandle, ExternalSink};
use crate::queue::Commands;

/// A leg's name, unguessable, as it stands in its URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId(pub Uuid);

impl std::fmt::Display for LegId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for LegId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// Who comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewParticipant {
    /// Kept by a participant who rejoins.
    pub id: ParticipantId,
    /// Home, specialist or observer.
    pub kind: ParticipantKind,
    /// Name to show.
    pub display_name: String,
}

/// What a leg may do, whatever it offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegDirection {
    /// Send and receive.
    Both,
    /// WHIP: only send.
    Publish,
    /// WHEP: only receive.
    Watch,
}

/// A browser, or a WHIP or WHEP client, with its offer.
#[derive(Debug, Clone)]
pub struct ConnectLeg {
    /// Who.
    pub participant: NewParticipant,
    /// SDP.
    pub offer: String,
    /// The leg that this one takes the place of; it need not be there any more.
    pub replaces: Option<LegId>,
    /// What it may do.
    pub direction: LegDirection,
    /// The only participant it wants to receive, on slot 0.
    pub watch: Option<ParticipantId>,
}

/// The relay's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The new leg.
    pub leg: LegId,
    /// SDP with all candidates.
    pub sdp: String,
}

/// What a PATCH did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patched {
    /// Candidates were noted: an ICE-lite relay learns addresses from checks.
    Trickled,
    /// ICE restarted.
    Restarted {
        /// Our credentials and candidates.
        sdpfrag: String,
    },
}

/// Why a leg is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeaveReason {
    /// On purpose.
    HangUp,
    /// Silent for too long, or never connected.
    Crash,
    /// The certificate of the box was revoked.
    Revoked,
    /// The box went to another consultation of its home.
    Elsewhere,
    /// The participant came back on another leg.
    Replaced,
    /// The room ended.
    Ended,
}

/// What somebody outside should act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomEvent {
    /// A leg's media can flow.
    Connected {
        /// Which.
        leg: LegId,
        /// Whose.
        participant: ParticipantId,
    },
    /// A box should send a keyframe.
    KeyframeWanted {
        /// Whose box.
        participant: ParticipantId,
        /// Of its low picture, not of the main one.
        low: bool,
    },
    /// A box should encode at this rate.
    BitrateWanted {
        /// Whose box.
        participant: ParticipantId,
        /// Bits per second.
        video_bps: u32,
    },
    /// A leg is gone.
    Left {
        /// Which.
        leg: LegId,
        /// Whose.
        participant: ParticipantId,
        /// Why.
        reason: LeaveReason,
    },
}

/// Events of a room, at most 256 waiting: what does not fit is dropped and counted, and the snapshot still tells who is there.
pub type RoomEvents = mpsc::Receiver<RoomEvent>;

/// A room at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomSnapshot {
    pub(crate) phase: RoomPhase,
    pub(crate) ended: Option<EndReason>,
    pub(crate) version: u64,
    pub(crate) participants: Vec<Participant>,
    pub(crate) views: Vec<(LegId, RoomState)>,
}

impl RoomSnapshot {
    /// Everyone present.
    pub fn participants(&self) -> &[Participant] {
        &self.participants
    }

    /// Open or ended.
    pub const fn phase(&self) -> RoomPhase {
        self.phase
    }

    /// Why it ended.
    pub const fn ended_reason(&self) -> Option<EndReason> {
        self.ended
    }

    /// Grows with every change.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// As a leg sees it; `None` once the leg is gone.
    pub fn for_leg(&self, leg: LegId) -> Option<RoomState> {
        self.views.iter().find(|(id, _)| *id == leg).map(|(_, view)| view.clone())
    }

    /// As a participant sees it.
    pub fn for_participant(&self, participant: ParticipantId) -> Option<RoomState> {
        self.views.iter().find(|(_, view)| view.you == participant).map(|(_, view)| view.clone())
    }
}

/// A request to a room on its shard.
pub(crate) enum RoomCommand {
    Connect {
        leg: Box<ConnectLeg>,
        reply: oneshot::Sender<Result<Answer, ConnectError>>,
    },
    Patch {
        leg: LegId,
        fragment: String,
        reply: oneshot::Sender<Result<Patched, PatchError>>,
    },
    Disconnect {
        leg: LegId,
        reason: LeaveReason,
        reply: oneshot::Sender<bool>,
    },
    MediaState {
        leg: LegId,
        audio: AudioState,
        video: VideoState,
        reply: oneshot::Sender<bool>,
    },
    Quality {
        leg: LegId,
        level: LinkLevel,
        reply: oneshot::Sender<bool>,
    },
    JoinExternal {
        participant: NewParticipant,
        config: ExternalConfig,
        sink: Box<dyn ExternalSink>,
        reply: oneshot::Sender<Result<(LegId, u64), ConnectError>>,
    },
    ExternalState {
        audio: AudioState,
        video: VideoState,
        camera: Option<Camera>,
        link: LinkLevel,
        reply: oneshot::Sender<bool>,
    },
    LeaveExternal {
        reason: LeaveReason,
        reply: oneshot::Sender<bool>,
    },
    ExternalGone {
        participant: ParticipantId,
        reason: LeaveReason,
        reply: oneshot::Sender<()>,
    },
    ExternalTablet {
        tablet: Option<Tablet>,
        reply: oneshot::Sender<bool>,
    },
    ExternalRung {
        rung: Option<Rung>,
        reply: oneshot::Sender<bool>,
    },
    ExternalSignals {
        signals: Vec<HomeSignal>,
        reply: oneshot::Sender<bool>,
    },
    Given {
        from: ParticipantId,
        to: ParticipantId,
        reply: oneshot::Sender<Option<Given>>,
    },
    ExternalKeyframe {
        slot: u8,
    },
    StreamOpened {
        leg: LegId,
        reply: oneshot::Sender<bool>,
    },
    StreamEnded {
        leg: LegId,
    },
    End {
        reason: EndReason,
        reply: oneshot::Sender<()>,
    },
}

/// The asynchronous face of one room. Every call is answered by the room's shard; all of them say so if the shards stopped.
#[derive(Clone)]
pub struct RoomHandle {
    pub(crate) id: Uuid,
    pub(crate) commands: Commands,
    pub(crate) state: watch::Receiver<Arc<RoomSnapshot>>,
}

impl std::fmt::Debug for RoomHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomHandle").field("id", &self.id).finish()
    }
}

impl RoomHandle {
    async fn ask<T>(&self, make: impl FnOnce(oneshot::Sender<T>) -> RoomCommand) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.commands.room(self.id, make(reply)).await.ok()?;
        answer.await.ok()
    }

    /// The room this is.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Lets a browser in.
    pub async fn connect(&self, leg: ConnectLeg) -> Result<Answer, ConnectError> {
        let leg = Box::new(leg);
        self.ask(|reply| RoomCommand::Connect { leg, reply }).await.unwrap_or(Err(ConnectError::Stopped))
    }

    /// Applies a trickle or ICE restart fragment.
    pub async fn patch(&self, leg: LegId, fragment: String) -> Result<Patched, PatchError> {
        self.ask(|reply| RoomCommand::Patch { leg, fragment, reply }).await.unwrap_or(Err(PatchError::Stopped))
    }

    /// Takes a leg out; `false` when there is none.
    pub async fn disconnect(&self, leg: LegId, reason: LeaveReason) -> bool {
        self.ask(|reply| RoomCommand::Disconnect { leg, reason, reply }).await.unwrap_or(false)
    }

    /// Muted, camera off, or on again; `false` when there is no such leg.
    pub async fn set_media_state(&self, leg: LegId, audio: AudioState, video: VideoState) -> bool {
        self.ask(|reply| RoomCommand::MediaState { leg, audio, video, reply }).await.unwrap_or(false)
    }

    /// The client's own word on its link; `false` when there is no such leg.
    pub async fn report_quality(&self, leg: LegId, level: LinkLevel) -> bool {
        self.ask(|reply| RoomCommand::Quality { leg, level, reply }).await.unwrap_or(false)
    }

    /// Lets a box in. The same participant again replaces the leg it had: a box that reconnected.
    pub async fn join_external(
        &self,
        participant: NewParticipant,
        config: ExternalConfig,
        sink: Box<dyn ExternalSink>,
    ) -> Result<ExternalHandle, ConnectError> {
        let joined = self.ask(|reply| RoomCommand::JoinExternal { participant, config, sink, reply }).await;
        let (leg, key) = joined.unwrap_or(Err(ConnectError::Stopped))?;
        Ok(ExternalHandle::new(leg, key, self.commands.clone()))
    }

    /// What the box says of its camera and what its session knows of its link; `false` when no box is here.
    pub async fn set_external_state(
        &self,
        audio: AudioState,
        video: VideoState,
        camera: Option<Camera>,
        link: LinkLevel,
    ) -> bool {
        self.ask(|reply| RoomCommand::ExternalState { audio, video, camera, link, reply }).await.unwrap_or(false)
    }

    /// How the tablet beside the box is; `false` when no box is here.
    pub async fn set_external_tablet(&self, tablet: Option<Tablet>) -> bool {
        self.ask(|reply| RoomCommand::ExternalTablet { tablet, reply }).await.unwrap_or(false)
    }

    /// On which step of the ladder the box is; `false` when no box is here.
    pub async fn set_external_rung(&self, rung: Option<Rung>) -> bool {
        self.ask(|reply| RoomCommand::ExternalRung { rung, reply }).await.unwrap_or(false)
    }

    /// What the home's modems say of their signals; `false` when no box is here.
    pub async fn set_external_signals(&self, signals: Vec<HomeSignal>) -> bool {
        self.ask(|reply| RoomCommand::ExternalSignals { signals, reply }).await.unwrap_or(false)
    }

    /// What was sent to one participant of another's sound and picture; `None` while they are not here, or nothing arrives at them.
    pub async fn given(&self, from: ParticipantId, to: ParticipantId) -> Option<Given> {
        self.ask(|reply| RoomCommand::Given { from, to, reply }).await.flatten()
    }

    /// A page listens to the room on a leg from now on, until the listening is dropped; `None` when there is no such leg.
    pub async fn listen(&self, leg: LegId) -> Option<Listening> {
        let opened = self.ask(|reply| RoomCommand::StreamOpened { leg, reply }).await.unwrap_or(false);
        opened.then(|| Listening { room: self.clone(), leg })
    }

    /// Takes the box out; `false` when none is here.
    pub async fn leave_external(&self, reason: LeaveReason) -> bool {
        self.ask(|reply| RoomCommand::LeaveExternal { reason, reply }).await.unwrap_or(false)
    }

    /// Why the box is not here: it leaves if it is here, and if it left before, whoever waits is told what is known by now.
    pub async fn external_gone(&self, participant: ParticipantId, reason: LeaveReason) {
        // Stopped shards have no rooms left in which anybody waits.
        let _ = self.ask(|reply| RoomCommand::ExternalGone { participant, reason, reply }).await;
    }

    /// The box cannot decode the picture on a slot. Does not wait; a full queue drops the request, and the box asks again.
    pub fn request_keyframe_for_external(&self, slot: u8) {
        self.commands.try_room(self.id, RoomCommand::ExternalKeyframe { slot });
    }

    /// Ends the room for everyone.
    pub async fn end(&self, reason: EndReason) {
        // Stopped shards have no rooms left to end.
        let _ = self.ask(|reply| RoomCommand::End { reason, reply }).await;
    }

    /// The room, now and whenever it changes.
    pub fn state(&self) -> watch::Receiver<Arc<RoomSnapshot>> {
        self.state.clone()
    }
}

/// A page's event stream. Its end tells the room: with the media it is how a crash shows at once.
#[derive(Debug)]
pub struct Listening {
    room: RoomHandle,
    leg: LegId,
}

impl Listening {
    /// The room, now and whenever it changes.
    pub fn state(&self) -> watch::Receiver<Arc<RoomSnapshot>> {
        self.room.state()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // Where the queue is full the crash shows by its silence, some seconds later.
        self.room.commands.try_room(self.room.id, RoomCommand::StreamEnded { leg: self.leg });
    }
}
