//! When a reading was measured, in the box's time. A device tells local time without a zone, often wrong and sometimes not at all.
//! Pure.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A reading that says it is older than this was measured by a clock that was never set: 1 January 2000 is the usual one.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What the time of measurement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The device tells no time: the moment the box received it.
    Arrival,
    /// The device's time, corrected by how far its clock was from the box's.
    Corrected,
    /// The device's time as it is; how its clock stands is not known.
    DeviceClock,
    /// The device's time cannot be right: the moment the box received it. A person should look.
    Doubtful,
}

/// A moment, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// When, in the box's time.
    pub measured_at: Timestamp,
    /// On what this rests.
    pub basis: Basis,
    /// How far the device's clock is ahead of the box's, in milliseconds, as far as that is known.
    pub clock_offset_ms: Option<i64>,
}

/// Both clocks, read at the same moment.
pub type ClockReading = (DateTime, Timestamp);

/// Places a reading with the device's `stamp` that arrived at `arrived`. `clock` is the device's clock beside the box's, when the
/// device lets it be read.
pub fn place(stamp: Option<DateTime>, clock: Option<ClockReading>, zone: &TimeZone, arrived: Timestamp) -> Placed {
    let in_zone = |time: DateTime| zone.to_timestamp(time).ok();
    let offset = clock.and_then(|(shown, at)| in_zone(shown).map(|shown| shown.duration_since(at)));
    let offset_ms = |offset: SignedDuration| i64::try_from(offset.as_millis()).ok();
    let at_arrival = |basis, clock_offset_ms| Placed { measured_at: arrived, basis, clock_offset_ms };
    let Some(told) = stamp.and_then(in_zone) else { return at_arrival(Basis::Arrival, offset.and_then(offset_ms)) };
    let corrected = offset.map_or(Some(told), |offset| told.checked_sub(offset).ok());
    match corrected {
        // Nothing is measured after it arrives: what is left over is the clock's.
        Some(at) if at > arrived => {
            let late = told.duration_since(arrived);
            // Within the second that a civil time is cut to, and the one that sending takes.
            let basis = if late <= SignedDuration::from_mins(5) || offset.is_some() {
                Basis::Corrected
            } else {
                Basis::Doubtful
            };
            at_arrival(basis, offset.and_then(offset_ms).or_else(|| offset_ms(late)))
        }
        Some(at) if arrived.duration_since(at) <= OLDEST => {
            let basis = if offset.is_some() { Basis::Corrected } else { Basis::DeviceClock };
            Placed { measured_at: at, basis, clock_offset_ms: offset.and_then(offset_ms) }
        }
        Some(_) | None => {
            at_arrival(Basis::Doubtful, offset.and_then(offset_ms).or_else(|| offset_ms(told.duration_since(arrived))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn shanghai() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(8))
    }

    /// 2026-11-23 08:15:30 in Shanghai.
    fn arrived() -> Timestamp {
        "2026-11-23T00:15:30Z".parse().expect("a time")
    }

    fn shown(hour: i8, minute: i8) -> Option<DateTime> {
        Some(date(2026, 11, 23).at(hour, minute, 0, 0))
    }

    fn placed(stamp: Option<DateTime>, clock: Option<DateTime>) -> (String, Basis, Option<i64>) {
        let placed = place(stamp, clock.map(|clock| (clock, arrived())), &shanghai(), arrived());
        (placed.measured_at.to_string(), placed.basis, placed.clock_offset_ms)
    }

    #[test]
    fn by_whose_clock() {
        let now = arrived().to_string();
        assert_eq!(placed(None, None), (now.clone(), Basis::Arrival, None));
        assert_eq!(placed(shown(8, 14), None), ("2026-11-23T00:14:00Z".into(), Basis::DeviceClock, None));
        // The clock is 90.5 minutes fast and was read: 09:44 by it was 08:13:30.
        let clock = Some(date(2026, 11, 23).at(9, 46, 0, 0));
        assert_eq!(placed(shown(9, 44), clock), ("2026-11-23T00:13:30Z".into(), Basis::Corrected, Some(5_430_000)));
        // A minute ahead and not read: measured when it arrived.
        assert_eq!(placed(shown(8, 16), None), (now.clone(), Basis::Corrected, Some(30_000)));
        // Two hours ahead and not read: it may be any time.
        assert_eq!(placed(shown(10, 15), None), (now.clone(), Basis::Doubtful, Some(7_170_000)));
        let reset = Some(date(2000, 1, 1).at(0, 0, 0, 0));
        assert_eq!(placed(reset, None).1, Basis::Doubtful);
        // The same with the clock beside it: measured just now.
        assert_eq!(placed(reset, Some(date(2000, 1, 1).at(0, 1, 0, 0))).0, "2026-11-23T00:14:30Z");
    }

    #[test]
    fn daylight_saving_and_the_end_of_the_year() {
        let berlin = TimeZone::get("Europe/Berlin").expect("tzdata");
        // 02:30 happens twice on 25 October 2026; the first one is taken, and it is not in the future.
        let arrived: Timestamp = "2026-10-25T01:45:00Z".parse().expect("a time");
        let twice = place(Some(date(2026, 10, 25).at(2, 30, 0, 0)), None, &berlin, arrived);
        assert_eq!((twice.measured_at.to_string().as_str(), twice.basis), ("2026-10-25T00:30:00Z", Basis::DeviceClock));
        let arrived: Timestamp = "2026-12-31T16:00:20Z".parse().expect("a time");
        let new_year = place(Some(date(2026, 12, 31).at(23, 59, 50, 0)), None, &shanghai(), arrived);
        assert_eq!(new_year.measured_at.to_string(), "2026-12-31T15:59:50Z");
    }

    proptest! {
        #[test]
        fn nothing_is_measured_after_it_arrives(year in 1_i16..9999, minute in 0_i64..525_600, skew in proptest::option::of(-10_i64.pow(9)..10_i64.pow(9))) {
            let stamp = date(year, 1, 1).at(0, 0, 0, 0).checked_add(SignedDuration::from_mins(minute)).ok();
            let local = date(2026, 11, 23).at(8, 15, 30, 0);
            let clock = skew.and_then(|skew| local.checked_add(SignedDuration::from_secs(skew)).ok()).map(|clock| (clock, arrived()));
            let placed = place(stamp, clock, &shanghai(), arrived());
            prop_assert!(placed.measured_at <= arrived());
            prop_assert!(arrived().duration_since(placed.measured_at) <= OLDEST);
        }
    }
}
