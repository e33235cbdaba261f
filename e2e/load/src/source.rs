//! What one box sends: 30 pictures a second of 8 packets, 50 sound packets a second; each packet tells when it left and its number.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use bytes::Bytes;
use yunzhen_protocol::roq::{Flow, write_flow_id};
use yunzhen_protocol::rtp::RtpHeader;

pub const FRAMES_PER_SECOND: u32 = 30;
pub const PACKETS_PER_FRAME: u32 = 8;
const SOUND_PER_SECOND: u32 = 50;
const VIDEO_BYTES: usize = 1100;
const SOUND_BYTES: usize = 80;
/// Every second picture-second starts with parameter sets, as an encoder asked by a viewer would send.
const KEYFRAME_EVERY: u32 = 30;
pub const VIDEO_SSRC: u32 = 111;
pub const AUDIO_SSRC: u32 = 222;

/// Where packets go.
pub enum Way {
    Quic(quinn::Connection),
    Udp { socket: UdpSocket, video: SocketAddr, audio: SocketAddr },
}

/// One box.
pub struct Source {
    way: Way,
    epoch: Instant,
    next_frame: Instant,
    next_sound: Instant,
    frame: u32,
    sound: u32,
    video_sequence: u16,
    number: u32,
}

impl Source {
    /// Boxes are out of step with each other, as in life.
    pub fn new(way: Way, epoch: Instant, index: usize, of: usize) -> Self {
        let start = crate::now();
        let phase = |period: Duration| period.mul_f64(index as f64 / of.max(1) as f64);
        Self {
            way,
            epoch,
            next_frame: start + phase(Duration::from_secs(1) / FRAMES_PER_SECOND),
            next_sound: start + phase(Duration::from_secs(1) / SOUND_PER_SECOND),
            frame: 0,
            sound: 0,
            video_sequence: 0,
            number: 0,
        }
    }

    /// How many packets have left.
    pub const fn sent(&self) -> u32 {
        self.number
    }

    pub fn due(&self) -> Instant {
        self.next_frame.min(self.next_sound)
    }

    /// Sends what is due.
    pub fn turn(&mut self, now: Instant) {
        while self.next_frame <= now {
            self.next_frame += Duration::from_secs(1) / FRAMES_PER_SECOND;
            let starts = self.frame.is_multiple_of(KEYFRAME_EVERY);
            for index in 0..PACKETS_PER_FRAME {
                let header = RtpHeader {
                    marker: index + 1 == PACKETS_PER_FRAME,
                    payload_type: 102,
                    sequence: self.video_sequence,
                    timestamp: self.frame.wrapping_mul(3000),
                    ssrc: VIDEO_SSRC,
                };
                self.video_sequence = self.video_sequence.wrapping_add(1);
                let nal = if starts && index == 0 { 0x67 } else { 0x61 };
                self.send(true, header, nal, VIDEO_BYTES);
            }
            self.frame += 1;
        }
        while self.next_sound <= now {
            self.next_sound += Duration::from_secs(1) / SOUND_PER_SECOND;
            let header = RtpHeader {
                marker: false,
                payload_type: 111,
                sequence: self.sound as u16,
                timestamp: self.sound.wrapping_mul(960),
                ssrc: AUDIO_SSRC,
            };
            self.sound += 1;
            self.send(false, header, 0xf8, SOUND_BYTES);
        }
    }

    fn send(&mut self, is_video: bool, header: RtpHeader, first: u8, bytes: usize) {
        let flow = if is_video { Flow::Video } else { Flow::Audio };
        let mut packet = Vec::with_capacity(bytes + 16);
        if matches!(self.way, Way::Quic(_)) {
            write_flow_id(flow, &mut packet);
        }
        packet.extend_from_slice(&header.encode());
        let start = packet.len();
        packet.push(first);
        packet.extend_from_slice(&stamp(self.epoch).to_be_bytes());
        packet.extend_from_slice(&self.number.to_be_bytes());
        packet.resize(start + bytes, 0);
        self.number += 1;
        // What does not leave is counted as lost by the viewers.
        let _ = match &self.way {
            Way::Quic(connection) => connection.send_datagram(Bytes::from(packet)).is_ok(),
            Way::Udp { socket, video, audio } => socket.send_to(&packet, if is_video { video } else { audio }).is_ok(),
        };
    }
}

/// Nanoseconds since the run began.
pub fn stamp(epoch: Instant) -> u64 {
    crate::now().saturating_duration_since(epoch).as_nanos() as u64
}

/// When a payload left, and its number.
pub fn read(payload: &[u8]) -> Option<(u64, u32)> {
    let stamp = payload.get(1..9)?.first_chunk().map(|eight| u64::from_be_bytes(*eight))?;
    let number = payload.get(9..13)?.first_chunk().map(|four| u32::from_be_bytes(*four))?;
    Some((stamp, number))
}
