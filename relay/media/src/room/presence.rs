//! Whether somebody is still on a leg: when it was last heard, and whether a page listens to its event stream.
//!
//! A program that is killed says nothing, but the kernel closes its connections at once. A stream's end alone proves little, for pages open
//! theirs again; a stream's end and then silence, on a leg that sent media until a moment ago, is a crash. Not here: what is shown of it.

use std::time::{Duration, Instant};

/// A leg counts as sending for this long after its last media packet: a machine that is busy tells the stream's end late.
const SENDING: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Presence {
    alive_at: Instant,
    /// The last media packet.
    sent_at: Option<Instant>,
    /// Event streams that are open.
    streams: u32,
    /// When the last of them ended, on a leg that was sending.
    left_at: Option<Instant>,
}

impl Presence {
    pub(super) const fn new(now: Instant) -> Self {
        Self { alive_at: now, sent_at: None, streams: 0, left_at: None }
    }

    /// When something last came.
    pub(super) const fn alive_at(&self) -> Instant {
        self.alive_at
    }

    /// Anything came.
    pub(super) fn heard(&mut self, now: Instant) {
        self.alive_at = now;
    }

    /// A media packet came.
    pub(super) fn sent(&mut self, now: Instant) {
        self.sent_at = Some(now);
    }

    pub(super) fn stream_opened(&mut self) {
        self.streams += 1;
        self.left_at = None;
    }

    pub(super) fn stream_ended(&mut self, now: Instant) {
        self.streams = self.streams.saturating_sub(1);
        let sends = self.sent_at.is_some_and(|at| now.saturating_duration_since(at) < SENDING);
        if self.streams == 0 && sends {
            self.left_at = Some(now);
        }
    }

    /// When the leg counts as deserted, unless something comes before; `None` while a page listens, or where silence is usual.
    pub(super) fn deserted_at(&self, after: Duration) -> Option<Instant> {
        self.left_at.map(|left| left.max(self.alive_at) + after)
    }
}
