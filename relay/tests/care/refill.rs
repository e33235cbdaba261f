//! A course of 28 days on a clock that is set: every dose given, and before it runs out one request for a refill, whatever crashes in between.

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::dose::{Outcome, State};
use yunzhen_domain::machines::refill::State as RefillState;
use yunzhen_domain::records::Supply;
use yunzhen_domain::runway::RunsOut;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::doses::{Refill, RefillQuery};
use yunzhen_relay::app::views::prescriptions::PrescriptionDraft;
use yunzhen_relay::app::{AppError, doses, refills};
use yunzhen_relay::jobs::queue;

use crate::doses::entry;
use crate::world::{Person, World, draft};

pub fn chronic() -> PrescriptionDraft {
    PrescriptionDraft { supply: Supply::Chronic, ..draft("I10", &[("amlodipine-5mg", 28)]) }
}

pub async fn asked(w: &World, by: &Person) -> Vec<Refill> {
    refills::list(&w.app, &w.by(by), RefillQuery::default()).await.unwrap().items
}

/// The worker wakes at `time` and does what is due, as its timer would.
pub async fn wakes(w: &World, time: Timestamp) {
    w.clock_to(&time.to_string());
    queue::run(&w.app, w.now()).await.unwrap();
}

pub fn day(n: i64) -> Timestamp {
    "2026-11-24T00:05:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * n)
}

#[tokio::test]
async fn a_whole_course_with_every_dose_given_and_one_request_before_its_end() {
    let w = World::new().await;
    let p = w.in_the_home("王秀英", chronic()).await;
    for n in 0..28 {
        wakes(&w, day(n)).await;
        let today = (day(n) + SignedDuration::from_hours(8)).to_string()[..10].to_owned();
        let dose = w.doses_on(&today).await.items.remove(0);
        let given = entry(&dose, Some(Outcome::Given), w.now());
        let after = doses::record(&w.app, &w.by(&w.nurse), dose.resident.id, given).await.unwrap();
        assert_eq!(after.state, State::Given, "day {n}");
        // It ends on 21 December; five days before that somebody is told.
        let expected = usize::from(today.as_str() >= "2026-12-16");
        assert_eq!(asked(&w, &w.specialist).await.len(), expected, "{today}");
        let runway = w.doses_on(&today).await.runways;
        let left = f64::from(27 - u32::try_from(n).unwrap());
        if n < 27 {
            assert!((runway[0].left - left).abs() < 1e-9, "{today}: {}", runway[0].left);
            assert_eq!((runway[0].warns, runway[0].refill.is_some()), (expected == 1, expected == 1), "{today}");
        }
    }
    let request = asked(&w, &w.nurse).await.remove(0);
    assert_eq!((request.prescription_id, request.runs_out, request.state), (p.id, RunsOut::Cap, RefillState::Open));
    assert_eq!(request.last_day.to_string(), "2026-12-21");
    assert!(request.allowed.is_empty(), "the nurse sees it and decides nothing");
    wakes(&w, day(30)).await;
    assert!(w.doses_on("2026-12-24").await.items.is_empty());
    assert_eq!((w.count(EventKind::RefillAsked).await, w.count(EventKind::DoseRecorded).await), (1, 28));
    assert_eq!(w.count(EventKind::PrescriptionDrafted).await, 1, "no prescription is made by itself");
}

#[tokio::test]
async fn a_worker_that_dies_leaves_one_request_and_no_second() {
    let w = World::new().await;
    w.in_the_home("王秀英", chronic()).await;
    wakes(&w, day(0)).await;
    // What else was queued, such as the end of the claim for review, is done.
    wakes(&w, day(1)).await;
    // The lease is taken and the worker dies before it does anything.
    w.clock_to(&day(22).to_string());
    let mut tx = w.app.store.write().await.unwrap();
    let now = w.now();
    let lost = yunzhen_store::jobs::claim(&mut tx, now, now + SignedDuration::from_secs(30)).await.unwrap();
    assert!(lost.is_some());
    tx.commit_bookkeeping("a lease that is lost").await.unwrap();
    assert_eq!(queue::run(&w.app, w.now()).await.unwrap(), 0, "it is leased");
    assert!(asked(&w, &w.specialist).await.is_empty());
    w.pass(SignedDuration::from_mins(1));
    queue::run(&w.app, w.now()).await.unwrap();
    queue::run(&w.app, w.now()).await.unwrap();
    assert_eq!((asked(&w, &w.specialist).await.len(), w.count(EventKind::RefillAsked).await), (1, 1));
}

#[tokio::test]
async fn the_prescriber_decides_and_nobody_else() {
    let w = World::new().await;
    w.in_the_home("王秀英", chronic()).await;
    wakes(&w, day(0)).await;
    wakes(&w, day(23)).await;
    let request = asked(&w, &w.specialist).await.remove(0);
    assert_eq!(request.allowed, ["see", "decline"]);
    assert!(asked(&w, &w.other_specialist).await.is_empty());
    let version = request.version;
    let see = refills::see(&w.app, &w.by(&w.nurse), request.id, VersionBody { version }).await;
    assert!(matches!(see, Err(AppError::Forbidden)));
    let see = refills::see(&w.app, &w.by(&w.other_specialist), request.id, VersionBody { version }).await;
    assert!(matches!(see, Err(AppError::NotFound)));
    let seen = refills::see(&w.app, &w.by(&w.specialist), request.id, VersionBody { version }).await.unwrap();
    assert_eq!(seen.state, RefillState::Seen);
    // Another medicine of the same person is not what was asked for.
    let c = w.in_progress("王秀英").await;
    let other = w.draft(c.id, draft("I10", &[("metoprolol-47.5mg", 7)])).await;
    w.try_sign(&other).await.unwrap();
    let new = w.draft(c.id, chronic()).await;
    assert_eq!(asked(&w, &w.specialist).await[0].state, RefillState::Seen, "a draft renews nothing");
    w.try_sign(&new).await.unwrap();
    let after = asked(&w, &w.specialist).await.remove(0);
    assert_eq!((after.state, after.renewed_by, after.allowed.len()), (RefillState::Done, Some(new.id), 0));
    assert_eq!(w.count(EventKind::RefillDone).await, 1);
}

#[tokio::test]
async fn declined_with_a_reason_and_lapsed_with_its_course() {
    let w = World::new().await;
    let (one, two) = (w.in_the_home("王秀英", chronic()).await, w.in_the_home("王秀英", chronic()).await);
    wakes(&w, day(0)).await;
    wakes(&w, day(23)).await;
    let all = asked(&w, &w.specialist).await;
    let of = |id| all.iter().find(|request| request.prescription_id == id).unwrap();
    let body = ReasonBody { version: of(one.id).version, reason: "血压已稳定，停药观察".to_owned() };
    let declined = refills::decline(&w.app, &w.by(&w.specialist), of(one.id).id, body).await.unwrap();
    assert_eq!(
        (declined.state, declined.decline_reason.as_deref()),
        (RefillState::Declined, Some("血压已稳定，停药观察"))
    );
    w.cancel(two.id, w.see(two.id).await.version).await.unwrap();
    let all = asked(&w, &w.nurse).await;
    let lapsed = all.iter().find(|request| request.prescription_id == two.id).unwrap();
    assert_eq!((lapsed.state, w.count(EventKind::RefillLapsed).await), (RefillState::Lapsed, 1));
}

#[tokio::test]
async fn an_emergency_course_asks_for_nothing() {
    let w = World::new().await;
    let short = PrescriptionDraft { supply: Supply::Emergency, ..draft("I10", &[("amlodipine-5mg", 3)]) };
    w.in_the_home("王秀英", short).await;
    wakes(&w, day(2)).await;
    assert!(asked(&w, &w.specialist).await.is_empty());
}

/// A supply of three days of one of two medicines ended the request for both.
#[tokio::test]
async fn a_request_for_two_medicines_is_done_when_both_are_signed_for_longer() {
    let w = World::new().await;
    let both = [("amlodipine-5mg", 28), ("metoprolol-47.5mg", 28)];
    let strengths = ["5 mg".to_owned(), "47.5 mg".to_owned()];
    w.in_the_home("王秀英", PrescriptionDraft { supply: Supply::Chronic, ..draft("I10", &both) }).await;
    wakes(&w, day(0)).await;
    wakes(&w, day(23)).await;
    let request = async || {
        let [one] = <[Refill; 1]>::try_from(asked(&w, &w.specialist).await).unwrap();
        one
    };
    let sign = async |supply: Supply, drugs: &[(&str, u32)]| {
        let c = w.in_progress("王秀英").await;
        // The course of before is still in hand.
        let hard_stop_reason = Some("余药将尽，续开".to_owned());
        let p = w.draft(c.id, PrescriptionDraft { supply, hard_stop_reason, ..draft("I10", drugs) }).await;
        w.try_sign(&p).await.unwrap()
    };
    let asked_for = request().await;
    assert_eq!((asked_for.drug_names.len(), asked_for.open_names.len()), (2, 0));
    assert_eq!((asked_for.strengths.as_slice(), asked_for.open_strengths.len()), (&strengths[..], 0));
    sign(Supply::Emergency, &[("amlodipine-5mg", 3)]).await;
    assert_eq!(request().await, asked_for, "it ends before what runs out, and puts nothing off");
    let first = sign(Supply::Chronic, &both[..1]).await;
    let part = request().await;
    assert_eq!((part.state, part.open_names.as_slice()), (RefillState::Open, &asked_for.drug_names[1..]));
    assert_eq!(part.open_strengths, strengths[1..]);
    let second = sign(Supply::Chronic, &both[1..]).await;
    let done = request().await;
    assert_eq!((done.state, done.renewed_by, done.open_names.len()), (RefillState::Done, Some(second.id), 0));
    // One of the two comes to nothing: its medicine is asked for anew, though the other stands.
    w.cancel(first.id, w.see(first.id).await.version).await.unwrap();
    let again = request().await;
    assert_eq!((again.state, again.open_names.as_slice()), (RefillState::Open, &asked_for.drug_names[..1]));
    assert_eq!(again.reopened.map(|why| why.prescription_id), Some(first.id));
    let told = (w.count(EventKind::RefillDone).await, w.count(EventKind::RefillReopened).await);
    assert_eq!(told, (1, 1));
}
