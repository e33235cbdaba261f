//! One outgoing RTP source, fed by one incoming source after another.
//!
//! A receiver sees a single source: its sequence numbers go up by one across every change of what feeds it, its timestamps advance
//! with real time, and nothing that belongs before a change appears after it. Within a run of one source, gaps and
//! reordering are kept as they are, so the receiver can tell a loss and ask for it.

use std::time::Instant;

use yunzhen_protocol::rtp::RtpHeader;

/// A run of packets from one incoming source.
#[derive(Debug, Clone, Copy)]
struct Run {
    first: u64,
    highest: u64,
    sequence_offset: u16,
    timestamp_offset: u32,
}

/// What was sent last.
#[derive(Debug, Clone, Copy)]
struct Last {
    sequence: u16,
    timestamp: u32,
    at: Instant,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Rewriter {
    ssrc: u32,
    clock_rate: u32,
    run: Option<Run>,
    last: Option<Last>,
}

impl Rewriter {
    /// An outgoing source that has sent nothing.
    pub const fn new(ssrc: u32, clock_rate: u32) -> Self {
        Self { ssrc, clock_rate, run: None, last: None }
    }

    /// The outgoing source's number.
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Ends the run: nothing more of what feeds it now is let through.
    pub fn stop(&mut self) {
        self.run = None;
    }

    /// Whether a run is going on.
    pub const fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// Begins a run at the packet `extended`/`header`, the first that will be sent of it.
    pub fn start(&mut self, now: Instant, extended: u64, header: RtpHeader) {
        let (sequence, timestamp) = match self.last {
            // The first numbers are the source's own: as random as the source made them.
            None => (header.sequence, header.timestamp),
            Some(last) => {
                let elapsed = now.saturating_duration_since(last.at).as_micros() as u64;
                let ticks = elapsed * u64::from(self.clock_rate) / 1_000_000;
                // At least one tick: two frames never share a timestamp.
                (last.sequence.wrapping_add(1), last.timestamp.wrapping_add(ticks.max(1) as u32))
            }
        };
        self.run = Some(Run {
            first: extended,
            highest: extended,
            sequence_offset: sequence.wrapping_sub(header.sequence),
            timestamp_offset: timestamp.wrapping_sub(header.timestamp),
        });
    }

    /// The outgoing header of a packet, or `None` when it belongs before the run (or there is none).
    pub fn rewrite(&mut self, now: Instant, extended: u64, header: RtpHeader, payload_type: u8) -> Option<RtpHeader> {
        let run = self.run.as_mut().filter(|run| extended >= run.first)?;
        let out = Self::apply(self.ssrc, run, header, payload_type);
        if self.last.is_none() || extended >= run.highest {
            run.highest = extended;
            // A source whose clock steps back must not pull back where the next run begins.
            let timestamp = match self.last {
                Some(last) if out.timestamp.wrapping_sub(last.timestamp) >= 0x8000_0000 => last.timestamp,
                _ => out.timestamp,
            };
            self.last = Some(Last { sequence: out.sequence, timestamp, at: now });
        }
        Some(out)
    }

    /// The header with which a packet of this run was sent before; for sending it again.
    pub fn again(&self, extended: u64, header: RtpHeader, payload_type: u8) -> Option<RtpHeader> {
        let run = self.run.as_ref().filter(|run| (run.first..=run.highest).contains(&extended))?;
        Some(Self::apply(self.ssrc, run, header, payload_type))
    }

    /// Which packet of the run went out with this sequence number.
    pub fn source_of(&self, sequence: u16) -> Option<u64> {
        let run = self.run.as_ref()?;
        let behind = (run.highest as u16).wrapping_add(run.sequence_offset).wrapping_sub(sequence);
        let extended = run.highest.checked_sub(u64::from(behind))?;
        (behind < 0x8000 && extended >= run.first).then_some(extended)
    }

    /// The incoming media clock on the outgoing one, for sender reports.
    pub fn timestamp(&self, incoming: u32) -> Option<u32> {
        self.run.as_ref().map(|run| incoming.wrapping_add(run.timestamp_offset))
    }

    fn apply(ssrc: u32, run: &Run, header: RtpHeader, payload_type: u8) -> RtpHeader {
        RtpHeader {
            marker: header.marker,
            payload_type,
            sequence: header.sequence.wrapping_add(run.sequence_offset),
            timestamp: header.timestamp.wrapping_add(run.timestamp_offset),
            ssrc,
        }
    }
}
