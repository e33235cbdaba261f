//! What media compete with: a bulk transfer whose window follows Reno (RFC 5681) or CUBIC (RFC 9438), and browsing made of short ones. Sans-IO.
//!
//! As a model it numbers each transmission anew and has each acknowledged, as QUIC does; a gap of three or a timeout (RFC 6298) is a loss. Not here: handshake,
//! bytes' contents, flow control, HyStart.

use std::{collections::BTreeMap, time::Duration};

use crate::{ecn::Ecn, rng::Rng};

/// Bytes of a full packet.
pub const SEGMENT: usize = 1500;
/// Bytes of an acknowledgement.
pub const ACK: usize = 60;

const REORDERING: u64 = 3;
const INITIAL_WINDOW: f64 = 10.0;
const LEAST_WINDOW: f64 = 2.0;
const LEAST_TIMEOUT: Duration = Duration::from_millis(200);
const CUBIC_C: f64 = 0.4;
const CUBIC_BETA: f64 = 0.7;

/// How the window grows and shrinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// One packet more a round trip, half at a loss.
    Reno,
    /// Along a cubic of the time since the last loss.
    Cubic,
}

#[derive(Debug, Clone, Default)]
struct CubicEpoch {
    began: Option<Duration>,
    window_max: f64,
    /// What Reno would have had (RFC 9438, section 4.3).
    estimate: f64,
    /// Seconds until `window_max` is reached again.
    k: f64,
}

/// One transfer.
#[derive(Debug, Clone)]
pub struct Tcp {
    control: Control,
    window: f64,
    threshold: f64,
    epoch: CubicEpoch,
    next: u64,
    in_flight: BTreeMap<u64, Duration>,
    /// Losses of packets before this number were answered.
    recover: u64,
    round_trip: Option<(Duration, Duration)>,
    backoff: u32,
    timeout_at: Option<Duration>,
    /// Packets still to be sent for the first or another time; endless without.
    left: Option<u64>,
    acknowledged: u64,
}

impl Tcp {
    /// A transfer of so many bytes, or without end.
    pub fn new(control: Control, bytes: Option<u64>) -> Self {
        Self {
            control,
            window: INITIAL_WINDOW,
            threshold: f64::INFINITY,
            epoch: CubicEpoch::default(),
            next: 0,
            in_flight: BTreeMap::new(),
            recover: 0,
            round_trip: None,
            backoff: 0,
            timeout_at: None,
            left: bytes.map(|bytes| bytes.div_ceil(SEGMENT as u64)),
            acknowledged: 0,
        }
    }

    /// The number of a packet of [`SEGMENT`] bytes to send now.
    pub fn poll_transmit(&mut self, now: Duration) -> Option<u64> {
        if self.in_flight.len() as f64 >= self.window.floor() || self.left == Some(0) {
            return None;
        }
        self.left = self.left.map(|left| left - 1);
        let number = self.next;
        self.next += 1;
        self.in_flight.insert(number, now);
        self.timeout_at.get_or_insert(now + self.timeout());
        Some(number)
    }

    /// The acknowledgement of a packet, and how that arrived.
    pub fn on_ack(&mut self, now: Duration, number: u64, ecn: Ecn) {
        let Some(sent) = self.in_flight.remove(&number) else { return };
        self.acknowledged += 1;
        self.backoff = 0;
        self.measure(now.saturating_sub(sent));
        self.timeout_at = (!self.in_flight.is_empty()).then(|| now + self.timeout());
        let lost: Vec<u64> = self.in_flight.range(..number.saturating_sub(REORDERING - 1)).map(|(n, _)| *n).collect();
        for number in &lost {
            self.in_flight.remove(number);
            self.left = self.left.map(|left| left + 1);
        }
        let newest = lost.last().copied().or_else(|| (ecn == Ecn::Ce).then_some(number));
        match newest {
            Some(newest) if newest >= self.recover => self.shrink(),
            Some(_) => {}
            None if number >= self.recover => self.grow(now),
            None => {}
        }
    }

    /// When [`Self::on_timeout`] is due.
    pub const fn poll_timeout(&self) -> Option<Duration> {
        self.timeout_at
    }

    /// Nothing was acknowledged for too long: everything under way is lost.
    pub fn on_timeout(&mut self, now: Duration) {
        if self.timeout_at.is_none_or(|at| at > now) {
            return;
        }
        self.left = self.left.map(|left| left + self.in_flight.len() as u64);
        self.in_flight.clear();
        self.threshold = (self.window / 2.0).max(LEAST_WINDOW);
        self.window = 1.0;
        self.recover = self.next;
        self.epoch = CubicEpoch { window_max: self.epoch.window_max, ..CubicEpoch::default() };
        self.backoff = (self.backoff + 1).min(6);
        self.timeout_at = None;
    }

    /// Everything was sent and acknowledged.
    pub fn is_finished(&self) -> bool {
        self.left == Some(0) && self.in_flight.is_empty()
    }

    /// Bytes that have arrived for certain.
    pub const fn acknowledged_bytes(&self) -> u64 {
        self.acknowledged * SEGMENT as u64
    }

    fn measure(&mut self, sample: Duration) {
        self.round_trip = Some(match self.round_trip {
            None => (sample, sample / 2),
            Some((smooth, varies)) => ((smooth * 7 + sample) / 8, (varies * 3 + smooth.abs_diff(sample)) / 4),
        });
    }

    fn timeout(&self) -> Duration {
        let base =
            self.round_trip.map_or(Duration::from_secs(1), |(smooth, varies)| (smooth + 4 * varies).max(LEAST_TIMEOUT));
        base * 2u32.pow(self.backoff)
    }

    fn shrink(&mut self) {
        self.recover = self.next;
        let beta = match self.control {
            Control::Reno => 0.5,
            Control::Cubic => {
                // Who lost before he was where he had been leaves room for who comes new.
                let released = self.window < self.epoch.window_max;
                let window_max = if released { self.window * (1.0 + CUBIC_BETA) / 2.0 } else { self.window };
                self.epoch = CubicEpoch { window_max, ..CubicEpoch::default() };
                CUBIC_BETA
            }
        };
        self.threshold = (self.window * beta).max(LEAST_WINDOW);
        self.window = self.threshold;
    }

    fn grow(&mut self, now: Duration) {
        if self.window < self.threshold {
            self.window += 1.0;
            return;
        }
        match self.control {
            Control::Reno => self.window += 1.0 / self.window,
            Control::Cubic => self.grow_cubic(now),
        }
    }

    fn grow_cubic(&mut self, now: Duration) {
        let (window, epoch) = (self.window, &mut self.epoch);
        let began = *epoch.began.get_or_insert_with(|| {
            epoch.window_max = epoch.window_max.max(window);
            epoch.k = ((epoch.window_max - window) / CUBIC_C).cbrt();
            epoch.estimate = window;
            now
        });
        let round_trip = self.round_trip.map_or(0.1, |(smooth, _)| smooth.as_secs_f64());
        let elapsed = now.saturating_sub(began).as_secs_f64() + round_trip;
        let target = CUBIC_C * (elapsed - epoch.k).powi(3) + epoch.window_max;
        let alpha = 3.0 * (1.0 - CUBIC_BETA) / (1.0 + CUBIC_BETA);
        epoch.estimate += alpha / window;
        self.window = if target < epoch.estimate {
            epoch.estimate.max(window)
        } else {
            window + (target.clamp(window, 1.5 * window) - window) / window
        };
    }
}

/// Someone who downloads, waits, downloads (RFC 8867, section 5.7): short transfers between idle times.
#[derive(Debug, Clone)]
pub struct Browsing {
    control: Control,
    rng: Rng,
    transfer: Option<Tcp>,
    idle_until: Duration,
    /// Of transfers that have ended.
    bytes: u64,
    /// Numbers of packets go on through transfers, so that a late acknowledgement of one is none of another.
    base: u64,
}

impl Browsing {
    /// Bytes of a transfer, evenly in between.
    pub const BYTES: (f64, f64) = (100e3, 1e6);
    /// Mean seconds of idleness.
    pub const IDLE: f64 = 10.0;

    /// Begins with a transfer, or idle.
    pub fn new(control: Control, seed: u64, begins_on: bool, start: Duration) -> Self {
        let mut rng = Rng::new(seed);
        let idle = if begins_on { 0.0 } else { rng.exponential(Self::IDLE) };
        let idle_until = start + Duration::from_secs_f64(idle);
        Self { control, rng, transfer: None, idle_until, bytes: 0, base: 0 }
    }

    /// The number of a packet to send now.
    pub fn poll_transmit(&mut self, now: Duration) -> Option<u64> {
        if self.transfer.as_ref().is_some_and(Tcp::is_finished)
            && let Some(done) = self.transfer.take()
        {
            self.bytes += done.acknowledged_bytes();
            self.base += done.next;
            self.idle_until = now + Duration::from_secs_f64(self.rng.exponential(Self::IDLE));
        }
        if self.transfer.is_none() && now >= self.idle_until {
            let bytes = self.rng.between(Self::BYTES.0, Self::BYTES.1) as u64;
            self.transfer = Some(Tcp::new(self.control, Some(bytes)));
        }
        let base = self.base;
        self.transfer.as_mut()?.poll_transmit(now).map(|number| base + number)
    }

    /// As [`Tcp::on_ack`].
    pub fn on_ack(&mut self, now: Duration, number: u64, ecn: Ecn) {
        if let (Some(transfer), Some(number)) = (&mut self.transfer, number.checked_sub(self.base)) {
            transfer.on_ack(now, number, ecn);
        }
    }

    /// When [`Self::on_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Duration> {
        match &self.transfer {
            Some(transfer) => transfer.poll_timeout(),
            None => Some(self.idle_until),
        }
    }

    /// As [`Tcp::on_timeout`]; or the idle time ends. Poll for packets after it.
    pub fn on_timeout(&mut self, now: Duration) {
        if let Some(transfer) = &mut self.transfer {
            transfer.on_timeout(now);
        }
    }

    /// Bytes that have arrived for certain.
    pub fn acknowledged_bytes(&self) -> u64 {
        self.bytes + self.transfer.as_ref().map_or(0, Tcp::acknowledged_bytes)
    }
}
