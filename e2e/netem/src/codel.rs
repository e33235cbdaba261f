//! CoDel (RFC 8289): drops, or marks, at the head of the queue once packets have waited longer than the target for an interval, and then ever more often
//! until they do not. The queue itself is the path's.

use std::time::Duration;

/// Its two constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoDel {
    /// A standing queue below this is fine.
    pub target: Duration,
    /// How long it may stand above; about the longest round trip.
    pub interval: Duration,
}

impl Default for CoDel {
    /// As section 4.2 and 4.3 recommend.
    fn default() -> Self {
        Self { target: Duration::from_millis(5), interval: Duration::from_millis(100) }
    }
}

/// What becomes of a packet that comes to the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// Dropped, or marked where that is possible.
    Congested,
}

/// The state of the control loop.
#[derive(Debug, Clone, Default)]
pub(crate) struct CoDelState {
    /// From when on packets have been late for a whole interval.
    first_above: Option<Duration>,
    dropping: bool,
    next_drop: Duration,
    count: u32,
    /// `count` when this dropping began.
    last_count: u32,
}

impl CoDelState {
    /// Judges the packet at the head, which has waited `sojourn`; `left` bytes wait behind it.
    ///
    /// Asked again at the same time after a drop, and not after a mark: that packet leaves.
    pub(crate) fn judge(&mut self, codel: CoDel, now: Duration, sojourn: Duration, left: usize) -> Verdict {
        let ok_to_drop = self.is_late_for_an_interval(codel, now, sojourn, left);
        if self.dropping {
            if !ok_to_drop {
                self.dropping = false;
                return Verdict::Pass;
            }
            if now < self.next_drop {
                return Verdict::Pass;
            }
            self.count += 1;
            self.next_drop = control_law(codel, self.next_drop, self.count);
            return Verdict::Congested;
        }
        if !ok_to_drop {
            return Verdict::Pass;
        }
        self.dropping = true;
        // What sufficed a short while ago is taken up again, rather than searched for anew.
        let before = self.count.saturating_sub(self.last_count);
        let recent = now.saturating_sub(self.next_drop) < 16 * codel.interval;
        self.count = if before > 1 && recent { before } else { 1 };
        self.last_count = self.count;
        self.next_drop = control_law(codel, now, self.count);
        Verdict::Congested
    }

    fn is_late_for_an_interval(&mut self, codel: CoDel, now: Duration, sojourn: Duration, left: usize) -> bool {
        // Below one full packet, waiting comes from the link's slowness and not from a queue.
        if sojourn < codel.target || left <= 1500 {
            self.first_above = None;
            return false;
        }
        now >= *self.first_above.get_or_insert(now + codel.interval)
    }
}

fn control_law(codel: CoDel, from: Duration, count: u32) -> Duration {
    from + codel.interval.div_f64(f64::from(count.max(1)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Judges one packet each millisecond; the times of drops.
    fn drops(late: impl Fn(u32) -> bool, until: u32) -> Vec<u32> {
        let mut state = CoDelState::default();
        (0..until)
            .filter(|ms| {
                let sojourn = if late(*ms) { 50 * MS } else { MS };
                state.judge(CoDel::default(), MS * *ms, sojourn, 100_000) == Verdict::Congested
            })
            .collect()
    }

    #[test]
    fn drops_follow_the_square_root_law() {
        let drops = drops(|_| true, 500);
        assert_eq!(drops[0], 100, "an interval of lateness first");
        // 100, + 100, + 100/√2, + 100/√3 …
        assert_eq!(drops[..5], [100, 200, 271, 329, 379]);
    }

    #[test]
    fn one_packet_in_time_ends_it_and_a_soon_return_takes_up_where_it_was() {
        let drops = drops(|ms| ms != 600, 800);
        let again = drops.iter().position(|ms| *ms > 600).expect("drops again");
        assert_eq!(drops[again], 701, "an interval of lateness again");
        assert!(drops[again + 1] - drops[again] < 50, "and at the pace that sufficed: {drops:?}");
    }

    #[test]
    fn nothing_is_dropped_from_a_queue_of_one_packet() {
        let mut state = CoDelState::default();
        for ms in 0..1000 {
            assert_eq!(state.judge(CoDel::default(), MS * ms, 80 * MS, 1200), Verdict::Pass);
        }
    }
}
