//! Booking: one winner, the waitlist, moving, checking in once, reminders that survive a crash.

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::records::Urgency;
use yunzhen_relay::app::views::appointments::{AcceptBody, AppointmentQuery, MoveBody, NewAppointment, OfferBody};
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::schedule::{NewShift, SlotQuery};
use yunzhen_relay::app::{AppError, appointments, consultations, schedule};
use yunzhen_relay::jobs;

use crate::at_once::stopped_after;
use crate::registry::paths;
use crate::world::{World, at};

const TWO: &str = "2026-11-23T06:00:00Z";
const TWENTY_PAST: &str = "2026-11-23T06:20:00Z";
const NAMES: [&str; 6] = ["王秀英", "赵德明", "孙桂兰", "周福生", "吴凤珍", "郑国强"];

fn why(version: i64) -> ReasonBody {
    ReasonBody { version, reason: "家属来访".into() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_want_one_slot_exactly_one_gets_it() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let mut wishes = Vec::new();
    for n in 0..24 {
        let resident = w.resident(NAMES[n % NAMES.len()]).await;
        wishes.push((w.by(&w.nurse), resident.id));
    }
    let mut all = tokio::task::JoinSet::new();
    for (ctx, resident_id) in wishes {
        let app = w.app.clone();
        let wish = NewAppointment { resident_id, specialist_id: with, starts_at: at(TWO), reason: "复诊".into() };
        all.spawn(async move { appointments::book(&app, &ctx, wish).await });
    }
    let answers = all.join_all().await;
    let won: Vec<_> = answers.iter().filter_map(|a| a.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    assert_eq!((won[0].consultation.state, won[0].status.as_str()), (State::Scheduled, "booked"));
    assert!(answers.iter().filter_map(|a| a.as_ref().err()).all(|e| matches!(e, AppError::SlotTaken)));
    assert_eq!(w.count(EventKind::ConsultationBooked).await, 1);
    // The winner's retry, its reply lost, gets the first answer; the slot is shown as taken, the next one as free.
    let query = SlotQuery { specialist_id: with, from: at("2026-11-23T00:00:00Z"), until: at("2026-11-24T00:00:00Z") };
    let slots = schedule::slots(&w.app, &w.by(&w.nurse), query).await.unwrap().items;
    assert_eq!(slots.iter().map(|s| s.free).collect::<Vec<_>>(), [false, true, true, true, true, true]);
}

#[tokio::test]
async fn only_published_free_and_coming_times_can_be_booked() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    for wrong in ["2026-11-23T06:10:00Z", "2026-11-25T06:00:00Z", "2026-11-16T06:00:00Z", "2027-11-22T06:00:00Z"] {
        let refused = w.try_book("王秀英", with, wrong).await;
        assert!(matches!(&refused, Err(AppError::Invalid(f)) if f[0].path == "starts_at"), "{wrong}: {refused:?}");
    }
    let unpublished = w.other_specialist.actor.staff_id().unwrap();
    let refused = w.try_book("王秀英", unpublished, TWO).await;
    assert!(matches!(refused, Err(AppError::Invalid(f)) if f[0].path == "specialist_id"));
    assert_eq!(w.count(EventKind::ConsultationRequested).await, 0, "nothing was kept of what was refused");

    w.booked("王秀英", with, TWO).await;
    let other = w.published(&w.other_specialist).await;
    let twice = w.try_book("王秀英", other, TWO).await;
    assert!(matches!(twice, Err(AppError::Invalid(_))), "nobody is in two consultations at once");
    w.booked("赵德明", other, TWO).await;
}

#[tokio::test]
async fn who_may_not_know_of_an_appointment_cannot_move_it() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let booked = w.booked("王秀英", with, TWO).await.consultation;
    let later = || MoveBody { version: booked.version, starts_at: at(TWENTY_PAST) };
    for hidden_from in [&w.stranger, &w.nurse_of_other_home] {
        let moved = appointments::change_time(&w.app, &w.by(hidden_from), booked.id, later()).await;
        assert!(matches!(moved, Err(AppError::NotFound)), "{moved:?}");
    }
    let moved = appointments::change_time(&w.app, &w.by(&w.specialist), booked.id, later()).await.unwrap();
    assert_eq!(moved.starts_at, at(TWENTY_PAST));
}

#[tokio::test]
async fn a_freed_time_goes_to_who_waits_for_it() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let first = w.booked("王秀英", with, TWO).await;
    let routine = w.waitlisted("赵德明", with, Urgency::Routine).await;
    let urgent = w.waitlisted("冯淑华", with, Urgency::Urgent).await;
    assert_eq!(appointments::waitlist_of(&w.app, &w.by(&w.specialist)).await.unwrap().items.len(), 2);
    assert_eq!(appointments::waitlist_of(&w.app, &w.by(&w.nurse)).await.unwrap().items.len(), 1, "only the own home's");

    let c = &first.consultation;
    consultations::cancel(&w.app, &w.by(&w.nurse), c.id, why(c.version)).await.unwrap();
    let now = w.look(urgent.id).await;
    assert_eq!((now.state, now.scheduled_at), (State::Scheduled, Some(at(TWO))), "urgent first");
    assert_eq!(w.look(routine.id).await.state, State::Requested);

    // Moved away: the time it had goes to the next one.
    let moved = MoveBody { version: now.version, starts_at: at(TWENTY_PAST) };
    let moved = appointments::change_time(&w.app, &w.by(&w.nurse_of_other_home), urgent.id, moved).await.unwrap();
    assert_eq!((moved.starts_at, moved.sequence), (at(TWENTY_PAST), 1));
    assert_eq!(w.look(routine.id).await.scheduled_at, Some(at(TWO)));
    assert_eq!(appointments::waitlist_of(&w.app, &w.by(&w.specialist)).await.unwrap().items.len(), 0);

    let query = AppointmentQuery {
        home_id: None,
        specialist_id: Some(with),
        from: at("2026-11-23T00:00:00Z"),
        until: at("2026-11-24T00:00:00Z"),
    };
    let day = appointments::list(&w.app, &w.by(&w.specialist), query).await.unwrap().items;
    let states: Vec<_> = day.iter().map(|a| a.status.as_str()).collect();
    assert_eq!(states.iter().filter(|s| **s == "booked").count(), 2, "{states:?}");
    assert_eq!(states.iter().filter(|s| **s == "cancelled").count(), 1, "{states:?}");
}

#[tokio::test]
async fn a_freed_or_accepted_time_is_nobodys_who_is_with_another_specialist_then() {
    let w = World::new().await;
    let (with, other) = (w.published(&w.specialist).await, w.published(&w.other_specialist).await);
    let first = w.booked("王秀英", with, TWO).await.consultation;
    w.booked("赵德明", other, TWO).await;
    w.booked("赵德明", other, "2026-11-23T06:40:00Z").await;
    let longest = w.waitlisted("赵德明", with, Urgency::Routine).await;
    let next = w.waitlisted("孙桂兰", with, Urgency::Routine).await;
    consultations::cancel(&w.app, &w.by(&w.nurse), first.id, why(first.version)).await.unwrap();
    assert_eq!(w.look(next.id).await.scheduled_at, Some(at(TWO)), "who waited longest is elsewhere at two");
    let waits = w.look(longest.id).await;
    assert_eq!(waits.state, State::Requested, "and keeps waiting");

    let offer = OfferBody { version: waits.version, specialist_id: with };
    let offered = consultations::offer(&w.app, &w.by(&w.nurse), waits.id, offer).await.unwrap();
    let accept = |starts_at: &str| AcceptBody { version: offered.version, starts_at: at(starts_at), minutes: 15 };
    let by = w.by(&w.specialist);
    let there = consultations::accept(&w.app, &by, waits.id, accept("2026-11-23T06:50:00Z")).await;
    assert_eq!(paths(there), ["starts_at"]);
    consultations::accept(&w.app, &w.by(&w.specialist), waits.id, accept("2026-11-23T07:00:00Z")).await.unwrap();
}

#[tokio::test]
async fn stopped_anywhere_no_time_is_lost_and_none_is_given_twice() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let booked = w.booked("王秀英", with, TWO).await.consultation;
    let waiting = w.waitlisted("赵德明", with, Urgency::Routine).await;
    let ctx = w.by(&w.nurse);
    let mut polls = 1;
    loop {
        let done = stopped_after(polls, consultations::cancel(&w.app, &ctx, booked.id, why(booked.version))).await;
        let (first, second) = (w.look(booked.id).await.state, w.look(waiting.id).await.state);
        let whole = (first, second) == (State::Cancelled, State::Scheduled);
        let nothing = (first, second) == (State::Scheduled, State::Requested);
        assert!(whole || nothing, "after {polls} polls: {first} {second}");
        if let Some(answer) = done {
            assert!(whole && answer.is_ok());
            break;
        }
        polls += 1;
    }
    assert!(polls > 1);
    assert_eq!(w.count(EventKind::ConsultationBooked).await, 2);
}

#[tokio::test]
async fn checking_in_happens_once() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let booked = w.booked("王秀英", with, TWO).await.consultation;
    let seen = || VersionBody { version: booked.version };
    let first = consultations::check_in(&w.app, &w.by(&w.nurse), booked.id, seen()).await.unwrap();
    assert_eq!((first.state, first.specialist.as_ref().map(|s| s.id)), (State::Waiting, Some(with)));
    // The page was loaded again, the box restarted: the same consultation, whatever version the page remembers.
    let rows = w.audited().await;
    let again = consultations::check_in(&w.app, &w.by(&w.nurse), booked.id, seen()).await.unwrap();
    assert_eq!((again.id, again.version, again.state), (first.id, first.version, State::Waiting));
    w.begin(&w.specialist, booked.id).await;
    let during = consultations::check_in(&w.app, &w.by(&w.nurse), booked.id, seen()).await.unwrap();
    assert_eq!(during.state, State::InProgress);
    assert_eq!(w.audited().await.len(), rows.len() + 1, "only the beginning was written");
    let other = consultations::check_in(&w.app, &w.by(&w.nurse_of_other_home), booked.id, seen()).await;
    assert!(matches!(other, Err(AppError::NotFound)));
}

#[tokio::test]
async fn an_offer_is_accepted_for_a_time_or_given_back() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let asked = w.waitlisted("王秀英", with, Urgency::Routine).await;
    let colleague = w.other_specialist.actor.staff_id().unwrap();
    let offer = |version| OfferBody { version, specialist_id: colleague };
    let offered = consultations::offer(&w.app, &w.by(&w.nurse), asked.id, offer(asked.version)).await.unwrap();
    assert_eq!(offered.state, State::AwaitingAcceptance);
    let body = VersionBody { version: offered.version };
    let not_asked = consultations::decline(&w.app, &w.by(&w.specialist), asked.id, body.clone()).await;
    assert!(matches!(not_asked, Err(AppError::Forbidden)));
    let back = consultations::decline(&w.app, &w.by(&w.other_specialist), asked.id, body).await.unwrap();
    assert_eq!((back.state, back.specialist), (State::Requested, None));
    let offered = consultations::offer(&w.app, &w.by(&w.nurse), asked.id, offer(back.version)).await.unwrap();
    // An evening that nobody published: the specialist says so.
    let accept = AcceptBody { version: offered.version, starts_at: at("2026-11-23T12:00:00Z"), minutes: 15 };
    let taken = consultations::accept(&w.app, &w.by(&w.other_specialist), asked.id, accept).await.unwrap();
    assert_eq!((taken.state, taken.scheduled_at), (State::Scheduled, Some(at("2026-11-23T12:00:00Z"))));
    assert_eq!(appointments::waitlist_of(&w.app, &w.by(&w.specialist)).await.unwrap().items.len(), 0);
    // Off the list for good: a freed time goes to nobody.
    let freed = w.booked("赵德明", with, TWO).await.consultation;
    consultations::cancel(&w.app, &w.by(&w.nurse), freed.id, why(freed.version)).await.unwrap();
    assert_eq!(w.look(asked.id).await.scheduled_at, Some(at("2026-11-23T12:00:00Z")));
}

#[tokio::test]
async fn a_reminder_is_given_once_whatever_happens_to_its_worker() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let booked = w.booked("王秀英", with, TWO).await;
    let moved = w.booked("赵德明", with, TWENTY_PAST).await.consultation;
    let body = MoveBody { version: moved.version, starts_at: at("2026-11-24T06:00:00Z") };
    appointments::change_time(&w.app, &w.by(&w.nurse), moved.id, body).await.unwrap();
    let run = |now| jobs::queue::run(&w.app, now);
    assert_eq!(run(w.now()).await.unwrap(), 0, "not yet");
    w.pass(SignedDuration::from_hours(3) + SignedDuration::from_mins(46));
    // The worker is stopped in the middle, at every point; its lease ends and another one goes on.
    for polls in 1..20 {
        if stopped_after(polls, jobs::queue::run(&w.app, w.now())).await.is_some() {
            break;
        }
        w.pass(SignedDuration::from_secs(31));
    }
    run(w.now()).await.unwrap();
    assert_eq!(w.count(EventKind::ConsultationReminded).await, 1, "{}", booked.starts_at.0);
    w.pass(SignedDuration::from_mins(25));
    run(w.now()).await.unwrap();
    assert_eq!(w.count(EventKind::ConsultationReminded).await, 2, "a day before its new time; of the old one nothing");
    w.pass(SignedDuration::from_hours(24));
    run(w.now()).await.unwrap();
    assert_eq!(w.count(EventKind::ConsultationReminded).await, 2, "what is past is not announced");
}

#[tokio::test]
async fn days_of_1900_and_2200_are_refused_with_their_field() {
    let w = World::new().await;
    let shift = |from: &str, until: &str| NewShift {
        specialist_id: w.specialist.actor.staff_id().unwrap(),
        line: 1,
        starts_at: at(from),
        ends_at: at(until),
    };
    let far = shift("2200-01-01T00:00:00Z", "2200-01-01T08:00:00Z");
    assert_eq!(paths(schedule::plan_duty(&w.app, &w.by(&w.administrator), far).await), ["starts_at"]);
    let publish = async |rule: serde_json::Value, exception: serde_json::Value| {
        let update =
            serde_json::json!({"version": 0, "zone": "Asia/Shanghai", "rules": [rule], "exceptions": [exception]});
        let id = w.specialist.actor.staff_id().unwrap();
        schedule::publish(&w.app, &w.by(&w.specialist), id, serde_json::from_value(update).unwrap()).await
    };
    let rule = |from: &str| serde_json::json!({"weekday": "monday", "start": "09:00:00", "end": "10:00:00", "slot_minutes": 20, "valid_from": from});
    let day_off = |date: &str| serde_json::json!({"kind": "day_off", "date": date});
    let wrong = paths(publish(rule("1900-01-01"), day_off("2200-12-31")).await);
    assert_eq!(wrong, ["rules[0].valid_from", "exceptions[0].date"]);
    publish(rule("2026-01-01"), day_off("2026-12-31")).await.unwrap();
}

#[tokio::test]
async fn who_takes_longer_makes_the_next_ones_late_on_every_list() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let first = w.booked("王秀英", with, TWO).await.consultation;
    w.booked("赵德明", with, TWENTY_PAST).await;
    w.booked("孙桂兰", with, "2026-11-23T07:20:00Z").await;
    let of = async |who| {
        let query = AppointmentQuery {
            home_id: None,
            specialist_id: Some(with),
            from: at("2026-11-23T00:00:00Z"),
            until: at("2026-11-24T00:00:00Z"),
        };
        let items = appointments::list(&w.app, &w.by(who), query).await.unwrap().items;
        items.into_iter().map(|a| (a.late_minutes, a.expected_at.0.to_string()[11..16].to_owned())).collect::<Vec<_>>()
    };
    let planned = [(0, "06:00".to_owned()), (0, "06:20".to_owned()), (0, "07:20".to_owned())];
    assert_eq!(of(&w.nurse).await, planned);
    w.pass(at("2026-11-23T06:05:00Z").0.duration_since(w.now()));
    let body = VersionBody { version: first.version };
    consultations::check_in(&w.app, &w.by(&w.nurse), first.id, body).await.unwrap();
    w.begin(&w.specialist, first.id).await;
    w.pass(at("2026-11-23T06:50:00Z").0.duration_since(w.now()));
    for who in [&w.nurse, &w.specialist] {
        let now = of(who).await;
        assert_eq!(now[0], (5, "06:05".to_owned()), "began five minutes late");
        assert_eq!((now[1].0, now[1].1.as_str()), (30, "06:50"), "the one before takes three quarters of an hour");
        assert_eq!(now[2], (0, "07:20".to_owned()), "the gap takes it up");
    }
}
