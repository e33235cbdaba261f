//! How late a specialist runs: when the turn of everybody who has an appointment comes now that some took longer. A round has its own running order
//! ([`super::run`]); here the order is that of the appointments.

use super::Slot;
use crate::ids::ConsultationId;
use crate::machines::consultation::State;
use jiff::{SignedDuration, Timestamp};

/// Who is seen without an appointment takes about so long.
const USUAL: SignedDuration = SignedDuration::from_mins(10);

/// One consultation of a specialist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sitting {
    /// Which.
    pub consultation_id: ConsultationId,
    /// Where it stands.
    pub state: State,
    /// The time it holds; none for who is seen without an appointment.
    pub slot: Option<Slot>,
    /// Begun at.
    pub began_at: Option<Timestamp>,
    /// Ended at.
    pub ended_at: Option<Timestamp>,
}

impl Sitting {
    /// Until when the specialist is with who was begun: who is present takes at least what was planned.
    pub(super) fn busy_until(&self, now: Timestamp) -> Option<Timestamp> {
        let began = self.began_at?;
        let planned = self.slot.map_or(USUAL, |slot| slot.ends_at.duration_since(slot.starts_at));
        Some(self.ended_at.unwrap_or_else(|| began.checked_add(planned).unwrap_or(began).max(now)))
    }

    /// The time that this one still takes of those behind; who has not come and whose time has passed takes none.
    pub(super) fn ahead(&self, now: Timestamp) -> Option<Slot> {
        let slot = self.slot.filter(|_| self.began_at.is_none() && !self.state.is_terminal())?;
        (self.state == State::Waiting || slot.ends_at > now).then_some(slot)
    }
}

/// When the turn of `id` comes, or came, by what the specialist has to do; `None` when it has no time. Nobody is called before the time that was told.
pub fn expected(sittings: &[Sitting], id: ConsultationId, now: Timestamp) -> Option<Timestamp> {
    let busy = sittings.iter().filter_map(|sitting| sitting.busy_until(now));
    let mut free_at = busy.max().unwrap_or(Timestamp::MIN);
    let mut order: Vec<(Slot, &Sitting)> = sittings.iter().filter_map(|s| Some((s.slot?, s))).collect();
    order.sort_by_key(|(slot, sitting)| (slot.starts_at, sitting.consultation_id));
    for (slot, sitting) in order {
        let starts = match (sitting.began_at, sitting.state.is_terminal()) {
            (Some(began), _) => began,
            (None, true) => slot.starts_at,
            (None, false) => {
                let starts = free_at.max(slot.starts_at).max(now);
                if sitting.ahead(now).is_some() {
                    free_at = starts.checked_add(slot.ends_at.duration_since(slot.starts_at)).unwrap_or(starts);
                }
                starts
            }
        };
        if sitting.consultation_id == id {
            return Some(starts);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn id(n: u8) -> ConsultationId {
        ConsultationId::new(Timestamp::UNIX_EPOCH, [n; 10])
    }

    fn sitting(n: u8, state: State, starts: Option<i64>, began: Option<i64>, ended: Option<i64>) -> Sitting {
        let slot = starts.map(|from| Slot { starts_at: at(from), ends_at: at(from + 20) });
        Sitting { consultation_id: id(n), state, slot, began_at: began.map(at), ended_at: ended.map(at) }
    }

    fn minute(sittings: &[Sitting], n: u8, now: i64) -> Option<i64> {
        expected(sittings, id(n), at(now)).map(|at| at.as_second() / 60)
    }

    #[test]
    fn who_takes_longer_shifts_the_rest_until_a_gap_takes_it_up() {
        let day = [
            sitting(1, State::Completed, Some(100), Some(105), Some(130)),
            sitting(2, State::InProgress, Some(120), Some(131), None),
            sitting(3, State::Waiting, Some(140), None, None),
            sitting(4, State::Scheduled, Some(160), None, None),
            sitting(5, State::Scheduled, Some(200), None, None),
            sitting(6, State::Cancelled, Some(180), None, None),
        ];
        assert_eq!([1, 2, 3, 4, 5, 6].map(|n| minute(&day, n, 135)), [105, 131, 151, 171, 200, 180].map(Some));
        assert_eq!([3, 4, 5].map(|n| minute(&day, n, 170)), [170, 190, 210].map(Some), "each minute longer shifts on");
        assert_eq!(minute(&day, 9, 135), None);
    }

    #[test]
    fn an_urgent_request_in_between_is_waited_for_and_who_does_not_come_is_not() {
        let day = [
            sitting(1, State::Scheduled, Some(100), None, None),
            sitting(2, State::InProgress, None, Some(118), None),
            sitting(3, State::Waiting, Some(120), None, None),
        ];
        assert_eq!(minute(&day, 3, 125), Some(128));
        assert_eq!(minute(&day, 1, 125), Some(128), "and is seen when the specialist is free, should she come");
        assert_eq!(minute(&day, 1, 90), Some(128));
    }

    proptest::proptest! {
        #[test]
        fn nobody_is_expected_in_the_past_or_before_the_time_that_was_told(
            states in proptest::collection::vec(0_usize..State::ALL.len(), 1..9), now in 0_i64..400,
        ) {
            let day: Vec<Sitting> = states.iter().enumerate().map(|(n, s)| {
                let state = State::ALL[*s];
                let began = (state == State::InProgress || state == State::Completed).then_some(now.min(100));
                let n = u8::try_from(n).unwrap();
                sitting(n, state, Some(100 + 20 * i64::from(n)), began, state.is_terminal().then_some(now))
            }).collect();
            let mut waiting = Vec::new();
            for s in &day {
                let starts = expected(&day, s.consultation_id, at(now)).unwrap();
                if s.began_at.is_none() && !s.state.is_terminal() {
                    proptest::prop_assert!(starts >= at(now) && starts >= s.slot.unwrap().starts_at);
                }
                if s.state == State::Waiting {
                    waiting.push(starts);
                }
            }
            for pair in waiting.windows(2) {
                proptest::prop_assert!(pair[1].duration_since(pair[0]) >= SignedDuration::from_mins(20));
            }
        }
    }
}
