//! Which packets were sent, and what of a report about them can be true. Pure. The box keeps one of what it sends, the relay one of what it sends to each box.

use std::time::Duration;

use yunzhen_protocol::ccfb::{ECN_CE, OFFSET_LATER, OFFSET_OLD, StreamReport};

use super::{PARITIES, Report};

/// Sources at once: sound and picture of every slot. The oldest is forgotten.
const SOURCES: usize = 64;

/// Packets of each stream that a report may still tell of; a power of two, some seconds.
const KEPT: usize = 1024;
/// A report may lead our own clock by this much more than the one before it.
const LEAP: Duration = Duration::from_secs(5);
/// The two clocks drift apart by no more than this in a call, seconds.
const DRIFT: f64 = 1.0;
/// So many impossible times in a row: the far clock is another one.
const LEAPS: u32 = 8;

/// Why a report was refused, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// Of a source that is not sent.
    #[error("the report is about another source")]
    Source,
    /// Of a packet that never left.
    #[error("the report is about a packet that was never sent")]
    NeverSent,
    /// Its time is not after the last one's, or far ahead of it.
    #[error("the report's time cannot be")]
    Time,
    /// A packet arrived before it left.
    #[error("a packet arrived before it can have left")]
    Arrival,
}

impl Impossible {
    /// For counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::NeverSent => "never_sent",
            Self::Time => "time",
            Self::Arrival => "arrival",
        }
    }
}

/// A packet of a media stream that did not arrive, told for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Its source.
    pub ssrc: u32,
    /// Its number.
    pub sequence: u16,
}

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// In the controller's terms.
    pub reports: Vec<Report>,
    /// What was sent again was lost the first time, whichever of the two arrived since.
    pub again: Vec<Report>,
    /// What did not arrive though later packets did.
    pub lost: Vec<Lost>,
}

/// Packets overtake each other by so many.
const REORDER: u64 = 3;

#[derive(Clone, Copy, Debug)]
struct Packet {
    sequence: u16,
    number: u64,
    at: Duration,
    /// It was sent again: which of the two arrived is not known.
    again: bool,
    /// Its loss was told.
    lost: bool,
    /// Its arrival was told, of whichever of the two.
    arrived: bool,
}

#[derive(Debug)]
struct Stream {
    ssrc: u32,
    ring: Box<[Option<Packet>]>,
}

impl Stream {
    fn new(ssrc: u32) -> Self {
        Self { ssrc, ring: vec![None; KEPT].into() }
    }

    fn get(&self, sequence: u16) -> Option<Packet> {
        self.ring[usize::from(sequence) % KEPT].filter(|packet| packet.sequence == sequence)
    }

    fn get_mut(&mut self, sequence: u16) -> Option<&mut Packet> {
        self.ring[usize::from(sequence) % KEPT].as_mut().filter(|packet| packet.sequence == sequence)
    }
}

/// The last packets of each source, by what a report calls them. Parities are a source too ([`PARITIES`]).
#[derive(Debug, Default)]
pub struct SentLog {
    /// In the order in which they began; made with the first packet.
    sources: Vec<Stream>,
    next: u64,
    /// Time of the last report that was taken: far clock without the wrap in 1/65536 s, and ours.
    last: Option<(u64, Duration)>,
    leaps: u32,
    /// The far clock is ahead of ours by at least this much, seconds: what was reported of had not arrived before it left.
    ahead: Option<f64>,
}

impl SentLog {
    fn source(&self, ssrc: u32) -> Option<&Stream> {
        self.sources.iter().find(|stream| stream.ssrc == ssrc)
    }

    /// A packet left; gives its number for the controller when it was for the first time.
    pub fn sent(&mut self, at: Duration, ssrc: u32, sequence: u16) -> Option<u64> {
        let known = self.sources.iter().position(|stream| stream.ssrc == ssrc);
        let place = known.unwrap_or_else(|| {
            if self.sources.len() == SOURCES {
                self.sources.remove(0);
            }
            self.sources.push(Stream::new(ssrc));
            self.sources.len() - 1
        });
        let place = &mut self.sources[place].ring[usize::from(sequence) % KEPT];
        if let Some(packet) = place.as_mut().filter(|packet| packet.sequence == sequence) {
            packet.again = true;
            return None;
        }
        let number = self.next;
        self.next += 1;
        *place = Some(Packet { sequence, number, at, again: false, lost: false, arrived: false });
        Some(number)
    }

    /// When a packet left for the first time.
    pub fn left_at(&self, ssrc: u32, sequence: u16) -> Option<Duration> {
        Some(self.source(ssrc)?.get(sequence)?.at)
    }

    /// Other sources are sent from now on; numbers for the controller go on.
    pub fn forget_sources(&mut self) {
        self.sources.clear();
    }

    /// The far clock may be another one.
    pub fn new_path(&mut self) {
        (self.last, self.leaps, self.ahead) = (None, 0, None);
    }

    /// What a report says in the controller's terms. `Err` and nothing changed when it cannot be true.
    pub fn take(&mut self, now: Duration, streams: &[StreamReport], timestamp: u32) -> Result<Told, Impossible> {
        let far = self.far_time(now, timestamp)?;
        let told = Duration::from_micros(far * 1_000_000 / 65_536);
        let (mut reports, mut again) = (Vec::new(), Vec::new());
        let mut ahead = self.ahead;
        for stream in streams {
            let Some(known) = self.source(stream.ssrc) else { return Err(Impossible::Source) };
            for (place, metric) in stream.metrics.iter().enumerate() {
                let sequence = stream.begin.wrapping_add(place as u16);
                let Some(packet) = known.get(sequence) else {
                    if metric.is_arrived() {
                        return Err(Impossible::NeverSent);
                    }
                    continue;
                };
                if packet.again {
                    again.push(Report { number: packet.number, arrived: None, ce: false });
                    continue;
                }
                let arrived = match metric.offset() {
                    _ if !metric.is_arrived() => None,
                    OFFSET_OLD => continue,
                    OFFSET_LATER => Some(told),
                    offset => Some(told.saturating_sub(Duration::from_micros(u64::from(offset) * 1_000_000 / 1024))),
                };
                if let Some(arrived) = arrived {
                    let (arrived, sent) = (arrived.as_secs_f64(), packet.at.as_secs_f64());
                    if ahead.is_some_and(|ahead| arrived - sent < ahead - DRIFT) {
                        return Err(Impossible::Arrival);
                    }
                    // It arrived before now: so much at least is the clocks' difference and not the way.
                    let this = arrived - now.as_secs_f64();
                    ahead = Some(ahead.map_or(this, |ahead| ahead.max(this)));
                }
                reports.push(Report { number: packet.number, arrived, ce: metric.ecn() == ECN_CE });
            }
        }
        (self.last, self.leaps, self.ahead) = (Some((far, now)), 0, ahead);
        self.note(streams);
        let lost = self.lost(streams, &reports);
        Ok(Told { reports, again, lost })
    }

    /// Which packets arrived.
    fn note(&mut self, streams: &[StreamReport]) {
        for stream in streams {
            let Some(known) = self.sources.iter_mut().find(|known| known.ssrc == stream.ssrc) else { continue };
            for (place, _) in stream.metrics.iter().enumerate().filter(|(_, metric)| metric.is_arrived()) {
                if let Some(packet) = known.get_mut(stream.begin.wrapping_add(place as u16)) {
                    packet.arrived = true;
                }
            }
        }
    }

    /// A source's packets that left at `since` or later and of which no arrival was told, in their order.
    pub fn unheard(&self, ssrc: u32, since: Duration) -> Vec<u16> {
        let packets = self.source(ssrc).into_iter().flat_map(|stream| stream.ring.iter().flatten());
        let mut unheard: Vec<&Packet> = packets.filter(|packet| !packet.arrived && packet.at >= since).collect();
        unheard.sort_by_key(|packet| packet.number);
        unheard.iter().map(|packet| packet.sequence).collect()
    }

    /// What is missing though something that left later arrived.
    fn lost(&mut self, streams: &[StreamReport], reports: &[Report]) -> Vec<Lost> {
        let arrived = reports.iter().filter(|report| report.arrived.is_some());
        let Some(highest) = arrived.map(|report| report.number).max() else { return Vec::new() };
        let mut lost = Vec::new();
        for stream in streams.iter().filter(|stream| stream.ssrc != PARITIES) {
            let ssrc = stream.ssrc;
            let Some(known) = self.sources.iter_mut().find(|known| known.ssrc == ssrc) else { continue };
            for (place, metric) in stream.metrics.iter().enumerate() {
                let sequence = stream.begin.wrapping_add(place as u16);
                let Some(packet) = known.get_mut(sequence) else { continue };
                let is_missing = !metric.is_arrived() && packet.number + REORDER <= highest && !packet.again;
                if is_missing && !std::mem::replace(&mut packet.lost, true) {
                    lost.push(Lost { ssrc, sequence });
                }
            }
        }
        lost
    }

    /// The report's time without the wrap.
    fn far_time(&mut self, now: Duration, timestamp: u32) -> Result<u64, Impossible> {
        // One wrap up, so that nothing lies below zero.
        let Some((last, at)) = self.last else { return Ok((1 << 32) + u64::from(timestamp)) };
        let step = i64::from(timestamp.wrapping_sub(last as u32).cast_signed());
        let longest = (now.saturating_sub(at) + LEAP).as_micros() * 65_536 / 1_000_000;
        if step <= 0 || step.unsigned_abs() as u128 > longest {
            self.leaps += 1;
            if self.leaps >= LEAPS {
                self.new_path();
            }
            return Err(Impossible::Time);
        }
        Ok(last + step.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_protocol::ccfb::Metric;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }
    fn about(ssrc: u32, begin: u16, metrics: &[Metric]) -> Vec<StreamReport> {
        vec![StreamReport { ssrc, begin, metrics: metrics.to_vec() }]
    }
    /// Three packets at 0, 10 and 20 ms, numbers 65 534 to 0.
    fn log() -> SentLog {
        let mut log = SentLog::default();
        for (place, sequence) in [65_534, 65_535, 0].into_iter().enumerate() {
            log.sent(ms(10 * place as u64), 1, sequence);
        }
        log
    }
    const HERE: Metric = Metric::arrived(0, 0);

    #[test]
    fn a_report_becomes_numbers_and_times() {
        let mut log = log();
        let metrics = [Metric::arrived(ECN_CE, 512), Metric::MISSING, HERE];
        let told = log.take(ms(50), &about(1, 65_534, &metrics), 65_536 * 2).unwrap();
        let reports = told.reports;
        assert_eq!(
            reports.iter().map(|report| (report.number, report.ce)).collect::<Vec<_>>(),
            [(0, true), (1, false), (2, false)]
        );
        let arrived: Vec<_> = reports.iter().map(|report| report.arrived).collect();
        assert_eq!(arrived[2].unwrap() - arrived[0].unwrap(), ms(500));
        assert_eq!(arrived[1], None);
    }

    #[test]
    fn what_cannot_be_is_refused_and_the_next_true_report_is_taken() {
        let mut log = log();
        let second = 65_536;
        log.take(ms(50), &about(1, 65_534, &[HERE]), 100 * second).unwrap();
        for (expected, streams, timestamp) in [
            (Impossible::Source, about(9, 0, &[HERE]), 101 * second),
            (Impossible::NeverSent, about(1, 0, &[HERE, HERE]), 101 * second),
            (Impossible::Time, about(1, 0, &[HERE]), 100 * second),
            (Impossible::Time, about(1, 0, &[HERE]), 99 * second),
            (Impossible::Time, about(1, 0, &[HERE]), 120 * second),
            (Impossible::Arrival, about(1, 0, &[Metric::arrived(0, 1024 * 4)]), 101 * second),
        ] {
            assert_eq!(log.take(ms(1050), &streams, timestamp), Err(expected));
        }
        assert_eq!(log.take(ms(1060), &about(1, 0, &[HERE]), 101 * second).map(|told| told.reports.len()), Ok(1));
    }

    /// A packet that was dropped by its sender and asked for by the far end leaves for the first time after all.
    #[test]
    fn a_packet_that_was_sent_again_says_nothing_about_delay() {
        let mut log = log();
        assert_eq!(log.sent(ms(300), 1, 65_535), None);
        assert_eq!(log.sent(ms(310), 1, 7), Some(3));
        let reports = log.take(ms(400), &about(1, 65_534, &[HERE, HERE, HERE]), 1000).unwrap().reports;
        assert_eq!(reports.iter().map(|report| report.number).collect::<Vec<_>>(), [0, 2]);
    }

    /// The first packets of a call waited three seconds in a queue that then is empty.
    #[test]
    fn a_path_may_get_much_shorter() {
        let mut log = SentLog::default();
        log.sent(ms(0), 1, 1);
        assert!(log.take(ms(3050), &about(1, 1, &[HERE]), 3 * 65_536).is_ok());
        log.sent(ms(3100), 1, 2);
        assert!(log.take(ms(3150), &about(1, 2, &[HERE]), 3 * 65_536 + 6500).is_ok());
    }

    #[test]
    fn another_far_clock_is_taken_after_a_while() {
        let mut log = log();
        log.take(ms(50), &about(1, 65_534, &[HERE]), 1_000_000_000).unwrap();
        for _ in 0..LEAPS {
            assert_eq!(log.take(ms(80), &about(1, 65_535, &[HERE]), 5), Err(Impossible::Time));
        }
        assert!(log.take(ms(90), &about(1, 65_535, &[HERE]), 6).is_ok());
    }

    #[test]
    fn what_was_not_heard_of_is_known_in_its_order() {
        let mut log = log();
        log.take(ms(50), &about(1, 65_534, &[Metric::MISSING, HERE]), 1000).unwrap();
        log.sent(ms(60), 2, 9);
        assert_eq!(log.unheard(1, ms(0)), [65_534, 0]);
        assert_eq!(log.unheard(1, ms(20)), [0]);
        assert_eq!(log.unheard(3, ms(0)), Vec::<u16>::new());
    }

    #[test]
    fn the_far_clock_wraps() {
        let mut log = log();
        log.take(ms(0), &about(1, 65_534, &[HERE]), u32::MAX - 1000).unwrap();
        let reports = log.take(ms(50), &about(1, 65_535, &[HERE]), 2275).unwrap().reports;
        assert!(reports[0].arrived.unwrap() > Duration::from_secs(65_536));
    }

    #[test]
    fn what_is_lost_is_told_once_and_parities_are_reported_by_their_own_numbers() {
        let mut log = SentLog::default();
        for sequence in 0..6 {
            log.sent(ms(10), 1, sequence);
        }
        log.sent(ms(10), PARITIES, 77);
        let lost = |sequence| Lost { ssrc: 1, sequence };
        let streams = about(1, 0, &[HERE, Metric::MISSING, HERE, HERE, Metric::MISSING, HERE]);
        assert_eq!(log.take(ms(50), &streams, 1000).unwrap().lost, [lost(1)], "4 may still come");
        let both = [streams, about(PARITIES, 77, &[HERE])].concat();
        let told = log.take(ms(80), &both, 3000).unwrap();
        assert_eq!((told.lost, told.reports.last().map(|report| report.number)), (vec![], Some(6)));
        assert_eq!(log.left_at(1, 1), Some(ms(10)));
        assert_eq!(log.take(ms(90), &about(PARITIES, 78, &[HERE]), 5000), Err(Impossible::NeverSent));
    }
}
