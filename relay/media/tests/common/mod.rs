//! A small world around a room: a home that films, people who watch, links between them, all in virtual time.

#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use bytes::Bytes;
use yunzhen_media::room::{Forward, Input, Join, LegId, Origin, Output, Room, RoomConfig, SlotConfig};
use yunzhen_media::{MediaKind, PayloadTypes};
use yunzhen_netem::{Config, Path};
use yunzhen_protocol::{
    room::{AudioState, ConsultationId, ParticipantId, ParticipantKind, VideoState},
    rtp::{RtpHeader, RtpPacket},
};

pub const HOME: LegId = LegId(1);
pub const SPECIALIST: LegId = LegId(2);
pub const OBSERVER: LegId = LegId(3);

pub fn origin() -> Origin {
    #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
    let instant = Instant::now();
    Origin { instant, wall: "2026-11-23T08:00:00Z".parse().expect("time") }
}

pub fn consultation() -> ConsultationId {
    "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("id")
}

pub fn room(origin: Origin) -> Room {
    Room::new(RoomConfig::new(consultation()), origin)
}

pub fn participant(leg: LegId) -> ParticipantId {
    ParticipantId(uuid::Uuid::from_u128(leg.0.into()))
}

/// The join of a leg; numbers of slots' sources are `leg·1000 + slot·10 + {1: sound, 2: picture}`.
pub fn join(leg: LegId, kind: ParticipantKind, slots: u32) -> Join {
    let ssrc = |slot: u32, kind: u32| Some(leg.0 as u32 * 1000 + slot * 10 + kind);
    Join {
        leg,
        participant: participant(leg),
        kind,
        display_name: format!("leg {}", leg.0),
        audio: AudioState::On,
        video: VideoState::On,
        camera: None,
        publish: PayloadTypes::BOX,
        ask_missing: true,
        receive: PayloadTypes { h264: Some(125), vp8: Some(98), opus: Some(63) },
        receives: true,
        slots: (0..slots).map(|slot| SlotConfig { audio_ssrc: ssrc(slot, 1), video_ssrc: ssrc(slot, 2) }).collect(),
    }
}

/// Frame and place in it, in a payload that looks like H.264.
pub fn payload(keyframe: bool, first: bool, frame: u32) -> Bytes {
    let head: &[u8] = match (keyframe, first) {
        (true, true) => &[0x67],
        (true, false) => &[0x65],
        (false, _) => &[0x41],
    };
    [head, &frame.to_be_bytes()].concat().into()
}

pub fn frame_of(payload: &[u8]) -> u32 {
    u32::from_be_bytes(payload[1..5].try_into().expect("payload of this world"))
}

/// An encoder: three packets a frame, keyframes on demand.
pub struct Camera {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
    pub frame: u32,
    pub keyframe_next: bool,
}

impl Camera {
    pub fn new(ssrc: u32, sequence: u16) -> Self {
        Self { ssrc, sequence, timestamp: sequence.into(), frame: 0, keyframe_next: true }
    }

    pub fn film(&mut self) -> Vec<RtpPacket> {
        let keyframe = std::mem::take(&mut self.keyframe_next);
        let packets = (0..3).map(|index| self.packet(keyframe, index)).collect();
        self.frame += 1;
        self.timestamp = self.timestamp.wrapping_add(3000);
        packets
    }

    fn packet(&mut self, keyframe: bool, index: u32) -> RtpPacket {
        let header = RtpHeader {
            marker: index == 2,
            payload_type: 102,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
        };
        self.sequence = self.sequence.wrapping_add(1);
        RtpPacket { header, payload: payload(keyframe, index == 0, self.frame) }
    }
}

/// What one leg receives of pictures on one slot; checks the promises as it goes.
#[derive(Default)]
pub struct Screen {
    pub packets: BTreeMap<u64, Forward>,
    highest: Option<u64>,
    newest_timestamp: Option<u32>,
    pub started: u32,
    /// First packets of keyframes.
    pub keyframes: u32,
}

impl Screen {
    pub fn receive(&mut self, forward: Forward) {
        let extended = match self.highest {
            None => 0x1_0000 + u64::from(forward.header.sequence),
            Some(highest) => {
                highest.saturating_add_signed(i64::from(forward.header.sequence.wrapping_sub(highest as u16) as i16))
            }
        };
        let starts = forward.payload[0] == 0x67;
        self.keyframes += u32::from(starts && !forward.resent);
        if self.highest.is_none() {
            assert!(starts, "the first packet starts a keyframe");
        }
        if let Some(before) = self.packets.get(&extended) {
            assert!(forward.resent, "a number is used once");
            assert_eq!((before.header, &before.payload), (forward.header, &forward.payload));
            return;
        }
        if self.highest.is_none_or(|highest| extended > highest) {
            assert!(!forward.resent || self.highest.is_some());
            if let Some(newest) = self.newest_timestamp {
                assert!(forward.header.timestamp.wrapping_sub(newest) < 0x8000_0000, "time goes forward");
            }
            self.newest_timestamp = Some(forward.header.timestamp);
            self.highest = Some(extended);
        }
        self.packets.insert(extended, forward);
    }

    /// Numbers that are missing between the first and the highest.
    pub fn missing(&self) -> Vec<u64> {
        let (Some(first), Some(highest)) = (self.packets.keys().next(), self.highest) else { return Vec::new() };
        (*first..highest).filter(|number| !self.packets.contains_key(number)).collect()
    }
}

/// A home with a camera behind a link, and watchers.
pub struct World {
    pub origin: Origin,
    pub now: Duration,
    pub room: Room,
    pub camera: Camera,
    pub up: Path<RtpPacket>,
    pub sent: BTreeMap<(u32, u16), RtpPacket>,
    pub screens: BTreeMap<(LegId, u8), Screen>,
    pub others: Vec<Output>,
    pub keyframe_requests: Vec<Duration>,
    pub nacked: BTreeSet<u16>,
    pub bitrates: Vec<u32>,
    /// Whether the home answers NACKs.
    pub answers: bool,
}

impl World {
    pub fn new(up: Config, seed: u64) -> Self {
        let origin = origin();
        Self {
            origin,
            now: Duration::ZERO,
            room: room(origin),
            camera: Camera::new(77, 65_000),
            up: Path::new(up, seed),
            sent: BTreeMap::new(),
            screens: BTreeMap::new(),
            others: Vec::new(),
            keyframe_requests: Vec::new(),
            nacked: BTreeSet::new(),
            bitrates: Vec::new(),
            answers: true,
        }
    }

    pub fn instant(&self) -> Instant {
        self.origin.instant + self.now
    }

    pub fn input(&mut self, input: Input) {
        let now = self.instant();
        self.room.handle(now, input).expect("input");
        self.drain();
    }

    pub fn drain(&mut self) {
        while let Some(output) = self.room.poll_output() {
            match output {
                Output::Rtp(forward) if forward.kind == MediaKind::Video => {
                    self.screens.entry((forward.leg, forward.slot)).or_default().receive(forward);
                }
                Output::RequestKeyframe { leg: HOME, .. } => {
                    self.keyframe_requests.push(self.now);
                    self.camera.keyframe_next = true;
                }
                Output::Nack { leg: HOME, ssrc, sequences, .. } => {
                    for sequence in sequences {
                        self.nacked.insert(sequence);
                        if let Some(packet) = self.sent.get(&(ssrc, sequence)).filter(|_| self.answers) {
                            self.up.send(self.now, 1000, packet.clone());
                        }
                    }
                }
                Output::SetBitrate { video_bps, .. } => self.bitrates.push(video_bps),
                other => self.others.push(other),
            }
        }
    }

    /// Lets time pass to `until`, in order of what happens.
    pub fn run_until(&mut self, until: Duration) {
        loop {
            let room = self.room.poll_timeout().map(|at| at.saturating_duration_since(self.origin.instant));
            let next = [self.up.poll_timeout(), room].into_iter().flatten().min();
            match next.filter(|next| *next <= until) {
                None => break,
                Some(next) => self.now = self.now.max(next),
            }
            while let Some(packet) = self.up.poll(self.now) {
                self.input(Input::Rtp { leg: HOME, packet });
            }
            self.input(Input::Timeout);
        }
        self.now = until;
    }

    /// Films for this long at 30 frames a second.
    pub fn film(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            for packet in self.camera.film() {
                self.sent.insert((packet.header.ssrc, packet.header.sequence), packet.clone());
                self.up.send(self.now, 1000, packet);
            }
            self.run_until(self.now + Duration::from_millis(33));
        }
    }

    pub fn screen(&self, leg: LegId, slot: u8) -> &Screen {
        self.screens.get(&(leg, slot)).expect("something was received")
    }
}
