//! A link: two directions, the address of the one who moves, and what happens to both over time.
//!
//! *Up* is from who moves (a box, behind a radio) to who stays (the relay), *down* the other way.

use std::{collections::VecDeque, time::Duration};

use crate::path::{Arrival, Config, Envelope, Path};

/// Where who moves can be reached. Each change gives the next number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Address(pub u32);

/// Something that happens to a link.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The way up becomes this.
    Up(Config),
    /// The way down becomes this.
    Down(Config),
    /// The old address dies and what waits to be sent from it; after `blackout` a new one lives.
    Address {
        /// How long there is none: nothing can be sent meanwhile.
        blackout: Duration,
    },
}

/// What a link is like, and becomes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LinkConfig {
    /// From who moves.
    pub up: Config,
    /// To who moves.
    pub down: Config,
    /// In order.
    pub timeline: Vec<(Duration, Change)>,
}

/// What a link did besides what its directions did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkCounters {
    /// Sent while there was no address.
    pub unreachable: u64,
    /// Came for an address that had died.
    pub stale: u64,
}

/// Two directions.
#[derive(Debug)]
pub struct Link<T> {
    up: Path<(Address, T)>,
    down: Path<(Address, T)>,
    timeline: VecDeque<(Duration, Change)>,
    address: Address,
    /// From when on it lives.
    lives_from: Duration,
    counters: LinkCounters,
}

impl<T: Clone> Link<T> {
    /// A link whose every choice the seed determines.
    pub fn new(config: LinkConfig, seed: u64) -> Self {
        Self {
            up: Path::new(config.up, seed),
            down: Path::new(config.down, seed ^ 0x5bd1_e995_9d1b_54a5),
            timeline: config.timeline.into(),
            address: Address::default(),
            lives_from: Duration::ZERO,
            counters: LinkCounters::default(),
        }
    }

    /// The address of who moves; none during a blackout.
    pub fn address(&mut self, now: Duration) -> Option<Address> {
        self.advance(now);
        (self.lives_from <= now).then_some(self.address)
    }

    /// Sends up, from the address of now.
    pub fn send_up(&mut self, now: Duration, envelope: Envelope, packet: T) {
        match self.address(now) {
            Some(address) => self.up.put(now, envelope, (address, packet)),
            None => self.counters.unreachable += 1,
        }
    }

    /// Sends down to an address.
    pub fn send_down(&mut self, now: Duration, to: Address, envelope: Envelope, packet: T) {
        self.advance(now);
        self.down.put(now, envelope, (to, packet));
    }

    /// What has come up, with the address it came from.
    pub fn poll_up(&mut self, now: Duration) -> Option<Arrival<(Address, T)>> {
        self.advance(now);
        self.up.poll_arrival(now)
    }

    /// What has come down for the address that lives.
    pub fn poll_down(&mut self, now: Duration) -> Option<Arrival<T>> {
        let address = self.address(now);
        loop {
            let Arrival { at, waited, size, ecn, packet: (to, packet) } = self.down.poll_arrival(now)?;
            if Some(to) == address {
                return Some(Arrival { at, waited, size, ecn, packet });
            }
            self.counters.stale += 1;
        }
    }

    /// When something happens next by itself. Poll both directions then.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let change = self.timeline.front().map(|(at, _)| *at);
        [self.up.poll_timeout(), self.down.poll_timeout(), change].into_iter().flatten().min()
    }

    /// Makes something happen that is on no timeline.
    pub fn change(&mut self, now: Duration, change: Change) {
        self.advance(now);
        self.apply(now, change);
    }

    /// The way up.
    pub const fn up(&mut self) -> &mut Path<(Address, T)> {
        &mut self.up
    }

    /// The way down.
    pub const fn down(&mut self) -> &mut Path<(Address, T)> {
        &mut self.down
    }

    /// What became of packets besides what the directions count.
    pub const fn counters(&self) -> LinkCounters {
        self.counters
    }

    fn advance(&mut self, now: Duration) {
        while self.timeline.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((at, change)) = self.timeline.pop_front() {
                self.apply(at, change);
            }
        }
    }

    fn apply(&mut self, at: Duration, change: Change) {
        self.up.advance(at);
        self.down.advance(at);
        match change {
            Change::Up(config) => self.up.reconfigure(config),
            Change::Down(config) => self.down.reconfigure(config),
            Change::Address { blackout } => {
                self.up.flush(at);
                self.address.0 += 1;
                self.lives_from = at + blackout;
            }
        }
    }
}
