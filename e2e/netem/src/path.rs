//! The path itself.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, VecDeque},
    time::Duration,
};

use crate::{
    loss::{Loss, LossState},
    rng::Rng,
    trace::Trace,
};

/// How fast the bottleneck is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Rate {
    /// No bottleneck.
    #[default]
    Unlimited,
    /// Always the same.
    BitsPerSecond(u64),
    /// As recorded or generated.
    Trace(Trace),
}

/// Nothing leaves the bottleneck from `from` to `to`; the queue fills meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// Since the path was made.
    pub from: Duration,
    /// Since the path was made.
    pub to: Duration,
}

/// What a path is like.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Of the bottleneck.
    pub rate: Rate,
    /// The bottleneck's queue; a packet that does not fit is dropped.
    pub queue_bytes: usize,
    /// One way.
    pub delay: Duration,
    /// Up to this much more, evenly; by itself it does not reorder.
    pub jitter: Duration,
    /// At random.
    pub loss: Loss,
    /// Share of packets held back by [`Self::reorder_by`], so that others overtake them.
    pub reorder: f64,
    /// How long those are held back.
    pub reorder_by: Duration,
    /// Share of packets that arrive twice.
    pub duplicate: f64,
    /// In order, not overlapping.
    pub outages: Vec<Outage>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            rate: Rate::Unlimited,
            queue_bytes: 256 * 1024,
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            loss: Loss::None,
            reorder: 0.0,
            reorder_by: Duration::from_millis(20),
            duplicate: 0.0,
            outages: Vec::new(),
        }
    }
}

/// What became of packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Given to the path.
    pub sent: u64,
    /// Came out, repeats included.
    pub delivered: u64,
    /// Lost at random.
    pub lost: u64,
    /// Did not fit into the queue.
    pub overflowed: u64,
    /// Came out once more.
    pub duplicated: u64,
}

#[derive(Debug)]
struct InFlight<T> {
    at: Duration,
    order: u64,
    packet: T,
}

impl<T> PartialEq for InFlight<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl<T> Eq for InFlight<T> {}
impl<T> PartialOrd for InFlight<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for InFlight<T> {
    /// Reversed: the heap gives the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

/// One direction of a path. See the crate.
#[derive(Debug)]
pub struct Path<T> {
    config: Config,
    rng: Rng,
    loss: LossState,
    /// When the last accepted packet leaves the bottleneck.
    free_at: Duration,
    /// The next opportunity of a trace.
    opportunity: u64,
    /// Those that have not left the bottleneck: when they will, and their size.
    queue: VecDeque<(Duration, usize)>,
    queued_bytes: usize,
    last_arrival: Duration,
    order: u64,
    in_flight: BinaryHeap<InFlight<T>>,
    counters: Counters,
}

impl<T: Clone> Path<T> {
    /// A path whose every choice the seed determines.
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            config,
            rng: Rng::new(seed),
            loss: LossState::default(),
            free_at: Duration::ZERO,
            opportunity: 0,
            queue: VecDeque::new(),
            queued_bytes: 0,
            last_arrival: Duration::ZERO,
            order: 0,
            in_flight: BinaryHeap::new(),
            counters: Counters::default(),
        }
    }

    /// Changes what the path is like from now on. What is under way is not touched.
    pub fn reconfigure(&mut self, config: Config) {
        self.config = config;
    }

    /// What became of packets so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Bytes that wait at the bottleneck.
    pub fn queued_bytes(&mut self, now: Duration) -> usize {
        while let Some((_, size)) = self.queue.front().copied().filter(|(leaves, _)| *leaves <= now) {
            self.queued_bytes -= size;
            self.queue.pop_front();
        }
        self.queued_bytes
    }

    /// Puts a packet of `size` bytes on the path.
    pub fn send(&mut self, now: Duration, size: usize, packet: T) {
        self.counters.sent += 1;
        if self.loss.is_lost(self.config.loss, &mut self.rng) {
            self.counters.lost += 1;
            return;
        }
        if self.queued_bytes(now) + size > self.config.queue_bytes {
            self.counters.overflowed += 1;
            return;
        }
        let leaves = self.leaves_at(now, size);
        self.free_at = leaves;
        self.queue.push_back((leaves, size));
        self.queued_bytes += size;
        let mut arrives = leaves + self.config.delay;
        if !self.config.jitter.is_zero() {
            arrives += self.config.jitter.mul_f64(self.rng.unit());
        }
        if self.rng.chance(self.config.reorder) {
            arrives += self.config.reorder_by;
        } else {
            arrives = arrives.max(self.last_arrival);
            self.last_arrival = arrives;
        }
        if self.rng.chance(self.config.duplicate) {
            self.counters.duplicated += 1;
            self.put(arrives, packet.clone());
        }
        self.put(arrives, packet);
    }

    /// The next packet that has arrived by `now`.
    pub fn poll(&mut self, now: Duration) -> Option<T> {
        if self.in_flight.peek()?.at > now {
            return None;
        }
        self.counters.delivered += 1;
        self.in_flight.pop().map(|arrived| arrived.packet)
    }

    /// When the next packet arrives.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.in_flight.peek().map(|next| next.at)
    }

    fn put(&mut self, at: Duration, packet: T) {
        self.order += 1;
        self.in_flight.push(InFlight { at, order: self.order, packet });
    }

    fn leaves_at(&mut self, now: Duration, size: usize) -> Duration {
        let begin = now.max(self.free_at);
        match &self.config.rate {
            Rate::Unlimited => after_outages(&self.config.outages, begin),
            Rate::BitsPerSecond(rate) => {
                let begin = after_outages(&self.config.outages, begin);
                after_outages(
                    &self.config.outages,
                    begin + Duration::from_secs_f64(size as f64 * 8.0 / (*rate).max(1) as f64),
                )
            }
            Rate::Trace(trace) => loop {
                // A larger packet would need several opportunities; paths here carry none above 1500 bytes.
                let number = self.opportunity.max(trace.first_at(begin));
                self.opportunity = number + 1;
                let at = trace.opportunity(number);
                if after_outages(&self.config.outages, at) == at {
                    break at.max(begin);
                }
            },
        }
    }
}

fn after_outages(outages: &[Outage], at: Duration) -> Duration {
    outages.iter().find(|outage| (outage.from..outage.to).contains(&at)).map_or(at, |outage| outage.to)
}
