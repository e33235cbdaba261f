//! NEWS2 at every threshold, and what it says of what is not known.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::early_warning::OxygenScale::{Scale1, Scale2};
use yunzhen_domain::early_warning::Parameter as P;
use yunzhen_domain::early_warning::{
    Band, OXYGEN_FLOW, OxygenScale, RESPONSIVENESS, band, codes, points, score, trend,
};
use yunzhen_domain::ids::{ObservationId, ResidentId};
use yunzhen_domain::records::{Observation, ObservationSource};

const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + hours * 3600).unwrap()
}

fn reading(code: &str, value: f64, hours: i64) -> Observation {
    Observation {
        id: ObservationId::new(at(hours), [1; 10]),
        resident_id: ResidentId::new(at(0), [1; 10]),
        code: code.to_owned(),
        value,
        unit: yunzhen_domain::vitals::find(code).unwrap().unit.to_owned(),
        measured_at: at(hours),
        received_at: at(hours),
        device: None,
        source: ObservationSource::Nurse,
        trace: None,
    }
}

fn well() -> Vec<Observation> {
    let values = [
        ("9279-1", 16.0),
        ("59408-5", 97.0),
        (OXYGEN_FLOW, 0.0),
        ("8480-6", 130.0),
        ("8867-4", 72.0),
        (RESPONSIVENESS, 0.0),
        ("8310-5", 36.6),
    ];
    values.into_iter().map(|(code, value)| reading(code, value, 0)).collect()
}

fn with(code: &str, value: f64) -> Vec<Observation> {
    let mut readings = well();
    readings.iter_mut().filter(|r| r.code == code).for_each(|r| r.value = value);
    readings
}

#[test]
fn every_threshold_from_both_sides() {
    type Row = (P, OxygenScale, bool, &'static [(f64, u32)]);
    let rows: &[Row] = &[
        (
            P::Respiration,
            Scale1,
            false,
            &[
                (4.0, 3),
                (8.0, 3),
                (8.5, 1),
                (9.0, 1),
                (11.0, 1),
                (12.0, 0),
                (20.0, 0),
                (21.0, 2),
                (24.0, 2),
                (25.0, 3),
                (40.0, 3),
            ],
        ),
        (
            P::Saturation,
            Scale1,
            false,
            &[(80.0, 3), (91.0, 3), (92.0, 2), (93.0, 2), (94.0, 1), (95.0, 1), (96.0, 0), (100.0, 0)],
        ),
        (P::Saturation, Scale1, true, &[(91.0, 3), (92.0, 2), (96.0, 0), (100.0, 0)]),
        (
            P::Saturation,
            Scale2,
            false,
            &[
                (83.0, 3),
                (84.0, 2),
                (85.0, 2),
                (86.0, 1),
                (87.0, 1),
                (88.0, 0),
                (92.0, 0),
                (93.0, 0),
                (97.0, 0),
                (100.0, 0),
            ],
        ),
        (
            P::Saturation,
            Scale2,
            true,
            &[
                (83.0, 3),
                (84.0, 2),
                (85.0, 2),
                (86.0, 1),
                (87.0, 1),
                (88.0, 0),
                (92.0, 0),
                (93.0, 1),
                (94.0, 1),
                (95.0, 2),
                (96.0, 2),
                (97.0, 3),
                (100.0, 3),
            ],
        ),
        (P::Oxygen, Scale1, false, &[(0.0, 0), (0.5, 2), (15.0, 2)]),
        (
            P::Systolic,
            Scale1,
            false,
            &[
                (60.0, 3),
                (90.0, 3),
                (91.0, 2),
                (100.0, 2),
                (101.0, 1),
                (110.0, 1),
                (111.0, 0),
                (219.0, 0),
                (220.0, 3),
                (260.0, 3),
            ],
        ),
        (
            P::Pulse,
            Scale1,
            false,
            &[
                (30.0, 3),
                (40.0, 3),
                (41.0, 1),
                (50.0, 1),
                (51.0, 0),
                (90.0, 0),
                (91.0, 1),
                (110.0, 1),
                (111.0, 2),
                (130.0, 2),
                (131.0, 3),
            ],
        ),
        (P::Consciousness, Scale1, false, &[(0.0, 0), (1.0, 3), (2.0, 3), (3.0, 3), (4.0, 3)]),
        (
            P::Temperature,
            Scale1,
            false,
            &[
                (34.0, 3),
                (35.0, 3),
                (35.04, 3),
                (35.1, 1),
                (36.0, 1),
                (36.1, 0),
                (38.0, 0),
                (38.1, 1),
                (39.0, 1),
                (39.1, 2),
                (41.0, 2),
            ],
        ),
    ];
    for (parameter, scale, oxygen, values) in rows {
        for (value, expected) in *values {
            let got = points(*parameter, codes(*parameter)[0], *value, *scale, *oxygen);
            assert_eq!(got, *expected, "{parameter} {value} {scale} oxygen {oxygen}");
        }
    }
    assert_eq!(points(P::Consciousness, "9269-2", 15.0, Scale1, false), 0);
    assert_eq!(points(P::Consciousness, "9269-2", 14.0, Scale1, false), 3);
}

#[test]
fn bands_follow_total_and_single_threes() {
    let rows = [
        (0, false, Band::Low),
        (4, false, Band::Low),
        (3, true, Band::LowMedium),
        (4, true, Band::LowMedium),
        (5, false, Band::Medium),
        (5, true, Band::Medium),
        (6, true, Band::Medium),
        (7, false, Band::High),
        (20, true, Band::High),
    ];
    for (total, red, expected) in rows {
        assert_eq!(band(total, red), expected, "{total} {red}");
    }
}

#[test]
fn all_seven_make_a_total() {
    let s = score(&well(), Scale1, at(1), GOOD_FOR);
    assert_eq!((s.total, s.band, s.parts.len()), (Some(0), Some(Band::Low), 7));
    let s = score(&with("9279-1", 26.0), Scale1, at(1), GOOD_FOR);
    assert_eq!((s.total, s.band), (Some(3), Some(Band::LowMedium)));
    // A retained saturation on oxygen is a warning on scale 2 only.
    let mut on_oxygen = with(OXYGEN_FLOW, 2.0);
    on_oxygen.iter_mut().filter(|r| r.code == "59408-5").for_each(|r| r.value = 97.0);
    assert_eq!(score(&on_oxygen, Scale1, at(1), GOOD_FOR).total, Some(2));
    assert_eq!(score(&on_oxygen, Scale2, at(1), GOOD_FOR).total, Some(5));
}

#[test]
fn what_is_missing_or_old_is_said_and_never_low() {
    for gone in P::ALL {
        let readings: Vec<_> = well().into_iter().filter(|r| !codes(*gone).contains(&r.code.as_str())).collect();
        let s = score(&readings, Scale1, at(1), GOOD_FOR);
        assert_eq!((s.total, s.band, s.missing), (None, None, vec![*gone]));
    }
    let exactly = score(&well(), Scale1, at(24), GOOD_FOR);
    assert_eq!(exactly.total, Some(0));
    let late = score(&well(), Scale1, at(25), GOOD_FOR);
    assert_eq!((late.total, late.band, late.old.len()), (None, None, 7));
    assert_eq!(score(&well(), Scale1, at(-1), GOOD_FOR).missing.len(), 7, "the future is not known");
    let nothing = score(&[], Scale1, at(0), GOOD_FOR);
    assert_eq!((nothing.total, nothing.band, nothing.missing.len()), (None, None, 7));
}

#[test]
fn what_is_known_can_already_be_high() {
    let few = [reading("9279-1", 28.0, 0), reading("59408-5", 88.0, 0), reading("8867-4", 140.0, 0)];
    let s = score(&few, Scale1, at(1), GOOD_FOR);
    assert_eq!((s.total, s.at_least, s.band), (None, 9, Some(Band::High)));
    let one = score(&few[..1], Scale1, at(1), GOOD_FOR);
    assert_eq!((one.total, one.band), (None, None), "a single three without the rest is no band");
    // With unknown oxygen a high saturation on scale 2 is no point yet: the bound is a lower one.
    assert_eq!(score(&[reading("59408-5", 97.0, 0)], Scale2, at(1), GOOD_FOR).at_least, 0);
}

#[test]
fn the_newest_reading_counts_and_a_round_is_one_point() {
    let mut readings = well();
    readings.push(reading("8867-4", 120.0, 6));
    let points = trend(&readings, Scale1, GOOD_FOR);
    assert_eq!(points.iter().map(|s| s.total).collect::<Vec<_>>(), [Some(0), Some(2)]);
    assert_eq!(points[1].at, at(6));
    let mut typed = well();
    for (minutes, r) in typed.iter_mut().enumerate() {
        r.measured_at = at(0) + SignedDuration::from_mins(minutes as i64);
    }
    assert_eq!(trend(&typed, Scale1, GOOD_FOR).len(), 1);
    assert!(trend(&[reading("29463-7", 60.0, 0)], Scale1, GOOD_FOR).is_empty());
}
