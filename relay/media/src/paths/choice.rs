//! Which path carries the picture. A path that dies loses it at once; one that is only worse loses it when another has been clearly better for a while, so that
//! two paths of about the same worth do not pass it to and fro.

use std::time::Duration;

/// A path is taken into account when it has been alive for so long; when the one in use dies, any that is alive will do.
const STEADY: Duration = Duration::from_secs(3);
/// Another path is better for so long before it gets the picture.
const BETTER: Duration = Duration::from_secs(2);
/// After a move there is none to a better path for so long: the rate of the new one has to be found first.
const HOLD: Duration = Duration::from_secs(10);
/// By so much better.
const MARGIN: f64 = 1.5;
/// Bits per second that a path of which nothing is known is taken for.
pub const UNKNOWN_BPS: u32 = 600_000;
/// What more is of no use to anybody: a path is not better for it.
const ENOUGH_BPS: u32 = 1_500_000;
/// Half as good is what takes so much longer.
const FAR: Duration = Duration::from_millis(400);

/// What is known of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Its number, in the order of the configuration: of equal ones the first is taken.
    pub path: u64,
    /// See [`super::Health::alive_since`].
    pub alive_since: Option<Duration>,
    /// What it carries, bits per second, where that is known.
    pub rate_bps: Option<u32>,
    /// Round trip.
    pub round_trip: Duration,
    /// Share of packets lost, 0–1.
    pub loss: f64,
}

impl View {
    fn worth(&self) -> f64 {
        let rate = f64::from(self.rate_bps.unwrap_or(UNKNOWN_BPS).min(ENOUGH_BPS));
        let near = 1.0 / (1.0 + self.round_trip.as_secs_f64() / FAR.as_secs_f64());
        // A tenth lost costs about a third of what is seen, whatever is done about it.
        rate * near * (1.0 - (3.0 * self.loss).clamp(0.0, 0.9))
    }
}

/// Why the picture moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nothing was sent yet.
    First,
    /// The path is dead or gone: what was under way is lost.
    Died,
    /// Another is better.
    Better,
}

impl Why {
    /// For counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Died => "died",
            Self::Better => "better",
        }
    }
}

/// The picture moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Where it was.
    pub from: Option<u64>,
    /// Where it goes on.
    pub to: u64,
    /// Why.
    pub why: Why,
}

/// See the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice {
    current: Option<u64>,
    moved: Option<Duration>,
    better: Option<(u64, Duration)>,
}

impl Choice {
    /// The picture begins on this path, until it is looked at.
    pub const fn on(path: u64) -> Self {
        Self { current: Some(path), moved: None, better: None }
    }

    /// The path that carries the picture.
    pub const fn current(&self) -> Option<u64> {
        self.current
    }

    /// Looks at all paths that have a connection. Where none is alive the picture stays, or goes to the first: nothing better is known.
    pub fn look(&mut self, now: Duration, paths: &[View]) -> Option<Moved> {
        let current = self.current.and_then(|current| paths.iter().find(|view| view.path == current));
        let Some(current) = current.filter(|view| view.alive_since.is_some()) else {
            let alive = best(paths.iter().filter(|view| view.alive_since.is_some()));
            let next = match (alive, current) {
                (Some(alive), _) => alive,
                (None, Some(_)) => return None,
                (None, None) => paths.iter().min_by_key(|view| view.path)?,
            };
            let why = if self.current.is_some() { Why::Died } else { Why::First };
            return Some(self.moves(now, next.path, why));
        };
        let steady =
            |view: &&View| view.path != current.path && view.alive_since.is_some_and(|since| now >= since + STEADY);
        let better = best(paths.iter().filter(steady)).filter(|view| view.worth() > MARGIN * current.worth());
        let Some(better) = better else {
            self.better = None;
            return None;
        };
        let since = match self.better {
            Some((path, since)) if path == better.path => since,
            Some(_) | None => {
                self.better = Some((better.path, now));
                now
            }
        };
        let held = self.moved.is_some_and(|moved| now < moved + HOLD);
        (!held && now >= since + BETTER).then(|| self.moves(now, better.path, Why::Better))
    }

    fn moves(&mut self, now: Duration, to: u64, why: Why) -> Moved {
        let from = self.current.replace(to);
        self.better = None;
        if why != Why::First {
            self.moved = Some(now);
        }
        Moved { from, to, why }
    }
}

/// The one that is worth most; of equal ones the first of the configuration.
fn best<'v>(views: impl Iterator<Item = &'v View>) -> Option<&'v View> {
    views.max_by(|a, b| a.worth().total_cmp(&b.worth()).then(b.path.cmp(&a.path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }
    fn view(path: u64, alive: bool, kbps: Option<u32>) -> View {
        let (alive_since, rate_bps) = (alive.then_some(Duration::ZERO), kbps.map(|kbps| kbps * 1000));
        View { path, alive_since, rate_bps, round_trip: Duration::from_millis(60), loss: 0.0 }
    }
    fn moved(from: Option<u64>, to: u64, why: Why) -> Option<Moved> {
        Some(Moved { from, to, why })
    }

    #[test]
    fn a_dead_path_loses_the_picture_at_once_and_does_not_get_it_back_by_being_as_good() {
        let mut choice = Choice::default();
        assert_eq!(choice.look(s(0), &[]), None);
        assert_eq!(choice.look(s(0), &[view(0, false, None), view(1, false, None)]), moved(None, 0, Why::First));
        let both = [view(0, true, Some(1500)), view(1, true, None)];
        assert_eq!(choice.look(s(1), &both), None);
        assert_eq!(choice.look(s(2), &[view(0, false, Some(1500)), both[1]]), moved(Some(0), 1, Why::Died));
        for at in 3..60 {
            let equal = [view(0, true, Some(1500)), view(1, true, Some(1400))];
            assert_eq!(choice.look(s(at), &equal), None);
        }
        assert_eq!(choice.look(s(60), &[both[0]]), moved(Some(1), 0, Why::Died), "the connection is gone");
        assert_eq!(choice.look(s(61), &[view(0, false, None)]), None, "nothing else is there");
    }

    #[test]
    fn a_path_that_stays_clearly_better_gets_the_picture_and_a_moment_changes_nothing() {
        let mut choice = Choice::default();
        let narrow = [view(0, true, Some(300)), view(1, true, None)];
        let wide = [view(0, true, Some(1000)), view(1, true, None)];
        choice.look(s(10), &narrow);
        assert_eq!(choice.current(), Some(1), "the better one from the start");
        let mut choice = Choice::on(0);
        assert_eq!(choice.look(s(10), &narrow), None);
        assert_eq!(choice.look(s(11), &wide), None);
        assert_eq!(choice.look(s(12), &narrow), None);
        assert_eq!(choice.look(s(13), &narrow), None);
        assert_eq!(choice.look(s(14), &narrow), moved(Some(0), 1, Why::Better));
        // The other is found to be worse: back, but not before its rate is known.
        let worse = [view(0, true, Some(300)), view(1, true, Some(100))];
        let back = (15..40).find_map(|at| choice.look(s(at), &worse).map(|moved| (at, moved.to)));
        assert_eq!(back, Some((24, 0)));
    }

    #[test]
    fn loss_and_a_long_way_count() {
        let near = view(0, true, None);
        let far = View { round_trip: Duration::from_millis(600), ..view(1, true, None) };
        let lossy = View { loss: 0.15, ..view(2, true, None) };
        assert_eq!(best([far, lossy, near].iter()).map(|view| view.path), Some(0));
    }

    proptest! {
        /// Whatever is seen, the picture is on a path that is there, on a living one if there is one, and moves to a better one at most every ten seconds.
        #[test]
        fn is_always_somewhere_sensible(
            script in prop::collection::vec((prop::collection::vec((any::<bool>(), any::<bool>(), prop::option::of(10u32..3000), 0.0f64..1.0), 1..4), 20u64..700), 1..200)
        ) {
            let (mut choice, mut now, mut last) = (Choice::default(), Duration::ZERO, None::<Duration>);
            for (paths, step) in script {
                now += Duration::from_millis(step);
                let views: Vec<View> = paths.iter().enumerate().filter(|(_, path)| path.0)
                    .map(|(place, (_, alive, kbps, loss))| View { loss: *loss, ..view(place as u64, *alive, *kbps) }).collect();
                let moved = choice.look(now, &views);
                let Some(current) = choice.current() else { prop_assert!(views.is_empty()); continue };
                let held = views.iter().find(|view| view.path == current);
                prop_assert!(held.is_some() || views.is_empty());
                let any_alive = views.iter().any(|view| view.alive_since.is_some());
                prop_assert!(!any_alive || held.is_some_and(|view| view.alive_since.is_some()));
                if let Some(Moved { why: Why::Better, .. }) = moved {
                    prop_assert!(last.is_none_or(|last| now >= last + HOLD));
                }
                if moved.is_some_and(|moved| moved.why != Why::First) { last = Some(now); }
            }
        }
    }
}
