//! What arrives from a box, counted: bytes, packets that were lost at the first try, how unevenly they come, and of which kind. Sums since the beginning,
//! so that whoever looks once a second takes the difference. Nothing is allocated. A box with several paths has one [`Meter`] for all: what one path brings
//! the other has not lost.
//!
//! Loss is that of the link, before repairs: a packet that comes once more, or is re-created, was lost all the same.

use std::time::Duration;

use yunzhen_protocol::rtp::RtpHeader;

use crate::{codec::MediaKind, sequence::Unwrapper};

/// A packet so little behind its successors was overtaken; one further behind was sent again.
const OVERTAKEN: u64 = 4;
/// A gap so wide is another stream under the same source, or one that paused: nothing was lost.
const GAP: u64 = 2000;

/// Sums since the beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Of all datagrams.
    pub bytes: u64,
    /// Packets that came at the first try.
    pub came: u64,
    /// Packets that did not.
    pub lost: u64,
    /// Of pictures, those re-created included.
    pub pictures: u64,
    /// Of sound, likewise.
    pub sounds: u64,
    /// The present jitter, no sum: of sound while there is some, else of pictures.
    pub jitter: Duration,
}

/// One box.
#[derive(Debug, Default)]
pub struct Meter {
    totals: Totals,
    video: Stream,
    audio: Stream,
}

#[derive(Debug, Default)]
struct Stream {
    ssrc: Option<u32>,
    numbers: Unwrapper,
    /// Which of the newest 64 came: the lowest bit is the newest.
    seen: u64,
    /// Arrival and media time of the packet before.
    last: Option<(Duration, u32)>,
    /// Microseconds, smoothed as RFC 3550 section 6.4.1 has it.
    jitter_us: f64,
}

impl Meter {
    /// A datagram of so many bytes came, whatever is in it.
    pub const fn datagram(&mut self, bytes: usize) {
        self.totals.bytes += bytes as u64;
    }

    /// With this packet in it.
    pub fn arrived(&mut self, at: Duration, kind: MediaKind, header: RtpHeader) {
        self.count(kind, 1);
        let stream = match kind {
            MediaKind::Video => &mut self.video,
            MediaKind::Audio => &mut self.audio,
        };
        let (came, lost) = stream.arrived(at, kind, header);
        self.totals.came += came;
        // A straggler was counted as lost when it was overtaken.
        self.totals.lost = self.totals.lost.saturating_add_signed(lost);
        let of = if self.audio.ssrc.is_some() { &self.audio } else { &self.video };
        self.totals.jitter = Duration::from_micros(of.jitter_us as u64);
    }

    /// So many packets were re-created.
    pub const fn restored(&mut self, kind: MediaKind, packets: usize) {
        self.count(kind, packets as u64);
    }

    const fn count(&mut self, kind: MediaKind, packets: u64) {
        match kind {
            MediaKind::Video => self.totals.pictures += packets,
            MediaKind::Audio => self.totals.sounds += packets,
        }
    }

    /// Whether anything came.
    pub const fn has_counted(&self) -> bool {
        self.totals.bytes > 0
    }

    /// Goes on with what another has counted: of a link that has several paths from here on.
    pub fn absorb(&mut self, other: Self) {
        let Totals { bytes, came, lost, pictures, sounds, jitter } = other.totals;
        self.totals.bytes += bytes;
        self.totals.came += came;
        self.totals.lost += lost;
        self.totals.pictures += pictures;
        self.totals.sounds += sounds;
        for (own, other) in [(&mut self.video, other.video), (&mut self.audio, other.audio)] {
            if own.ssrc.is_none() {
                *own = other;
                self.totals.jitter = jitter;
            }
        }
    }

    /// All so far.
    pub const fn totals(&self) -> Totals {
        self.totals
    }
}

impl Stream {
    /// Packets that came at the first try, and the change of those that did not.
    fn arrived(&mut self, at: Duration, kind: MediaKind, header: RtpHeader) -> (u64, i64) {
        let number = self.numbers.peek(header.sequence);
        let highest = self.numbers.highest().filter(|_| self.ssrc == Some(header.ssrc));
        let Some(highest) = highest.filter(|highest| number.abs_diff(*highest) < GAP) else {
            *self = Self { ssrc: Some(header.ssrc), jitter_us: self.jitter_us, seen: 1, ..Self::default() };
            self.numbers.advance(self.numbers.peek(header.sequence));
            self.last = Some((at, header.timestamp));
            return (1, 0);
        };
        if number <= highest {
            let bit = 1_u64.checked_shl((highest - number) as u32).unwrap_or(0);
            let is_new = bit != 0 && self.seen & bit == 0;
            self.seen |= bit;
            return if is_new && highest - number <= OVERTAKEN { (1, -1) } else { (0, 0) };
        }
        self.seen = self.seen.checked_shl((number - highest) as u32).unwrap_or(0) | 1;
        self.numbers.advance(number);
        self.jitter(at, kind, header.timestamp);
        (1, (number - highest - 1) as i64)
    }

    fn jitter(&mut self, at: Duration, kind: MediaKind, timestamp: u32) {
        if let Some((before, former)) = self.last.replace((at, timestamp)) {
            let ticks = f64::from(timestamp.wrapping_sub(former) as i32);
            let media_us = ticks * 1e6 / f64::from(kind.clock_rate());
            let late_us = at.as_secs_f64() * 1e6 - before.as_secs_f64() * 1e6 - media_us;
            // A stream that paused begins anew: its clock need not have gone on.
            if media_us.abs() < 2e6 {
                self.jitter_us += (late_us.abs() - self.jitter_us) / 16.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn header(sequence: u16, timestamp: u32) -> RtpHeader {
        RtpHeader { marker: false, payload_type: 111, sequence, timestamp, ssrc: 7 }
    }

    fn sounds(meter: &mut Meter, sequences: impl IntoIterator<Item = u16>) {
        for sequence in sequences {
            let at = Duration::from_millis(20 * u64::from(sequence));
            meter.datagram(100);
            meter.arrived(at, MediaKind::Audio, header(sequence, 960 * u32::from(sequence)));
        }
    }

    #[test]
    fn what_is_missing_is_lost_also_when_it_comes_again() {
        let mut meter = Meter::default();
        sounds(&mut meter, [100, 101, 104, 105, 106]);
        assert_eq!((meter.totals().came, meter.totals().lost, meter.totals().bytes), (5, 2, 500));
        sounds(&mut meter, [107, 108, 109, 102]);
        assert_eq!((meter.totals().came, meter.totals().lost), (8, 2), "sent again");
        meter.restored(MediaKind::Audio, 1);
        assert_eq!((meter.totals().sounds, meter.totals().pictures), (10, 0));
    }

    #[test]
    fn what_was_overtaken_is_not_lost() {
        let mut meter = Meter::default();
        sounds(&mut meter, [10, 12, 11, 13, 13, 12, 11]);
        assert_eq!((meter.totals().came, meter.totals().lost), (4, 0), "and what came twice is one");
    }

    #[test]
    fn who_absorbs_another_goes_on_where_it_was() {
        let (mut alone, mut both) = (Meter::default(), Meter::default());
        sounds(&mut alone, [100, 102]);
        both.absorb(alone);
        sounds(&mut both, [104]);
        assert_eq!((both.totals().came, both.totals().lost, both.totals().bytes), (3, 2, 300));
        let mut late = Meter::default();
        sounds(&mut late, [1, 2]);
        both.absorb(late);
        sounds(&mut both, [105]);
        assert_eq!((both.totals().came, both.totals().lost), (6, 2), "a stream that goes on is kept");
    }

    #[test]
    fn another_source_and_a_pause_lose_nothing() {
        let mut meter = Meter::default();
        sounds(&mut meter, [10, 11, 9000, 9001]);
        meter.arrived(Duration::ZERO, MediaKind::Audio, RtpHeader { ssrc: 8, ..header(500, 0) });
        assert_eq!((meter.totals().came, meter.totals().lost), (5, 0));
    }

    #[test]
    fn even_arrivals_have_no_jitter_and_uneven_ones_some() {
        let mut meter = Meter::default();
        sounds(&mut meter, 0..100);
        assert_eq!(meter.totals().jitter.as_millis(), 0);
        for sequence in 100..300_u16 {
            let late = if sequence % 2 == 0 { 30 } else { 0 };
            let at = Duration::from_millis(20 * u64::from(sequence) + late);
            meter.arrived(at, MediaKind::Audio, header(sequence, 960 * u32::from(sequence)));
        }
        assert!((25..=30).contains(&meter.totals().jitter.as_millis()), "{:?}", meter.totals());
    }

    proptest! {
        /// Whatever numbers come, sums never shrink by more than what was overtaken, and nothing overflows.
        #[test]
        fn forged_numbers_do_no_harm(packets in prop::collection::vec((any::<u16>(), any::<u32>(), any::<bool>(), 0..3_u32), 1..400)) {
            let mut meter = Meter::default();
            for (n, (sequence, timestamp, video, ssrc)) in packets.into_iter().enumerate() {
                let kind = if video { MediaKind::Video } else { MediaKind::Audio };
                meter.arrived(Duration::from_millis(n as u64), kind, RtpHeader { ssrc, ..header(sequence, timestamp) });
                let Totals { came, lost, .. } = meter.totals();
                prop_assert!(came <= n as u64 + 1 && lost <= (n as u64 + 1) * GAP);
            }
        }
    }
}
