//! When what arrived is shown or heard: a buffer as long as most of what came lately needed.

use std::collections::VecDeque;
use std::time::Duration;

/// So many in a row that are too late: the way is longer now.
const LONGER: usize = 25;
/// More than this above the least is not waited for.
const LONGEST: Duration = Duration::from_millis(400);

/// What is played longer than it is, to wait longer.
const STRETCH: f64 = 0.1;

/// From capture to playing, as it adapts.
#[derive(Debug)]
pub struct Playout {
    /// From capture to completeness, newest last.
    delays: VecDeque<Duration>,
    kept: usize,
    percentile: f64,
    delay: Duration,
    /// Above the least, at least this is waited for.
    depth: Duration,
    /// What is played together with this takes so long.
    beside: Duration,
    /// In a row, too late.
    strays: usize,
}

impl Playout {
    /// Over so many of the last, this share of which comes in time.
    pub fn new(kept: usize, percentile: f64) -> Self {
        Self {
            delays: VecDeque::new(),
            kept,
            percentile,
            delay: Duration::ZERO,
            depth: Duration::ZERO,
            beside: Duration::ZERO,
            strays: 0,
        }
    }

    /// Waits for at least this from now on, beyond the least: sound is stretched for it by [`STRETCH`], as a browser does, so that nobody hears it.
    pub fn deepen(&mut self, wanted: Duration, played: Duration) {
        self.depth = wanted.min(self.depth + played.mul_f64(STRETCH));
    }

    /// Waits for what it is played together with, as a browser's picture does for its sound.
    pub fn wait_for(&mut self, other: &Self, played: Duration) {
        self.beside = other.delay.min(self.beside.max(self.delay) + played.mul_f64(STRETCH));
    }

    /// Something was captured and came; when it plays, or nothing if its time is over by more than what is waited for.
    pub fn came(&mut self, captured: Duration, at: Duration) -> Option<Duration> {
        let took = at.saturating_sub(captured);
        let least = self.delays.iter().min().copied().unwrap_or(took);
        if took > least + LONGEST {
            self.strays += 1;
            if self.strays < LONGER {
                return None;
            }
            self.delays.clear();
        }
        self.strays = 0;
        let late = !self.delays.is_empty() && took > self.delay;
        if self.delays.len() == self.kept {
            self.delays.pop_front();
        }
        self.delays.push_back(took);
        let mut sorted: Vec<Duration> = self.delays.iter().copied().collect();
        sorted.sort_unstable();
        let index = ((sorted.len() as f64 * self.percentile) as usize).min(sorted.len() - 1);
        self.delay = sorted[index].max(sorted[0] + self.depth).max(self.beside).min(sorted[0] + LONGEST);
        Some(if late { at } else { captured + self.delay.max(took) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_as_long_as_most_need_and_not_longer_than_it_may() {
        let ms = Duration::from_millis;
        let mut playout = Playout::new(50, 0.9);
        for number in 0..100 {
            let delay = if number % 4 == 3 { 90 } else { 50 };
            playout.came(ms(number * 20), ms(number * 20 + delay));
        }
        assert_eq!(playout.came(ms(2000), ms(2050)), Some(ms(2090)), "with those that take longer");
        assert_eq!(playout.came(ms(2020), ms(2220)), Some(ms(2220)), "late, but not too late");
        assert_eq!(playout.came(ms(2040), ms(2500)), None, "too late");
        let longer: Vec<bool> = (103..140).map(|n| playout.came(ms(n * 20), ms(n * 20 + 700)).is_some()).collect();
        assert!(!longer[20] && longer[30], "until it is clear that the way is longer now");
    }
}
