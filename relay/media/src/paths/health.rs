//! Whether a path is alive. While packets leave, the far end tells of arrivals every 30 ms; a path of which nothing is told any more is dead long before its
//! connection is given up.

use std::time::Duration;

/// While packets leave without a pause, a path that is not heard of for so long is dead: seven reports.
pub const UNHEARD: Duration = Duration::from_millis(250);
/// Three reports late: not dead, and not sure to be alive.
const DOUBT: Duration = Duration::from_millis(90);
/// After a pause this long the first report takes a round trip.
const PAUSE: Duration = Duration::from_millis(200);

/// See the module. Time is any clock that goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Health {
    sent: Option<Duration>,
    /// When the first packet left that nothing was told after, and how long is waited for that.
    awaited: Option<(Duration, Duration)>,
    /// Since when it is heard of.
    alive_since: Option<Duration>,
    dead: bool,
}

impl Health {
    /// A packet leaves.
    pub fn sent(&mut self, now: Duration, round_trip: Duration) {
        let paused = self.alive_since.is_none() || self.sent.is_none_or(|sent| now.saturating_sub(sent) >= PAUSE);
        self.sent = Some(now);
        let patience = if paused { UNHEARD + round_trip.mul_f64(1.5) } else { UNHEARD };
        self.awaited.get_or_insert((now, patience));
    }

    /// The far end told of arrivals.
    pub fn heard(&mut self, now: Duration) {
        self.awaited = None;
        if self.alive_since.is_none() || std::mem::take(&mut self.dead) {
            self.alive_since = Some(now);
        }
    }

    /// Looks at the time; `true` once, when the path has died.
    pub fn look(&mut self, now: Duration) -> bool {
        let late = self.awaited.is_some_and(|(since, patience)| now.saturating_sub(since) > patience);
        late && self.alive_since.is_some() && !std::mem::replace(&mut self.dead, true)
    }

    /// Reports are late: what waits may soon go by another path.
    pub fn is_doubtful(&self, now: Duration) -> bool {
        self.dead || self.awaited.is_some_and(|(since, _)| now.saturating_sub(since) > DOUBT)
    }

    /// Since when it is alive; `None`: it is dead, or was never heard of.
    pub fn alive_since(&self) -> Option<Duration> {
        self.alive_since.filter(|_| !self.dead)
    }

    /// When [`Self::look`] may say so.
    pub fn due(&self) -> Option<Duration> {
        self.awaited.filter(|_| self.alive_since.is_some() && !self.dead).map(|(since, patience)| since + patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }
    const LONG: Duration = ms(500);

    #[test]
    fn a_path_is_dead_when_reports_cease_and_alive_with_the_next() {
        let mut health = Health::default();
        for at in (0..1000).step_by(20) {
            health.sent(ms(at), LONG);
            if at >= 500 {
                health.heard(ms(at + 1));
            }
            assert!(!health.look(ms(at)), "{at}");
        }
        assert_eq!(health.alive_since(), Some(ms(501)));
        let died = (1000..2000).step_by(20).find(|at| {
            health.sent(ms(*at), LONG);
            health.look(ms(*at))
        });
        assert_eq!((died, health.alive_since(), health.due()), (Some(1260), None, None));
        assert!(!health.look(ms(2500)), "told once");
        assert!(health.is_doubtful(ms(2500)));
        health.heard(ms(3000));
        assert!(!health.is_doubtful(ms(3000)));
        assert_eq!(health.alive_since(), Some(ms(3000)));
    }

    /// A home that is muted and hidden sends nothing; its first packet is told of after a round trip.
    #[test]
    fn a_pause_is_no_death_and_neither_is_the_round_trip_after_it() {
        let mut health = Health::default();
        health.sent(ms(0), LONG);
        health.heard(ms(510));
        assert!(!health.look(ms(60_000)));
        health.sent(ms(60_000), LONG);
        assert!(!health.look(ms(60_900)));
        health.heard(ms(60_900));
        assert!(!health.look(ms(62_000)));
    }

    #[test]
    fn a_path_that_was_never_heard_of_is_not_alive_and_cannot_die() {
        let mut health = Health::default();
        health.sent(ms(0), ms(50));
        assert!(!health.look(ms(9000)));
        assert_eq!((health.alive_since(), health.due()), (None, None));
    }
}
