use super::*;
use crate::dosage::Frequency;
use crate::doses::tests::{at, dose as amount, entry, item, prescription};
use crate::lots::Lot;
use crate::machines::dose;
use crate::records::{DoseEntry, Supplied};
use jiff::civil::{Date, date};

/// What came of the only line, and what of it was settled without coming.
fn supplied(quantity: u32, closed: u32) -> Vec<Supplied> {
    vec![Supplied { item_no: 1, quantity, instead: vec![], closed }]
}

fn lot(batch: &str, milli: u64, barred_since: Option<&str>) -> Lot {
    Lot { drug_id: None, batch: batch.to_owned(), milli, barred_since: barred_since.map(at) }
}

/// Received at ten in the morning of 23 November: the first dose is on the 24th.
fn seen(p: &Prescription, entries: &[DoseEntry], lots: &[Lot], now: &str) -> Option<Running> {
    let zone = Zone::shanghai();
    let course = Course { item: &p.items[0], received_at: at("2026-11-23T02:00:00Z"), stopped_at: None, zone: &zone };
    let stock = Stock { prescription: p, course, entries: entries.iter().collect(), doses_per_unit: 1.0, lots };
    Running::arrived(&stock, at(now))
}

/// Its only line, of which nothing has come.
fn not_arrived(p: &Prescription, now: &str) -> Option<Running> {
    Running::not_arrived(p, &p.items[0], &Zone::shanghai(), at(now))
}

/// Twenty-eight of one a day, of which so many came and so many were settled without coming.
fn course(quantity: u32, closed: u32) -> Prescription {
    Prescription { supplied: supplied(quantity, closed), ..prescription(vec![item(Frequency::Qd, 28)]) }
}

fn left(running: Option<Running>) -> (u64, u32, Date) {
    let Some(Running { hand: Hand::Left { milli, lasts: Some(lasts) }, .. }) = running else { panic!("{running:?}") };
    (milli, lasts.days, lasts.last_day)
}

fn nothing(running: Option<Running>) -> NothingLeft {
    let Some(Running { hand: Hand::Nothing(why), rest: None, .. }) = running else { panic!("{running:?}") };
    why
}

#[test]
fn a_day_is_counted_from_the_next_dose_on() {
    let p = course(28, 0);
    assert_eq!(left(seen(&p, &[], &[], "2026-11-23T02:00:00Z")), (28_000, 28, date(2026, 12, 21)));
    // In the night before the dose of the 24th, and after it.
    assert_eq!(left(seen(&p, &[], &[], "2026-11-23T20:00:00Z")).1, 28);
    assert_eq!(left(seen(&p, &[], &[], "2026-11-24T02:00:00Z")), (27_000, 27, date(2026, 12, 21)));
    assert_eq!(nothing(seen(&p, &[], &[], "2026-12-21T02:00:00Z")), NothingLeft::UsedUp);
    assert_eq!(seen(&p, &[], &[], "2026-12-21T16:00:00Z"), None, "its days are over");
}

#[test]
fn of_a_batch_that_was_called_back_nothing_is_in_hand() {
    let p = course(28, 0);
    let (now, recalled) = ("2026-11-26T12:00:00Z", Some("2026-11-26T10:00:00Z"));
    let whole = [lot("A", 14_000, None), lot("B", 14_000, None)];
    assert_eq!(left(seen(&p, &[], &whole, now)).1, 25);
    let one = [lot("A", 14_000, recalled), lot("B", 14_000, None)];
    assert_eq!(left(seen(&p, &[], &one, now)), (14_000, 14, date(2026, 12, 10)));
    let all = [lot("A", 28_000, recalled)];
    let found = seen(&p, &[], &all, now);
    assert_eq!((found.as_ref().unwrap().lasts(), nothing(found)), (None, NothingLeft::CalledBack));
    // Days later too: nobody gave it meanwhile.
    assert_eq!(nothing(seen(&p, &[], &all, "2026-12-20T12:00:00Z")), NothingLeft::CalledBack);
    // Of the batch nothing was left by then: what lacks is what never came.
    let used = [lot("A", 3_000, recalled), lot("B", 1_000, None)];
    assert_eq!(nothing(seen(&course(4, 24), &[], &used, "2026-11-28T12:00:00Z")), NothingLeft::NeverCame);
}

#[test]
fn what_was_written_off_is_not_in_hand() {
    assert_eq!(left(seen(&course(5, 23), &[], &[], "2026-11-23T02:00:00Z")), (5_000, 5, date(2026, 11, 28)));
    assert_eq!(nothing(seen(&course(5, 23), &[], &[], "2026-11-29T02:00:00Z")), NothingLeft::NeverCame);
    assert_eq!(nothing(not_arrived(&course(0, 28), "2026-11-24T04:00:00Z")), NothingLeft::NeverCame);
}

#[test]
fn what_is_still_owed_is_to_come_and_no_longer_once_nobody_sends_it() {
    let at_counter = |p: Prescription| Prescription { state: prescription::State::Dispensing, ..p };
    let expired = |p: Prescription| Prescription { state: prescription::State::Expired, ..p };
    let found = seen(&at_counter(course(10, 0)), &[], &[], "2026-11-23T02:00:00Z").unwrap();
    assert_eq!(found.lasts(), Some(Lasts { last_day: date(2026, 12, 21), days: 28 }));
    assert_eq!(left(Some(found)), (10_000, 10, date(2026, 12, 3)));
    let found = seen(&expired(course(10, 0)), &[], &[], "2026-11-23T02:00:00Z").unwrap();
    assert_eq!(found.lasts().map(|lasts| lasts.days), Some(10));
    let none = Prescription { supplied: vec![], ..course(0, 0) };
    let p = at_counter(none.clone());
    let found = not_arrived(&p, "2026-11-25T04:00:00Z").unwrap();
    assert_eq!((found.hand, found.lasts().map(|lasts| lasts.days)), (Hand::ToCome, Some(27)));
    assert_eq!(not_arrived(&p, "2026-12-22T04:00:00Z"), None);
    assert_eq!(not_arrived(&expired(none), "2026-11-24T04:00:00Z"), None);
}

/// It ended a day before the delivered line where it was signed after the last dose of the day.
#[test]
fn what_is_to_come_lasts_as_long_as_if_it_had_come_with_its_signature() {
    let signed = |time: &str, frequency: Frequency| Prescription {
        state: prescription::State::Signed,
        supplied: vec![],
        signed_at: Some(at(time)),
        ..prescription(vec![item(frequency, 28)])
    };
    let lasts = |p: &Prescription, now: &str| not_arrived(p, now).and_then(|running| running.lasts()).unwrap();
    // Ten past ten at night: the first dose would be on the 24th.
    let late = "2026-11-23T14:10:00Z";
    let p = signed(late, Frequency::Qd);
    assert_eq!(lasts(&p, late), Lasts { last_day: date(2026, 12, 21), days: 28 });
    assert_eq!(lasts(&p, late).last_day, left(seen(&course(28, 0), &[], &[], late)).2, "as what came on that day");
    assert_eq!(lasts(&p, "2026-11-24T14:10:00Z").days, 28);
    // Before the dose of the day that day counts.
    let early = "2026-11-22T22:00:00Z";
    assert_eq!(lasts(&signed(early, Frequency::Qd), early), Lasts { last_day: date(2026, 12, 20), days: 28 });
    assert_eq!(lasts(&signed(late, Frequency::Prn), late), Lasts { last_day: date(2026, 12, 20), days: 28 });
}

#[test]
fn what_the_prescriber_stopped_does_not_run() {
    let p = Prescription { state: prescription::State::Stopped, ..course(28, 0) };
    assert_eq!(seen(&p, &[], &[], "2026-11-24T02:00:00Z"), None);
    assert_eq!(not_arrived(&p, "2026-11-24T04:00:00Z"), None);
}

#[test]
fn what_was_refused_is_still_in_hand_and_what_nobody_wrote_about_is_not() {
    let p = course(10, 18);
    let day = |n: i64| at("2026-11-24T00:00:00Z") + jiff::SignedDuration::from_hours(24 * n);
    let refused = [entry(day(0), 1, dose::State::Refused), entry(day(1), 1, dose::State::Given)];
    assert_eq!(left(seen(&p, &[], &[], "2026-11-25T12:00:00Z")).0, 8_000);
    assert_eq!(left(seen(&p, &refused, &[], "2026-11-25T12:00:00Z")), (9_000, 9, date(2026, 12, 4)));
}

#[test]
fn what_is_taken_when_needed_is_counted_by_its_days_and_stays_while_some_is_left() {
    let p = prescription(vec![item(Frequency::Prn, 7)]);
    assert_eq!(left(seen(&p, &[], &[], "2026-11-23T02:00:00Z")), (28_000, 7, date(2026, 11, 29)));
    let later = seen(&p, &[], &[], "2026-12-05T02:00:00Z").unwrap();
    assert_eq!((later.hand, later.lasts()), (Hand::Left { milli: 28_000, lasts: None }, None));
    let all = [lot("A", 28_000, Some("2026-11-24T10:00:00Z"))];
    assert_eq!(nothing(seen(&p, &[], &all, "2026-11-25T02:00:00Z")), NothingLeft::CalledBack);
    assert_eq!(seen(&p, &[], &all, "2026-12-05T02:00:00Z"), None);
}

/// Whoever prescribed saw the strongest step of a taper until its last day.
#[test]
fn of_a_taper_the_step_of_today_is_taken_and_the_next_has_its_first_day() {
    let step = |value| TaperStep { dose: amount(value), frequency: Frequency::Qd, days: 5 };
    let line = Item { dose: amount(6.0), taper: vec![step(6.0), step(4.0), step(2.0)], ..item(Frequency::Qd, 15) };
    let p = Prescription { supplied: supplied(60, 0), ..prescription(vec![line]) };
    let taken = |now: &str| seen(&p, &[], &[], now).unwrap().taken;
    let of =
        |now, then: Option<(f64, Option<Date>)>| Taken { now: step(now), then: then.map(|(n, day)| (step(n), day)) };
    assert_eq!(taken("2026-11-23T02:00:00Z"), of(6.0, Some((4.0, Some(date(2026, 11, 29))))));
    // The last dose of the step was given this morning: today it is still the step.
    assert_eq!(taken("2026-11-28T02:00:00Z"), of(6.0, Some((4.0, Some(date(2026, 11, 29))))));
    assert_eq!(taken("2026-11-28T16:30:00Z"), of(4.0, Some((2.0, Some(date(2026, 12, 4))))));
    assert_eq!(taken("2026-12-05T02:00:00Z"), of(2.0, None));
    let first = Taken::from_the_first(&DraftItem::from(&p.items[0]));
    assert_eq!(first, of(6.0, Some((4.0, None))), "before anything came nobody knows the day");
}
