//! Who is shown where. Stable: a participant keeps the slot for as long as they are present.
//!
//! Free slots are given in the order home, specialist, observers, each in the order of joining. When none is free, a home or
//! specialist takes the place of the observer on the highest slot; an observer waits.

use yunzhen_protocol::room::{ParticipantId, ParticipantKind};

/// Who wants to be shown, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) id: ParticipantId,
    pub(super) kind: ParticipantKind,
}

/// The slots after somebody came or went. `candidates` are in order and do not hold the slots' own participant.
pub(super) fn assign(current: &[Option<ParticipantId>], candidates: &[Candidate]) -> Vec<Option<ParticipantId>> {
    let kind_of = |id: ParticipantId| candidates.iter().find(|candidate| candidate.id == id).map(|found| found.kind);
    let mut slots: Vec<_> = current.iter().map(|slot| slot.filter(|id| kind_of(*id).is_some())).collect();
    for candidate in candidates {
        if slots.contains(&Some(candidate.id)) {
            continue;
        }
        let free = slots.iter().position(Option::is_none).or_else(|| {
            let may_take = candidate.kind != ParticipantKind::Observer;
            let is_observer = |slot: &Option<ParticipantId>| slot.and_then(kind_of) == Some(ParticipantKind::Observer);
            slots.iter().rposition(is_observer).filter(|_| may_take)
        });
        if let Some(free) = free {
            slots[free] = Some(candidate.id);
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn candidate(number: u8) -> Candidate {
        let kind = match number {
            0 => ParticipantKind::Home,
            1 | 2 => ParticipantKind::Specialist,
            _ => ParticipantKind::Observer,
        };
        Candidate { id: ParticipantId(Uuid::from_u128(number.into())), kind }
    }

    proptest! {
        #[test]
        fn nobody_moves_and_nobody_is_shown_twice(
            count in 0usize..6,
            changes in proptest::collection::vec(proptest::collection::btree_set(0u8..8, 0..8), 1..20),
        ) {
            let mut slots = vec![None; count];
            for present in changes {
                let candidates: Vec<_> = present.into_iter().map(candidate).collect();
                let next = assign(&slots, &candidates);
                prop_assert_eq!(next.len(), count);
                for (before, after) in slots.iter().zip(&next) {
                    if let (Some(before), Some(after)) = (before, after)
                        && before != after
                        && candidates.iter().any(|candidate| candidate.id == *before)
                    {
                        let kind = |id| candidates.iter().find(|candidate| candidate.id == id).expect("present").kind;
                        prop_assert_eq!(kind(*before), ParticipantKind::Observer);
                        prop_assert!(kind(*after) != ParticipantKind::Observer);
                        prop_assert!(!next.contains(&Some(*before)));
                    }
                }
                let shown: Vec<_> = next.iter().flatten().collect();
                let mut unique = shown.clone();
                unique.sort();
                unique.dedup();
                prop_assert_eq!(shown.len(), unique.len());
                prop_assert_eq!(shown.len(), candidates.len().min(count), "no slot is left empty while somebody waits");
                slots = next;
            }
        }
    }
}
