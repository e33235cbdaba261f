//! Real sockets on loopback: clients made of the library's own WebRTC stack against the shards.

#![allow(dead_code, clippy::disallowed_methods, reason = "tests drive real time")]

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use uuid::Uuid;
use yunzhen_media::MediaKind;
use yunzhen_media::protocol::room::{AudioState, Camera, ParticipantId, ParticipantKind, VideoState};
use yunzhen_media::protocol::rtp::{RtpHeader, RtpPacket};
use yunzhen_rtc::client::{Client, Got, RED};
use yunzhen_rtc::sdp::Direction;
use yunzhen_rtc::{
    ConnectLeg, DtlsCertificate, ExternalConfig, ExternalHandle, ExternalSink, LegDirection, LegId, MediaFlow,
    NewParticipant, RoomEvent, RoomEvents, RoomHandle, Shards, ShardsConfig,
};

/// The usual offer: own publication and slot 0.
pub const CALL: [(MediaKind, Direction); 2] =
    [(MediaKind::Audio, Direction::SendRecv), (MediaKind::Video, Direction::SendRecv)];
/// As the web client offers: two more pairs.
pub const CALL_OF_FOUR: [(MediaKind, Direction); 6] = [
    (MediaKind::Audio, Direction::SendRecv),
    (MediaKind::Video, Direction::SendRecv),
    (MediaKind::Audio, Direction::RecvOnly),
    (MediaKind::Video, Direction::RecvOnly),
    (MediaKind::Audio, Direction::RecvOnly),
    (MediaKind::Video, Direction::RecvOnly),
];
/// WHEP.
pub const WATCH: [(MediaKind, Direction); 2] =
    [(MediaKind::Audio, Direction::RecvOnly), (MediaKind::Video, Direction::RecvOnly)];

/// Of the low picture of a home's box.
pub const LOW_SSRC: u32 = 333;

/// Deterministic noise.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, percent: u64) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % 100 < percent
    }
}

pub struct World {
    pub runtime: tokio::runtime::Runtime,
    pub shards: Shards,
    certificate: DtlsCertificate,
}

impl World {
    pub fn new(shards: usize) -> Self {
        Self::with(|config| config.shards = shards)
    }

    pub fn with(change: impl FnOnce(&mut ShardsConfig)) -> Self {
        let _ = tracing_subscriber::fmt().with_env_filter("off").try_init();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        let mut config = ShardsConfig::new("127.0.0.1:0".parse().expect("address")).expect("config");
        change(&mut config);
        let shards = Shards::start(config).expect("shards");
        Self { runtime, shards, certificate: DtlsCertificate::generate().expect("certificate") }
    }

    pub fn room(&self) -> (RoomHandle, RoomEvents) {
        self.runtime.block_on(self.shards.open_room(Uuid::new_v4())).expect("room")
    }

    pub fn room_on(&self, shard: usize) -> (RoomHandle, RoomEvents) {
        self.runtime.block_on(self.shards.open_room_on(shard, Uuid::new_v4())).expect("room")
    }

    pub fn join(&self, room: &RoomHandle, kind: ParticipantKind, lines: &[(MediaKind, Direction)]) -> Person {
        self.join_as(room, ParticipantId(Uuid::new_v4()), kind, lines, None)
    }

    pub fn join_as(
        &self,
        room: &RoomHandle,
        id: ParticipantId,
        kind: ParticipantKind,
        lines: &[(MediaKind, Direction)],
        replaces: Option<LegId>,
    ) -> Person {
        let socket = bind();
        let local = socket.local_addr().expect("address");
        let offered = Client::offer(Instant::now(), local, &self.certificate, lines, true).expect("offer");
        self.enter(room, (id, kind), (socket, offered), replaces)
    }

    /// Somebody who takes redundant audio, as Chromium does.
    pub fn join_with_red(&self, room: &RoomHandle, lines: &[(MediaKind, Direction)]) -> Person {
        let socket = bind();
        let local = socket.local_addr().expect("address");
        let offered = Client::offer_with_red(Instant::now(), local, &self.certificate, lines).expect("offer");
        let who = (ParticipantId(Uuid::new_v4()), ParticipantKind::Specialist);
        self.enter(room, who, (socket, offered), None)
    }

    fn enter(
        &self,
        room: &RoomHandle,
        (id, kind): (ParticipantId, ParticipantKind),
        (socket, (mut client, offer)): (UdpSocket, (Client, String)),
        replaces: Option<LegId>,
    ) -> Person {
        let local = socket.local_addr().expect("address");
        let participant = NewParticipant { id, kind, display_name: "somebody".to_owned() };
        let leg = ConnectLeg { participant, offer, replaces, direction: LegDirection::Both, watch: None };
        let answer = self.runtime.block_on(room.connect(leg)).expect("answer");
        client.answer(Instant::now(), &answer.sdp).expect("the client takes the answer");
        Person {
            id,
            leg: answer.leg,
            answer: answer.sdp,
            client,
            socket,
            local,
            got: BTreeMap::new(),
            redundant: BTreeMap::new(),
            order: Vec::new(),
            duplicates: 0,
            keyframes_wanted: 0,
            closed: false,
            lose: None,
            lost: 0,
        }
    }

    pub fn home(&self, room: &RoomHandle) -> Home {
        self.home_of(room, None)
    }

    /// One whose box can send a low picture.
    pub fn home_with_low(&self, room: &RoomHandle) -> Home {
        self.home_of(room, Some(LOW_SSRC))
    }

    fn home_of(&self, room: &RoomHandle, low_ssrc: Option<u32>) -> Home {
        let id = ParticipantId(Uuid::new_v4());
        let sink = Collected::default();
        let config = ExternalConfig {
            audio: AudioState::On,
            video: VideoState::On,
            camera: Some(Camera::Room),
            video_ssrc: 111,
            audio_ssrc: 222,
            low_ssrc,
        };
        let participant = NewParticipant { id, kind: ParticipantKind::Home, display_name: "home".to_owned() };
        let handle = self
            .runtime
            .block_on(room.join_external(participant, config, Box::new(sink.clone())))
            .expect("the box joins");
        Home { id, handle, received: sink, sequence: 65_500, frame: 0 }
    }

    pub fn sizes(&self) -> Vec<yunzhen_rtc::Sizes> {
        self.runtime.block_on(self.shards.sizes())
    }
}

fn bind() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("socket");
    socket.set_nonblocking(true).expect("nonblocking");
    socket
}

/// A browser.
pub struct Person {
    pub id: ParticipantId,
    pub leg: LegId,
    pub answer: String,
    pub client: Client,
    pub socket: UdpSocket,
    /// What the client believes its address to be, even after it moved.
    pub local: SocketAddr,
    /// Per line: sequence number → payload.
    pub got: BTreeMap<usize, BTreeMap<u16, Bytes>>,
    /// Of those, what came as redundant audio.
    pub redundant: BTreeMap<u16, Bytes>,
    /// The lines, in the order in which their packets came.
    pub order: Vec<usize>,
    pub duplicates: usize,
    pub keyframes_wanted: usize,
    pub closed: bool,
    /// Percent of inbound media lost.
    pub lose: Option<(Dice, u64)>,
    pub lost: usize,
}

impl Person {
    /// One turn: what came, what is due, what leaves. Whether anything came.
    pub fn turn(&mut self) -> bool {
        let mut buffer = [0u8; 2048];
        let mut busy = false;
        loop {
            match self.socket.recv_from(&mut buffer) {
                Ok((len, from)) => {
                    busy = true;
                    let is_rtp = buffer[0] >= 128 && !(192..224).contains(&buffer[1]);
                    if let Some((dice, percent)) = &mut self.lose
                        && is_rtp
                        && dice.roll(*percent)
                    {
                        self.lost += 1;
                        continue;
                    }
                    let Self { client, got, redundant, order, duplicates, keyframes_wanted, closed, .. } = self;
                    client.handle_datagram(Instant::now(), from, &buffer[..len], |what| match what {
                        Got::Rtp { line, sequence, payload, payload_type, .. } => {
                            order.push(line);
                            if payload_type == RED {
                                redundant.insert(sequence, payload.clone());
                            }
                            *duplicates +=
                                usize::from(got.entry(line).or_default().insert(sequence, payload).is_some());
                        }
                        Got::KeyframeWanted => *keyframes_wanted += 1,
                        Got::Closed => *closed = true,
                        Got::Connected => {}
                    });
                    self.transmit();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => break,
            }
        }
        let now = Instant::now();
        if self.client.poll_timeout().is_some_and(|due| due <= now) {
            let closed = &mut self.closed;
            self.client.handle_timeout(now, |what| *closed |= matches!(what, Got::Closed)).expect("timeout");
        }
        self.transmit();
        busy
    }

    pub fn transmit(&mut self) {
        while let Some((to, datagram)) = self.client.poll_transmit() {
            self.socket.send_to(&datagram, to).expect("loopback takes it");
        }
    }

    pub fn line(&self, line: usize) -> usize {
        self.got.get(&line).map_or(0, BTreeMap::len)
    }

    /// Goes on from another port, as a phone that changes networks.
    pub fn move_away(&mut self) -> SocketAddr {
        self.socket = bind();
        self.socket.local_addr().expect("address")
    }
}

/// Turns until the condition holds.
pub fn until(
    what: &str,
    people: &mut [&mut Person],
    limit: Duration,
    mut done: impl FnMut(&mut [&mut Person]) -> bool,
) {
    let end = Instant::now() + limit;
    while !done(people) {
        assert!(Instant::now() < end, "not within {limit:?}: {what}");
        let busy = people.iter_mut().filter_map(|person| person.turn().then_some(())).count() > 0;
        if !busy {
            // Waits for a packet, or for the next timer.
            let socket = &people[0].socket;
            socket.set_nonblocking(false).expect("blocking");
            socket.set_read_timeout(Some(Duration::from_millis(1))).expect("timeout");
            let _ = socket.peek(&mut [0]);
            socket.set_nonblocking(true).expect("nonblocking");
        }
    }
}

pub fn connect(people: &mut [&mut Person]) {
    until("connected", people, Duration::from_secs(20), |people| {
        people.iter().all(|person| person.client.is_connected())
    });
}

/// What the shard gave to the box: slot, flow, packet.
#[derive(Clone, Default)]
pub struct Collected(pub Arc<Mutex<Vec<Given>>>);

/// Slot, flow, packet.
pub type Given = (Option<u8>, MediaFlow, Bytes);

impl Collected {
    pub fn count(&self, flow: MediaFlow) -> usize {
        self.0.lock().expect("lock").iter().filter(|(_, which, _)| *which == flow).count()
    }
}

impl ExternalSink for Collected {
    fn packet(&mut self, slot: Option<u8>, flow: MediaFlow, packet: Bytes) {
        self.0.lock().expect("lock").push((slot, flow, packet));
    }
}

/// A box.
pub struct Home {
    pub id: ParticipantId,
    pub handle: ExternalHandle,
    pub received: Collected,
    pub sequence: u16,
    pub frame: u32,
}

impl Home {
    /// A video frame of `packets` packets and one sound packet; every packet says its number.
    pub fn frame(&mut self, packets: usize, keyframe: bool) {
        self.frame += 1;
        let burst = self.handle.burst();
        for index in 0..packets {
            // FU-A of an IDR or of a plain slice, first or later fragment; an SPS first where a decoder is to start.
            let mut payload =
                vec![if keyframe && index == 0 { 0x67 } else { 0x61 }; if index + 1 == packets { 300 } else { 1100 }];
            payload[1..5].copy_from_slice(&self.frame.to_be_bytes());
            payload[5] = index as u8;
            let header = RtpHeader {
                marker: index + 1 == packets,
                payload_type: 102,
                sequence: self.sequence,
                timestamp: self.frame.wrapping_mul(3000),
                ssrc: 111,
            };
            self.sequence = self.sequence.wrapping_add(1);
            let packet = RtpPacket { header, payload: payload.into() }.to_bytes();
            assert!(burst.push(None, MediaFlow::Video, packet), "the queue has room");
        }
        let header = RtpHeader {
            marker: false,
            payload_type: 111,
            sequence: self.frame as u16,
            timestamp: self.frame.wrapping_mul(960),
            ssrc: 222,
        };
        let packet = RtpPacket { header, payload: self.frame.to_be_bytes().to_vec().into() }.to_bytes();
        assert!(burst.push(None, MediaFlow::Audio, packet), "the queue has room");
    }
}

/// The events so far.
pub fn events(events: &mut RoomEvents) -> Vec<RoomEvent> {
    std::iter::from_fn(|| events.try_recv().ok()).collect()
}
