//! A round as it runs: who is present, who is next, and when everybody's turn comes now that some took longer.

use super::{Sitting, Slot};
use crate::ids::ConsultationId;
use crate::machines::consultation::State;
use crate::machines::named_enum;
use jiff::{SignedDuration, Timestamp};

/// One resident of a round, in running order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The resident's consultation.
    pub consultation_id: ConsultationId,
    /// Where it stands.
    pub state: State,
    /// Planned for so long.
    pub planned: SignedDuration,
    /// Begun at.
    pub began_at: Option<Timestamp>,
    /// Ended at.
    pub ended_at: Option<Timestamp>,
}

named_enum! {
    /// A stop's place in the round.
    Position {
        /// Over, however.
        Past = "past",
        /// In the call.
        Current = "current",
        /// The one to prepare: vital signs now.
        Next = "next",
        /// Later.
        Later = "later",
    }
}

/// What is to be expected of one stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Which.
    pub consultation_id: ConsultationId,
    /// Its place.
    pub position: Position,
    /// When it was planned to start.
    pub planned_at: Timestamp,
    /// When it started or is expected to.
    pub starts_at: Timestamp,
    /// How much later than planned; early is negative.
    pub late: SignedDuration,
}

/// The whole round at `now`: those who are over count with the time they took, the present one with at least what was planned, everybody else follows. `others` is
/// what the specialist has to do beside the round: who is seen before it or in between makes it late as well.
pub fn run(starts_at: Timestamp, stops: &[Stop], others: &[Sitting], now: Timestamp) -> Vec<Expected> {
    let mut planned_at = starts_at;
    // When the next one can start: not in the past once the round runs.
    let mut free_at = others.iter().filter_map(|other| other.busy_until(now)).max().unwrap_or(Timestamp::MIN);
    let mut before: Vec<Slot> = others.iter().filter_map(|other| other.ahead(now)).collect();
    before.sort();
    let mut before = before.into_iter().peekable();
    let mut next_is_named = false;
    let mut expected = Vec::with_capacity(stops.len());
    // Those who are past or present happened in their own order, whatever the running order says now.
    for stop in stops {
        if let Some(began) = stop.began_at {
            let until = match stop.ended_at {
                Some(ended) => ended,
                None => began.checked_add(stop.planned).unwrap_or(began).max(now),
            };
            free_at = free_at.max(until);
        }
    }
    let running = stops.iter().any(|stop| stop.began_at.is_some());
    if running || now > starts_at {
        free_at = free_at.max(now);
    }
    // A round that runs ahead calls nobody before the time that the ward was told.
    for stop in stops {
        let over = stop.state.is_terminal();
        let position = match (over, stop.began_at) {
            (true, _) => Position::Past,
            (false, Some(_)) => Position::Current,
            (false, None) if next_is_named => Position::Later,
            (false, None) => Position::Next,
        };
        let starts = match (position, stop.began_at) {
            (_, Some(began)) => began,
            (Position::Past, None) => planned_at,
            _ => {
                next_is_named = true;
                while let Some(slot) = before.next_if(|slot| slot.starts_at < planned_at) {
                    let starts = free_at.max(slot.starts_at).max(now);
                    free_at = starts.checked_add(slot.ends_at.duration_since(slot.starts_at)).unwrap_or(starts);
                }
                let starts = free_at.max(planned_at);
                free_at = starts.checked_add(stop.planned).unwrap_or(starts);
                starts
            }
        };
        let late = starts.duration_since(planned_at);
        expected.push(Expected {
            consultation_id: stop.consultation_id,
            position,
            planned_at,
            starts_at: starts,
            late,
        });
        planned_at = planned_at.checked_add(stop.planned).unwrap_or(planned_at);
    }
    expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn stop(n: u8, state: State, began: Option<i64>, ended: Option<i64>) -> Stop {
        Stop {
            consultation_id: ConsultationId::new(Timestamp::UNIX_EPOCH, [n; 10]),
            state,
            planned: SignedDuration::from_mins(10),
            began_at: began.map(at),
            ended_at: ended.map(at),
        }
    }

    fn minutes(expected: &[Expected]) -> Vec<(Position, i64, i64)> {
        expected.iter().map(|e| (e.position, e.starts_at.as_second() / 60, e.late.as_mins())).collect()
    }

    #[test]
    fn late_running_shifts_the_rest() {
        use Position as P;
        let stops = [
            stop(1, State::Completed, Some(100), Some(118)),
            stop(2, State::NoShow, None, Some(100)),
            stop(3, State::InProgress, Some(119), None),
            stop(4, State::Scheduled, None, None),
            stop(5, State::Waiting, None, None),
        ];
        let now = minutes(&run(at(100), &stops, &[], at(125)));
        assert_eq!(
            now,
            [(P::Past, 100, 0), (P::Past, 110, 0), (P::Current, 119, -1), (P::Next, 130, 0), (P::Later, 140, 0)]
        );
        let later = minutes(&run(at(100), &stops, &[], at(136)));
        assert_eq!(
            later[3..],
            [(P::Next, 136, 6), (P::Later, 146, 6)],
            "longer than planned: each minute shifts the rest"
        );
    }

    #[test]
    fn before_it_starts_it_is_as_planned_and_a_late_start_shifts_all() {
        let stops = [stop(1, State::Scheduled, None, None), stop(2, State::Scheduled, None, None)];
        assert_eq!(minutes(&run(at(100), &stops, &[], at(50)))[1], (Position::Later, 110, 0));
        assert_eq!(minutes(&run(at(100), &stops, &[], at(107))), [(Position::Next, 107, 7), (Position::Later, 117, 7)]);
    }

    #[test]
    fn who_is_seen_before_the_round_or_in_between_makes_it_late() {
        let stops = [stop(1, State::Scheduled, None, None), stop(2, State::Scheduled, None, None)];
        let other = |state, from: i64, began: Option<i64>, ended: Option<i64>| Sitting {
            consultation_id: ConsultationId::new(Timestamp::UNIX_EPOCH, [9; 10]),
            state,
            slot: Some(Slot { starts_at: at(from), ends_at: at(from + 20) }),
            began_at: began.map(at),
            ended_at: ended.map(at),
        };
        let late =
            |other, now| minutes(&run(at(100), &stops, &[other], at(now))).iter().map(|e| e.2).collect::<Vec<_>>();
        assert_eq!(
            late(other(State::InProgress, 80, Some(88), None), 90),
            [8, 8],
            "begun late, takes as long as planned"
        );
        assert_eq!(late(other(State::InProgress, 80, Some(80), None), 106), [6, 6], "each minute longer shifts on");
        assert_eq!(late(other(State::Completed, 80, Some(80), Some(99)), 99), [0, 0]);
        assert_eq!(late(other(State::Waiting, 80, None, None), 95), [15, 15], "still to be seen");
        assert_eq!(late(other(State::Scheduled, 70, None, None), 95), [0, 0], "has not come, and the time has passed");
        assert_eq!(
            late(other(State::Scheduled, 110, None, None), 90),
            [0, 0],
            "after the round it is the other that waits"
        );
        let gap = [stop(1, State::Cancelled, None, Some(90)), stop(2, State::Scheduled, None, None)];
        let booked_into_the_gap = run(at(100), &gap, &[other(State::Scheduled, 100, None, None)], at(95));
        assert_eq!(minutes(&booked_into_the_gap)[1], (Position::Next, 120, 10));
    }

    #[test]
    fn who_comes_after_those_called_off_moves_up_no_further_than_planned() {
        let stops = [stop(1, State::Cancelled, None, Some(90)), stop(2, State::Scheduled, None, None)];
        assert_eq!(minutes(&run(at(100), &stops, &[], at(95)))[1], (Position::Next, 110, 0));
    }

    proptest! {
        #[test]
        fn nobody_is_expected_in_the_past_or_together(states in proptest::collection::vec(0_usize..State::ALL.len(), 1..9), now in 0_i64..400) {
            let stops: Vec<Stop> = states.iter().enumerate().map(|(n, s)| {
                let state = State::ALL[*s];
                let began = (state == State::InProgress || state == State::Completed).then_some(now.min(100));
                stop(u8::try_from(n).unwrap(), state, began, state.is_terminal().then_some(now))
            }).collect();
            let expected = run(at(100), &stops, &[], at(now));
            prop_assert_eq!(expected.len(), stops.len());
            let coming: Vec<&Expected> = expected.iter().filter(|e| matches!(e.position, Position::Next | Position::Later)).collect();
            prop_assert!(coming.iter().all(|e| e.starts_at >= at(now).min(e.planned_at) && e.late >= SignedDuration::ZERO));
            for pair in coming.windows(2) {
                prop_assert!(pair[0].starts_at.checked_add(SignedDuration::from_mins(10)).unwrap() <= pair[1].starts_at);
            }
            prop_assert!(coming.iter().skip(1).all(|e| e.position == Position::Later));
        }
    }
}
