//! From a datagram to the room: who sent it, what it says, where the leg is now.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use yunzhen_media::layers::Layer;
use yunzhen_media::protocol::rtcp::{self, RtcpPacket};
use yunzhen_media::protocol::rtp::RtpPacket;
use yunzhen_media::{Input, LegId as RoomLeg, MediaKind};

use super::leg::{Path, Transport};
use super::timers::Timer;
use super::{Inbound, Shard};
use crate::external::{ExternalContent, ExternalPacket, MediaFlow};
use crate::mux::{self, Kind, Owner};
use crate::queue::Handed;
use crate::room::{LeaveReason, RoomEvent};

/// A leg that only receives needs none of the core's timers once it is connected.
const RECEIVER_TIMER: Duration = Duration::from_secs(2);
/// A browser checks the path it uses every 2.5 s; consent of others is due every 5 s (RFC 7675).
const PATH_SILENCE: Duration = Duration::from_secs(3);
/// The interceptors of a publisher arm their timers with the first packet.
const PUBLISHER_TIMER: Duration = Duration::from_millis(200);

/// A box's packet in memory of its own: the room keeps it for a second, and the QUIC buffer it lies in is larger and shared.
fn kept(packet: RtpPacket) -> RtpPacket {
    RtpPacket { payload: Bytes::copy_from_slice(&packet.payload), ..packet }
}

impl Shard {
    /// Takes a datagram that arrived at the socket of shard `via`.
    pub(super) fn datagram(&mut self, now: Instant, via: u8, from: SocketAddr, to: Option<IpAddr>, bytes: BytesMut) {
        match mux::classify(&bytes) {
            Kind::Malformed => self.counters.malformed += 1,
            Kind::Check { ufrag, nominates } => {
                if let Some(key) = self.mux.by_name(ufrag) {
                    self.check(now, via, from, to, key, nominates, bytes);
                    return;
                }
                match mux::shard_of(ufrag) {
                    Some(shard) if shard != self.id && via == self.id => self.hand_over(shard, from, to, bytes),
                    _ => self.counters.unknown += 1,
                }
            }
            Kind::Session => match self.mux.by_address(from) {
                Some(Owner::Leg(key)) => self.session(now, from, key, bytes),
                // Handed over once only: two shards that each believe the other has it must not play ball.
                Some(Owner::Shard(shard)) if via == self.id => self.hand_over(shard, from, to, bytes),
                _ => self.counters.unknown += 1,
            },
        }
    }

    fn hand_over(&mut self, shard: u8, from: SocketAddr, to: Option<IpAddr>, bytes: BytesMut) {
        match self.peers.get(usize::from(shard)) {
            Some(peer) => {
                self.counters.handed_over += 1;
                peer.hand(Handed::Datagram { via: self.id, from, to, bytes });
            }
            None => self.counters.unknown += 1,
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one datagram's facts, passed once")]
    fn check(
        &mut self,
        now: Instant,
        via: u8,
        from: SocketAddr,
        to: Option<IpAddr>,
        key: u64,
        nominates: bool,
        bytes: BytesMut,
    ) {
        let source = self.source(to);
        let most = self.config.limits.addresses_per_leg;
        let Some(leg) = self.legs.get_mut(key) else { return };
        let Transport::Browser(browser) = &mut leg.transport else { return };
        let inbound = &mut self.inbound;
        browser.peer.handle_datagram(now, from, bytes, |got| inbound.push(got));
        // The core sends something to an address that a check came from only after it accepted the check's integrity.
        let mut accepted = false;
        let socket_is_v6 = self.bound.is_ipv6();
        while let Some(outbound) = browser.peer.poll_outbound() {
            accepted |= outbound.to == Some(from);
            let path = match outbound.to {
                Some(to) => Some((to, source)),
                None => browser.path.map(|path| (path.remote, path.source)),
            };
            if let Some((to, source)) = path {
                let to = super::socket::for_socket(to, socket_is_v6);
                self.batch.push(&self.socket, &self.state, to, source, &outbound.bytes);
            }
        }
        if accepted {
            if !browser.addresses.contains(&from) {
                if browser.addresses.len() >= most {
                    let oldest = browser.addresses.remove(0);
                    self.mux.unbind(oldest, key);
                }
                browser.addresses.push(from);
            }
            self.mux.bind(from, Owner::Leg(key));
            // Follows a peer that moved: where it nominated last, or, for one that nominates only once, where it asks from after
            // its old address fell silent.
            let silent = now.saturating_duration_since(browser.path_heard) >= PATH_SILENCE;
            let here = browser.path.is_some_and(|path| path.remote == from);
            if here || nominates || silent || browser.path.is_none() {
                browser.path = Some(Path { remote: from, source });
                browser.path_heard = now;
            }
        } else {
            self.counters.malformed += 1;
        }
        let room = leg.room;
        if accepted {
            if via != self.id
                && let Some(peer) = self.peers.get(usize::from(via))
            {
                peer.hand(Handed::Bound { address: from, shard: self.id });
            }
            self.feed(now, room, Input::Alive { leg: RoomLeg(key) });
        }
        self.take_inbound(now, key);
        self.schedule_leg(now, key);
    }

    fn session(&mut self, now: Instant, from: SocketAddr, key: u64, bytes: BytesMut) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        let Transport::Browser(browser) = &mut leg.transport else { return };
        if browser.path.is_some_and(|path| path.remote == from) {
            browser.path_heard = now;
        }
        let is_media = bytes.first().is_some_and(|first| *first >= 128);
        let inbound = &mut self.inbound;
        let before = browser.peer.malformed();
        browser.peer.handle_datagram(now, from, bytes, |got| inbound.push(got));
        self.counters.malformed += browser.peer.malformed() - before;
        Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
        let armed = browser.scheduled.is_some_and(|at| at <= now + PUBLISHER_TIMER);
        self.take_inbound(now, key);
        if !is_media || !armed {
            self.schedule_leg(now, key);
        }
    }

    /// Passes on what the leg's peer gave.
    pub(super) fn take_inbound(&mut self, now: Instant, key: u64) {
        let mut inbound = std::mem::take(&mut self.inbound);
        for got in inbound.drain(..) {
            self.got(now, key, got);
        }
        self.inbound = inbound;
    }

    fn got(&mut self, now: Instant, key: u64, got: Inbound) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        let (room, id, participant) = (leg.room, leg.id, leg.participant);
        let Transport::Browser(browser) = &mut leg.transport else { return };
        let leg = RoomLeg(key);
        let input = match got {
            Inbound::Media { layer: Layer::Main, packet, .. } => Input::Rtp { leg, packet },
            Inbound::Media { layer: Layer::Low, packet, .. } => Input::LowRtp { leg, packet },
            Inbound::SenderInfo { kind, layer: Layer::Main, info } => {
                Input::SenderReport { leg, kind, ntp: info.ntp, rtp_timestamp: info.rtp_timestamp }
            }
            Inbound::SenderInfo { layer: Layer::Low, info, .. } => {
                Input::LowSenderReport { leg, ntp: info.ntp, rtp_timestamp: info.rtp_timestamp }
            }
            Inbound::Nack { slot, kind, sequences } => {
                let Some(slot) = browser.room_slot(slot) else { return };
                Input::Nack { leg, slot, kind, sequences }
            }
            Inbound::KeyframeWanted { slot } => {
                let Some(slot) = browser.room_slot(slot) else { return };
                Input::KeyframeRequest { leg, slot }
            }
            Inbound::Report { slot, kind, block } => {
                let loss = f32::from(block.fraction_lost) / 256.0;
                browser.peer.reported(now, loss);
                let round_trip = browser.round_trip(now, slot, kind, &block);
                let room_slot = browser.room_slot(slot);
                if let Some(round_trip) = round_trip {
                    self.feed(now, room, Input::Path { leg, round_trip, loss });
                }
                let (Some(slot), MediaKind::Video) = (room_slot, kind) else { return };
                self.feed(now, room, Input::Reception { leg, slot, loss, estimate_bps: None });
                self.pace(now, room, key);
                return;
            }
            Inbound::Connected => {
                tracing::debug!(leg = %id, "a leg is connected");
                self.event(room, RoomEvent::Connected { leg: id, participant });
                self.feed(now, room, Input::Receives { leg });
                return;
            }
            Inbound::Closed => {
                self.leave(now, key, LeaveReason::HangUp);
                return;
            }
        };
        self.feed(now, room, input);
    }

    /// Takes a packet of a box.
    pub(super) fn external_packet(&mut self, now: Instant, packet: ExternalPacket) {
        let ExternalPacket { key, content } = packet;
        let Some(leg) = self.legs.get(key) else {
            self.counters.undeliverable += 1;
            return;
        };
        let (room, id) = (leg.room, RoomLeg(key));
        let Transport::External(external) = &leg.transport else { return };
        let config = external.config;
        let (slot, flow, packet) = match content {
            ExternalContent::Packet { slot, flow, packet } => (slot, flow, packet),
            ExternalContent::Low(packet) => {
                let Ok(packet) = RtpPacket::parse(packet) else {
                    self.counters.malformed_packets += 1;
                    return;
                };
                self.feed(now, room, Input::LowRtp { leg: id, packet: kept(packet) });
                return;
            }
            ExternalContent::Takes(takes) => {
                self.feed(now, room, Input::Takes { leg: id, takes });
                return;
            }
            ExternalContent::KeyframeWanted { slot } => {
                self.feed(now, room, Input::KeyframeRequest { leg: id, slot });
                return;
            }
            ExternalContent::Missed { ssrc, sequence } => {
                let track = self.rooms.get(room).and_then(|entry| entry.room.track_of(id, ssrc));
                if let Some((slot, kind)) = track {
                    self.feed(now, room, Input::Nack { leg: id, slot, kind, sequences: vec![sequence] });
                }
                return;
            }
        };
        match flow {
            MediaFlow::Video | MediaFlow::Audio => match RtpPacket::parse(packet) {
                Ok(packet) => {
                    self.feed(now, room, Input::Rtp { leg: id, packet: kept(packet) });
                }
                Err(_) => self.counters.malformed_packets += 1,
            },
            MediaFlow::Rtcp => match rtcp::parse(&packet) {
                Ok(packets) => {
                    for packet in packets {
                        let inputs = self.external_feedback(room, id, slot, &config, packet);
                        for input in inputs {
                            self.feed(now, room, input);
                        }
                    }
                }
                Err(_) => self.counters.malformed_packets += 1,
            },
        }
    }

    fn external_feedback(
        &self,
        room: u64,
        leg: RoomLeg,
        slot: Option<u8>,
        config: &crate::external::ExternalConfig,
        packet: RtcpPacket,
    ) -> Vec<Input> {
        let Some(entry) = self.rooms.get(room) else { return Vec::new() };
        let track = |ssrc: u32| entry.room.track_of(leg, ssrc);
        let reception = |reports: &[rtcp::ReportBlock]| {
            let video = reports.iter().filter_map(|block| match track(block.ssrc) {
                Some((slot, MediaKind::Video)) => Some((slot, f32::from(block.fraction_lost) / 256.0)),
                _ => None,
            });
            video.map(|(slot, loss)| Input::Reception { leg, slot, loss, estimate_bps: None }).collect()
        };
        match packet {
            RtcpPacket::SenderReport { ssrc, info, reports } => {
                if config.low_ssrc == Some(ssrc) {
                    let (ntp, rtp_timestamp) = (info.ntp, info.rtp_timestamp);
                    return vec![Input::LowSenderReport { leg, ntp, rtp_timestamp }];
                }
                let kind = match ssrc {
                    ssrc if ssrc == config.video_ssrc => Some(MediaKind::Video),
                    ssrc if ssrc == config.audio_ssrc => Some(MediaKind::Audio),
                    _ => None,
                };
                let mut inputs: Vec<Input> = reception(&reports);
                inputs.extend(kind.map(|kind| Input::SenderReport {
                    leg,
                    kind,
                    ntp: info.ntp,
                    rtp_timestamp: info.rtp_timestamp,
                }));
                inputs
            }
            RtcpPacket::ReceiverReport { reports, .. } => reception(&reports),
            RtcpPacket::Nack { media, sequences, .. } => {
                track(media).map(|(slot, kind)| Input::Nack { leg, slot, kind, sequences }).into_iter().collect()
            }
            RtcpPacket::Pli { media, .. } | RtcpPacket::Fir { media, .. } => {
                let slot = track(media).map(|(slot, _)| slot).or(slot);
                slot.map(|slot| Input::KeyframeRequest { leg, slot }).into_iter().collect()
            }
            // What paces the way to the box took them already ([`crate::Intake`]); the room has no use for them.
            RtcpPacket::Arrivals { .. } => Vec::new(),
        }
    }

    pub(super) fn leg_due(&mut self, now: Instant, due: Instant, key: u64) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        let Transport::Browser(browser) = &mut leg.transport else { return };
        if browser.scheduled != Some(due) {
            return;
        }
        browser.scheduled = None;
        if !browser.peer.is_connected() && now >= browser.setup_until {
            tracing::info!(leg = %leg.id, "a leg did not connect in time");
            self.leave(now, key, LeaveReason::Crash);
            return;
        }
        let inbound = &mut self.inbound;
        browser.peer.handle_timeout(now, |got| inbound.push(got));
        Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
        self.take_inbound(now, key);
        self.schedule_leg(now, key);
    }

    pub(super) fn schedule_leg(&mut self, now: Instant, key: u64) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        let Transport::Browser(browser) = &mut leg.transport else { return };
        let due = browser.peer.poll_timeout();
        let due = if !browser.peer.is_connected() {
            Some(due.map_or(browser.setup_until, |due| due.min(browser.setup_until)))
        } else if browser.peer.publishes() {
            due
        } else {
            due.map(|due| due.max(now + RECEIVER_TIMER))
        };
        // A due time in the past is one that was just served.
        let due = due.map(|due| due.max(now + Duration::from_millis(1)));
        self.timers.schedule(Timer::Leg(key), &mut browser.scheduled, due);
    }
}
