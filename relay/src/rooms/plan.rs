//! Which consultation a home's media belongs to, decided purely from what is going on.
//!
//! A box has one set of cameras, so at most one consultation of a home has its picture at a time: the one in progress that began last, else the
//! one that has been waiting longest. Everything else of the home keeps its room open, without the box.

use std::collections::BTreeMap;

use jiff::Timestamp;
use yunzhen_domain::ids::{ConsultationId, HomeId};

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
}

/// The consultation that has each home's media.
pub fn homes(active: &[Active]) -> BTreeMap<HomeId, ConsultationId> {
    let mut chosen: BTreeMap<HomeId, Active> = BTreeMap::new();
    for candidate in active {
        chosen
            .entry(candidate.home_id)
            .and_modify(|present| {
                if takes_over(candidate, present) {
                    *present = *candidate;
                }
            })
            .or_insert(*candidate);
    }
    chosen.into_iter().map(|(home, active)| (home, active.id)).collect()
}

fn takes_over(candidate: &Active, present: &Active) -> bool {
    match (candidate.began_at, present.began_at) {
        (Some(a), Some(b)) => (a, candidate.id) > (b, present.id),
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => (candidate.waiting_since, candidate.id) < (present.waiting_since, present.id),
    }
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
        }
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
        assert_eq!(homes(&all).values().next().map(|id| id.uuid().as_u128()), Some(2));
    }

    proptest! {
        #[test]
        fn the_choice_does_not_depend_on_the_order_of_the_list(
            rows in proptest::collection::vec((1..4_u128, proptest::option::of(0..50_i64), 0..50_i64), 0..12)
        ) {
            let all: Vec<Active> =
                rows.iter().enumerate().map(|(i, (home, began, waiting))| active(i as u128, *home, *began, *waiting)).collect();
            let mut reversed = all.clone();
            reversed.reverse();
            prop_assert_eq!(homes(&all), homes(&reversed));
        }
    }
}
