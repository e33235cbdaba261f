//! The whole of a validity on a clock that is moved by hand, with the program stopped in the middle of what it does by itself: everything ends when its last day is
//! over, once, and what a pharmacy took in time does not end.

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::policy::Policy;
use yunzhen_relay::app::prescriptions;
use yunzhen_relay::app::urgent_calls;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::prescribing::AskBody;
use yunzhen_relay::app::views::prescriptions::{Prescription, PrescriptionDraft};
use yunzhen_relay::app::views::urgent_calls::NewUrgentCall;
use yunzhen_relay::jobs;
use yunzhen_store::audit;

use crate::at_once::stopped_after;
use crate::world::{World, draft};

async fn signed_for(w: &World, days: u32) -> Prescription {
    let c = w.in_progress("王秀英").await;
    let body = PrescriptionDraft { valid_days: days, ..draft("I10", &[("amlodipine-5mg", 7)]) };
    let p = w.draft(c.id, body).await;
    w.try_sign(&p).await.unwrap()
}

#[tokio::test]
async fn over_the_whole_validity_each_one_ends_once_at_its_own_midnight_whatever_happens_to_the_job() {
    let mut w = World::new().await;
    let mut last_days = Vec::new();
    let mut taken = Vec::new();
    for days in 1..=3 {
        let waiting = signed_for(&w, days).await;
        let claimed = w.claim(&signed_for(&w, days).await).await;
        let asked = w.claim(&signed_for(&w, days).await).await;
        let question = AskBody { version: asked.version, question: "剂量？".into() };
        let asked = prescriptions::ask(&w.app, &w.by(&w.pharmacist), asked.id, question).await.unwrap();
        let approved = w.approve(&w.claim(&signed_for(&w, days).await).await).await;
        last_days.extend([waiting, claimed, asked, approved].map(|p| (p.id, p.valid_until.unwrap())));
        taken.push(w.accept(&w.approve(&w.claim(&signed_for(&w, days).await).await).await).await.prescription.id);
    }
    // Hour by hour until a day after the last one; the job is stopped somewhere, the program too, and two of it run at once.
    for hour in 0..96_usize {
        w.pass(SignedDuration::from_hours(1));
        let now = w.now();
        drop(stopped_after(hour * 3 % 70, prescriptions::expire(&w.app, now)).await);
        if hour % 9 == 0 {
            w.restart().await;
        }
        let (one, other) = tokio::join!(prescriptions::expire(&w.app, now), prescriptions::expire(&w.app, now));
        one.unwrap();
        other.unwrap();
        let today = Policy::local_date(now);
        for (id, last) in &last_days {
            assert_eq!(w.see(*id).await.state == State::Expired, today > *last, "{last} at {now}");
        }
    }
    for (id, _) in &last_days {
        assert_eq!(times(&w, EventKind::PrescriptionExpired, *id).await, 1);
    }
    for id in &taken {
        assert_eq!(w.see(*id).await.state, State::Dispensing);
        assert_eq!(times(&w, EventKind::PrescriptionExpired, *id).await, 0);
    }
}

async fn times(w: &World, kind: EventKind, id: PrescriptionId) -> usize {
    let mut db = w.app.store.read().await.unwrap();
    audit::verify(&mut db).await.unwrap();
    let rows = audit::after(&mut db, 0, 10_000).await.unwrap();
    rows.iter().filter(|row| row.fact.kind == kind && row.fact.entity_id == id.uuid()).count()
}

#[tokio::test]
async fn a_call_that_nobody_answers_is_passed_on_once_each_time_whatever_happens_to_the_worker() {
    let mut w = World::new().await;
    w.on_duty(&w.specialist, 1).await;
    w.on_duty(&w.other_specialist, 2).await;
    let resident_id = w.resident("王秀英").await.id;
    let call = NewUrgentCall { resident_id: Some(resident_id), bed: None, pressed_at: None };
    urgent_calls::raise(&w.app, &w.by(&w.nurse), call).await.unwrap();
    for polls in 1..60 {
        // The lease of a worker that was stopped ends after half a minute.
        w.pass(SignedDuration::from_secs(31));
        drop(stopped_after(polls, jobs::queue::run(&w.app, w.now())).await);
        if polls % 10 == 0 {
            w.restart().await;
        }
    }
    w.pass(SignedDuration::from_mins(10));
    jobs::queue::run(&w.app, w.now()).await.unwrap();
    assert_eq!(w.count(EventKind::UrgentCallEscalated).await, 2, "to the next on duty, and to the administrator");
}

#[tokio::test]
async fn what_is_left_of_a_claim_after_a_restart_ends_with_its_validity() {
    let mut w = World::new().await;
    let p = w.claim(&signed_for(&w, 1).await).await;
    w.restart().await;
    w.pass(SignedDuration::from_hours(24));
    assert_eq!(prescriptions::expire(&w.app, w.now()).await.unwrap(), 1);
    let body = VersionBody { version: w.see(p.id).await.version };
    assert!(prescriptions::approval_document(&w.app, &w.by(&w.pharmacist), p.id, body).await.is_err());
}
