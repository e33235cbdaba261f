//! What ties a specialist to a resident. With a relation the record is in sight; without one it does not exist, unless the glass is broken.
//! The store finds relations, the access table says who needs one. Not here: nurses, whose residents are those of their home.

use crate::audit::Purpose;
use crate::machines::named_enum;

named_enum! {
    /// One kind of relation.
    Relation {
        /// A consultation that this specialist, or one of the same hospital, holds or held.
        Consultation = "consultation",
        /// An open request that no specialist has taken: the waiting room is everybody's.
        OpenRequest = "open_request",
        /// Seen in person by a doctor of the same hospital.
        FirstVisit = "first_visit",
        /// The resident's button was pressed and the call goes on: everybody's who may be called.
        UrgentCall = "urgent_call",
        /// Referred to the same hospital.
        Referral = "referral",
        /// Opened without any of the above, for a reason given, within a time box.
        BreakGlass = "break_glass",
    }
}

/// The purpose to audit a read with: break-glass only where nothing else ties the two.
pub fn purpose(relations: &[Relation]) -> Option<Purpose> {
    let ordinary = relations.iter().any(|r| *r != Relation::BreakGlass);
    (!ordinary && relations.contains(&Relation::BreakGlass)).then_some(Purpose::BreakGlass)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn break_glass_is_the_purpose_only_where_nothing_else_ties() {
        assert_eq!(purpose(&[]), None);
        assert_eq!(purpose(&[Relation::BreakGlass]), Some(Purpose::BreakGlass));
        for other in Relation::ALL.iter().filter(|r| **r != Relation::BreakGlass) {
            assert_eq!(purpose(&[Relation::BreakGlass, *other]), None, "{other}");
        }
    }
}
