//! The path itself.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, VecDeque},
    time::Duration,
};

use crate::{
    codel::{CoDel, CoDelState, Verdict},
    ecn::Ecn,
    loss::{Loss, LossState},
    rate::{Outage, Rate, Server},
    rng::Rng,
};

/// What the bottleneck's queue does besides dropping what does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Discipline {
    /// Nothing.
    #[default]
    DropTail,
    /// Keeps the wait short. Marks packets that may be marked, drops the others.
    CoDel(CoDel),
}

/// What a path is like.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Of the bottleneck.
    pub rate: Rate,
    /// The bottleneck's queue; a packet that does not fit is dropped.
    pub queue_bytes: usize,
    /// How the queue is managed.
    pub discipline: Discipline,
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
            discipline: Discipline::DropTail,
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
    /// Dropped by the queue's management.
    pub dropped: u64,
    /// Marked by the queue's management.
    pub marked: u64,
    /// Came out once more.
    pub duplicated: u64,
    /// Waited in the queue when it was emptied.
    pub flushed: u64,
}

/// A packet as the path sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope {
    /// In bytes.
    pub size: usize,
    /// As sent.
    pub ecn: Ecn,
    /// A further way of this packet's flow behind the bottleneck, beside the path's own delay.
    pub further: Duration,
}

impl Envelope {
    /// Of this size, without ECN.
    pub const fn of(size: usize) -> Self {
        Self { size, ecn: Ecn::NotEct, further: Duration::ZERO }
    }
}

/// A packet that came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival<T> {
    /// When.
    pub at: Duration,
    /// How long it waited at the bottleneck, its own transmission included.
    pub waited: Duration,
    /// In bytes.
    pub size: usize,
    /// As the path left it.
    pub ecn: Ecn,
    /// Itself.
    pub packet: T,
}

#[derive(Debug)]
struct InFlight<T> {
    order: u64,
    arrival: Arrival<T>,
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
        (other.arrival.at, other.order).cmp(&(self.arrival.at, self.order))
    }
}

#[derive(Debug)]
struct Queued<T> {
    came: Duration,
    envelope: Envelope,
    packet: T,
}

/// The packet that the bottleneck sends.
#[derive(Debug)]
struct InService<T> {
    began: Duration,
    /// Of it, that left to send when that was.
    bytes: usize,
    /// Never, while the rate stays at 0.
    leaves: Option<Duration>,
    queued: Queued<T>,
}

/// One direction of a path. See the crate.
#[derive(Debug)]
pub struct Path<T> {
    config: Config,
    /// Until when it was driven.
    now: Duration,
    rng: Rng,
    loss: LossState,
    codel: CoDelState,
    server: Server,
    service: Option<InService<T>>,
    queue: VecDeque<Queued<T>>,
    /// The packet in service included.
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
            now: Duration::ZERO,
            rng: Rng::new(seed),
            loss: LossState::default(),
            codel: CoDelState::default(),
            server: Server::default(),
            service: None,
            queue: VecDeque::new(),
            queued_bytes: 0,
            last_arrival: Duration::ZERO,
            order: 0,
            in_flight: BinaryHeap::new(),
            counters: Counters::default(),
        }
    }

    /// Changes what the path is like from the time on to which it was driven last, for what waits too. What has passed the bottleneck is not touched.
    pub fn reconfigure(&mut self, config: Config) {
        let now = self.now;
        if config.rate != self.config.rate {
            self.server = Server::default();
        }
        self.config = config;
        if let Some(service) = &mut self.service {
            let left = service.leaves.map_or(1.0, |leaves| {
                let whole = leaves.saturating_sub(service.began).as_secs_f64();
                if whole > 0.0 { leaves.saturating_sub(now).as_secs_f64() / whole } else { 0.0 }
            });
            service.bytes = (service.bytes as f64 * left).ceil() as usize;
            service.leaves = self.server.leaves_at(&self.config.rate, &self.config.outages, now, service.bytes);
            service.began = now;
        }
        self.advance(now);
    }

    /// What the path is like.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What became of packets so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Bytes that wait at the bottleneck.
    pub fn queued_bytes(&mut self, now: Duration) -> usize {
        self.advance(now);
        self.queued_bytes
    }

    /// Puts a packet of `size` bytes on the path.
    pub fn send(&mut self, now: Duration, size: usize, packet: T) {
        self.put(now, Envelope::of(size), packet);
    }

    /// Puts a packet on the path.
    pub fn put(&mut self, now: Duration, envelope: Envelope, packet: T) {
        self.advance(now);
        self.counters.sent += 1;
        if self.queued_bytes + envelope.size > self.config.queue_bytes {
            self.counters.overflowed += 1;
            return;
        }
        self.queued_bytes += envelope.size;
        self.queue.push_back(Queued { came: now, envelope, packet });
        if self.service.is_none() {
            self.serve_next(now);
            self.advance(now);
        }
    }

    /// Empties the queue: whoever held it is gone. What has passed the bottleneck still arrives.
    pub fn flush(&mut self, now: Duration) {
        self.advance(now);
        self.counters.flushed += self.queue.len() as u64 + u64::from(self.service.is_some());
        self.queue.clear();
        self.service = None;
        self.queued_bytes = 0;
    }

    /// The next packet that has arrived by `now`.
    pub fn poll(&mut self, now: Duration) -> Option<T> {
        self.poll_arrival(now).map(|arrival| arrival.packet)
    }

    /// The next packet that has arrived by `now`, and what the path did to it.
    pub fn poll_arrival(&mut self, now: Duration) -> Option<Arrival<T>> {
        self.advance(now);
        if self.in_flight.peek()?.arrival.at > now {
            return None;
        }
        self.counters.delivered += 1;
        self.in_flight.pop().map(|arrived| arrived.arrival)
    }

    /// When something happens next by itself: a packet leaves the bottleneck or arrives. Poll then.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let leaves = self.service.as_ref().and_then(|service| service.leaves);
        let arrives = self.in_flight.peek().map(|next| next.arrival.at);
        [leaves, arrives].into_iter().flatten().min()
    }

    /// Lets the bottleneck work until `now`. Everything that takes a time does this first.
    pub fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        while let Some(leaves) =
            self.service.as_ref().and_then(|service| service.leaves).filter(|leaves| *leaves <= now)
        {
            if let Some(service) = self.service.take() {
                self.queued_bytes -= service.queued.envelope.size;
                self.depart(leaves, service.queued);
            }
            self.serve_next(leaves);
        }
    }

    /// Takes the next packet out of the queue that its management lets pass.
    fn serve_next(&mut self, now: Duration) {
        while let Some(mut queued) = self.queue.pop_front() {
            if self.is_congested(now, &queued) {
                if queued.envelope.ecn.may_be_marked() {
                    queued.envelope.ecn = Ecn::Ce;
                    self.counters.marked += 1;
                } else {
                    self.queued_bytes -= queued.envelope.size;
                    self.counters.dropped += 1;
                    continue;
                }
            }
            let bytes = queued.envelope.size;
            let leaves = self.server.leaves_at(&self.config.rate, &self.config.outages, now, bytes);
            self.service = Some(InService { began: now, bytes, leaves, queued });
            return;
        }
    }

    fn is_congested(&mut self, now: Duration, queued: &Queued<T>) -> bool {
        match self.config.discipline {
            Discipline::DropTail => false,
            Discipline::CoDel(codel) => {
                let left = self.queued_bytes - queued.envelope.size;
                self.codel.judge(codel, now, now.saturating_sub(queued.came), left) == Verdict::Congested
            }
        }
    }

    /// Behind the bottleneck: the air, and the way.
    fn depart(&mut self, at: Duration, Queued { came, envelope, packet }: Queued<T>) {
        if self.loss.is_lost(self.config.loss, &mut self.rng) {
            self.counters.lost += 1;
            return;
        }
        let mut arrives = at + self.config.delay;
        if !self.config.jitter.is_zero() {
            arrives += self.config.jitter.mul_f64(self.rng.unit());
        }
        if self.rng.chance(self.config.reorder) {
            arrives += self.config.reorder_by;
        } else {
            arrives = arrives.max(self.last_arrival);
            self.last_arrival = arrives;
        }
        let arrival = Arrival {
            at: arrives + envelope.further,
            waited: at.saturating_sub(came),
            size: envelope.size,
            ecn: envelope.ecn,
            packet,
        };
        if self.rng.chance(self.config.duplicate) {
            self.counters.duplicated += 1;
            self.fly(arrival.clone());
        }
        self.fly(arrival);
    }

    fn fly(&mut self, arrival: Arrival<T>) {
        self.order += 1;
        self.in_flight.push(InFlight { order: self.order, arrival });
    }
}
