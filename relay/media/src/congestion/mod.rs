//! How fast the box may send, and how fast the relay may send to it: from when each packet arrived, as the far end reports it (RFC 8888).
//!
//! Sans-IO: a [`Controller`] is told what was sent and what the far end reports, and answers with a rate, a pace and how much may be under
//! way. Time is a [`Duration`] since the controller was made; arrival times are on the far end's own clock, of which only differences count.
//! Bytes are those on the wire, headers of all layers included: at 150 kbit/s the headers of sound alone are a sixth of the link.
//!
//! | module | what |
//! |---|---|
//! | [`arrivals`] | the far end: when packets arrived, as it reports it |
//! | [`clocked`] | the controller that both use (compared in docs/congestion-control.md) |
//! | [`sent`] | what was sent by the names that a report uses, and which reports can be true |
//! | [`history`] | what was sent and is not yet told of; bounded |
//! | [`path`] | queueing delay, the rate at which a full queue empties, what arrives in all |
//! | [`losses`] | loss that our own rate causes, told from loss that the radio has at any rate |
//! | [`pacer`] | when the next packet may leave |
//! | [`takes`] | what sound and repairs take of the rate |
//!
//! Not here: what is encoded and what is dropped (the box's outbox, [`crate::downlink`]), the bytes of a report (`yunzhen_protocol::rtcp`).

pub mod arrivals;
pub mod clocked;
pub mod history;
pub mod losses;
pub mod pacer;
pub mod path;
pub mod sent;
pub mod takes;
pub mod unsteady;

pub use clocked::Clocked;

use std::time::Duration;

/// How often the relay reports.
pub const REPORT_INTERVAL: Duration = Duration::from_millis(30);

/// How often a box reports where its way up has room: that takes 15 to 18 kbit/s of it.
pub const BOX_REPORT_INTERVAL: Duration = Duration::from_millis(60);

/// So rarely where it has not. An older relay takes 300 ms without a report for an outage, and one that is lost must not be that.
pub const BOX_REPORT_MOST: Duration = Duration::from_millis(120);

/// The source under which arrivals of parities are told.
pub const PARITIES: u32 = 0;

/// What the far end says of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// As given to [`Controller::sent`].
    pub number: u64,
    /// When it arrived, on the far end's clock; `None` when it had not by then.
    pub arrived: Option<Duration>,
    /// A router on the way said that its queue grows (ECN).
    pub ce: bool,
}

/// Bounds of the whole rate, sound and headers included, and how often the far end reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Never below: sound alone needs it.
    pub min_bps: u32,
    /// Where a call begins.
    pub start_bps: u32,
    /// Never above.
    pub max_bps: u32,
    /// From one report to the next: so much longer nothing is known of a packet.
    pub reports: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { min_bps: 80_000, start_bps: 500_000, max_bps: 3_000_000, reports: REPORT_INTERVAL }
    }
}

/// Decides a sending rate. Order for a driver: [`Self::sent`] for each packet, in the order of numbers without a gap; [`Self::feedback`] when a
/// report came; [`Self::poll`] some ten times a second; then read the rest.
pub trait Controller: Send {
    /// A packet of so many bytes left.
    fn sent(&mut self, now: Duration, number: u64, bytes: usize);
    /// A report came: of each packet at least once, repeats allowed. Numbers that were never sent are ignored.
    fn feedback(&mut self, now: Duration, reports: &[Report]);
    /// The path is another one, or the far end's clock is: what was known of delay is void, the former rate is remembered.
    fn new_path(&mut self);
    /// Time passed.
    fn poll(&mut self, now: Duration);
    /// What encoders may produce in all, bits per second.
    fn target_bps(&self) -> u32;
    /// What the path takes in the long run, as far as is known: [`Self::target_bps`] without what is held back for a moment.
    fn sustained_bps(&self) -> u32;
    /// How fast packets may leave, bits per second.
    fn pacing_bps(&self) -> u32;
    /// Bytes that may be under way at once, as far as is known; sound does not ask.
    fn window_bytes(&self) -> usize;
    /// Of these, what may leave now before something is reported.
    fn room_bytes(&self) -> usize;
}
