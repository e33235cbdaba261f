//! Order among urgent calls, from the last vital signs. It sorts a list for people; it diagnoses nothing and turns nobody away.

use crate::machines::named_enum;
use crate::records::Observation;
use crate::vitals;
use jiff::{SignedDuration, Timestamp};

/// Older readings say nothing about now.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

named_enum! {
    /// How soon a call should be answered.
    Triage {
        /// A fresh reading is out of its normal band.
        Abnormal = "abnormal",
        /// Nobody has measured lately.
        Unknown = "unknown",
        /// The fresh readings are in their bands.
        InRange = "in_range",
    }
}

/// The triage of a resident whose newest readings are `latest`.
pub fn triage(latest: &[Observation], now: Timestamp) -> Triage {
    let mut fresh = latest.iter().filter(|o| now.duration_since(o.measured_at) <= FRESH).peekable();
    if fresh.peek().is_none() {
        return Triage::Unknown;
    }
    let out = fresh.any(|o| vitals::find(&o.code).is_some_and(|sign| sign.is_out_of_range(o.value)));
    if out { Triage::Abnormal } else { Triage::InRange }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ObservationId, ResidentId};
    use crate::records::ObservationSource;

    #[test]
    fn from_the_last_day_only() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let reading = |value, hours| Observation {
            id: ObservationId::new(now, [1; 10]),
            resident_id: ResidentId::new(now, [1; 10]),
            code: "8867-4".into(),
            value,
            unit: "/min".into(),
            measured_at: now - SignedDuration::from_hours(hours),
            received_at: now,
            device: None,
            source: ObservationSource::Nurse,
            trace: None,
        };
        assert_eq!(triage(&[reading(130.0, 1)], now), Triage::Abnormal);
        assert_eq!(triage(&[reading(70.0, 1)], now), Triage::InRange);
        assert_eq!(triage(&[reading(130.0, 25)], now), Triage::Unknown);
        assert_eq!(triage(&[reading(130.0, 25), reading(70.0, 2)], now), Triage::InRange);
        assert_eq!(triage(&[], now), Triage::Unknown);
    }
}
