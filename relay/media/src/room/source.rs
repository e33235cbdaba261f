//! One incoming source of one leg: repeats dropped, gaps followed, packets kept for those who ask again.

use std::time::{Duration, Instant};

use yunzhen_protocol::rtp::RtpPacket;

use crate::{
    codec::{Codec, MediaKind},
    keyframe::KeyframeGate,
    nack::NackQueue,
    repair::deadline::patience,
    send_buffer::{Inserted, SendBuffer},
};

/// Packets kept per source: about a second of picture.
pub(super) const fn kept(kind: MediaKind) -> usize {
    match kind {
        MediaKind::Audio => 64,
        MediaKind::Video => 256,
    }
}

/// Stragglers of a source that was replaced come within this time.
const STRAGGLERS: Duration = Duration::from_secs(2);
/// Fewer packets than this in a second say nothing about loss.
const LEAST_FOR_LOSS: u64 = 20;

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// To be forwarded.
    Fresh {
        /// Number without the wrap.
        extended: u64,
        /// Receivers must end their runs: another source, codec or start.
        restarted: bool,
        /// A decoder can start here.
        starts_keyframe: bool,
    },
    /// Came before.
    Duplicate,
    /// Of no use any more.
    Stale,
}

#[derive(Debug)]
pub(super) struct Source {
    kind: MediaKind,
    pub(super) ssrc: Option<u32>,
    pub(super) codec: Option<Codec>,
    /// Sources that were replaced lately: a straggler of one must not take the place back.
    previous: [Option<(u32, Instant)>; 4],
    pub(super) buffer: SendBuffer,
    pub(super) missing: NackQueue,
    pub(super) gate: KeyframeGate,
    /// A restart shows as two packets in sequence far from the window (RFC 3550 appendix A.1).
    probation: Option<u16>,
    window_start: Option<u64>,
    window_received: u64,
}

impl Source {
    pub(super) fn new(kind: MediaKind) -> Self {
        Self {
            kind,
            ssrc: None,
            codec: None,
            previous: [None; 4],
            buffer: SendBuffer::new(kept(kind)),
            missing: NackQueue::new(),
            gate: KeyframeGate::new(),
            probation: None,
            window_start: None,
            window_received: 0,
        }
    }

    pub(super) fn receive(&mut self, now: Instant, codec: Codec, packet: &RtpPacket, ask_missing: bool) -> Received {
        let header = packet.header;
        let mut restarted = false;
        if self.ssrc != Some(header.ssrc) {
            if self.previous.iter().flatten().any(|(ssrc, until)| *ssrc == header.ssrc && now < *until) {
                return Received::Stale;
            }
            self.previous.rotate_right(1);
            self.previous[0] = self.ssrc.map(|ssrc| (ssrc, now + STRAGGLERS));
            restarted = self.ssrc.replace(header.ssrc).is_some();
            self.restart();
        }
        let mut inserted = self.buffer.insert(header, packet.payload.clone());
        if inserted == Inserted::OutOfWindow {
            if self.probation != Some(header.sequence) {
                self.probation = Some(header.sequence.wrapping_add(1));
                return Received::Stale;
            }
            self.restart();
            restarted = true;
            inserted = self.buffer.insert(header, packet.payload.clone());
        }
        self.probation = None;
        let starts_keyframe = codec.starts_keyframe(&packet.payload);
        let extended = match inserted {
            Inserted::Newest { extended, skipped } => {
                if self.codec.replace(codec).is_some_and(|before| before != codec) {
                    restarted = true;
                    self.missing.clear();
                } else if ask_missing && self.missing.skipped(now, extended, skipped) && self.kind == MediaKind::Video {
                    self.gate.request(now);
                }
                extended
            }
            Inserted::Late { extended } => {
                self.missing.arrived(extended);
                self.gate.repaired(extended);
                if self.codec != Some(codec) {
                    return Received::Stale;
                }
                extended
            }
            Inserted::Duplicate => return Received::Duplicate,
            Inserted::OutOfWindow => return Received::Stale,
        };
        self.window_received += 1;
        self.window_start.get_or_insert(extended);
        if starts_keyframe && self.kind == MediaKind::Video {
            self.gate.answered();
            self.missing.forget_before(extended);
        }
        Received::Fresh { extended, restarted, starts_keyframe }
    }

    /// A receiver cannot decode what comes. `seen`: a hole since then or earlier may be why; nothing of this source is, if there is no such moment.
    /// A keyframe is asked for when those holes are not repaired in time.
    pub(super) fn keyframe_wanted(&mut self, now: Instant, round_trip: Duration, seen: Option<Instant>) {
        let missing = seen.and_then(|seen| self.missing.since_before(seen));
        let awaited = missing.map(|(since, missing)| (since + patience(round_trip), missing));
        match awaited.filter(|(by, _)| *by > now) {
            Some((by, missing)) => self.gate.request_unless_repaired(by, missing),
            None => self.gate.request(now),
        }
    }

    fn restart(&mut self) {
        self.buffer.clear();
        self.missing.clear();
        self.window_start = None;
        self.window_received = 0;
    }

    /// Share lost since the last call, after what was sent again; `None` when too little came to tell.
    pub(super) fn take_loss(&mut self) -> Option<f32> {
        let (start, highest) = (self.window_start?, self.buffer.highest()?);
        let expected = (highest + 1).saturating_sub(start);
        if expected < LEAST_FOR_LOSS {
            return None;
        }
        let received = std::mem::take(&mut self.window_received);
        self.window_start = Some(highest + 1);
        Some(1.0 - (received as f32 / expected as f32).min(1.0))
    }
}
