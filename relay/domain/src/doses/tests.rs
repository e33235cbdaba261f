use super::*;
use crate::dosage::{Route, TaperStep};
use crate::formulary::DrugId;
use crate::ids::{ConsultationId, DeliveryId, DoseEntryId, HomeId, PharmacyId, PrescriptionId, ResidentId, StaffId};
use crate::machines::{delivery, prescription};
use crate::records::{Count, Supplied, Supply};
use uuid::Uuid;

pub(crate) fn dose(value: f64) -> Dose {
    Dose::try_from(value).unwrap()
}

pub(crate) fn item(frequency: Frequency, days: u16) -> Item {
    Item {
        no: 1,
        drug_id: DrugId("amlodipine-5mg".to_owned()),
        dose: dose(1.0),
        frequency,
        route: Route::Oral,
        days,
        taper: Vec::new(),
        most_per_day: None,
        hours_apart: None,
        quantity: 28,
        instruction: String::new(),
        substitution: false,
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Delivered whole, signed on 23 November 2026.
pub(crate) fn prescription(items: Vec<Item>) -> Prescription {
    let supplied =
        items.iter().map(|i| Supplied { item_no: i.no, quantity: i.quantity, instead: vec![], closed: 0 }).collect();
    Prescription {
        id: PrescriptionId::from_uuid(Uuid::from_u128(1)),
        version: 1,
        state: prescription::State::Delivered,
        consultation_id: ConsultationId::from_uuid(Uuid::nil()),
        resident_id: ResidentId::from_uuid(Uuid::from_u128(2)),
        home_id: HomeId::from_uuid(Uuid::nil()),
        specialist_id: StaffId::from_uuid(Uuid::nil()),
        diagnosis_code: "I10".to_owned(),
        supply: Supply::Chronic,
        valid_days: 3,
        valid_until: Some(jiff::civil::date(2026, 11, 25)),
        items,
        findings: Vec::new(),
        urgency: crate::records::Urgency::Routine,
        assessment: None,
        hard_stop_reason: None,
        created_at: at("2026-11-23T02:00:00Z"),
        state_since: at("2026-11-23T06:00:00Z"),
        signed_at: Some(at("2026-11-23T02:00:00Z")),
        signature: None,
        pharmacist_id: None,
        approved_at: None,
        approval: None,
        rejection: None,
        pharmacy_id: None,
        accept_secret: None,
        packs: Vec::new(),
        delivery_id: None,
        supplied,
        offered: crate::offers::Offered::Everybody,
        questions: Vec::new(),
        replaces: None,
        end_reason: None,
        timeline: Vec::new(),
    }
}

pub(crate) fn delivery(state: delivery::State, ended_at: Option<Timestamp>, counts: Vec<Count>) -> Delivery {
    Delivery {
        id: DeliveryId::from_uuid(Uuid::nil()),
        version: 1,
        state,
        prescription_id: PrescriptionId::from_uuid(Uuid::from_u128(1)),
        resident_id: ResidentId::from_uuid(Uuid::from_u128(2)),
        home_id: HomeId::from_uuid(Uuid::nil()),
        pharmacy_id: PharmacyId::from_uuid(Uuid::nil()),
        parcel_code: crate::checked::ParcelCode::from_random([1; 8]),
        cold_chain: false,
        packs: Vec::new(),
        courier_name: String::new(),
        courier_phone: String::new(),
        run_id: crate::ids::CourierRunId::from_uuid(Uuid::nil()),
        label_key: None,
        code_hash: None,
        wrong_codes: 0,
        quarantine: None,
        attempts: Vec::new(),
        counts,
        comment: None,
        created_at: at("2026-11-23T04:00:00Z"),
        ended_at,
        timeline: Vec::new(),
    }
}

pub(crate) fn entry(due_at: Timestamp, sequence: u32, state: State) -> DoseEntry {
    DoseEntry {
        id: DoseEntryId::from_uuid(Uuid::from_u128(u128::from(sequence))),
        prescription_id: PrescriptionId::from_uuid(Uuid::from_u128(1)),
        item_no: 1,
        resident_id: ResidentId::from_uuid(Uuid::from_u128(2)),
        home_id: HomeId::from_uuid(Uuid::nil()),
        due_at,
        sequence,
        state,
        dose: dose(1.0),
        at: due_at,
        recorded_at: due_at,
        author: StaffId::from_uuid(Uuid::nil()),
        not_given: None,
        need: None,
        batch: None,
        note: None,
        scanned: false,
    }
}

fn local(item: &Item, received_at: &str, zone: &str) -> Vec<String> {
    let zone = Zone::parse(zone).unwrap();
    let course = Course { item, received_at: at(received_at), stopped_at: None, zone: &zone };
    course.doses().iter().map(|due| zone.rules().to_datetime(due.at).strftime("%m-%d %H:%M").to_string()).collect()
}

#[test]
fn begins_with_the_first_time_after_receipt_and_no_dose_is_left_over() {
    let shanghai = "Asia/Shanghai";
    // Received at ten in the morning.
    let ten = "2026-11-23T02:00:00Z";
    assert_eq!(local(&item(Frequency::Qd, 2), ten, shanghai), ["11-24 08:00", "11-25 08:00"]);
    assert_eq!(local(&item(Frequency::Qn, 2), ten, shanghai), ["11-23 21:00", "11-24 21:00"]);
    let bid = ["11-23 18:00", "11-24 08:00", "11-24 18:00", "11-25 08:00"];
    assert_eq!(local(&item(Frequency::Bid, 2), ten, shanghai), bid);
    assert_eq!(local(&item(Frequency::Qod, 5), ten, shanghai), ["11-24 08:00", "11-26 08:00", "11-28 08:00"]);
    assert_eq!(local(&item(Frequency::Qw, 14), ten, shanghai), ["11-24 08:00", "12-01 08:00"]);
    assert_eq!(local(&item(Frequency::St, 1), ten, shanghai), ["11-23 10:00"]);
    assert!(local(&item(Frequency::Prn, 7), ten, shanghai).is_empty());
}

#[test]
fn the_steps_of_a_taper_follow_each_other() {
    let step = |value, frequency, days| TaperStep { dose: dose(value), frequency, days };
    let taper = vec![step(2.0, Frequency::Bid, 2), step(1.0, Frequency::Qd, 2)];
    let line = Item { days: 4, taper, ..item(Frequency::Bid, 4) };
    let zone = Zone::shanghai();
    let course = Course { item: &line, received_at: at("2026-11-23T02:00:00Z"), stopped_at: None, zone: &zone };
    let doses = course.doses();
    let steps: Vec<(f64, String)> = doses
        .iter()
        .map(|due| (due.dose.as_f64(), zone.rules().to_datetime(due.at).strftime("%d %H").to_string()))
        .collect();
    let expected = [(2.0, "23 18"), (2.0, "24 08"), (2.0, "24 18"), (2.0, "25 08"), (1.0, "26 08"), (1.0, "27 08")];
    assert_eq!(steps, expected.map(|(dose, at)| (dose, at.to_owned())));
}

#[test]
fn the_clock_on_the_wall_holds_over_a_change_of_the_clocks() {
    // In Berlin 29 March 2026 has no two o'clock and 25 October has two of them.
    let spring = local(&item(Frequency::Q4h, 2), "2026-03-28T22:00:00Z", "Europe/Berlin");
    let times = ["03:00", "06:00", "10:00", "14:00", "18:00", "22:00"];
    assert_eq!(spring[..6], times.map(|time| format!("03-29 {time}")));
    assert_eq!(spring[6], "03-30 02:00");
    let autumn = local(&item(Frequency::Q4h, 1), "2026-10-24T22:00:00Z", "Europe/Berlin");
    assert_eq!(autumn.len(), 6, "two o'clock comes twice and is given once");
    let qd = local(&item(Frequency::Qd, 3), "2026-03-28T05:00:00Z", "Europe/Berlin");
    assert_eq!(qd, ["03-28 08:00", "03-29 08:00", "03-30 08:00"]);
}

#[test]
fn a_stop_ends_the_doses_at_once() {
    let (line, zone) = (item(Frequency::Bid, 7), Zone::shanghai());
    let course = Course {
        item: &line,
        received_at: at("2026-11-23T02:00:00Z"),
        stopped_at: Some(at("2026-11-24T09:59:59Z")),
        zone: &zone,
    };
    assert_eq!(course.doses().len(), 2, "the dose one second later is not due any more");
}

#[test]
fn what_came_with_a_later_parcel_begins_later_and_what_never_came_never() {
    let second = Item { no: 2, ..item(Frequency::Qd, 7) };
    let third = Item { no: 3, ..item(Frequency::Qd, 7) };
    let p = prescription(vec![item(Frequency::Qd, 7), second, third]);
    let count = |item_no, quantity, damaged| Count { item_no, quantity, damaged };
    let ended = |text| Some(at(text));
    let state = delivery::State::Discrepancy;
    let deliveries = [
        delivery(state, ended("2026-11-23T06:00:00Z"), vec![count(1, 7, 0), count(2, 7, 7), count(3, 0, 0)]),
        delivery(state, ended("2026-11-24T06:00:00Z"), vec![count(1, 7, 0), count(2, 7, 0)]),
    ];
    let zone = Zone::shanghai();
    let begun: Vec<(u16, Timestamp)> =
        courses(&p, &deliveries, &zone).iter().map(|course| (course.item.no, course.received_at)).collect();
    assert_eq!(begun, [(1, at("2026-11-23T06:00:00Z")), (2, at("2026-11-24T06:00:00Z"))]);
}

#[test]
fn a_dose_is_missed_when_its_time_is_over_and_a_late_entry_still_counts() {
    let policy = Policy::default();
    let due = at("2026-11-24T00:00:00Z");
    let (soon, late) = (at("2026-11-24T02:00:00Z"), at("2026-11-24T02:00:01Z"));
    assert_eq!(state_of(due, &[], &policy, soon), State::Due);
    assert_eq!(state_of(due, &[], &policy, late), State::Missed);
    let (given, back) = (entry(due, 1, State::Given), entry(due, 2, State::Due));
    assert_eq!(state_of(due, &[&given], &policy, late), State::Given);
    assert_eq!(state_of(due, &[&given, &back], &policy, soon), State::Due, "the entry was taken back");
    assert_eq!(event(State::Missed, Some(Outcome::Given)), Event::Record(Outcome::Given));
    assert_eq!(event(State::Given, Some(Outcome::Held)), Event::Correct(Outcome::Held));
    assert_eq!(event(State::Given, None), Event::Retract);
}

#[test]
fn the_bound_of_a_day_holds_over_midnight_and_for_late_entries() {
    let hour = |h: i64| at("2026-11-23T00:00:00Z") + SignedDuration::from_hours(h);
    let given = [hour(1), hour(9), hour(20)];
    assert!(exceeds(&given, hour(23), 3) && !exceeds(&given, hour(25), 3) && !exceeds(&given, hour(23), 4));
    assert!(exceeds(&given, hour(4), 3), "an entry that comes late is counted where it belongs");
    assert!(!exceeds(&[], hour(1), 1));
}

/// Nothing kept the second dose from following the first by a minute.
#[test]
fn what_is_taken_when_needed_keeps_its_hours_apart_in_both_directions() {
    let hour = |h: i64| at("2026-11-23T00:00:00Z") + SignedDuration::from_hours(h);
    let given = [hour(2), hour(10)];
    assert_eq!(too_soon(&given, hour(4), 4), Some(hour(6)));
    assert_eq!((too_soon(&given, hour(6), 4), too_soon(&given, hour(14), 4)), (None, None), "the last moment is over");
    assert_eq!(too_soon(&given, hour(7), 4), Some(hour(14)), "entered after the dose that followed it");
    assert_eq!(too_soon(&[], hour(1), 4), None);
}

/// What was given without a link beyond its bound is told from those that kept it.
#[test]
fn of_what_was_given_when_needed_the_one_that_followed_too_soon_broke_the_bound() {
    let policy = Policy::default();
    let hour = |h: i64| at("2026-11-23T00:00:00Z") + SignedDuration::from_hours(h);
    let line = Item { most_per_day: Some(2), hours_apart: Some(4), ..item(Frequency::Prn, 7) };
    assert_eq!(broken(&line, &policy, &[hour(1)], hour(2)), Some(Bound::Apart { hours: 4, from: hour(5) }));
    assert_eq!(
        broken(&line, &policy, &[hour(1), hour(6)], hour(7)),
        Some(Bound::Day { most: 2 }),
        "the day weighs more"
    );
    assert_eq!(broken(&line, &policy, &[hour(1)], hour(5)), None);
    let given =
        |h, id| DoseEntry { id: DoseEntryId::from_uuid(Uuid::from_u128(id)), ..entry(hour(h), 1, State::Given) };
    let (first, second, third) = (given(1, 1), given(3, 2), given(9, 3));
    let standing = [&first, &second, &third];
    let found = standing.map(|one| broke(&line, &policy, &standing, one));
    assert_eq!(found, [None, Some(Bound::Apart { hours: 4, from: hour(5) }), Some(Bound::Day { most: 2 })]);
}

proptest::proptest! {
    #[test]
    fn a_course_has_as_many_doses_as_the_pattern_says(
        f in 0..Frequency::ALL.len(), days in 1_u16..90, minutes in 0_i64..600_000, zone in 0_usize..3,
    ) {
        let zone = Zone::parse(["Asia/Shanghai", "Europe/Berlin", "America/New_York"][zone]).unwrap();
        let line = item(Frequency::ALL[f], days);
        let received_at = at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(minutes);
        let course = Course { item: &line, received_at, stopped_at: None, zone: &zone };
        let doses = course.doses();
        let expected = line.frequency.pattern().map_or(0, |pattern| pattern.doses(u64::from(days)));
        proptest::prop_assert_eq!(doses.len() as u64, expected);
        proptest::prop_assert!(doses.windows(2).all(|pair| pair[0].at < pair[1].at));
        let at_once = line.frequency == Frequency::St;
        proptest::prop_assert!(doses.iter().all(|due| due.at > received_at || at_once && due.at == received_at));
        for due in &doses {
            proptest::prop_assert_eq!(zone.date(due.at), due.day);
        }
    }
}
