//! What arrivals say about the path: how long packets queued, how fast a queue that is not empty empties, how much arrives in all.

use std::{collections::VecDeque, time::Duration};

use super::history::Arrival;

/// The least delay counts for this long, in parts: a path that became longer is known as such after it.
const BASE_PART: f64 = 5.0;
const BASE_PARTS: usize = 6;
/// Packets with more than this queued behind others: the gap to the one before is the bottleneck's, not the sender's.
const QUEUED: f64 = 0.004;
/// The bottleneck's rate is taken over so much time with a queue.
const BUSY_WINDOW: f64 = 0.2;
/// Less time with a queue says nothing.
const BUSY_LEAST: f64 = 0.02;
const GOODPUT_WINDOW: f64 = 0.5;

/// What a radio's jitter is measured against: the least delay within so much time.
const LATELY: f64 = 0.15;
/// Over which its mean is taken.
const JITTER_MEMORY: f64 = 2.0;
/// Less is what our own frames make of any link.
const QUIET: f64 = 0.005;
/// More is no jitter.
const JITTER_MOST: f64 = 0.03;
/// A queue stands when nothing came faster for so many times the jitter.
const JITTERS: f64 = 3.0;

/// Queueing delay in seconds: one-way delay less the least that was seen.
#[derive(Debug, Default)]
pub struct QueueDelay {
    /// Since when a part runs, and its least.
    parts: VecDeque<(f64, f64)>,
    /// When what came lately arrived, and its delay. At least three.
    last: VecDeque<(f64, f64)>,
    /// Mean of what delays exceed the least around them by.
    jitter: f64,
    /// What was taken for a longer path: the least delay before, and the one that was assumed then.
    longer: Option<(f64, f64)>,
}

/// A queue that falls by so much below a path's assumed length.
const FELL: f64 = 0.015;

impl QueueDelay {
    /// Takes an arrival; returns its queueing delay.
    pub fn arrived(&mut self, now: Duration, arrival: &Arrival) -> f64 {
        let delay = arrival.arrived.as_secs_f64() - arrival.sent.as_secs_f64();
        let now = now.as_secs_f64();
        match self.parts.back_mut() {
            Some((since, least)) if now - *since < BASE_PART => *least = least.min(delay),
            _ => {
                if self.parts.len() == BASE_PARTS {
                    self.parts.pop_front();
                }
                self.parts.push_back((now, delay));
            }
        }
        let queued = delay - self.base();
        let arrived = arrival.arrived.as_secs_f64();
        let before = self.last.back().map_or(arrived, |last| last.0);
        self.last.push_back((arrived, queued));
        while self.last.len() > 3 && self.last.front().is_some_and(|first| arrived - first.0 > LATELY) {
            self.last.pop_front();
        }
        let least = self.last.iter().map(|last| last.1).fold(f64::INFINITY, f64::min);
        let weight = ((arrived - before) / JITTER_MEMORY).clamp(0.0, 0.1);
        self.jitter = (self.jitter + (queued - least - self.jitter) * weight).min(JITTER_MOST);
        queued
    }

    /// Of the last packet.
    pub fn last(&self) -> f64 {
        self.last.back().map_or(0.0, |last| last.1)
    }

    /// What single packets are late by though nothing queues, on average.
    pub const fn jitter(&self) -> f64 {
        (self.jitter - QUIET).max(0.0)
    }

    /// The least of the last three, and of as many more as the radio's jitter takes to show its least: what stands, whatever the sizes.
    pub fn standing(&self) -> f64 {
        let since = self.last.back().map_or(0.0, |last| last.0 - JITTERS * self.jitter());
        let three = self.last.len().saturating_sub(3);
        let counts = self.last.iter().enumerate().filter(|(place, last)| *place >= three || last.0 >= since);
        counts.map(|(_, last)| last.1).reduce(f64::min).unwrap_or_default()
    }

    /// The path became longer by this much: what stood is not a queue.
    pub fn rebase(&mut self, by: f64) {
        let before = self.base();
        let base = before + by;
        self.longer = Some((self.longer.map_or(before, |longer| longer.0), base));
        let since = self.parts.back().map_or(0.0, |part| part.0);
        self.parts.clear();
        self.parts.push_back((since, base));
        self.last.clear();
    }

    /// Whether a path that was taken for longer was a queue of somebody else's: delay fell below it, and not all the way back. Told once; the former
    /// least delay counts again.
    pub fn was_queue(&mut self) -> bool {
        let Some((before, assumed)) = self.longer else { return false };
        let base = self.base();
        if base > assumed - FELL {
            return false;
        }
        self.longer = None;
        if let Some(part) = self.parts.back_mut() {
            part.1 = part.1.min(before);
        }
        base > before + FELL
    }

    fn base(&self) -> f64 {
        self.parts.iter().map(|part| part.1).fold(f64::INFINITY, f64::min)
    }
}

/// The rate at which a queue that is not empty empties: the capacity, or our share of it.
#[derive(Debug, Default)]
pub struct BusyRate {
    gaps: VecDeque<(f64, usize)>,
    last: Option<Duration>,
}

impl BusyRate {
    /// Takes an arrival, its queueing delay and the path's jitter: gaps of jitter are not the bottleneck's.
    pub fn arrived(&mut self, arrival: &Arrival, queued: f64, jitter: f64) {
        let before = self.last.replace(arrival.arrived);
        let Some(before) = before.filter(|_| queued > QUEUED + jitter / 2.0) else { return };
        self.gaps.push_back((arrival.arrived.saturating_sub(before).as_secs_f64(), arrival.bytes));
        let mut time: f64 = self.gaps.iter().map(|gap| gap.0).sum();
        while let Some((gap, _)) = self.gaps.front().copied().filter(|(gap, _)| time - gap > BUSY_WINDOW) {
            time -= gap;
            self.gaps.pop_front();
        }
    }

    /// Forgets everything: another moment, another capacity.
    pub fn clear(&mut self) {
        self.gaps.clear();
        self.last = None;
    }

    /// Bits per second.
    pub fn bps(&self) -> Option<f64> {
        let (time, bytes) = self.gaps.iter().fold((0.0, 0), |(time, bytes), gap| (time + gap.0, bytes + gap.1));
        (time >= BUSY_LEAST && self.gaps.len() >= 3).then(|| bytes as f64 * 8.0 / time)
    }
}

/// All that arrives.
#[derive(Debug, Default)]
pub struct Goodput {
    /// When it arrived, when it left, and its bytes.
    arrivals: VecDeque<(f64, f64, usize)>,
    bytes: usize,
}

impl Goodput {
    /// Takes an arrival.
    pub fn arrived(&mut self, arrival: &Arrival) {
        let at = arrival.arrived.as_secs_f64();
        self.arrivals.push_back((at, arrival.sent.as_secs_f64(), arrival.bytes));
        self.bytes += arrival.bytes;
        while let Some((.., bytes)) = self.arrivals.front().copied().filter(|first| at - first.0 > GOODPUT_WINDOW) {
            self.bytes -= bytes;
            self.arrivals.pop_front();
        }
    }

    /// In how much more time what arrived did so than it left in: above 1 a queue grew, and it is our own.
    pub fn spread(&self) -> f64 {
        match (self.arrivals.front(), self.arrivals.back()) {
            (Some(first), Some(last)) if last.1 > first.1 => (last.0 - first.0) / (last.1 - first.1),
            _ => 1.0,
        }
    }

    /// Bits per second over half a second, or over what there is of it.
    pub fn bps(&self) -> f64 {
        match (self.arrivals.front(), self.arrivals.back()) {
            (Some((first, _, bytes)), Some((last, ..))) if last - first > 0.05 => {
                (self.bytes - bytes) as f64 * 8.0 / (last - first)
            }
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn arrival(number: u64, sent: u64, arrived: u64) -> Arrival {
        let (sent, arrived) = (Duration::from_millis(sent), Duration::from_millis(arrived));
        Arrival { number, sent, arrived, bytes: 1000, ce: false }
    }

    /// A radio that lets packets come in bunches, 40 ms apart, was taken for one that is full.
    #[test]
    fn jitter_does_not_stand_and_a_queue_does() {
        let mut queue = QueueDelay::default();
        let mut arrives = |number: u64, queued: u64| {
            let sent = 10 * number;
            queue.arrived(Duration::from_millis(sent + 50), &arrival(number, sent, sent + 50 + queued));
            (queue.standing(), queue.jitter())
        };
        let last = (0..500).map(|number| arrives(number, [0, 40, 30, 20, 10][number as usize % 5])).last();
        assert!(last.is_some_and(|(standing, jitter)| standing < 0.01 && jitter > 0.01), "{last:?}");
        let last = (500..520).map(|number| arrives(number, 80)).last();
        assert!(last.is_some_and(|(standing, _)| standing > 0.07), "within 200 ms: {last:?}");
    }

    #[test]
    fn a_queue_of_our_own_spreads_what_was_sent_and_somebody_else_s_does_not() {
        let (mut own, mut other) = (Goodput::default(), Goodput::default());
        for number in 0..20 {
            own.arrived(&arrival(number, 10 * number, 50 + 20 * number));
            other.arrived(&arrival(number, 20 * number, 350 + 20 * number));
        }
        assert!((own.spread() - 2.0).abs() < 0.01 && (other.spread() - 1.0).abs() < 0.01);
        assert!((own.bps() / other.bps() - 1.0).abs() < 0.01, "the rate alone does not tell them apart");
    }
}
