//! Links that everybody measures on, each under its name: those of RFC 8867 and RFC 8869, and our own.
//!
//! A case says what the network does and who sends over it when. How a sender behaves is the measurer's.

mod own;
mod rfc8867;
mod rfc8869;

use std::time::Duration;

use crate::{link::LinkConfig, path::Config, rate::Rate, tcp::Control};

const MS: Duration = Duration::from_millis(1);
const S: Duration = Duration::from_secs(1);

/// Which way a flow's data go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From who moves, the forward path of the RFCs.
    Up,
    /// The other way.
    Down,
}

/// When a flow sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Of its data; its feedback goes the other way.
    pub direction: Direction,
    /// Begins.
    pub start: Duration,
    /// Ends.
    pub end: Duration,
    /// Sends nothing from the one to the other.
    pub pause: Option<(Duration, Duration)>,
    /// How much longer its way is than the link's, in each direction.
    pub further: Duration,
}

impl Flow {
    /// Whether it sends at this time.
    pub fn is_on(&self, at: Duration) -> bool {
        (self.start..self.end).contains(&at) && !self.pause.is_some_and(|(from, to)| (from..to).contains(&at))
    }
}

/// What competes with the media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Traffic {
    /// One transfer without end.
    Long(Flow, Control),
    /// Short transfers between idle times.
    Short {
        /// When.
        flow: Flow,
        /// How.
        control: Control,
        /// Begins with a transfer.
        begins_on: bool,
    },
}

/// A named case with one seed's choices made.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// As in [`names`], or its maker's.
    pub name: String,
    /// How long.
    pub length: Duration,
    /// Mostly one; two where both are used at once.
    pub links: Vec<LinkConfig>,
    /// Media: each a picture with its sound.
    pub media: Vec<Flow>,
    /// What competes with them.
    pub traffic: Vec<Traffic>,
}

type Make = fn(&str, u64) -> Case;

/// Every case: its name, where it comes from, and how it is made.
const TABLE: &[(&str, &str, Make)] = &[
    ("8867-5.1-variable-50ms", "RFC 8867, 5.1, one-way delay 50 ms", rfc8867::variable_single),
    ("8867-5.1-variable-100ms", "RFC 8867, 5.1, one-way delay 100 ms", rfc8867::variable_single_far),
    ("8867-5.2-variable-two", "RFC 8867, 5.2", rfc8867::variable_multiple),
    ("8867-5.3-feedback", "RFC 8867, 5.3", rfc8867::congested_feedback),
    ("8867-5.4-competing", "RFC 8867, 5.4", rfc8867::competing),
    ("8867-5.5-round-trips", "RFC 8867, 5.5", rfc8867::round_trip_fairness),
    ("8867-5.6-long-tcp-300ms", "RFC 8867, 5.6, queue 300 ms", rfc8867::long_tcp),
    ("8867-5.6-long-tcp-1000ms", "RFC 8867, 5.6, queue 1000 ms", rfc8867::long_tcp_deep),
    ("8867-5.7-short-tcp", "RFC 8867, 5.7", rfc8867::short_tcp),
    ("8867-5.8-pause", "RFC 8867, 5.8", rfc8867::pause_and_resume),
    ("8869-3.1-load", "RFC 8869, 3.1", rfc8869::varying_load),
    ("8869-3.2-bad-coverage-3kmh", "RFC 8869, 3.2, on foot", rfc8869::bad_coverage_foot),
    ("8869-3.2-bad-coverage-30kmh", "RFC 8869, 3.2, in a village", rfc8869::bad_coverage_village),
    ("8869-3.2-bad-coverage-120kmh", "RFC 8869, 3.2, on a main road", rfc8869::bad_coverage_road),
    ("8869-4.1-wifi-wired", "RFC 8869, 4.1: Wi-Fi, bottleneck in the wire behind it", rfc8869::wifi_wired_bottleneck),
    (
        "8869-4.2-wifi-multi-rate",
        "RFC 8869, 4.2: Wi-Fi is the bottleneck, its modulation follows the signal",
        rfc8869::wifi_multi_rate,
    ),
    (
        "rural-morning",
        "our own: 0.3–5 Mbit/s that change tenfold within seconds, 3 % loss in bursts",
        own::rural_morning,
    ),
    ("handover", "our own: 5G, LTE, HSPA+, LTE, with new addresses", own::handover),
    ("tunnel-3s", "our own: nothing for 3 s, three times", own::tunnel),
    ("dual-one-dying", "our own: two links, the better dies", own::dual_one_dying),
    ("uplink-150k", "our own: 150 kbit/s, 2 % loss", own::uplink_150k),
    ("steady-1m", "our own: 1 Mbit/s, nothing happens", own::steady_1m),
    ("steady-3m", "our own: 3 Mbit/s, nothing happens", own::steady_3m),
    ("steady-3m-codel-ecn", "our own: 3 Mbit/s behind CoDel, which marks", own::steady_codel),
    ("lossy-10", "our own: 2 Mbit/s, 10 % loss in bursts", own::lossy),
];

/// Every name with its source, in the order of the table.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().map(|(name, source, _)| (*name, *source))
}

/// The case of this name with this seed's choices.
pub fn case(name: &str, seed: u64) -> Option<Case> {
    TABLE.iter().find(|(known, ..)| *known == name).map(|(name, _, make)| make(name, seed))
}

/// One picture up from beginning to end over a link.
pub fn one_up(name: &str, length: Duration, link: LinkConfig) -> Case {
    Case {
        name: name.to_owned(),
        length,
        links: vec![link],
        media: vec![up(Duration::ZERO, length)],
        traffic: Vec::new(),
    }
}

fn up(start: Duration, end: Duration) -> Flow {
    Flow { direction: Direction::Up, start, end, pause: None, further: Duration::ZERO }
}

/// Bytes that take this long at this rate.
fn queue(rate: u64, time: Duration) -> usize {
    (rate as f64 / 8.0 * time.as_secs_f64()) as usize
}

/// A steady path: rate, delay one way, a queue of this time.
fn steady(rate: u64, delay: Duration, queue_time: Duration) -> Config {
    Config { rate: Rate::BitsPerSecond(rate), queue_bytes: queue(rate, queue_time), delay, ..Config::default() }
}
