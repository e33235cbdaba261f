//! The last packets of one source, by sequence number: answers NACKs, and knows what it has already seen.
//!
//! A ring: a packet is kept until the sequence number has moved on by the capacity, so memory is bounded by capacity times packet size.
//! Give it payloads of their own allocation, not slices of a large read buffer, which each kept packet would pin.

use std::time::{Duration, Instant};

use bytes::Bytes;
use yunzhen_protocol::rtp::RtpHeader;

use crate::sequence::Unwrapper;

/// A kept packet.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its number without the wrap.
    pub extended: u64,
    /// As the source sent it.
    pub header: RtpHeader,
    /// Shared with whoever is sending it.
    pub payload: Bytes,
    /// It came after later ones.
    pub late: bool,
}

/// What became of a packet that was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// Kept; it is the highest so far, and `skipped` numbers lie between it and the one before.
    Newest {
        /// Number without the wrap.
        extended: u64,
        /// Numbers that did not come yet.
        skipped: u64,
    },
    /// Kept; it fills a gap.
    Late {
        /// Number without the wrap.
        extended: u64,
    },
    /// Seen before.
    Duplicate,
    /// Older than the ring reaches, or so far off that the source must have restarted.
    OutOfWindow,
}

/// See the module.
#[derive(Debug)]
pub struct SendBuffer {
    ring: Box<[Option<Stored>]>,
    unwrapper: Unwrapper,
}

impl SendBuffer {
    /// Keeps `capacity` (rounded up to a power of two) packets.
    pub fn new(capacity: usize) -> Self {
        Self { ring: vec![None; capacity.next_power_of_two()].into(), unwrapper: Unwrapper::new() }
    }

    /// Forgets everything: the source starts anew.
    pub fn clear(&mut self) {
        self.ring.fill(None);
        self.unwrapper = Unwrapper::new();
    }

    /// The highest number so far.
    pub fn highest(&self) -> Option<u64> {
        self.unwrapper.highest()
    }

    /// Keeps one packet.
    pub fn insert(&mut self, header: RtpHeader, payload: Bytes) -> Inserted {
        let extended = self.unwrapper.peek(header.sequence);
        let reach = self.ring.len() as u64;
        let highest = self.unwrapper.highest();
        if let Some(highest) = highest
            && (extended + reach <= highest || extended > highest + 8 * reach)
        {
            return Inserted::OutOfWindow;
        }
        let place = &mut self.ring[extended as usize & (reach as usize - 1)];
        if place.as_ref().is_some_and(|stored| stored.extended >= extended) {
            return Inserted::Duplicate;
        }
        let late = highest.is_some_and(|highest| extended < highest);
        *place = Some(Stored { extended, header, payload, late });
        self.unwrapper.advance(extended);
        match highest {
            Some(highest) if extended < highest => Inserted::Late { extended },
            Some(highest) => Inserted::Newest { extended, skipped: extended - highest - 1 },
            None => Inserted::Newest { extended, skipped: 0 },
        }
    }

    /// The packet with this number without the wrap.
    pub fn get(&self, extended: u64) -> Option<&Stored> {
        let place = extended as usize & (self.ring.len() - 1);
        self.ring[place].as_ref().filter(|stored| stored.extended == extended)
    }

    /// The packet with this number as a NACK names it.
    pub fn by_sequence(&self, sequence: u16) -> Option<&Stored> {
        self.get(self.unwrapper.peek(sequence))
    }
}

/// Lets each packet be sent again at most once in a round trip: what was just sent again may still be on its way.
#[derive(Debug)]
pub struct ResendGuard {
    ring: Box<[Option<(u64, Instant)>]>,
}

impl ResendGuard {
    /// For a [`SendBuffer`] of this capacity.
    pub fn new(capacity: usize) -> Self {
        Self { ring: vec![None; capacity.next_power_of_two()].into() }
    }

    /// Whether the packet may be sent again now; if so it is noted.
    pub fn allow(&mut self, now: Instant, extended: u64, round_trip: Duration) -> bool {
        let place = &mut self.ring[extended as usize & (self.ring.len() - 1)];
        if let Some((number, at)) = *place
            && number == extended
            && now.saturating_duration_since(at) < round_trip
        {
            return false;
        }
        *place = Some((extended, now));
        true
    }
}
