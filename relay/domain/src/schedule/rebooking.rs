//! What becomes of a request that technology broke off: the home does nothing, it is booked again with the same specialist.

use super::{Availability, Slot, first_free};
use crate::ids::StaffId;
use crate::records::Urgency;
use jiff::{SignedDuration, Timestamp};

/// What is known of the consultation that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// How soon it was wanted.
    pub urgency: Urgency,
    /// Who had it.
    pub specialist: Option<StaffId>,
}

/// The next step of the request, which is still active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebooking {
    /// It cannot wait: into the waiting room again, at once.
    AtOnce,
    /// The specialist's next free time.
    At(Slot),
    /// The specialist has none in sight: on the waitlist.
    Waitlist,
    /// Nobody had it: it is asked for again.
    Open,
}

/// Decides; `taken` is what the specialist or the resident has, `horizon` how far ahead is looked.
pub fn after_failure(
    failed: Failed,
    availability: Option<&Availability>,
    taken: &[Slot],
    now: Timestamp,
    horizon: SignedDuration,
) -> Rebooking {
    if failed.urgency == Urgency::Urgent {
        return Rebooking::AtOnce;
    }
    if failed.specialist.is_none() {
        return Rebooking::Open;
    }
    let until = now.checked_add(horizon).unwrap_or(Timestamp::MAX);
    match availability.and_then(|published| first_free(published, taken, now, until)) {
        Some(slot) => Rebooking::At(slot),
        None => Rebooking::Waitlist,
    }
}
