//! One direction of a network path, or a link of two, in virtual time: rate, queue, delay, jitter, loss, reordering, duplication, outage, address change.
//!
//! Sans-IO and seeded: the same seed and the same sends give the same arrivals. Time is a [`Duration`] since the path was made; who drives
//! it (a test's loop, the UDP proxy of the feature `proxy`) decides what that means.
//!
//! A packet meets, in this order: the queue of the bottleneck (drop-tail or CoDel), its rate and outages, random loss on the air, then delay with jitter,
//! reordering and duplication. Several flows may share a [`Path`]: packets carry whose they are. [`cases`] names links that everybody measures on,
//! [`tcp`] is what they compete with. Not here: congestion control of media.

pub mod cases;
mod codel;
mod ecn;
mod link;
mod loss;
mod path;
#[cfg(feature = "proxy")]
pub mod proxy;
pub mod radio;
mod rate;
mod rng;
pub mod tcp;
mod trace;

pub use codel::CoDel;
pub use ecn::Ecn;
pub use link::{Address, Change, Link, LinkConfig, LinkCounters};
pub use loss::{Burst, Loss};
pub use path::{Arrival, Config, Counters, Discipline, Envelope, Path};
pub use rate::{Outage, Rate};
pub use rng::Rng;
pub use trace::{Trace, TraceError};

#[doc(no_inline)]
pub use std::time::Duration;
