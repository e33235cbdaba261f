//! When people meet: availability, slots, duty, the urgent queue, rounds, what follows a technical failure. All pure functions of records and a time.
//!
//! An appointment is no record with a life of its own: it is the scheduling part of a consultation, whose machine already goes from *requested* over
//! *scheduled* to *completed*, *no-show* or *failed*; two machines for one visit would be two truths. What the calendar needs beside the state (the time that is
//! held, its sequence number) is [`crate::records::Appointment`]; `fhir::appointment` names the state as FHIR does.
//! Not here: who may book (access), rows (the store).

mod availability;
mod duty;
mod lateness;
mod queue;
mod rebooking;
mod round;
mod slots;
mod triage;
mod waitlist;
mod zone;

pub use availability::{
    Availability, AvailabilityError, Exception, LONGEST_SLOT_MINUTES, Rule, SHORTEST_SLOT_MINUTES, Weekday,
};
pub use duty::{Shift, on_duty};
pub use lateness::{Sitting, expected};
pub use queue::{Load, Place, Queued, place};
pub use rebooking::{Failed, Rebooking, after_failure};
pub use round::{Expected, Position, Stop, run};
pub use slots::{Slot, blocks, first_free, free, slots};
pub use triage::{Triage, triage};
pub use waitlist::{Wish, first_fit};
pub use zone::{Zone, ZoneError};
