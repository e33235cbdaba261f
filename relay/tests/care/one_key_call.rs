//! The one-key call, from the button to its end; escalation by the clock.

use jiff::SignedDuration;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::machines::consultation::State as Visit;
use yunzhen_domain::machines::referral::State as Referral;
use yunzhen_domain::machines::urgent_call::{Outcome, State};
use yunzhen_domain::records::{Resident, Urgency, Vehicle};
use yunzhen_domain::schedule::Triage;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::urgent_calls::{
    EndUrgentCall, NewUrgentCall, UrgentCall, UrgentCallQuery, UrgentCallRaised,
};
use yunzhen_relay::app::{AppError, referrals, transports, urgent_calls};
use yunzhen_relay::{jobs, seed};
use yunzhen_store::residents;

use crate::world::{Person, World, at};

async fn press(w: &World, bed: &str) -> Result<UrgentCallRaised, AppError> {
    let button = w.of(Actor::Box { home_id: seed::HOME_1 });
    let call = NewUrgentCall { resident_id: None, bed: Some(bed.to_owned()), pressed_at: None };
    urgent_calls::raise(&w.app, &button, call).await
}

async fn see(w: &World, by: &Person, call: &UrgentCallRaised) -> UrgentCall {
    urgent_calls::get(&w.app, &w.by(by), call.id).await.unwrap()
}

async fn answer(w: &World, by: &Person, call: &UrgentCallRaised) -> Result<UrgentCall, AppError> {
    let version = see(w, by, call).await.version;
    urgent_calls::answer(&w.app, &w.by(by), call.id, VersionBody { version }).await
}

async fn end(w: &World, by: &Person, call: &UrgentCall, outcome: Outcome) -> Result<UrgentCall, AppError> {
    end_for(w, by, call, outcome, None).await
}

async fn end_for(
    w: &World,
    by: &Person,
    call: &UrgentCall,
    outcome: Outcome,
    resident_id: Option<ResidentId>,
) -> Result<UrgentCall, AppError> {
    let body = EndUrgentCall { version: call.version, outcome, resident_id, note: Some("胸口不适".into()) };
    urgent_calls::end(&w.app, &w.by(by), call.id, body).await
}

#[tokio::test]
async fn a_press_that_was_heard_late_says_when_it_was_pressed_and_a_wrong_clock_silences_nobody() {
    let w = World::new().await;
    let raise = async |bed: &str, pressed_at| {
        let call = NewUrgentCall { resident_id: None, bed: Some(bed.to_owned()), pressed_at };
        let button = w.of(Actor::Box { home_id: seed::HOME_1 });
        let first = urgent_calls::raise(&w.app, &button, call.clone()).await.unwrap();
        let again = urgent_calls::raise(&w.app, &button, call).await.unwrap();
        assert_eq!(first, again, "told once under one key");
        see(&w, &w.nurse, &first).await
    };
    let earlier = w.now() - SignedDuration::from_mins(50);
    let late = raise("301-1", Some(earlier.into())).await;
    assert_eq!(late.pressed_at, Some(earlier.into()));
    assert!(late.raised_at.0 > earlier, "and is timed from when somebody could hear it");
    // After a power cut a box may believe in 1970, or in the next century.
    for (bed, clock) in [("301-2", "1970-01-01T00:00:30Z"), ("302-1", "2105-01-01T00:00:00Z")] {
        let call = raise(bed, Some(at(clock))).await;
        assert_eq!((call.pressed_at, call.state), (None, State::Raised), "{clock}");
    }
}

#[tokio::test]
async fn a_button_opens_a_call_with_who_where_and_the_last_vital_signs() {
    let w = World::new().await;
    w.on_duty(&w.specialist, 1).await;
    let call = press(&w, "301-1").await.unwrap();
    let again = press(&w, "301-1").await.unwrap();
    assert_eq!(call, again, "pressing again is the same call");
    assert_eq!(w.count(EventKind::UrgentCallRaised).await, 1);
    let seen = see(&w, &w.specialist, &call).await;
    let resident = seen.resident.as_ref().unwrap();
    assert_eq!((resident.name.as_str(), seen.bed.as_str(), seen.home_id), ("王秀英", "301-1", seed::HOME_1));
    assert!(!seen.vital_signs.as_ref().unwrap().is_empty() && seen.triage != Triage::Unknown);
    assert_eq!(seen.called.iter().map(|s| s.id).collect::<Vec<_>>(), [w.specialist.actor.staff_id().unwrap()]);
    assert_eq!(seen.allowed, ["answer"]);
    // Who runs the installation sees where to telephone, not who is ill.
    let for_admin = see(&w, &w.administrator, &call).await;
    assert!(for_admin.resident.is_none() && for_admin.vital_signs.is_none() && !for_admin.home_phone.is_empty());
    let stranger = urgent_calls::get(&w.app, &w.by(&w.nurse_of_other_home), call.id).await;
    assert!(matches!(stranger, Err(AppError::NotFound)));
    let query = UrgentCallQuery { home_id: None, open: true, cursor: None };
    assert_eq!(urgent_calls::list(&w.app, &w.by(&w.nurse_of_other_home), query).await.unwrap().items.len(), 0);
    for wrong in ["999-9", ""] {
        assert!(matches!(press(&w, wrong).await, Err(AppError::NotFound)), "{wrong}");
    }
}

#[tokio::test]
async fn it_ends_in_an_urgent_consultation_with_who_answered() {
    let w = World::new().await;
    let call = press(&w, "301-1").await.unwrap();
    let answered = answer(&w, &w.other_specialist, &call).await.unwrap();
    assert_eq!(answered.answered_by.as_ref().map(|s| s.id), w.other_specialist.actor.staff_id());
    let late = answer(&w, &w.nurse, &call).await;
    assert!(matches!(late, Err(AppError::NotPossible(_))), "exactly one takes care of it");
    let ended = end(&w, &w.other_specialist, &answered, Outcome::Consultation).await.unwrap();
    let c = w.look(ended.consultation_id.unwrap()).await;
    assert_eq!((c.state, c.urgency, c.reason.as_str()), (Visit::Waiting, Urgency::Urgent, "胸口不适"));
    assert_eq!(c.specialist.map(|s| s.id), w.other_specialist.actor.staff_id());
    assert!(w.begin(&w.other_specialist, c.id).await.began_at.is_some());
    // The next press is another call.
    assert_ne!(press(&w, "301-1").await.unwrap().id, call.id);
}

#[tokio::test]
async fn unanswered_it_goes_to_the_next_on_duty_and_then_to_the_administrator() {
    let w = World::new().await;
    w.on_duty(&w.specialist, 1).await;
    w.on_duty(&w.other_specialist, 2).await;
    let call = press(&w, "301-1").await.unwrap();
    let run = || jobs::queue::run(&w.app, w.now());
    assert_eq!(run().await.unwrap(), 0);
    w.pass(SignedDuration::from_secs(61));
    assert_eq!(run().await.unwrap(), 1);
    let seen = see(&w, &w.nurse, &call).await;
    assert_eq!((seen.state, seen.called.len()), (State::WithNextOnDuty, 2));
    w.pass(SignedDuration::from_secs(61));
    run().await.unwrap();
    assert_eq!(see(&w, &w.nurse, &call).await.state, State::WithAdministrator);
    w.pass(SignedDuration::from_hours(1));
    assert_eq!(run().await.unwrap(), 0, "nobody is left to be called");
    let answered = answer(&w, &w.administrator, &call).await.unwrap();
    let forbidden = end(&w, &w.administrator, &answered, Outcome::Consultation).await;
    assert!(matches!(forbidden, Err(AppError::Forbidden)));
    let ended = end(&w, &w.administrator, &answered, Outcome::TransportRequest).await.unwrap();
    let ride = transports::get(&w.app, &w.by(&w.nurse), ended.transport_id.unwrap()).await.unwrap();
    let sent_for = ended.steps.last().map(|step| step.at);
    assert_eq!((ride.summary.vehicle, Some(ride.summary.pick_up_at)), (Vehicle::Ambulance, sent_for));
    assert_eq!(ride.allowed, ["confirm", "cancel"], "the home runs it");
    let steps: Vec<State> = ended.steps.iter().map(|s| s.state).collect();
    let all =
        [State::Raised, State::WithNextOnDuty, State::WithAdministrator, State::Answered, State::TransportRequest];
    assert_eq!(steps, all);
    assert!(ended.steps.is_sorted_by_key(|s| s.at.0), "every step is timed");
    assert_eq!(w.count(EventKind::UrgentCallEscalated).await, 2);
}

#[tokio::test]
async fn a_registration_at_the_hospital_is_the_draft_of_a_referral_in_the_same_transaction() {
    let w = World::new().await;
    let call = press(&w, "301-1").await.unwrap();
    let answered = answer(&w, &w.administrator, &call).await.unwrap();
    let clinical = end(&w, &w.administrator, &answered, Outcome::HospitalRegistration).await;
    assert!(matches!(clinical, Err(AppError::Forbidden)));
    assert_eq!(w.count(EventKind::ReferralDrafted).await, 0);
    let ended = end(&w, &w.specialist, &answered, Outcome::HospitalRegistration).await.unwrap();
    let referral = referrals::get(&w.app, &w.by(&w.specialist), ended.referral_id.unwrap()).await.unwrap();
    assert_eq!((referral.summary.state, referral.summary.urgency), (Referral::Drafted, Urgency::Urgent));
    assert_eq!(referral.summary.reason, "胸口不适");
}

#[tokio::test]
async fn with_nobody_else_on_duty_the_administrator_is_next() {
    let w = World::new().await;
    let call = press(&w, "301-2").await.unwrap();
    w.pass(SignedDuration::from_secs(61));
    jobs::queue::run(&w.app, w.now()).await.unwrap();
    assert_eq!(see(&w, &w.nurse, &call).await.state, State::WithAdministrator);
}

#[tokio::test]
async fn what_was_answered_is_not_escalated() {
    let w = World::new().await;
    let call = press(&w, "301-1").await.unwrap();
    let answered = answer(&w, &w.nurse, &call).await.unwrap();
    w.pass(SignedDuration::from_secs(61));
    jobs::queue::run(&w.app, w.now()).await.unwrap();
    assert_eq!(see(&w, &w.nurse, &call).await.state, State::Answered);
    let ended = end(&w, &w.nurse, &answered, Outcome::FalseAlarm).await.unwrap();
    assert_eq!((ended.state, ended.allowed.len()), (State::FalseAlarm, 0));
    assert_eq!(w.count(EventKind::UrgentCallEscalated).await, 0);
}

#[tokio::test]
async fn a_bed_of_two_raises_the_call_with_a_mark_and_guesses_nobody() {
    let w = World::new().await;
    let mut tx = w.app.store.write().await.unwrap();
    let before = residents::list(&mut tx, Some(seed::HOME_1), Some("zdm")).await.unwrap().remove(0);
    // As a record from before beds were one resident's.
    let after = Resident { version: before.version + 1, bed: "301-1".into(), ..before.clone() };
    residents::update(&mut tx, &before, &after, w.now(), "test").await.unwrap();
    tx.commit_bookkeeping("a bed given twice").await.unwrap();
    let call = press(&w, "301-1").await.unwrap();
    let seen = see(&w, &w.nurse, &call).await;
    let names: Vec<&str> = seen.shared_by.iter().map(|r| r.name.as_str()).collect();
    assert_eq!((seen.bed.as_str(), names.len(), names.contains(&"王秀英")), ("301-1", 2, true), "{names:?}");
    assert!(seen.resident.is_none() && seen.vital_signs.is_none() && seen.triage == Triage::Unknown);
    let for_admin = see(&w, &w.administrator, &call).await;
    assert!(for_admin.bed.contains("确认是谁") && for_admin.shared_by.is_empty(), "{}", for_admin.bed);
    assert_eq!(press(&w, "301-1").await.unwrap(), call, "still one call");
    // What follows from the call follows for the one who was found at the bed.
    let answered = answer(&w, &w.nurse, &call).await.unwrap();
    let unsaid = end(&w, &w.nurse, &answered, Outcome::TransportRequest).await;
    assert!(matches!(unsaid, Err(AppError::Invalid(fields)) if fields[0].path == "resident_id"));
    let elsewhere =
        residents::list(&mut w.app.store.read().await.unwrap(), Some(seed::HOME_2), None).await.unwrap()[0].id;
    let wrong = end_for(&w, &w.nurse, &answered, Outcome::TransportRequest, Some(elsewhere)).await;
    assert!(matches!(wrong, Err(AppError::Invalid(fields)) if fields[0].path == "resident_id"));
    let ended = end_for(&w, &w.nurse, &answered, Outcome::TransportRequest, Some(before.id)).await.unwrap();
    let ride = transports::get(&w.app, &w.by(&w.nurse), ended.transport_id.unwrap()).await.unwrap();
    assert_eq!((ended.bed.as_str(), ride.summary.resident_id, ended.shared_by.len()), ("301-1", before.id, 0));
    assert_eq!(ended.resident.map(|r| r.id), Some(before.id));
    let waiting_for_a_bed = press(&w, "待分配").await;
    assert!(matches!(waiting_for_a_bed, Err(AppError::Invalid(fields)) if fields[0].path == "bed"));
}
