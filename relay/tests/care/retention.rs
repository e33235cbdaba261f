//! The end of a record: sixteen years by the clock of the test.

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::records::NoteKind;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::residents::NewNote;
use yunzhen_relay::app::views::retention::{LegalHold, NewLegalHold};
use yunzhen_relay::app::{AppError, residents, retention};
use yunzhen_store::{audit, retention as rows};

use crate::world::World;

const MONTH: SignedDuration = SignedDuration::from_hours(24 * 30);

async fn place(w: &World, resident_id: ResidentId) -> LegalHold {
    let body = NewLegalHold { resident_id, reason: "云溪法院 2027-114 号".into() };
    retention::hold(&w.app, &w.by(&w.administrator), body).await.unwrap()
}

async fn is_there(w: &World, id: ResidentId) -> bool {
    let mut db = w.app.store.read().await.unwrap();
    !rows::left_of(&mut db, id).await.unwrap().is_empty()
}

fn years(from: Timestamp, until: Timestamp) -> f64 {
    until.duration_since(from).as_secs_f64() / (365.25 * 24.0 * 3600.0)
}

#[tokio::test]
async fn over_sixteen_years_each_record_goes_when_its_last_clock_has_ended_and_a_held_one_stays() {
    let w = World::new().await;
    // One with the whole way of a prescription, one that is written to in the third year, one that a court holds.
    let treated = w.resident("王秀英").await.id;
    let packed = w.packed().await;
    let parcel = w.on_the_road(&packed.delivery).await;
    w.receive(&parcel, &packed.parcel_code, 7).await.unwrap();
    let written = w.resident("赵德明").await.id;
    let held = w.resident("孙桂兰").await.id;
    let hold = place(&w, held).await;
    let start = w.now();
    let everybody = {
        let mut db = w.app.store.read().await.unwrap();
        rows::untouched(&mut db, start, None, 100).await.unwrap().len() + 1
    };
    let (mut wrote_at, mut gone_at) = (start, Vec::new());
    for month in 0..(17 * 12) {
        w.pass(MONTH);
        if month == 36 {
            wrote_at = w.now();
            let note = NewNote { text: "复查".into(), written_at: wrote_at.into(), kind: NoteKind::Nursing };
            residents::write_note(&w.app, &w.by(&w.nurse), written, note).await.unwrap();
        }
        retention::purge(&w.app, w.now()).await.unwrap();
        for id in [treated, written, held] {
            if !gone_at.iter().any(|(gone, _)| *gone == id) && !is_there(&w, id).await {
                gone_at.push((id, w.now()));
            }
        }
    }
    // Within the month after fifteen years; the one that was written to later lives on, the held one as well.
    let [(first, at)] = gone_at[..] else { panic!("{gone_at:?}") };
    assert_eq!(first, treated);
    let kept = years(start, at);
    assert!((15.0..15.2).contains(&kept), "kept for {kept} years");
    assert!(is_there(&w, written).await && is_there(&w, held).await);
    let lifted = VersionBody { version: hold.version };
    retention::release(&w.app, &w.by(&w.administrator), hold.id, lifted).await.unwrap();
    assert_eq!(retention::purge(&w.app, w.now()).await.unwrap(), 1);
    assert!(!is_there(&w, held).await, "the hold was all that kept it");
    while years(wrote_at, w.now()) < 15.0 {
        assert!(is_there(&w, written).await);
        w.pass(MONTH);
    }
    retention::purge(&w.app, w.now()).await.unwrap();
    assert!(!is_there(&w, written).await);
    // The chain holds, and says what went.
    let mut db = w.app.store.read().await.unwrap();
    audit::verify(&mut db).await.unwrap();
    let facts = audit::after(&mut db, 0, 10_000).await.unwrap();
    drop(db);
    let purged = facts.iter().filter(|row| row.fact.kind == EventKind::ResidentPurged).count();
    assert_eq!(purged, everybody, "every record, the held one as well, once");
    assert_eq!(retention::purge(&w.app, w.now()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_hold_is_placed_once_lifted_once_and_by_administrators_only() {
    let w = World::new().await;
    let id = w.resident("王秀英").await.id;
    let body = || NewLegalHold { resident_id: id, reason: "卫健委 12 号函".into() };
    for other in [&w.nurse, &w.specialist, &w.pharmacist, &w.pharmacy] {
        let refused = retention::hold(&w.app, &w.by(other), body()).await;
        assert!(matches!(refused, Err(AppError::NotFound)));
    }
    let empty = NewLegalHold { resident_id: id, reason: "  ".into() };
    assert!(matches!(retention::hold(&w.app, &w.by(&w.administrator), empty).await, Err(AppError::Invalid(_))));
    let hold = retention::hold(&w.app, &w.by(&w.administrator), body()).await.unwrap();
    let lift =
        async |version| retention::release(&w.app, &w.by(&w.administrator), hold.id, VersionBody { version }).await;
    assert!(matches!(lift(7).await, Err(AppError::Stale { .. })));
    let lifted = lift(1).await.unwrap();
    assert!(lifted.released_at.is_some());
    assert!(matches!(lift(2).await, Err(AppError::NotPossible(_))));
    let listed = retention::holds(&w.app, &w.by(&w.administrator), Default::default()).await.unwrap();
    assert_eq!(listed.items, [lifted]);
}
