//! One direction of a network path, in virtual time: rate, queue, delay, jitter, loss, reordering, duplication, outage.
//!
//! Sans-IO and seeded: the same seed and the same sends give the same arrivals. Time is a [`Duration`] since the path was made; who drives
//! it (a test's loop, a UDP proxy) decides what that means. Use two for two directions.
//!
//! A packet meets, in this order: random loss, the drop-tail queue of the bottleneck, its rate and outages, then delay with jitter,
//! reordering and duplication. Not here: congestion control, sockets.

mod loss;
mod path;
mod rng;
mod trace;

pub use loss::{Burst, Loss};
pub use path::{Config, Counters, Outage, Path, Rate};
pub use rng::Rng;
pub use trace::{Trace, TraceError};

#[doc(no_inline)]
pub use std::time::Duration;
