//! What a room is told and what it says.

use std::time::{Duration, Instant};

use bytes::Bytes;

use yunzhen_protocol::{
    room::{
        AudioState, Camera, ConsultationId, EndReason, HomeSignal, LinkLevel, ParticipantId, ParticipantKind, Rung,
        Tablet, VideoState,
    },
    rtp::{RtpHeader, RtpPacket},
};

use crate::{
    bitrate::BitrateLimits,
    codec::{MediaKind, PayloadTypes},
    downlink::Takes,
    layers::Layer,
};

/// One transport of one participant: a box's QUIC session or a browser's peer connection. The number is the driver's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId(pub u64);

/// What a room is made with.
#[derive(Debug, Clone)]
pub struct RoomConfig {
    /// The consultation that it belongs to.
    pub consultation_id: ConsultationId,
    /// Bounds of the home's video.
    pub video: BitrateLimits,
    /// A leg that is silent for this long is shown as lost.
    pub lost_after: Duration,
    /// A leg that sent media, whose last event stream ended and that is silent for this long since, is shown as lost.
    pub deserted_after: Duration,
    /// A leg that is silent or down for this long has left.
    pub gone_after: Duration,
    /// Legs at once.
    pub max_legs: usize,
}

impl RoomConfig {
    /// The usual times and bounds.
    pub fn new(consultation_id: ConsultationId) -> Self {
        Self {
            consultation_id,
            video: BitrateLimits::default(),
            // A browser that is there sends sound fifty times a second and checks consent every 2.5 s.
            lost_after: Duration::from_secs(4),
            // Twenty-five packets of sound; a stream that is opened again while media flows is never taken for a crash.
            deserted_after: Duration::from_millis(500),
            gone_after: Duration::from_secs(30),
            max_legs: 64,
        }
    }
}

/// The outgoing sources of one slot; `None` where the leg cannot receive that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SlotConfig {
    /// Source number of the sound.
    pub audio_ssrc: Option<u32>,
    /// Source number of the picture.
    pub video_ssrc: Option<u32>,
}

/// A leg comes in. A participant that is present already moves to the new leg, keeping slots and place; the old leg is closed.
#[derive(Debug, Clone)]
pub struct Join {
    /// The new leg.
    pub leg: LegId,
    /// Who.
    pub participant: ParticipantId,
    /// Home, specialist or observer.
    pub kind: ParticipantKind,
    /// Name to show.
    pub display_name: String,
    /// Heard from the start?
    pub audio: AudioState,
    /// Seen from the start?
    pub video: VideoState,
    /// The home's camera.
    pub camera: Option<Camera>,
    /// What the leg sends is labelled so.
    pub publish: PayloadTypes,
    /// Whether the room asks this leg for missing packets (no, where the transport does it by itself).
    pub ask_missing: bool,
    /// What the leg receives is to be labelled so.
    pub receive: PayloadTypes,
    /// Whether what is sent arrives already; if not, [`Input::Receives`] says when. A keyframe that nobody could get would only hold up the next.
    pub receives: bool,
    /// Slot numbers are the places in this list; at most [`super::MAX_SLOTS`].
    pub slots: Vec<SlotConfig>,
}

/// Why a participant left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeaveReason {
    /// On purpose.
    HangUp,
    /// Silent for too long, or the program failed.
    Crash,
    /// It may not be here any more: the certificate of its box was revoked.
    Revoked,
    /// The home's box went to another consultation.
    Elsewhere,
}

/// What happens to a room.
#[derive(Debug, Clone)]
pub enum Input {
    /// See [`Join`].
    Join(Box<Join>),
    /// From now on what is sent to a leg arrives.
    Receives {
        /// Which.
        leg: LegId,
    },
    /// A leg goes, and its participant with it.
    Leave {
        /// Which.
        leg: LegId,
        /// Why.
        reason: LeaveReason,
    },
    /// What is known by now of somebody who left, whatever the leaving was for.
    Gone {
        /// Who.
        participant: ParticipantId,
        /// Why they are not here.
        reason: LeaveReason,
    },
    /// The room is over.
    End {
        /// Why.
        reason: EndReason,
    },
    /// A media packet from a leg. The payload should be an allocation of its own: it is kept for a second.
    Rtp {
        /// From.
        leg: LegId,
        /// As received.
        packet: RtpPacket,
    },
    /// From now on a leg can send a low picture beside its own; it does while [`RoomState::send_low`](yunzhen_protocol::room::RoomState::send_low) says so.
    OffersLow {
        /// Which.
        leg: LegId,
    },
    /// A packet of a leg's low picture. As [`Input::Rtp`].
    LowRtp {
        /// From.
        leg: LegId,
        /// As received.
        packet: RtpPacket,
    },
    /// A sender report from a leg about its low picture.
    LowSenderReport {
        /// From.
        leg: LegId,
        /// 32.32 fixed point.
        ntp: u64,
        /// Media clock at that moment.
        rtp_timestamp: u32,
    },
    /// A sender report from a leg about what it publishes.
    SenderReport {
        /// From.
        leg: LegId,
        /// About its sound or its picture.
        kind: MediaKind,
        /// 32.32 fixed point.
        ntp: u64,
        /// Media clock at that moment.
        rtp_timestamp: u32,
    },
    /// A receiver cannot decode the picture on a slot (PLI, FIR).
    KeyframeRequest {
        /// From.
        leg: LegId,
        /// Where.
        slot: u8,
    },
    /// A picture was dropped on its way to a leg, before the link: what comes of it until a keyframe is of no use there. The room did it to the leg, so it says nothing of the leg's being there.
    Dropped {
        /// To.
        leg: LegId,
        /// On.
        slot: u8,
    },
    /// A receiver misses packets on a slot, named as they were sent to it.
    Nack {
        /// From.
        leg: LegId,
        /// Where.
        slot: u8,
        /// Sound or picture.
        kind: MediaKind,
        /// What is missing.
        sequences: Vec<u16>,
    },
    /// How a receiver gets a slot's picture, from receiver reports.
    Reception {
        /// From.
        leg: LegId,
        /// Where.
        slot: u8,
        /// Share lost since the last report, 0–1.
        loss: f32,
        /// What the receiver's link carries, if it or the transport estimates that.
        estimate_bps: Option<u32>,
    },
    /// How the transport of a leg does.
    Path {
        /// Which.
        leg: LegId,
        /// Round trip.
        round_trip: Duration,
        /// Share lost, 0–1.
        loss: f32,
    },
    /// What a box's link leaves for the pictures it is shown.
    Takes {
        /// Which.
        leg: LegId,
        /// All pictures together.
        takes: Takes,
    },
    /// The client's own word on its link.
    Quality {
        /// Which.
        leg: LegId,
        /// Good, weak or poor.
        level: LinkLevel,
    },
    /// Muted, camera off, or on again. The room enforces it: nothing is forwarded of what is off.
    MediaState {
        /// Which.
        leg: LegId,
        /// Sound.
        audio: AudioState,
        /// Picture.
        video: VideoState,
    },
    /// The home shows another camera.
    Camera {
        /// Which.
        leg: LegId,
        /// What it shows.
        camera: Option<Camera>,
    },
    /// The home's tablet came or was lost.
    Tablet {
        /// Whose.
        leg: LegId,
        /// How it is; `None` before one joined.
        tablet: Option<Tablet>,
    },
    /// The home's box is on another step of the ladder.
    Rung {
        /// Whose.
        leg: LegId,
        /// Which; `None` from a box that does not say it.
        rung: Option<Rung>,
    },
    /// What the home's modems say of their signals changed by a word.
    Signals {
        /// Whose.
        leg: LegId,
        /// All of them.
        signals: Vec<HomeSignal>,
    },
    /// The leg's page opened an event stream.
    StreamOpened {
        /// Whose.
        leg: LegId,
    },
    /// An event stream of the leg's page ended: the kernel closes those of a program that dies.
    StreamEnded {
        /// Whose.
        leg: LegId,
    },
    /// Something (a STUN check, a keep-alive) came from a leg. Media and feedback on it say so by themselves.
    Alive {
        /// Which.
        leg: LegId,
    },
    /// The transport lost the other side; it may come back.
    LinkDown {
        /// Which.
        leg: LegId,
    },
    /// The transport is back.
    LinkUp {
        /// Which.
        leg: LegId,
    },
    /// [`super::Room::poll_timeout`] passed.
    Timeout,
}

/// One packet to one leg. The driver writes `header.encode()` and the payload, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// To.
    pub leg: LegId,
    /// On.
    pub slot: u8,
    /// Sound or picture.
    pub kind: MediaKind,
    /// Rewritten for this leg.
    pub header: RtpHeader,
    /// Shared with the other receivers.
    pub payload: Bytes,
    /// An answer to a NACK.
    pub resent: bool,
}

/// What a driver is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send a packet.
    Rtp(Forward),
    /// Send a sender report on a slot.
    SenderReport {
        /// To.
        leg: LegId,
        /// On.
        slot: u8,
        /// Sound or picture.
        kind: MediaKind,
        /// The outgoing source.
        ssrc: u32,
        /// As the source said.
        ntp: u64,
        /// On the outgoing clock.
        rtp_timestamp: u32,
        /// Sent so far.
        packets: u32,
        /// Sent so far.
        octets: u32,
    },
    /// Ask a publisher for a keyframe (PLI, or `keyframe_request` to a box).
    RequestKeyframe {
        /// Whom.
        leg: LegId,
        /// The source as the publisher numbers it; `None` before its first packet.
        ssrc: Option<u32>,
        /// Of its own picture or of the low one beside it.
        layer: Layer,
    },
    /// Ask a publisher for missing packets (RTCP NACK; flow 2 to a box).
    Nack {
        /// Whom.
        leg: LegId,
        /// Sound or picture.
        kind: MediaKind,
        /// The source as the publisher numbers it.
        ssrc: u32,
        /// Which packets.
        sequences: Vec<u16>,
    },
    /// Tell the home how fast its video may be.
    SetBitrate {
        /// Whom.
        leg: LegId,
        /// Bits per second.
        video_bps: u32,
    },
    /// Tell a publisher that is no home how fast its picture may be.
    Limit {
        /// Whom.
        leg: LegId,
        /// Bits per second; `None`: as fast as it likes.
        video_bps: Option<u32>,
    },
    /// The room changed: send [`super::Room::state`] to every leg.
    State {
        /// Of the state to be sent.
        version: u64,
    },
    /// A participant moved to a newer leg, or was removed: close this one.
    CloseLeg {
        /// Which.
        leg: LegId,
    },
    /// Somebody left.
    Left {
        /// Who.
        participant: ParticipantId,
        /// What they were.
        kind: ParticipantKind,
        /// Why.
        reason: LeaveReason,
    },
    /// The room is over: tell every leg, then close them.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// Why an input was refused. Nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RoomError {
    /// No such leg: it left, or its participant moved on.
    #[error("the leg is not in this room")]
    UnknownLeg,
    /// The leg's number is taken.
    #[error("the leg is in this room already")]
    LegInUse,
    /// The room is over.
    #[error("the room has ended")]
    Ended,
    /// More than [`super::MAX_SLOTS`].
    #[error("a leg has at most {} slots", super::MAX_SLOTS)]
    TooManySlots,
    /// [`RoomConfig::max_legs`] is reached.
    #[error("the room is full")]
    Full,
}

/// What a room counted since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Packets in.
    pub received: u64,
    /// Packets out, without those sent again.
    pub forwarded: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets too old or from a source that was replaced.
    pub out_of_window: u64,
    /// Packets with a payload type that the leg did not negotiate.
    pub unknown_payload_type: u64,
    /// Packets of sound or picture that is off.
    pub while_off: u64,
    /// Packets whose codec the receiver does not take.
    pub codec_not_taken: u64,
    /// Delta packets that a receiver without a keyframe did not get.
    pub before_keyframe: u64,
    /// Packets of pictures that an observer's link does not take.
    pub thinned: u64,
    /// Times that a viewer was given the other of two pictures.
    pub switched: u64,
    /// Keyframe requests sent to publishers.
    pub keyframe_requests: u64,
    /// Packets that publishers were asked for.
    pub asked_again: u64,
    /// Packets sent again to receivers.
    pub resent: u64,
    /// Packets asked for by receivers that were not sent again (too old, or just sent).
    pub not_resent: u64,
}

/// What was sent to a leg of one participant's sound and picture since the leg was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Given {
    /// Packets of sound.
    pub sounds: u32,
    /// Packets of pictures.
    pub pictures: u32,
}

/// The same moment on both clocks; the room derives wall time from it.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// Monotonic.
    pub instant: Instant,
    /// The same moment on the wall clock.
    pub wall: jiff::Timestamp,
}
