//! Which consultation a home's media belongs to, decided purely from what is going on.
//!
//! A box has one set of cameras, so at most one consultation of a home has its picture at a time. Of those that a specialist began:
//!
//! 1. the one that has it, while its specialist is in the call: nobody is taken out of a conversation because another doctor begins;
//! 2. else the earliest whose specialist is in the call;
//! 3. else the one that began last, so that *see now* shows the home before the specialist's browser has joined;
//! 4. last, one that the home hung up on.
//!
//! Urgency does not count here: no machine takes the box out of a conversation. That a more urgent one waits is told to both sides (`app::consultations::outranking`),
//! and the nurse hangs up or the doctor ends.
//!
//! Where none was begun, the one that has been waiting longest. Everything else of the home keeps its room open, without the box.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use yunzhen_domain::ids::{ConsultationId, HomeId, StaffId};

/// A consultation that people may join now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Active {
    /// Which.
    pub id: ConsultationId,
    /// Where the resident is.
    pub home_id: HomeId,
    /// When the specialist began it, if so.
    pub began_at: Option<Timestamp>,
    /// When it entered the waiting room.
    pub waiting_since: Option<Timestamp>,
    /// Who began it, or is to begin it.
    pub specialist: Option<StaffId>,
    /// Whether that specialist has a leg in its room.
    pub attended: bool,
    /// Whether it has the home's media now, or had it when the box went away.
    pub has_box: bool,
    /// Whether the home hung up on it.
    pub hung_up: bool,
}

/// The consultation that has each home's media.
pub fn homes(active: &[Active]) -> BTreeMap<HomeId, ConsultationId> {
    let mut chosen: BTreeMap<HomeId, Active> = BTreeMap::new();
    for candidate in active {
        chosen
            .entry(candidate.home_id)
            .and_modify(|present| {
                if takes_over(candidate, present, active) {
                    *present = *candidate;
                }
            })
            .or_insert(*candidate);
    }
    chosen.into_iter().map(|(home, active)| (home, active.id)).collect()
}

fn takes_over(candidate: &Active, present: &Active, all: &[Active]) -> bool {
    match (candidate.began_at, present.began_at) {
        (Some(_), Some(_)) => rank(candidate, all) > rank(present, all),
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => (candidate.waiting_since, candidate.id) < (present.waiting_since, present.id),
    }
}

/// How good a claim a consultation that began has; no two are equal.
type Rank = (bool, bool, bool, Option<Reverse<Option<Timestamp>>>, Option<Timestamp>, ConsultationId);

fn rank(one: &Active, all: &[Active]) -> Rank {
    let attended = one.attended && !went_on(one, all);
    let earlier = attended.then_some(Reverse(one.began_at));
    (!one.hung_up, attended && one.has_box, attended, earlier, one.began_at, one.id)
}

/// Whether its specialist began another one of the home after it: the leg that is left behind in its room speaks to nobody.
fn went_on(one: &Active, all: &[Active]) -> bool {
    all.iter().any(|other| {
        other.home_id == one.home_id
            && other.specialist == one.specialist
            && other.began_at.is_some()
            && (other.began_at, other.id) > (one.began_at, one.id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn active(id: u128, home: u128, began: Option<i64>, waiting: i64) -> Active {
        let at = |second| Timestamp::from_second(second).expect("in range");
        Active {
            id: ConsultationId::from_uuid(Uuid::from_u128(id)),
            home_id: HomeId::from_uuid(Uuid::from_u128(home)),
            began_at: began.map(at),
            waiting_since: Some(at(waiting)),
            specialist: began.map(|_| StaffId::from_uuid(Uuid::from_u128(id))),
            attended: false,
            has_box: false,
            hung_up: false,
        }
    }

    fn chosen(all: &[Active]) -> Option<u128> {
        homes(all).values().next().map(|id| id.uuid().as_u128())
    }

    #[test]
    fn a_doctor_who_begins_takes_nobody_out_of_another_doctor_s_call() {
        let first = Active { attended: true, has_box: true, ..active(1, 1, Some(10), 1) };
        let second = active(2, 1, Some(20), 2);
        assert_eq!(chosen(&[first, second]), Some(1));
        assert_eq!(chosen(&[first, Active { attended: true, ..second }]), Some(1));
        // The first one left: the second has the home, and keeps it when the first comes back.
        let left = Active { attended: false, ..first };
        assert_eq!(chosen(&[left, Active { attended: true, ..second }]), Some(2));
        let back = Active { has_box: false, ..first };
        assert_eq!(chosen(&[back, Active { attended: true, has_box: true, ..second }]), Some(2));
    }

    #[test]
    fn of_two_doctors_who_are_there_the_earlier_one_is_first_where_nobody_had_the_box() {
        let all = [active(1, 1, Some(10), 1), active(2, 1, Some(20), 2)].map(|one| Active { attended: true, ..one });
        assert_eq!(chosen(&all), Some(1));
    }

    #[test]
    fn a_doctor_who_goes_on_to_the_next_one_takes_the_box_along() {
        let first = Active { attended: true, has_box: true, ..active(1, 1, Some(10), 1) };
        let next = Active { specialist: first.specialist, ..active(2, 1, Some(20), 2) };
        assert_eq!(chosen(&[first, next]), Some(2));
    }

    #[test]
    fn a_home_that_hung_up_on_one_is_free_for_the_other() {
        let first = Active { attended: true, has_box: true, hung_up: true, ..active(1, 1, Some(10), 1) };
        assert_eq!(chosen(&[first, active(2, 1, Some(20), 2)]), Some(2));
        assert_eq!(chosen(&[first]), Some(1));
    }

    #[test]
    fn the_one_in_progress_wins_over_those_that_wait() {
        let all =
            [active(1, 1, None, 10), active(2, 1, Some(30), 20), active(3, 1, Some(40), 25), active(4, 2, None, 5)];
        let chosen: Vec<u128> = homes(&all).values().map(|id| id.uuid().as_u128()).collect();
        assert_eq!(chosen, [3, 4]);
    }

    #[test]
    fn the_longest_waiting_is_first_while_nobody_is_seen() {
        let all = [active(1, 1, None, 20), active(2, 1, None, 10)];
        assert_eq!(chosen(&all), Some(2));
    }

    type Row = (u128, Option<i64>, i64, u128, [bool; 3]);

    proptest! {
        #[test]
        fn the_choice_does_not_depend_on_the_order_of_the_list(
            rows in proptest::collection::vec(
                (1..4_u128, proptest::option::of(0..50_i64), 0..50_i64, 0..3_u128, any::<[bool; 3]>()),
                0..12,
            )
        ) {
            let row = |(i, (home, began, waiting, specialist, [attended, has_box, hung_up])): (usize, Row)| Active {
                specialist: Some(StaffId::from_uuid(Uuid::from_u128(specialist))),
                attended,
                has_box,
                hung_up,
                ..active(i as u128, home, began, waiting)
            };
            let all: Vec<Active> = rows.into_iter().enumerate().map(row).collect();
            let mut reversed = all.clone();
            reversed.reverse();
            prop_assert_eq!(homes(&all), homes(&reversed));
        }
    }
}
