//! A shard: one thread, one socket, the rooms placed on it and everything in them. No lock is taken per packet.
//!
//! A turn of the loop: what the socket has (in bursts), packets of boxes, datagrams of other shards, requests, timers; then
//! every leg that was written to is drained and the datagrams leave in as few system calls as the kernel allows. There is no
//! tick: waiting to collect more gained nothing. Only what of a picture is more than a link takes at once leaves in slices
//! ([`pacing`]). Most turns are the thread's own; a short one may be taken by the thread that brings a box's burst ([`seat`]).

mod inbound;
mod leg;
mod pacing;
mod requests;
mod rooms;
mod seat;
mod socket;
mod timers;

use std::collections::HashMap;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use mio::{Interest, Poll, Token};
use quinn_udp::{BATCH_SIZE, RecvMeta, UdpSocketState};
use uuid::Uuid;

use crate::batch::Batch;
use crate::clock;
use crate::config::ShardsConfig;
use crate::error::StartError;
use crate::mux::Mux;
use crate::peer::Inbound;
use crate::queue::{Commands, Handed, Inbox};
use crate::slab::Slab;
use leg::{Leg, Transport};
use rooms::RoomEntry;
pub(crate) use seat::{Seat, run};
pub(crate) use socket::bind;
use timers::{Timer, Timers};

const SOCKET: Token = Token(0);
const BELL: Token = Token(1);
/// Bursts read before the other queues get their turn.
const BURSTS: usize = 8;
/// Packets of boxes taken before the socket gets its turn.
const PACKETS_PER_TURN: usize = 512;
const HANDED_PER_TURN: usize = 512;
/// About how many packets to legs another thread writes for the shard, a few microseconds each: a frame to a consultation's legs,
/// not one to a lecture's.
const GUEST_WRITES: usize = 64;
const COUNTING: Duration = Duration::from_secs(1);
/// The largest datagram the kernel coalesces into (GRO).
const BUFFER: usize = 64 * 1024;

/// What was counted since the last publication.
#[derive(Debug, Default)]
struct Counters {
    datagrams: u64,
    bytes: u64,
    malformed: u64,
    unknown: u64,
    handed_over: u64,
    undeliverable: u64,
    events_dropped: u64,
    malformed_packets: u64,
    paced: u64,
    paced_out: u64,
    not_repaired: u64,
    red_sent: u64,
    red_restored: u64,
}

pub(crate) struct Shard {
    id: u8,
    config: ShardsConfig,
    candidates: Vec<SocketAddr>,
    bound: SocketAddr,
    socket: mio::net::UdpSocket,
    state: UdpSocketState,
    inbox: Inbox,
    /// Every shard's queues, by number.
    peers: Vec<Commands>,
    mux: Mux,
    legs: Slab<Leg>,
    rooms: Slab<RoomEntry>,
    room_ids: HashMap<Uuid, u64>,
    timers: Timers,
    dirty: Vec<u64>,
    /// Legs whose pacer dropped a picture that the room has not heard of.
    broken: Vec<u64>,
    touched: Vec<u64>,
    inbound: Vec<Inbound>,
    batch: Batch,
    counters: Counters,
    next_counting: Instant,
    /// When its thread wakes by itself.
    wakes_at: Instant,
}

/// What a shard is started with.
pub(crate) struct ShardStart {
    pub id: u8,
    pub config: ShardsConfig,
    pub candidates: Vec<SocketAddr>,
    pub bound: SocketAddr,
    pub socket: std::net::UdpSocket,
    pub inbox: Inbox,
    pub peers: Vec<Commands>,
}

/// The poll of a shard and the waker that its queues ring.
pub(crate) fn poll() -> Result<(Poll, mio::Waker), StartError> {
    let poll = Poll::new().map_err(StartError::Thread)?;
    let waker = mio::Waker::new(poll.registry(), BELL).map_err(StartError::Thread)?;
    Ok((poll, waker))
}

impl Shard {
    pub(crate) fn new(start: ShardStart, poll: &Poll) -> Result<Self, StartError> {
        let mut socket = mio::net::UdpSocket::from_std(start.socket);
        let state = UdpSocketState::new((&socket).into()).map_err(StartError::Thread)?;
        poll.registry().register(&mut socket, SOCKET, Interest::READABLE).map_err(StartError::Thread)?;
        Ok(Self {
            id: start.id,
            batch: Batch::new(start.config.segmentation_offload),
            config: start.config,
            candidates: start.candidates,
            bound: start.bound,
            socket,
            state,
            inbox: start.inbox,
            peers: start.peers,
            mux: Mux::default(),
            legs: Slab::default(),
            rooms: Slab::default(),
            room_ids: HashMap::new(),
            timers: Timers::default(),
            dirty: Vec::new(),
            broken: Vec::new(),
            touched: Vec::new(),
            inbound: Vec::new(),
            counters: Counters::default(),
            next_counting: clock::now() + COUNTING,
            wakes_at: clock::now(),
        })
    }

    /// Works until nothing is left to do. `readable` stays true until a read of the socket finds nothing.
    fn turn(&mut self, storage: &mut [u8], readable: &mut bool) -> Turn {
        let mut busy = true;
        while busy {
            *readable = *readable && self.receive(storage);
            busy = *readable;
            busy |= self.take_packets();
            busy |= self.take_handed();
            self.run_timers();
            match self.take_commands() {
                Turn::Stop => {
                    self.flush();
                    return Turn::Stop;
                }
                Turn::Idle => {}
                Turn::Busy => busy = true,
            }
            self.flush();
        }
        Turn::Idle
    }

    /// Forwards what boxes brought, for a thread that is not the shard's. `false` when more waits than such a thread should spend its
    /// time on; nothing has left then, so that the shard's thread sends it together with the rest.
    fn guest_turn(&mut self) -> bool {
        let now = clock::now();
        let mut written = 0;
        while written < GUEST_WRITES {
            match self.inbox.packets.try_recv() {
                Ok(packet) => self.external_packet(now, packet),
                Err(_) => {
                    self.flush();
                    return true;
                }
            }
            written += self.dirty.len().max(1);
        }
        false
    }

    /// When something is due without being asked.
    fn due(&self) -> Instant {
        self.timers.next().map_or(self.next_counting, |due| due.min(self.next_counting))
    }

    /// Reads bursts; `true` when there may be more.
    fn receive(&mut self, storage: &mut [u8]) -> bool {
        for _ in 0..BURSTS {
            let mut slices = storage.chunks_exact_mut(BUFFER).map(IoSliceMut::new);
            let mut buffers: [IoSliceMut<'_>; BATCH_SIZE] =
                std::array::from_fn(|_| slices.next().unwrap_or(IoSliceMut::new(&mut [])));
            let mut metas = [RecvMeta::default(); BATCH_SIZE];
            let count = match self.state.recv((&self.socket).into(), &mut buffers, &mut metas) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // An ICMP answer to something we sent shows as an error of the next read; nothing is to be done about it.
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => continue,
                Err(_) => return false,
            };
            let now = clock::now();
            for (meta, buffer) in metas.iter().zip(&buffers).take(count) {
                let from = socket::canonical(meta.addr);
                for datagram in buffer[..meta.len].chunks(meta.stride.max(1)) {
                    self.counters.datagrams += 1;
                    self.counters.bytes += datagram.len() as u64;
                    // Exactly as large as it is: what is kept of it must not pin the read buffer.
                    self.datagram(now, self.id, from, meta.dst_ip, BytesMut::from(datagram));
                }
            }
            self.flush();
        }
        true
    }

    fn take_packets(&mut self) -> bool {
        let now = clock::now();
        for _ in 0..PACKETS_PER_TURN {
            match self.inbox.packets.try_recv() {
                Ok(packet) => self.external_packet(now, packet),
                Err(_) => return false,
            }
        }
        true
    }

    fn take_handed(&mut self) -> bool {
        let now = clock::now();
        for _ in 0..HANDED_PER_TURN {
            match self.inbox.handed.try_recv() {
                Ok(Handed::Datagram { via, from, to, bytes }) => self.datagram(now, via, from, to, bytes),
                Ok(Handed::Bound { address, shard }) => self.mux.bind(address, crate::mux::Owner::Shard(shard)),
                Err(_) => return false,
            }
        }
        true
    }

    fn take_commands(&mut self) -> Turn {
        let mut turn = Turn::Idle;
        if self.inbox.bell.says_stop() {
            return Turn::Stop;
        }
        loop {
            match self.inbox.commands.try_recv() {
                Err(tokio::sync::mpsc::error::TryRecvError::Disconnected) => return Turn::Stop,
                Ok(command) => {
                    turn = Turn::Busy;
                    self.command(clock::now(), command);
                }
                Err(tokio::sync::mpsc::error::TryRecvError::Empty) => return turn,
            }
        }
    }

    fn run_timers(&mut self) {
        let now = clock::now();
        while let Some((due, timer)) = self.timers.pop_due(now) {
            match timer {
                Timer::Leg(key) => self.leg_due(now, due, key),
                Timer::Pace(key) => self.pace_due(now, due, key),
                Timer::Room(key) => self.room_due(now, due, key),
            }
        }
        if now >= self.next_counting {
            self.next_counting = now + COUNTING;
            self.publish_counters();
            self.end_forgotten_rooms(now);
        }
    }

    /// Everything that was written leaves.
    fn flush(&mut self) {
        let now = clock::now();
        self.tell_broken(now);
        let mut dirty = std::mem::take(&mut self.dirty);
        for key in dirty.drain(..) {
            self.flush_leg(key);
        }
        self.dirty = dirty;
        self.batch.flush(&self.socket, &self.state);
        let mut touched = std::mem::take(&mut self.touched);
        for key in touched.drain(..) {
            self.schedule_room(now, key);
        }
        self.touched = touched;
    }

    fn flush_leg(&mut self, key: u64) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        match &mut leg.transport {
            Transport::External(external) => {
                external.is_dirty = false;
                external.sink.flush();
            }
            Transport::Browser(browser) => {
                browser.is_dirty = false;
                let red = browser.peer.take_red();
                self.counters.red_sent += red.sent;
                self.counters.red_restored += red.restored;
                while let Some(outbound) = browser.peer.poll_outbound() {
                    let (to, source) = match (outbound.to, browser.path) {
                        (Some(to), path) => (to, path.and_then(|path| path.source)),
                        (None, Some(path)) => (path.remote, path.source),
                        // Nothing but answers to checks can leave before the first accepted check.
                        (None, None) => continue,
                    };
                    let to = socket::for_socket(to, self.bound.is_ipv6());
                    self.batch.push(&self.socket, &self.state, to, source, &outbound.bytes);
                }
            }
        }
    }

    fn mark_dirty(dirty: &mut Vec<u64>, key: u64, is_dirty: &mut bool) {
        if !std::mem::replace(is_dirty, true) {
            dirty.push(key);
        }
    }

    fn publish_counters(&mut self) {
        let counters = std::mem::take(&mut self.counters);
        let sent = std::mem::take(&mut self.batch.counters);
        let shard = self.id.to_string();
        let count = |name: &'static str, value: u64| {
            if value > 0 {
                metrics::counter!(name, "shard" => shard.clone()).increment(value);
            }
        };
        count("yunzhen_rtc_received_datagrams_total", counters.datagrams);
        count("yunzhen_rtc_received_bytes_total", counters.bytes);
        count("yunzhen_rtc_malformed_datagrams_total", counters.malformed);
        count("yunzhen_rtc_unknown_datagrams_total", counters.unknown);
        count("yunzhen_rtc_handed_over_datagrams_total", counters.handed_over);
        count("yunzhen_rtc_undeliverable_packets_total", counters.undeliverable);
        count("yunzhen_rtc_malformed_packets_total", counters.malformed_packets);
        count("yunzhen_rtc_dropped_events_total", counters.events_dropped);
        count("yunzhen_rtc_paced_packets_total", counters.paced);
        count("yunzhen_rtc_pacer_dropped_packets_total", counters.paced_out);
        count("yunzhen_rtc_pacer_not_repaired_packets_total", counters.not_repaired);
        count("yunzhen_rtc_sent_redundant_sounds_total", counters.red_sent);
        count("yunzhen_rtc_restored_sounds_total", counters.red_restored);
        count("yunzhen_rtc_sent_datagrams_total", sent.datagrams);
        count("yunzhen_rtc_sent_bytes_total", sent.bytes);
        count("yunzhen_rtc_send_calls_total", sent.calls);
        count("yunzhen_rtc_send_buffer_full_datagrams_total", sent.dropped_full);
        count("yunzhen_rtc_send_failed_datagrams_total", sent.failed);
        let dropped = |counter: &std::sync::atomic::AtomicU64| counter.swap(0, std::sync::atomic::Ordering::Relaxed);
        count("yunzhen_rtc_queue_full_packets_total", dropped(&self.inbox.dropped.packets));
        count("yunzhen_rtc_queue_full_datagrams_total", dropped(&self.inbox.dropped.handed));
        metrics::gauge!("yunzhen_rtc_legs", "shard" => shard.clone()).set(self.legs.len() as f64);
        metrics::gauge!("yunzhen_rtc_rooms", "shard" => shard).set(self.rooms.len() as f64);
    }

    fn source(&self, arrived_at: Option<IpAddr>) -> Option<IpAddr> {
        socket::source(self.bound, arrived_at)
    }
}

enum Turn {
    Idle,
    Busy,
    Stop,
}
