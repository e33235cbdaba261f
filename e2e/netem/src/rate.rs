//! How fast the bottleneck is, over time.

use std::time::Duration;

use crate::trace::Trace;

/// How fast the bottleneck is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Rate {
    /// No bottleneck.
    #[default]
    Unlimited,
    /// Always the same.
    BitsPerSecond(u64),
    /// From each time on this many bits per second; ascending. Before the first time, the first.
    Steps(Vec<(Duration, u64)>),
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

impl Rate {
    /// Bits that can leave from `from` to `to`; none for an unlimited rate, where the question has no answer.
    pub fn capacity_bits(&self, outages: &[Outage], from: Duration, to: Duration) -> Option<f64> {
        match self {
            Self::Unlimited => None,
            Self::Trace(trace) => {
                let (first, end) = (trace.first_at(from), trace.first_at(to));
                let open = (first..end).filter(|number| {
                    let at = trace.opportunity(*number);
                    after_outages(outages, at) == at
                });
                Some(open.count() as f64 * Trace::BYTES as f64 * 8.0)
            }
            Self::BitsPerSecond(_) | Self::Steps(_) => {
                let (mut at, mut bits) = (from, 0.0);
                while at < to {
                    let until = self.next_change(outages, at).map_or(to, |next| next.min(to));
                    if after_outages(outages, at) == at {
                        bits += self.constant_at(at) as f64 * (until - at).as_secs_f64();
                    }
                    at = until;
                }
                Some(bits)
            }
        }
    }

    /// The rate in force, where it is one of a schedule.
    fn constant_at(&self, at: Duration) -> u64 {
        match self {
            Self::BitsPerSecond(rate) => *rate,
            Self::Steps(steps) => {
                let index = steps.partition_point(|(from, _)| *from <= at);
                steps.get(index.saturating_sub(1)).map_or(0, |(_, rate)| *rate)
            }
            Self::Unlimited | Self::Trace(_) => 0,
        }
    }

    /// When it changes next after `at`, by schedule or outage.
    fn next_change(&self, outages: &[Outage], at: Duration) -> Option<Duration> {
        let step = match self {
            Self::Steps(steps) => steps.get(steps.partition_point(|(from, _)| *from <= at)).map(|(from, _)| *from),
            _ => None,
        };
        let outage = outages.iter().flat_map(|outage| [outage.from, outage.to]).filter(|edge| *edge > at).min();
        [step, outage].into_iter().flatten().min()
    }
}

/// The bottleneck as it serves one packet after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Server {
    /// The next opportunity of a trace.
    opportunity: u64,
    /// Bytes that the last opportunity has left, and when it was: what waits already may use them.
    spare: (Duration, usize),
}

impl Server {
    /// When the last of `size` bytes leaves that begin at `begin`; never, if the rate stays at 0.
    pub(crate) fn leaves_at(
        &mut self,
        rate: &Rate,
        outages: &[Outage],
        begin: Duration,
        size: usize,
    ) -> Option<Duration> {
        match rate {
            Rate::Unlimited => Some(after_outages(outages, begin)),
            Rate::BitsPerSecond(_) | Rate::Steps(_) => {
                let (mut at, mut bits) = (begin, size as f64 * 8.0);
                loop {
                    at = after_outages(outages, at);
                    let now = rate.constant_at(at) as f64;
                    let until = rate.next_change(outages, at);
                    if now > 0.0 {
                        let end = at + Duration::from_secs_f64(bits / now);
                        if until.is_none_or(|until| end < until) {
                            return Some(end);
                        }
                    }
                    let until = until?;
                    bits = (bits - now * (until - at).as_secs_f64()).max(0.0);
                    at = until;
                }
            }
            Rate::Trace(trace) => {
                let mut left = size;
                if self.spare.0 == begin {
                    let used = left.min(self.spare.1);
                    left -= used;
                    self.spare.1 -= used;
                    if left == 0 {
                        return Some(begin);
                    }
                }
                loop {
                    let number = self.opportunity.max(trace.first_at(begin));
                    self.opportunity = number + 1;
                    let at = trace.opportunity(number);
                    if after_outages(outages, at) != at {
                        continue;
                    }
                    if left <= Trace::BYTES {
                        self.spare = (at.max(begin), Trace::BYTES - left);
                        return Some(at.max(begin));
                    }
                    left -= Trace::BYTES;
                }
            }
        }
    }
}

pub(crate) fn after_outages(outages: &[Outage], at: Duration) -> Duration {
    outages.iter().find(|outage| (outage.from..outage.to).contains(&at)).map_or(at, |outage| outage.to)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn a_packet_in_service_meets_the_next_step_and_waits_through_an_outage() {
        let rate = Rate::Steps(vec![(Duration::ZERO, 8000), (S, 16_000)]);
        let at = |outages: &[Outage], begin, size| Server::default().leaves_at(&rate, outages, begin, size);
        assert_eq!(at(&[], Duration::ZERO, 500), Some(S / 2));
        assert_eq!(at(&[], Duration::ZERO, 2000), Some(S + S / 2));
        assert_eq!(at(&[Outage { from: S / 2, to: 3 * S }], Duration::ZERO, 1000), Some(3 * S + S / 4));
        let never = Rate::Steps(vec![(Duration::ZERO, 8000), (S, 0)]);
        assert_eq!(Server::default().leaves_at(&never, &[], Duration::ZERO, 2000), None);
    }

    #[test]
    fn small_packets_that_wait_share_an_opportunity() {
        let trace = Rate::Trace(Trace::parse("10\n20\n").expect("trace"));
        let mut server = Server::default();
        let mut leaves = |begin: u64, size| {
            server.leaves_at(&trace, &[], Duration::from_millis(begin), size).expect("leaves").as_millis()
        };
        assert_eq!([leaves(0, 700), leaves(10, 700), leaves(10, 700), leaves(25, 100)], [10, 10, 20, 30]);
        assert_eq!(leaves(30, 3000), 50, "what the opportunity at 30 has left counts");
    }

    #[test]
    fn capacity_is_what_could_leave() {
        let rate = Rate::Steps(vec![(Duration::ZERO, 1000), (10 * S, 2000)]);
        let outage = Outage { from: 5 * S, to: 6 * S };
        assert_eq!(rate.capacity_bits(&[outage], 4 * S, 12 * S), Some(5000.0 + 4000.0));
        let trace = Rate::Trace(Trace::parse("10\n20\n").expect("trace"));
        assert_eq!(trace.capacity_bits(&[], Duration::ZERO, S), Some(12_000.0 * 99.0));
        assert_eq!(Rate::Unlimited.capacity_bits(&[], S, 2 * S), None);
    }
}
