//! How many readings wait for a nurse, and which go when there are too many or when they are too old. Pure.
//!
//! The policy: at most [`LIMIT`] wait. A new reading is always taken; when there is no room the oldest reading of a stream goes
//! first (another follows within a minute), then the oldest of all. After [`KEPT`] a reading goes too: nobody remembers any more
//! whose arm the cuff was on, and a wrong chart is worse than a missing value. What goes is counted and shown.

use super::reading::Reading;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Readings that may wait: a round of a large home.
pub const LIMIT: usize = 60;
/// How long a reading may wait: a shift.
pub const KEPT: SignedDuration = SignedDuration::from_hours(12);
/// Decided readings remembered, so that a device that sends them again is recognised.
pub const REMEMBERED: usize = 500;

/// What becomes of a new reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It was received before.
    Repeated,
    /// It waits; these are dropped for it.
    Taken {
        /// Their ids.
        dropped: Vec<Uuid>,
    },
}

/// Decides about `new`, given everything the box remembers, oldest first.
pub fn admit(known: &[Reading], new: &Reading) -> Admission {
    if known.iter().any(|earlier| new.repeats(earlier)) {
        return Admission::Repeated;
    }
    let mut dropped = outdated(known, new.arrived_at);
    let mut waiting: Vec<&Reading> =
        known.iter().filter(|reading| reading.state.is_waiting() && !dropped.contains(&reading.id)).collect();
    while waiting.len() >= LIMIT {
        let goes = waiting.iter().position(|reading| reading.profile.is_stream()).unwrap_or(0);
        dropped.push(waiting.remove(goes).id);
    }
    Admission::Taken { dropped }
}

/// Readings that waited too long.
pub fn outdated(known: &[Reading], now: Timestamp) -> Vec<Uuid> {
    let old =
        known.iter().filter(|reading| reading.state.is_waiting() && now.duration_since(reading.arrived_at) > KEPT);
    old.map(|reading| reading.id).collect()
}

/// Decided readings that need not be remembered any more, oldest first.
pub fn forgotten(known: &[Reading]) -> Vec<Uuid> {
    let decided: Vec<Uuid> =
        known.iter().filter(|reading| !reading.state.is_waiting()).map(|reading| reading.id).collect();
    let count = decided.len().saturating_sub(REMEMBERED);
    decided.into_iter().take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::super::gatt::Profile;
    use super::super::reading::tests::reading;
    use super::super::reading::{DiscardReason, State};
    use super::*;
    use proptest::prelude::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn a_stream_s_reading_goes_before_one_that_took_a_cuff() {
        let mut known: Vec<Reading> = (0..LIMIT as u128).map(|n| reading(n, n as i64)).collect();
        assert_eq!(admit(&known, &reading(99, 100)), Admission::Taken { dropped: vec![id(0)] });
        known[7].profile = Profile::ContinuousOximeter;
        assert_eq!(admit(&known, &reading(99, 100)), Admission::Taken { dropped: vec![id(7)] });
        known[7].state = State::Discarded { reason: DiscardReason::Unknown };
        assert_eq!(admit(&known, &reading(99, 100)), Admission::Taken { dropped: vec![] }, "there is room");
    }

    #[test]
    fn what_waited_for_a_shift_goes() {
        let known = [reading(1, 0), reading(2, 43_200), reading(3, 43_300)];
        assert!(outdated(&known, Timestamp::from_second(43_200).expect("a time")).is_empty());
        assert_eq!(admit(&known, &reading(4, 43_201)), Admission::Taken { dropped: vec![id(1)] });
    }

    #[test]
    fn a_decided_reading_is_still_recognised() {
        let stamp = Some(jiff::civil::date(2026, 11, 23).at(8, 15, 0, 0));
        let decided = Reading { stamp, state: State::Dropped, ..reading(1, 0) };
        assert_eq!(admit(&[decided], &Reading { stamp, ..reading(2, 60) }), Admission::Repeated);
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit(arrivals in proptest::collection::vec((0_i64..2_000, any::<bool>()), 0..200)) {
            let mut known: Vec<Reading> = Vec::new();
            let mut second = 0;
            for (n, (wait, stream)) in arrivals.into_iter().enumerate() {
                second += wait;
                let mut new = reading(n as u128, second);
                if stream {
                    new.profile = Profile::HeartRate;
                }
                let Admission::Taken { dropped } = admit(&known, &new) else { panic!("no two are the same") };
                for one in known.iter_mut().filter(|one| dropped.contains(&one.id)) {
                    prop_assert_eq!(one.state, State::Waiting, "what is decided stays decided");
                    one.state = State::Dropped;
                }
                known.push(new);
                let waiting = known.iter().filter(|one| one.state.is_waiting());
                prop_assert!(waiting.clone().count() <= LIMIT);
                prop_assert!(waiting.clone().all(|one| second - one.arrived_at.as_second() <= KEPT.as_secs()));
                prop_assert!(known.last().is_some_and(|last| last.state.is_waiting()), "a new reading is always taken");
            }
            prop_assert!(forgotten(&known).len() + REMEMBERED.min(known.len()) <= known.len().max(REMEMBERED));
        }
    }
}
