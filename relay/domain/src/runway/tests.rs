use super::*;
use crate::dosage::Frequency;
use crate::doses::tests::{at, dose, entry, item, prescription};
use crate::records::{Item, Supplied};
use crate::schedule::Zone;
use jiff::civil::date;

fn runway(p: &Prescription, entries: &[DoseEntry], now: &str) -> Runway {
    let zone = Zone::shanghai();
    let course = Course { item: &p.items[0], received_at: at("2026-11-23T02:00:00Z"), stopped_at: None, zone: &zone };
    let entries = entries.iter().collect();
    Stock { prescription: p, course, entries, doses_per_unit: 1.0, lots: &[] }.runway(&Policy::default(), at(now))
}

#[test]
fn the_last_day_is_the_last_with_all_its_doses() {
    let p = prescription(vec![item(Frequency::Qd, 28)]);
    let begin = runway(&p, &[], "2026-11-23T02:00:00Z");
    assert_eq!((begin.left_milli, begin.last_day, begin.runs_out), (28_000, Some(date(2026, 12, 21)), RunsOut::Cap));
    // Ten of them: the first is on the 24th.
    let short =
        Prescription { supplied: vec![Supplied { item_no: 1, quantity: 10, instead: vec![], closed: 0 }], ..p.clone() };
    let begin = runway(&short, &[], "2026-11-23T02:00:00Z");
    assert_eq!((begin.last_day, begin.runs_out), (Some(date(2026, 12, 3)), RunsOut::Stock));
    let policy = Policy::default();
    assert_eq!(begin.first_warning(&policy), Some(date(2026, 11, 28)));
    assert!(!begin.warns(&policy, date(2026, 11, 27)) && begin.warns(&policy, date(2026, 11, 28)));
    // Half a day is no day.
    let twice = Prescription { items: vec![Item { dose: dose(1.0), ..item(Frequency::Bid, 28) }], ..short };
    assert_eq!(
        runway(&twice, &[], "2026-11-23T02:00:00Z").last_day,
        Some(date(2026, 11, 27)),
        "the tenth is the morning's of the 28th"
    );
}

#[test]
fn what_nobody_wrote_about_counts_as_taken_and_what_was_refused_does_not() {
    let p = Prescription {
        supplied: vec![Supplied { item_no: 1, quantity: 10, instead: vec![], closed: 0 }],
        ..prescription(vec![item(Frequency::Qd, 28)])
    };
    let day = |n: i64| at("2026-11-24T00:00:00Z") + jiff::SignedDuration::from_hours(24 * n);
    let now = "2026-11-26T12:00:00Z";
    assert_eq!(runway(&p, &[], now).left_milli, 7_000);
    let refused = [entry(day(0), 1, State::Refused), entry(day(1), 1, State::Given)];
    let after = runway(&p, &refused, now);
    assert_eq!((after.left_milli, after.last_day), (8_000, Some(date(2026, 12, 4))));
    // Given before its time it is given once.
    let early = [entry(day(3), 1, State::Given)];
    assert_eq!(runway(&p, &early, now).left_milli, 6_000);
    assert_eq!(runway(&p, &early, now).last_day, Some(date(2026, 12, 3)));
}

/// At the short receipt the prescriber was asked to renew what the pharmacy was about to send.
#[test]
fn what_a_pharmacy_owes_is_on_its_way_for_a_refill_and_not_in_the_home() {
    use prescription::State as P;
    let of = |state| Prescription {
        state,
        supplied: vec![Supplied { item_no: 1, quantity: 10, instead: vec![], closed: 0 }],
        ..crate::doses::tests::prescription(vec![item(Frequency::Qd, 28)])
    };
    let (zone, now, policy) = (Zone::shanghai(), at("2026-11-23T02:00:00Z"), Policy::default());
    let found = |p: &Prescription| {
        let course = Course { item: &p.items[0], received_at: now, stopped_at: None, zone: &zone };
        let stock = Stock { prescription: p, course, entries: Vec::new(), doses_per_unit: 1.0, lots: &[] };
        let (home, asks) = (stock.runway(&policy, now), stock.runway_with_what_is_coming(&policy, now));
        (home.last_day, asks.last_day, asks.runs_out)
    };
    let (ten, all) = (Some(date(2026, 12, 3)), Some(date(2026, 12, 21)));
    for state in [P::Dispensing, P::OnHold, P::Packed, P::InDelivery] {
        assert_eq!(found(&of(state)), (ten, all, RunsOut::Cap), "{state}");
    }
    let settled = |state| Prescription {
        supplied: vec![Supplied { item_no: 1, quantity: 10, instead: vec![], closed: 18 }],
        ..of(state)
    };
    assert_eq!(found(&settled(P::Dispensing)), (ten, ten, RunsOut::Stock), "what is settled is not sent");
    assert_eq!(found(&of(P::Returned)).2, RunsOut::Validity, "nobody sends it");
}

#[test]
fn a_rest_that_can_be_fetched_no_longer_ends_with_the_validity() {
    let p = Prescription {
        state: prescription::State::Returned,
        supplied: vec![Supplied { item_no: 1, quantity: 10, instead: vec![], closed: 0 }],
        ..crate::doses::tests::prescription(vec![item(Frequency::Qd, 28)])
    };
    let found = runway(&p, &[], "2026-11-24T02:00:00Z");
    assert_eq!((found.last_day, found.runs_out), (Some(date(2026, 11, 25)), RunsOut::Validity));
}

#[test]
fn what_is_taken_when_needed_has_no_last_day() {
    let p = prescription(vec![item(Frequency::Prn, 28)]);
    let taken = [entry(at("2026-11-24T00:00:00Z"), 1, State::Given)];
    let found = runway(&p, &taken, "2026-11-25T02:00:00Z");
    assert_eq!((found.left_milli, found.last_day), (27_000, None));
    assert!(!found.warns(&Policy::default(), date(2030, 1, 1)));
}

#[test]
fn what_was_called_back_does_not_last() {
    let p = prescription(vec![item(Frequency::Qd, 28)]);
    let zone = Zone::shanghai();
    let course = Course { item: &p.items[0], received_at: at("2026-11-23T02:00:00Z"), stopped_at: None, zone: &zone };
    let lot = |batch: &str, milli, since: Option<&str>| Lot {
        drug_id: None,
        batch: batch.to_owned(),
        milli,
        barred_since: since.map(at),
    };
    let on = |lots: &[Lot], now| {
        Stock { prescription: &p, course, entries: Vec::new(), doses_per_unit: 1.0, lots }
            .runway(&Policy::default(), at(now))
    };
    // Fourteen of each; A was given for three days when it was called back.
    let whole = [lot("A", 14_000, None), lot("B", 14_000, None)];
    let now = "2026-11-26T12:00:00Z";
    assert_eq!((on(&whole, now).left_milli, on(&whole, now).runs_out), (25_000, RunsOut::Cap));
    let called_back = [lot("A", 14_000, Some("2026-11-26T10:00:00Z")), lot("B", 14_000, None)];
    let found = on(&called_back, now);
    assert_eq!((found.left_milli, found.last_day, found.runs_out), (14_000, Some(date(2026, 12, 10)), RunsOut::Stock));
    let all = [lot("A", 28_000, Some("2026-11-26T10:00:00Z"))];
    let found = on(&all, now);
    assert_eq!((found.left_milli, found.last_day, found.runs_out), (0, Some(date(2026, 11, 26)), RunsOut::Stock));
    assert!(found.warns(&Policy::default(), date(2026, 11, 26)));
}

#[test]
fn what_was_called_back_is_missed_only_while_there_are_doses_for_which_nothing_else_is_left() {
    let zone = Zone::shanghai();
    let misses = |p: &Prescription, lots: &[Lot], now: &str| {
        let (item, received_at) = (&p.items[0], at("2026-11-23T02:00:00Z"));
        let course = Course { item, received_at, stopped_at: None, zone: &zone };
        let stock = Stock { prescription: p, course, entries: Vec::new(), doses_per_unit: 1.0, lots };
        stock.misses_what_was_called_back(at(now))
    };
    let lot = |batch: &str, milli, barred: bool| Lot {
        drug_id: None,
        batch: batch.to_owned(),
        milli,
        barred_since: barred.then(|| at("2026-11-24T10:00:00Z")),
    };
    let week = prescription(vec![item(Frequency::Qd, 7)]);
    let now = "2026-11-24T12:00:00Z";
    assert!(!misses(&week, &[lot("A", 28_000, false)], now));
    assert!(misses(&week, &[lot("A", 28_000, true)], now));
    assert!(!misses(&week, &[lot("A", 7_000, true), lot("B", 21_000, false)], now), "the other batch is enough");
    assert!(!misses(&week, &[lot("A", 28_000, true)], "2026-12-02T12:00:00Z"), "its days are over");
    let when_needed = prescription(vec![item(Frequency::Prn, 7)]);
    assert!(misses(&when_needed, &[lot("A", 28_000, true)], now));
    assert!(!misses(&when_needed, &[lot("A", 14_000, true), lot("B", 14_000, false)], now));
    assert!(!misses(&when_needed, &[lot("A", 28_000, true)], "2026-12-02T12:00:00Z"));
}

proptest::proptest! {
    #[test]
    fn the_stock_covers_every_day_up_to_the_last_and_not_the_next(f in 0..Frequency::ALL.len(), days in 1_u16..60, quantity in 1_u32..200) {
        let p = Prescription { supplied: vec![Supplied { item_no: 1, quantity, instead: vec![], closed: 0 }], ..prescription(vec![item(Frequency::ALL[f], days)]) };
        let zone = Zone::shanghai();
        let now = at("2026-11-23T02:00:00Z");
        let course = Course { item: &p.items[0], received_at: now, stopped_at: None, zone: &zone };
        let found = runway(&p, &[], "2026-11-23T02:00:00Z");
        // A dose that is taken at once is due as it comes, and counts as taken.
        let doses: Vec<_> = course.doses().into_iter().filter(|due| due.at > now).collect();
        if let Some(last) = found.last_day {
            let needed = |until| doses.iter().filter(|due| due.day <= until).count() as u64;
            proptest::prop_assert!(needed(last) * 1000 <= found.left_milli);
            if found.runs_out == RunsOut::Stock {
                proptest::prop_assert!(needed(last.tomorrow().unwrap()) * 1000 > found.left_milli);
            }
        }
    }
}
