//! How much a link loses and in what runs, from the reports of arrivals.
//!
//! Two memories: a short one that sees loss begin within a second, a long one that keeps a rare burst in mind. The worse of the two counts. Whether a
//! packet was lost is decided once, when packets that were sent later have arrived.

use std::{collections::BTreeMap, time::Duration};

use crate::congestion::Report;

const SHORT: f64 = 1.5;
const LONG: f64 = 12.0;
/// A packet is lost when one that was sent this much later arrived.
const REORDER: u64 = 3;
/// So far behind the newest nothing is told any more.
const UNTOLD: u64 = 96;
/// Packets, faded, below which a share says nothing.
const LEAST: f64 = 25.0;

/// Packets that fade with time.
#[derive(Debug, Clone, Copy)]
struct Faded {
    memory: f64,
    arrived: f64,
    lost: f64,
    runs: f64,
}

impl Faded {
    const fn new(memory: f64) -> Self {
        Self { memory, arrived: 0.0, lost: 0.0, runs: 0.0 }
    }

    fn fade(&mut self, seconds: f64) {
        let left = (-seconds / self.memory).exp();
        for count in [&mut self.arrived, &mut self.lost, &mut self.runs] {
            *count *= left;
        }
    }

    fn share(&self) -> f64 {
        self.lost / (self.arrived + self.lost).max(LEAST)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Losses {
    short: Faded,
    long: Faded,
    at: Duration,
    /// What is told but not yet decided, by number: whether it arrived.
    told: BTreeMap<u64, bool>,
    /// Everything before is decided.
    next: u64,
    highest: u64,
    in_run: bool,
}

impl Default for Losses {
    fn default() -> Self {
        let (short, long) = (Faded::new(SHORT), Faded::new(LONG));
        Self { short, long, at: Duration::ZERO, told: BTreeMap::new(), next: 0, highest: 0, in_run: false }
    }
}

impl Losses {
    /// Takes a report; repeats are allowed.
    pub fn told(&mut self, now: Duration, reports: &[Report]) {
        let seconds = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.short.fade(seconds);
        self.long.fade(seconds);
        for report in reports.iter().filter(|report| report.number >= self.next) {
            let arrived = report.arrived.is_some();
            *self.told.entry(report.number).or_insert(arrived) |= arrived;
            if arrived {
                self.highest = self.highest.max(report.number);
            }
        }
        while let Some((number, arrived)) = self.told.first_key_value().map(|(number, arrived)| (*number, *arrived)) {
            let in_order = number == self.next || self.next == 0 || self.highest > self.next + UNTOLD;
            if !in_order || !(arrived || number + REORDER <= self.highest) {
                break;
            }
            self.told.pop_first();
            self.next = number + 1;
            self.decide(arrived);
        }
    }

    fn decide(&mut self, arrived: bool) {
        for faded in [&mut self.short, &mut self.long] {
            match arrived {
                true => faded.arrived += 1.0,
                false => {
                    faded.lost += 1.0;
                    faded.runs += if self.in_run { 0.0 } else { 1.0 };
                }
            }
        }
        self.in_run = !arrived;
    }

    /// The path is another one: what was told belongs to the former.
    pub fn new_path(&mut self) {
        let (next, highest) = (self.next, self.highest);
        *self = Self { at: self.at, next, highest, ..Self::default() };
    }

    /// Share lost, 0–1.
    pub fn share(&self) -> f64 {
        self.short.share().max(self.long.share())
    }

    /// Packets lost in a row, on average; 1 when nothing is known.
    pub fn run(&self) -> f64 {
        let mean = |faded: &Faded| if faded.runs > 0.05 { faded.lost / faded.runs } else { 1.0 };
        mean(&self.long).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn report(number: u64, arrived: bool) -> Report {
        Report { number, arrived: if arrived { Some(Duration::ZERO) } else { None }, ce: false }
    }

    /// Reports of 30 ms with five packets each, each repeated by the two after it, in which the numbers for which `lost` holds are missing.
    fn of(seconds: u64, lost: impl Fn(u64) -> bool) -> Losses {
        let mut losses = Losses::default();
        for number in 1..=seconds * 33 {
            let reports: Vec<Report> =
                ((number.saturating_sub(3)) * 5..number * 5).map(|packet| report(packet, !lost(packet))).collect();
            losses.told(Duration::from_millis(number * 30), &reports);
        }
        losses
    }

    #[test]
    fn tells_how_much_is_lost_and_in_what_runs() {
        let clean = of(20, |_| false);
        assert_eq!((clean.share(), clean.run()), (0.0, 1.0));
        let singles = of(20, |number| number % 50 == 7);
        assert!((singles.share() - 0.02).abs() < 0.008 && (singles.run() - 1.0).abs() < 0.01, "{singles:?}");
        let bursts = of(20, |number| number % 40 < 4);
        assert!((bursts.share() - 0.10).abs() < 0.03 && (bursts.run() - 4.0).abs() < 0.2, "{bursts:?}");
    }

    #[test]
    fn sees_loss_begin_within_a_second_and_forgets_it_slowly() {
        let begun = of(31, |number| number >= 30 * 165 && number % 10 == 0);
        assert!(begun.share() > 0.04, "{}", begun.share());
        let over = of(20, |number| number < 10 * 165 && number % 10 == 0);
        assert!((0.02..0.08).contains(&over.share()), "{}", over.share());
        let long_over = of(80, |number| number < 10 * 165 && number % 10 == 0);
        assert!(long_over.share() < 0.004, "{}", long_over.share());
    }

    /// A packet of one stream is told as missing only when a later one of the same stream came: numbers in between are told before.
    #[test]
    fn a_packet_that_is_told_of_late_counts() {
        let mut losses = Losses::default();
        for round in 0..200 {
            let all = [0, 1, 2, 4, 5].map(|number| report(10 * round + number, true));
            losses.told(Duration::from_millis(60 * round), &all);
            let late = [3, 6, 7, 8, 9].map(|number| report(10 * round + number, number != 3));
            losses.told(Duration::from_millis(60 * round + 30), &late);
        }
        assert!((losses.share() - 0.1).abs() < 0.02, "{losses:?}");
    }

    proptest! {
        #[test]
        fn any_reports_are_taken_and_little_is_kept(script in prop::collection::vec((0u64..3000, any::<bool>(), 0u64..50), 1..600)) {
            let (mut losses, mut now) = (Losses::default(), Duration::ZERO);
            for (number, arrived, step) in script {
                now += Duration::from_millis(step);
                losses.told(now, &[report(number, arrived), report(number + 1, !arrived)]);
                prop_assert!((0.0..=1.0).contains(&losses.share()) && losses.run() >= 1.0);
                prop_assert!(losses.told.len() <= 3002);
            }
        }
    }
}
