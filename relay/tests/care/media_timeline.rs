//! The media timeline: who may read it, that a read is audited, what is stored and what is not yet, and that nobody signs by a call that showed too little.

use std::collections::BTreeMap;

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::media_timeline::{Attendance, Heard, Observed, Rung, Second, Stretch, TooLow};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::radio::{RadioTechnology, Signal, Signals};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::media_timeline as views;
use yunzhen_relay::app::views::prescriptions::Prescription;
use yunzhen_relay::app::{AppError, consultations, media_timeline, prescriptions};

use crate::world::{World, draft};

/// A full minute begins.
const MINUTE: i64 = 1_800_000_000;

/// The home is in the call alone.
fn alone(rung: Rung) -> Heard {
    let picture = matches!(rung, Rung::Full | Rung::Small | Rung::Slow);
    Heard { rung: Some(rung), picture, sound: true, received_kbps: 400, target_kbps: Some(500), ..Heard::default() }
}

/// The specialist is in the call, and what arrives of the home is sent to their page.
fn heard(rung: Rung) -> Heard {
    let alone = alone(rung);
    let (sound_given, picture_given) = (alone.sound, alone.picture);
    Heard { specialist: Attendance::Present, sound_given, picture_given, ..alone }
}

/// The specialist is in the call, and the home's link is gone.
const GONE: Observed = Observed::Away(Attendance::Present);

/// The call goes on for so many seconds.
fn passes(w: &World, id: ConsultationId, from: i64, seconds: i64, seen: Observed) {
    for second in from..from + seconds {
        w.app.timeline.second(second, &BTreeMap::from([(id, seen.clone())]));
    }
}

async fn written(w: &World) -> (ConsultationId, Prescription) {
    let c = w.in_progress("王秀英").await;
    (c.id, w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await)
}

fn too_low(answer: Result<Prescription, AppError>) -> (Rung, Option<Rung>) {
    match answer {
        Err(AppError::CallTooLow(TooLow::Rung { least, shown, .. })) => (least, shown),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_is_signed_by_a_voice_and_what_was_seen_for_a_minute_stays_seen() {
    let w = World::new().await;
    let (id, p) = written(&w).await;
    passes(&w, id, MINUTE, 20, Observed::Here(heard(Rung::Sound)));
    assert_eq!(too_low(w.try_sign(&p).await), (Rung::Slow, Some(Rung::Sound)));
    let seen = consultations::get(&w.app, &w.by(&w.specialist), id).await.unwrap().signing.unwrap();
    assert_eq!(
        (seen.enough, seen.least_rung, seen.last, seen.connected_seconds),
        (false, Rung::Slow, Some(Rung::Sound), 20)
    );
    let of_nurse = consultations::get(&w.app, &w.by(&w.nurse), id).await.unwrap();
    assert_eq!(of_nurse.signing, None, "she signs nothing");

    // Also what is written in between is refused: the document was prepared while the picture was there.
    passes(&w, id, MINUTE + 20, 5, Observed::Here(heard(Rung::Small)));
    let body = VersionBody { version: p.version };
    let prepared = prescriptions::signing_document(&w.app, &w.by(&w.specialist), p.id, body).await.unwrap();
    passes(&w, id, MINUTE + 25, 30, GONE);
    let jws = w.specialist.sign(&prepared.document);
    let body = yunzhen_relay::app::views::prescriptions::SignBody { version: p.version, jws };
    assert_eq!(too_low(prescriptions::sign(&w.app, &w.by(&w.specialist), p.id, body).await), (Rung::Slow, None));

    // 60 seconds of a moving picture in all; then the link goes and does not take away what was seen.
    passes(&w, id, MINUTE + 55, 55, Observed::Here(heard(Rung::Slow)));
    passes(&w, id, MINUTE + 110, 40, GONE);
    let seen = consultations::get(&w.app, &w.by(&w.specialist), id).await.unwrap().signing.unwrap();
    assert_eq!((seen.enough, seen.last, seen.held), (true, None, Some(Rung::Slow)));
    w.try_sign(&p).await.unwrap();
}

#[tokio::test]
async fn a_home_that_waited_a_minute_alone_gives_nobody_anything_to_sign_by() {
    let w = World::new().await;
    let (id, p) = written(&w).await;
    passes(&w, id, MINUTE, 120, Observed::Here(alone(Rung::Full)));
    let apart = w.try_sign(&p).await;
    assert!(matches!(apart, Err(AppError::CallTooLow(TooLow::Apart { least: Rung::Slow }))), "{apart:?}");
    let shown = media_timeline::show(&w.app, &w.by(&w.specialist), id).await.unwrap();
    assert_eq!((shown.signing.enough, shown.signing.apart, shown.signing.connected_seconds), (false, true, 0));
    let last = shown.stretches[1].seconds[59];
    assert_eq!((last.shown, last.seen, last.specialist), (Some(Rung::Full), None, Some(false)));

    // In the call, but no picture has gone out to the page yet.
    let no_picture = Heard { picture_given: false, ..heard(Rung::Full) };
    passes(&w, id, MINUTE + 120, 5, Observed::Here(no_picture));
    assert_eq!(too_low(w.try_sign(&p).await), (Rung::Slow, Some(Rung::Sound)));
    passes(&w, id, MINUTE + 125, 1, Observed::Here(heard(Rung::Full)));
    let shown = media_timeline::show(&w.app, &w.by(&w.specialist), id).await.unwrap();
    assert_eq!((shown.signing.enough, shown.signing.apart, shown.signing.connected_seconds), (true, false, 6));
    w.try_sign(&p).await.unwrap();
}

#[tokio::test]
async fn the_radio_signals_stand_in_the_timeline_where_they_changed() {
    let w = World::new().await;
    let (id, _) = written(&w).await;
    let on = |technology, quality| Signals::from([Signal::checked("5G", technology, quality, Some(-101)).unwrap()]);
    let with = |signals: &Signals| Observed::Here(Heard { signals: signals.clone(), ..heard(Rung::Full) });
    let (strong, weak) = (on(RadioTechnology::Nr5g, 80), on(RadioTechnology::Lte, 12));
    passes(&w, id, MINUTE, 5, with(&strong));
    passes(&w, id, MINUTE + 5, 2, GONE);
    passes(&w, id, MINUTE + 7, 3, with(&strong));
    passes(&w, id, MINUTE + 10, 5, with(&weak));
    let rows: Vec<_> = w.app.timeline.unwritten(id).into_iter().map(|stretch| (id, stretch)).collect();
    media_timeline::keep(&w.app, &rows).await.unwrap();
    let shown = media_timeline::show(&w.app, &w.by(&w.specialist), id).await.unwrap();
    let told = |one: &views::MediaSignals| {
        let signal = &one.signals[0];
        (one.from_second, signal.technology, signal.strength, signal.quality_percent, signal.dbm)
    };
    use yunzhen_domain::radio::RadioStrength::{Strong, Weak};
    assert_eq!(
        shown.stretches[0].signals.iter().map(told).collect::<Vec<_>>(),
        [(0, RadioTechnology::Nr5g, Strong, 80, Some(-101)), (10, RadioTechnology::Lte, Weak, 12, Some(-101))]
    );
}

#[tokio::test]
async fn a_hospital_that_wants_the_full_picture_or_a_call_gets_it() {
    let mut w = World::new().await;
    let (id, p) = written(&w).await;
    let policy = |text: &str| std::sync::Arc::new(Policy::from_toml(text).unwrap());
    w.app.policy = policy("call_seconds_for_signing = 30");
    let refused = w.try_sign(&p).await;
    assert!(matches!(refused, Err(AppError::CallTooLow(TooLow::Call { least: 30, connected: 0 }))), "{refused:?}");
    passes(&w, id, MINUTE, 90, Observed::Here(heard(Rung::Small)));
    w.app.policy = policy("least_rung_for_signing = 6");
    assert_eq!(too_low(w.try_sign(&p).await), (Rung::Full, Some(Rung::Small)));
    w.app.policy = policy("least_rung_for_signing = 5\ncall_seconds_for_signing = 30");
    w.try_sign(&p).await.unwrap();
}

#[tokio::test]
async fn a_consultation_without_a_call_is_not_judged_by_it() {
    let w = World::new().await;
    let (id, p) = written(&w).await;
    let none = media_timeline::show(&w.app, &w.by(&w.specialist), id).await.unwrap();
    assert!(none.stretches.is_empty() && none.signing.enough);
    w.try_sign(&p).await.unwrap();
}

#[tokio::test]
async fn what_is_stored_and_what_is_not_yet_is_one_timeline() {
    let w = World::new().await;
    let (id, _) = written(&w).await;
    passes(&w, id, MINUTE + 50, 15, Observed::Here(heard(Rung::Full)));
    passes(&w, id, MINUTE + 65, 3, GONE);
    let from_memory = media_timeline::show(&w.app, &w.by(&w.specialist), id).await.unwrap();
    // The writer stores the whole minute, and once more after an answer that was lost.
    let whole: Vec<Stretch> =
        w.app.timeline.unwritten(id).into_iter().filter(|s| s.from_second < MINUTE + 60).collect();
    for _ in 0..2 {
        let rows: Vec<_> = whole.iter().map(|stretch| (id, stretch.clone())).collect();
        media_timeline::keep(&w.app, &rows).await.unwrap();
    }
    let shown = media_timeline::show(&w.app, &w.by(&w.specialist), id).await.unwrap();
    assert_eq!(shown, from_memory);
    let lengths: Vec<usize> = shown.stretches.iter().map(|stretch| stretch.seconds.len()).collect();
    assert_eq!(lengths, [10, 8]);
    let last = shown.stretches[1].seconds[7];
    assert_eq!((last.away, last.shown, last.received_kbps), (true, None, None));
    let first = shown.stretches[0].seconds[0];
    assert_eq!((first.shown, first.received_kbps, first.target_kbps), (Some(Rung::Full), Some(400), Some(500)));
    // A row of a consultation that is gone is none, and holds up no other.
    let gone = ConsultationId::from_uuid(uuid::Uuid::from_u128(9));
    let stretch = Stretch { from_second: MINUTE, seconds: vec![Second::Away(Attendance::Absent)] };
    media_timeline::keep(&w.app, &[(gone, stretch.clone()), (id, stretch)]).await.unwrap();
    let more = media_timeline::show(&w.app, &w.by(&w.specialist), id).await.unwrap();
    assert_eq!(more.stretches.len(), 3);
}

#[tokio::test]
async fn who_sees_the_consultation_reads_it_and_leaves_a_row() {
    let w = World::new().await;
    let (id, _) = written(&w).await;
    passes(&w, id, MINUTE, 5, Observed::Here(heard(Rung::Full)));
    for reader in [&w.nurse, &w.specialist] {
        media_timeline::show(&w.app, &w.by(reader), id).await.unwrap();
    }
    assert_eq!(w.count(EventKind::MediaTimelineViewed).await, 2);
    for stranger in [&w.nurse_of_other_home, &w.stranger, &w.pharmacist, &w.pharmacy, &w.administrator] {
        let hidden = media_timeline::show(&w.app, &w.by(stranger), id).await;
        assert!(matches!(hidden, Err(AppError::NotFound | AppError::Forbidden)), "{hidden:?}");
    }
    assert_eq!(w.count(EventKind::MediaTimelineViewed).await, 2, "a refusal reads nothing");
}
