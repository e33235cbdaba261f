//! Slots: daylight saving both ways, leap day, year end, two zones; and the laws that hold for every availability.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use jiff::civil::{Date, date, time};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use yunzhen_domain::fhir;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::records::Urgency;
use yunzhen_domain::schedule::{
    Availability, AvailabilityError, Exception, Failed, Rebooking, Rule, Slot, Weekday, Zone, after_failure, blocks,
    first_free, free, slots,
};

fn who() -> StaffId {
    StaffId::new(Timestamp::UNIX_EPOCH, [7; 10])
}

fn rule(weekday: Weekday, start: (i8, i8), end: (i8, i8), slot_minutes: u32) -> Rule {
    Rule {
        weekday,
        start: time(start.0, start.1, 0, 0),
        end: time(end.0, end.1, 0, 0),
        slot_minutes,
        valid_from: date(2020, 1, 1),
        valid_until: None,
    }
}

fn published(zone: &str, rules: Vec<Rule>, exceptions: Vec<Exception>) -> Availability {
    let published =
        Availability { specialist_id: who(), version: 1, zone: Zone::parse(zone).unwrap(), rules, exceptions };
    published.check().unwrap();
    published
}

/// The slots of one local day, as they read on the clock of the zone.
fn on_clock(published: &Availability, day: Date) -> Vec<String> {
    let start = published.zone.instant(day.to_datetime(time(0, 0, 0, 0))).unwrap();
    let end = published.zone.instant(day.tomorrow().unwrap().to_datetime(time(0, 0, 0, 0))).unwrap();
    let text = |at: Timestamp| published.zone.rules().to_datetime(at).time().strftime("%H:%M").to_string();
    slots(published, start, end).iter().map(|s| format!("{}-{}", text(s.starts_at), text(s.ends_at))).collect()
}

#[test]
fn a_week_with_a_day_off_and_an_extra_block() {
    let published = published(
        "Asia/Shanghai",
        vec![rule(Weekday::Monday, (9, 0), (10, 0), 20), rule(Weekday::Tuesday, (14, 0), (14, 50), 20)],
        vec![
            Exception::DayOff { date: date(2026, 11, 30) },
            Exception::ExtraBlock {
                date: date(2026, 11, 30),
                start: time(19, 0, 0, 0),
                end: time(19, 30, 0, 0),
                slot_minutes: 30,
            },
        ],
    );
    assert_eq!(on_clock(&published, date(2026, 11, 23)), ["09:00-09:20", "09:20-09:40", "09:40-10:00"]);
    assert_eq!(on_clock(&published, date(2026, 11, 24)), ["14:00-14:20", "14:20-14:40"], "no slot beyond the block");
    assert_eq!(on_clock(&published, date(2026, 11, 25)), Vec::<String>::new());
    assert_eq!(on_clock(&published, date(2026, 11, 30)), ["19:00-19:30"], "an extra block holds on a day off");
}

#[test]
fn the_hour_that_is_not_there_has_no_slot() {
    let night = |start, end| published("Europe/Berlin", vec![rule(Weekday::Sunday, start, end, 30)], vec![]);
    let forward = date(2026, 3, 29);
    let over = on_clock(&night((1, 0), (4, 0)), forward);
    assert_eq!(over, ["01:00-01:30", "01:30-03:00", "03:00-03:30", "03:30-04:00"], "01:30 to 02:00 is 03:00");
    assert_eq!(on_clock(&night((2, 0), (3, 0)), forward), Vec::<String>::new(), "the whole block is jumped over");
    assert_eq!(on_clock(&night((2, 30), (4, 0)), forward), ["03:00-03:30", "03:30-04:00"]);
    assert_eq!(on_clock(&night((1, 0), (4, 0)), date(2026, 3, 22)).len(), 6);
}

#[test]
fn the_hour_that_comes_twice_has_slots_in_both() {
    let published = published("Europe/Berlin", vec![rule(Weekday::Sunday, (1, 0), (4, 0), 60)], vec![]);
    let back = date(2026, 10, 25);
    assert_eq!(on_clock(&published, back), ["01:00-02:00", "02:00-02:00", "02:00-03:00", "03:00-04:00"]);
    let from = published.zone.instant(back.to_datetime(time(0, 0, 0, 0))).unwrap();
    let all = slots(&published, from, from + SignedDuration::from_hours(25));
    assert!(all.iter().all(|s| s.ends_at.duration_since(s.starts_at) == SignedDuration::from_hours(1)));
    assert!(all.windows(2).all(|pair| pair[0].ends_at == pair[1].starts_at));
}

#[test]
fn china_has_had_no_summer_time_since_1991_and_the_rules_know_it() {
    let published = published("Asia/Shanghai", vec![rule(Weekday::Sunday, (1, 0), (4, 0), 60)], vec![]);
    for day in [date(2026, 3, 29), date(2026, 10, 25), date(2026, 5, 3)] {
        assert_eq!(on_clock(&published, day).len(), 3, "{day}");
    }
}

#[test]
fn leap_day_and_year_end() {
    let end = (0, 0);
    let late = published(
        "Asia/Shanghai",
        vec![
            rule(Weekday::Tuesday, (8, 0), (9, 0), 30),
            rule(Weekday::Thursday, (23, 0), end, 30),
            rule(Weekday::Friday, (0, 0), (1, 0), 30),
        ],
        vec![],
    );
    assert_eq!(on_clock(&late, date(2028, 2, 29)), ["08:00-08:30", "08:30-09:00"], "29 February 2028 is a Tuesday");
    // 31 December 2026 is a Thursday: the block ends with the year, the next begins with the new one.
    assert_eq!(on_clock(&late, date(2026, 12, 31)), ["23:00-23:30", "23:30-00:00"]);
    assert_eq!(on_clock(&late, date(2027, 1, 1)), ["00:00-00:30", "00:30-01:00"]);
    let eve = late.zone.instant(date(2026, 12, 31).at(23, 0, 0, 0)).unwrap();
    assert_eq!(slots(&late, eve, eve + SignedDuration::from_hours(2)).len(), 4, "one window over midnight");
}

#[test]
fn validity_is_by_the_day_of_the_hospital() {
    let mut monday = rule(Weekday::Monday, (0, 0), (0, 30), 30);
    monday.valid_from = date(2026, 11, 30);
    monday.valid_until = Some(date(2026, 12, 7));
    let published = published("Asia/Shanghai", vec![monday], vec![]);
    let count = |day| on_clock(&published, day).len();
    assert_eq!(
        [date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 14)].map(count),
        [0, 1, 1, 0]
    );
}

#[test]
fn home_and_hospital_in_different_zones_mean_the_same_instant() {
    // The hospital is in Urumqi (UTC+6 by its IANA zone), the home in Shanghai (UTC+8).
    let hospital = published("Asia/Urumqi", vec![rule(Weekday::Monday, (22, 0), (23, 0), 60)], vec![]);
    let from: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let all = slots(&hospital, from, from + SignedDuration::from_hours(72));
    let home = Zone::shanghai();
    assert_eq!(all.len(), 1);
    assert_eq!(
        home.rules().to_datetime(all[0].starts_at).to_string(),
        "2026-11-24T00:00:00",
        "already Tuesday in the home"
    );
    assert_eq!(all[0].starts_at.to_string(), "2026-11-23T16:00:00Z");
}

#[test]
fn what_cannot_be_published_names_its_line() {
    let check = |rule: Rule| Availability { rules: vec![rule], ..Availability::none(who(), Zone::shanghai()) }.check();
    let empty = check(rule(Weekday::Monday, (9, 0), (9, 0), 10));
    assert_eq!(empty, Err(AvailabilityError::Empty { path: "rules[0].end".into() }));
    for minutes in [0, 4, 121, 61] {
        let wrong = check(rule(Weekday::Monday, (9, 0), (10, 0), minutes));
        assert_eq!(wrong, Err(AvailabilityError::SlotMinutes { path: "rules[0].slot_minutes".into() }), "{minutes}");
    }
    let mut over = rule(Weekday::Monday, (9, 0), (10, 0), 10);
    over.valid_until = Some(date(2019, 1, 1));
    assert!(matches!(check(over), Err(AvailabilityError::Validity { .. })));
    assert_eq!(check(rule(Weekday::Monday, (23, 0), (0, 0), 30)), Ok(()), "until midnight");
}

#[test]
fn after_a_technical_failure() {
    let published = published("Asia/Shanghai", vec![rule(Weekday::Monday, (9, 0), (10, 0), 30)], vec![]);
    let now: Timestamp = "2026-11-23T00:30:00Z".parse().unwrap();
    let horizon = SignedDuration::from_hours(24);
    let failed = |urgency, specialist| Failed { urgency, specialist };
    let first = first_free(&published, &[], now, now + horizon).unwrap();
    let next = |failed, taken: &[Slot]| after_failure(failed, Some(&published), taken, now, horizon);
    let routine = failed(Urgency::Routine, Some(who()));
    assert_eq!(next(routine, &[]), Rebooking::At(first));
    let second = Slot { starts_at: first.ends_at, ends_at: first.ends_at + SignedDuration::from_mins(30) };
    assert_eq!(next(routine, &[first]), Rebooking::At(second));
    assert_eq!(next(routine, &[first, second]), Rebooking::Waitlist);
    assert_eq!(after_failure(routine, None, &[], now, horizon), Rebooking::Waitlist);
    assert_eq!(next(failed(Urgency::Routine, None), &[]), Rebooking::Open);
    assert_eq!(next(failed(Urgency::Urgent, Some(who())), &[]), Rebooking::AtOnce);
}

#[test]
fn every_state_has_an_appointment_status() {
    let table: Vec<String> = State::ALL
        .iter()
        .map(|state| {
            format!(
                "{state} = {}{}",
                fhir::appointment(*state, false),
                if *state == State::Requested { ", waitlist" } else { "" }
            )
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
    assert_eq!(fhir::appointment(State::Requested, true), "waitlist");
}

fn any_rule() -> impl Strategy<Value = Rule> {
    (0_usize..7, 0_i8..23, 0_i8..60, 1_i32..600, 5_u32..=120).prop_map(|(day, hour, minute, length, slot)| {
        let start = i32::from(hour) * 60 + i32::from(minute);
        let end = (start + length.max(i32::try_from(slot).unwrap())).min(24 * 60);
        let end = if end == 24 * 60 { (0, 0) } else { ((end / 60) as i8, (end % 60) as i8) };
        rule(Weekday::ALL[day], (hour, minute), end, slot)
    })
}

proptest! {
    #[test]
    fn slots_never_overlap_and_lie_within_the_availability(
        rules in proptest::collection::vec(any_rule(), 0..6),
        zone in proptest::sample::select(vec!["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
        start_day in 0_i64..730,
        days in 1_i64..15,
        extra in proptest::option::of((0_i8..23, 5_u32..60)),
    ) {
        let mut published = Availability { rules, ..Availability::none(who(), Zone::parse(zone).unwrap()) };
        published.rules.retain(|rule| Availability { rules: vec![rule.clone()], ..Availability::none(who(), Zone::shanghai()) }.check().is_ok());
        let from: Timestamp = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * start_day);
        let until = from + SignedDuration::from_hours(24 * days);
        if let Some((hour, slot)) = extra {
            let date = published.zone.date(from).tomorrow().unwrap();
            published.exceptions.push(Exception::ExtraBlock { date, start: time(hour, 0, 0, 0), end: time(hour + 1, 0, 0, 0) , slot_minutes: slot });
        }
        let all = slots(&published, from, until);
        prop_assert!(all.windows(2).all(|pair| pair[0].ends_at <= pair[1].starts_at), "{all:?}");
        let blocks = blocks(&published, from, until);
        for slot in &all {
            prop_assert!(slot.starts_at < slot.ends_at);
            prop_assert!(from <= slot.starts_at && slot.starts_at < until);
            prop_assert!(blocks.iter().any(|(block, _)| slot.within(block)), "{slot:?} is in no block");
        }
        // A window in two halves finds what the whole finds: where one looks from changes nothing.
        let middle = from + SignedDuration::from_hours(12 * days);
        let mut halves = slots(&published, from, middle);
        halves.extend(slots(&published, middle, until));
        prop_assert_eq!(&halves, &all);
        // What is taken is not free, and the rest is.
        let taken: Vec<Slot> = all.iter().step_by(2).copied().collect();
        let left = free(&all, &taken);
        prop_assert_eq!(left.len() + taken.len(), all.len());
        prop_assert!(left.iter().all(|slot| !taken.contains(slot)));
    }
}
