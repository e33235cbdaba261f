//! Compares the record with what was answered.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::machines::urgent_call;
use yunzhen_domain::records::{Appointment, Consultation, UrgentCall};
use yunzhen_store::{Db, Paging, Read, Store, audit, notes, observations, rebookings, referrals, transports, waitlist};

use super::acts::{ASKED, Act, People, SHARED, Sent, Shared, now};

/// The acts of one kind that were answered.
fn of<'a, T>(done: &'a [Sent], wanted: impl Fn(&Act) -> Option<T> + 'a) -> Vec<T> {
    done.iter().filter_map(|sent| wanted(&sent.act)).collect()
}

pub async fn check(store: &Store, people: &People, shared: &Shared, done: &[Sent], case: &str) {
    let mut db = store.read().await.expect("read");
    audit::verify(&mut db).await.expect("the chain holds");
    let all = each_once(&mut db, people, shared, done, case).await;
    no_time_twice(&mut db, people, shared, done, &all).await;
    for which in 0..SHARED {
        one_fate(&mut db, people, shared, done, &all, which).await;
    }
    one_outcome(&mut db, people, shared, done, case).await;
}

/// What makes a record of its own is there once if it was answered, and not at all otherwise.
async fn each_once(db: &mut Read, people: &People, shared: &Shared, done: &[Sent], case: &str) -> Vec<Consultation> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |mark: &str| {
        if mark.starts_with(case) {
            *found.entry(mark.to_owned()).or_default() += 1;
        }
    };
    for row in observations::list(db, people.resident, None, Some("8867-4")).await.expect("readings") {
        count(row.device.as_deref().unwrap_or_default());
    }
    for note in notes::for_resident(db, people.resident, u32::MAX).await.expect("notes") {
        count(note.text.expose());
    }
    let filter = referrals::Filter { resident: Some(people.resident), ..Default::default() };
    for referral in referrals::list(db, &filter, Paging::newest(100_000)).await.expect("referrals").items {
        count(referral.reason.expose());
    }
    let mut all = yunzhen_store::consultations::for_resident(db, people.resident, u32::MAX).await.expect("all");
    all.extend(yunzhen_store::consultations::for_resident(db, people.neighbour, u32::MAX).await.expect("all"));
    // The shared ones and what makes up for them are counted by their fate.
    let prefixes = [format!("{case}shared"), format!("{case}booked")];
    let own = |c: &&Consultation| !prefixes.iter().any(|prefix| c.reason.expose().starts_with(prefix));
    all.iter().filter(own).for_each(|c| count(c.reason.expose()));
    assert!(shared.waiting.iter().all(|id| all.iter().any(|c| c.id == *id)));
    let makes = |sent: &&Sent| {
        let kind = sent.act;
        matches!(kind, Act::Record | Act::Note | Act::Request | Act::Book { .. } | Act::Wait { .. } | Act::Refer)
    };
    let expected: BTreeMap<String, usize> = done.iter().filter(makes).map(|sent| (sent.mark.clone(), 1)).collect();
    assert_eq!(found, expected, "each once");
    all
}

/// One winner for each time, nobody with two specialists at once, a move that was answered holds the new time alone, and nobody both waits and is booked.
async fn no_time_twice(db: &mut Read, people: &People, shared: &Shared, done: &[Sent], all: &[Consultation]) {
    let filter = yunzhen_store::appointments::Filter { held: true, ..Default::default() };
    let (from, until) = (now(), now() + SignedDuration::from_hours(24 * 60));
    let held = yunzhen_store::appointments::list(db, &filter, from, until).await.expect("appointments");
    let mut starts: Vec<_> = held.iter().map(|held| (held.specialist_id, held.slot.starts_at)).collect();
    starts.sort_unstable();
    starts.dedup();
    assert_eq!(starts.len(), held.len(), "no time is booked twice");
    for (n, one) in held.iter().enumerate() {
        let resident = |a: &Appointment| all.iter().find(|c| c.id == a.consultation_id).map(|c| c.resident_id);
        let with_another = |other: &&Appointment| other.slot.overlaps(&one.slot) && resident(other) == resident(one);
        assert_eq!(held[n + 1..].iter().find(with_another), None, "nobody is with two at once");
    }
    for (which, (id, version)) in shared.booked.iter().enumerate() {
        let moved: Vec<_> = done
            .iter()
            .filter_map(|sent| match sent.act {
                Act::Move { which: of, slot } if of == which => Some(people.slot(&sent.mark, slot)),
                _ => None,
            })
            .collect();
        assert!(moved.len() <= 1, "seen once, moved once");
        let record = all.iter().find(|c| c.id == *id).expect("the booked one");
        let steps = i64::try_from(moved.len()).expect("few");
        assert_eq!((record.state, record.version), (State::Scheduled, version + steps));
        let time = held.iter().find(|a| a.consultation_id == *id).expect("its time").slot.starts_at;
        assert_eq!(record.scheduled_at, Some(time));
        if let Some(to) = moved.first() {
            assert_eq!(time, *to, "the time that was answered");
        }
    }
    for wish in waitlist::list(db, None).await.expect("waitlist") {
        let waits = yunzhen_store::consultations::get(db, wish.consultation_id).await.expect("query").expect("there");
        assert_eq!(waits.state, State::Requested, "who has a time waits no more");
        assert!(held.iter().all(|a| a.consultation_id != wish.consultation_id));
    }
}

/// Begun or called off by one; completed or broken off by one; what was broken off is asked for again, once.
async fn one_fate(db: &mut Read, people: &People, shared: &Shared, done: &[Sent], all: &[Consultation], which: usize) {
    let id = shared.waiting[which];
    let record = all.iter().find(|c| c.id == id).expect("the shared one");
    let begun = of(done, |act| match act {
        Act::Begin { specialist, which: of } if *of == which => Some(*specialist),
        _ => None,
    });
    let count = |wanted: fn(&Act) -> Option<usize>| of(done, wanted).into_iter().filter(|of| *of == which).count();
    let cancelled = count(|act| if let Act::Cancel { which } = act { Some(*which) } else { None });
    let completed = count(|act| if let Act::Complete { which, .. } = act { Some(*which) } else { None });
    let failed = count(|act| if let Act::Fail { which, .. } = act { Some(*which) } else { None });
    assert!(begun.len() + cancelled <= 1, "one winner: {} and {cancelled}", begun.len());
    assert!(completed + failed <= begun.len(), "nobody ends what was not begun, and one ends it");
    let steps = i64::try_from(begun.len() + cancelled + completed + failed).expect("few");
    assert_eq!(record.version, ASKED + steps, "as many steps as were answered");
    let state = match (begun.len(), cancelled, completed, failed) {
        (0, 0, 0, 0) => State::Waiting,
        (1, 0, 0, 0) => State::InProgress,
        (1, 0, 1, 0) => State::Completed,
        (1, 0, 0, 1) => State::FailedTechnical,
        _ => State::Cancelled,
    };
    assert_eq!(record.state, state);
    if let Some(specialist) = begun.first() {
        assert_eq!(record.specialist_id, people.specialists[*specialist].staff_id(), "it is the winner's");
    }
    let again = rebookings::of_failed(db, id).await.expect("query");
    assert_eq!(again.is_some(), failed == 1, "what was broken off is asked for again");
    let of_it = all.iter().filter(|c| c.reason.expose() == record.reason.expose()).count();
    assert_eq!(of_it, 1 + failed, "and once");
}

/// A call has one outcome, and what it became is there once; a button that was pressed is one call that goes on.
async fn one_outcome(db: &mut Read, people: &People, shared: &Shared, done: &[Sent], case: &str) {
    use urgent_call::{Outcome as O, State as S};
    let call = yunzhen_store::urgent_calls::get(db, shared.call).await.expect("query").expect("the shared call");
    let answered = of(done, |act| if let Act::Answer { specialist } = act { Some(*specialist) } else { None });
    let ended = of(done, |act| if let Act::End { outcome, .. } = act { Some(*outcome) } else { None });
    assert!(answered.len() <= 1 && ended.len() <= answered.len(), "answered by one, ended by one");
    assert_eq!(call.version, 1 + i64::try_from(answered.len() + ended.len()).expect("few"));
    let by: Option<StaffId> = answered.first().and_then(|n| people.specialists[*n].staff_id());
    assert_eq!(call.answered_by, by);
    let state = match (answered.first(), ended.first()) {
        (_, Some(O::Consultation)) => S::Consultation,
        (_, Some(O::HospitalRegistration)) => S::HospitalRegistration,
        (_, Some(O::TransportRequest)) => S::TransportRequest,
        (_, Some(O::FalseAlarm)) => S::FalseAlarm,
        (Some(_), None) => S::Answered,
        (None, None) => S::Raised,
    };
    assert_eq!(call.state, state);
    let became = [call.consultation_id.is_some(), call.referral_id.is_some(), call.transport_id.is_some()];
    let expected = [S::Consultation, S::HospitalRegistration, S::TransportRequest].map(|of| state == of);
    assert_eq!(became, expected, "exactly what it ended in");
    assert_eq!(made_of(db, &call, case).await, became.iter().filter(|made| **made).count(), "and that once");
    let pressed = done.iter().filter(|sent| matches!(sent.act, Act::Press)).count();
    let open = yunzhen_store::urgent_calls::open_of(db, people.unheard).await.expect("query");
    assert!(pressed == 0 || open.is_some(), "who was heard is not forgotten");
    let calls = yunzhen_store::urgent_calls::list(db, None, false, Paging::newest(100_000)).await.expect("calls").items;
    assert!(calls.iter().filter(|call| call.resident_id == people.unheard).count() <= 1, "pressed often, one call");
}

/// How many consultations, referrals and rides of the caller were made of calls of this case.
async fn made_of(db: &mut Db, call: &UrgentCall, case: &str) -> usize {
    let visits = yunzhen_store::consultations::for_resident(db, call.resident_id, u32::MAX).await.expect("all");
    let filter = referrals::Filter { resident: Some(call.resident_id), ..Default::default() };
    let sheets = referrals::list(db, &filter, Paging::newest(100_000)).await.expect("referrals").items;
    // A ride carries no words of the call.
    let ride = match call.transport_id {
        Some(id) => usize::from(transports::get(db, id).await.expect("query").is_some()),
        None => 0,
    };
    visits.iter().filter(|c| c.reason.expose().starts_with(case)).count()
        + sheets.iter().filter(|r| r.reason.expose().starts_with(case)).count()
        + ride
}
