//! The queue of urgent requests: who is next, and how long it will take, from what was seen lately.

use crate::ids::ConsultationId;
use jiff::{SignedDuration, Timestamp};

/// Used until enough consultations have been held: one round visit.
const USUAL: SignedDuration = SignedDuration::from_mins(10);
/// So many lengths make a typical one.
const ENOUGH: usize = 3;
/// Somebody who has been seen longer than usual will be done in about this time.
const SOON: SignedDuration = SignedDuration::from_mins(2);

/// One urgent request that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queued {
    /// Which.
    pub id: ConsultationId,
    /// Since when.
    pub since: Timestamp,
}

/// What those on duty have to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Load {
    /// How many are on duty.
    pub on_duty: usize,
    /// Since when each of them who is seeing somebody has been.
    pub busy_since: Vec<Timestamp>,
    /// How long the last consultations took.
    pub recent: Vec<SignedDuration>,
}

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// 1 is next.
    pub position: usize,
    /// About so long; `None` when nobody is on duty.
    pub wait: Option<SignedDuration>,
}

/// The place of `id`, or `None` when it does not wait. First come, first seen: each of those on duty takes the next one when done with the present one.
pub fn place(queue: &[Queued], id: ConsultationId, load: &Load, now: Timestamp) -> Option<Place> {
    let me = queue.iter().find(|queued| queued.id == id)?;
    let ahead = queue.iter().filter(|other| (other.since, other.id) < (me.since, me.id)).count();
    let typical = typical(&load.recent);
    let mut free_in: Vec<SignedDuration> = load
        .busy_since
        .iter()
        .take(load.on_duty)
        .map(|since| (typical - now.duration_since(*since)).max(SOON))
        .collect();
    free_in.resize(load.on_duty, SignedDuration::ZERO);
    for _ in 0..ahead {
        if let Some(next) = free_in.iter_mut().min() {
            *next += typical;
        }
    }
    Some(Place { position: ahead + 1, wait: free_in.into_iter().min() })
}

/// The middle one, so that one endless consultation does not frighten everybody.
fn typical(recent: &[SignedDuration]) -> SignedDuration {
    if recent.len() < ENOUGH {
        return USUAL;
    }
    let mut sorted = recent.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
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

    #[test]
    fn position_and_wait() {
        let queue: Vec<Queued> =
            [(1, 5), (2, 3), (3, 9)].map(|(n, since)| Queued { id: id(n), since: at(since) }).into();
        let mins = SignedDuration::from_mins;
        let recent = vec![mins(6), mins(90), mins(8)];
        let load = Load { on_duty: 1, busy_since: vec![at(7)], recent };
        let of = |n, load: &Load| place(&queue, id(n), load, at(10));
        assert_eq!(of(2, &load), Some(Place { position: 1, wait: Some(mins(5)) }), "eight minutes usually, three gone");
        assert_eq!(of(1, &load), Some(Place { position: 2, wait: Some(mins(13)) }));
        assert_eq!(of(3, &load), Some(Place { position: 3, wait: Some(mins(21)) }));
        assert_eq!(of(4, &load), None);
        let two = Load { on_duty: 2, busy_since: vec![at(0)], ..load };
        assert_eq!(of(2, &two), Some(Place { position: 1, wait: Some(mins(0)) }));
        assert_eq!(of(1, &two), Some(Place { position: 2, wait: Some(mins(2)) }));
        let nobody = Load::default();
        assert_eq!(of(1, &nobody), Some(Place { position: 2, wait: None }));
    }

    proptest::proptest! {
        #[test]
        fn who_is_behind_never_waits_less(sinces in proptest::collection::vec(0_i64..30, 1..8), on_duty in 1_usize..4) {
            let queue: Vec<Queued> = sinces.iter().enumerate()
                .map(|(n, since)| Queued { id: id(u8::try_from(n).unwrap()), since: at(*since) }).collect();
            let load = Load { on_duty, busy_since: vec![at(29)], recent: vec![] };
            let mut places: Vec<Place> = queue.iter().filter_map(|q| place(&queue, q.id, &load, at(30))).collect();
            places.sort_by_key(|p| p.position);
            let positions: Vec<usize> = places.iter().map(|p| p.position).collect();
            proptest::prop_assert_eq!(positions, (1..=queue.len()).collect::<Vec<_>>());
            proptest::prop_assert!(places.is_sorted_by_key(|p| p.wait));
        }
    }
}
