//! Who waits for an earlier time, and who gets one that becomes free.

use super::Slot;
use crate::ids::{ConsultationId, StaffId};
use crate::records::Urgency;
use jiff::Timestamp;

/// A wish for a time with a specialist; its consultation is *requested* until it is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// For which consultation.
    pub consultation_id: ConsultationId,
    /// With whom.
    pub specialist_id: StaffId,
    /// How soon.
    pub urgency: Urgency,
    /// Not before.
    pub not_before: Timestamp,
    /// To begin at the latest.
    pub not_after: Timestamp,
    /// On the list since.
    pub since: Timestamp,
}

impl Wish {
    /// Does the slot fulfil it.
    pub fn fits(&self, slot: &Slot) -> bool {
        self.not_before <= slot.starts_at && slot.starts_at <= self.not_after
    }
}

/// Who gets `slot`: urgent first, then who has waited longest.
pub fn first_fit<'a>(wishes: &'a [Wish], slot: &Slot) -> Option<&'a Wish> {
    let fitting = wishes.iter().filter(|wish| wish.fits(slot));
    fitting.min_by_key(|wish| (wish.urgency == Urgency::Routine, wish.since, wish.consultation_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgent_first_then_the_longest_wait_and_only_within_the_wish() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let wish = |n: u8, urgency, not_before, not_after, since| Wish {
            consultation_id: ConsultationId::new(at(0), [n; 10]),
            specialist_id: StaffId::new(at(0), [1; 10]),
            urgency,
            not_before: at(not_before),
            not_after: at(not_after),
            since: at(since),
        };
        let slot = |from| Slot { starts_at: at(from), ends_at: at(from + 10) };
        let (early, late) = (wish(1, Urgency::Routine, 0, 100, 5), wish(2, Urgency::Routine, 0, 100, 9));
        let urgent = wish(3, Urgency::Urgent, 50, 60, 20);
        let wishes = [late, urgent, early];
        assert_eq!(first_fit(&wishes, &slot(55)), Some(&urgent));
        assert_eq!(first_fit(&wishes, &slot(70)), Some(&early));
        assert_eq!(first_fit(&wishes, &slot(101)), None);
    }
}
