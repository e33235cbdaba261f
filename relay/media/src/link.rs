//! Link quality in words, from what is measured.
//!
//! Poor: a tenth lost, or 800 ms round trip. Weak: 3 % lost, or 300 ms. A level gets worse at once and better only when three
//! ticks agree, so that the words on the screen do not flicker.

use std::time::{Duration, Instant};

use yunzhen_protocol::room::LinkLevel;

/// Ticks that must agree before a level improves.
const STEADY_TICKS: u8 = 3;
/// A report by the client counts for this long.
const REPORT_LIFE: Duration = Duration::from_secs(15);

/// The level of one measurement.
pub fn level(loss: f32, round_trip: Option<Duration>) -> LinkLevel {
    let round_trip = round_trip.unwrap_or_default();
    if loss >= 0.10 || round_trip >= Duration::from_millis(800) {
        LinkLevel::Poor
    } else if loss >= 0.03 || round_trip >= Duration::from_millis(300) {
        LinkLevel::Weak
    } else {
        LinkLevel::Good
    }
}

/// The level of one leg over time.
#[derive(Debug)]
pub struct LinkMonitor {
    shown: LinkLevel,
    better_for: u8,
    reported: Option<(Instant, LinkLevel)>,
    /// Worst of what was measured since the last tick.
    measured: LinkLevel,
    down: bool,
}

impl Default for LinkMonitor {
    fn default() -> Self {
        Self { shown: LinkLevel::Good, better_for: 0, reported: None, measured: LinkLevel::Good, down: false }
    }
}

impl LinkMonitor {
    /// What to show.
    pub const fn shown(&self) -> LinkLevel {
        if self.down { LinkLevel::Lost } else { self.shown }
    }

    /// The transport lost (`true`) or regained the other side.
    pub fn set_down(&mut self, down: bool) {
        self.down = down;
    }

    /// Whether the other side is lost.
    pub const fn is_down(&self) -> bool {
        self.down
    }

    /// The client says how well it receives.
    pub fn reported(&mut self, now: Instant, level: LinkLevel) {
        self.reported = Some((now, level));
    }

    /// Something was measured.
    pub fn measured(&mut self, level: LinkLevel) {
        self.measured = self.measured.max(level);
    }

    /// Once a second.
    pub fn tick(&mut self, now: Instant) {
        let reported = self
            .reported
            .filter(|(at, _)| now.saturating_duration_since(*at) < REPORT_LIFE)
            .map_or(LinkLevel::Good, |(_, level)| level.min(LinkLevel::Poor));
        let current = reported.max(std::mem::replace(&mut self.measured, LinkLevel::Good));
        if current >= self.shown {
            self.better_for = 0;
            self.shown = current;
        } else {
            self.better_for += 1;
            if self.better_for >= STEADY_TICKS {
                self.better_for = 0;
                self.shown = current;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_at_once_better_when_steady() {
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
        let now = Instant::now();
        let mut monitor = LinkMonitor::default();
        monitor.measured(level(0.2, None));
        monitor.tick(now);
        assert_eq!(monitor.shown(), LinkLevel::Poor);
        monitor.tick(now);
        monitor.tick(now);
        assert_eq!(monitor.shown(), LinkLevel::Poor);
        monitor.tick(now);
        assert_eq!(monitor.shown(), LinkLevel::Good);
        monitor.reported(now, LinkLevel::Weak);
        monitor.tick(now);
        assert_eq!(monitor.shown(), LinkLevel::Weak);
        monitor.set_down(true);
        assert_eq!(monitor.shown(), LinkLevel::Lost);
    }
}
