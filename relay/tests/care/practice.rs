//! Nobody sees people remotely without some years of practice on record.

use jiff::civil::Date;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::practice::TooLittlePractice;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::sessions::{PracticeUpdate, Staff};
use yunzhen_relay::app::{AppError, admin, consultations, prescriptions};

use crate::registry::paths;
use crate::world::{Person, World, draft};

async fn account(w: &World, of: &Person) -> Staff {
    let all = admin::staff(&w.app, &w.by(&w.administrator)).await.unwrap().items;
    all.into_iter().find(|member| Some(member.id) == of.actor.staff_id()).unwrap()
}

async fn record(w: &World, by: &Person, of: &Person, since: &str) -> Result<Staff, AppError> {
    let (id, version) = (of.actor.staff_id().unwrap(), account(w, of).await.version);
    let update = PracticeUpdate { version, practising_since: since.parse().unwrap() };
    admin::record_practice(&w.app, &w.by(by), id, update).await
}

#[tokio::test]
async fn neither_a_consultation_nor_a_signature_before_three_years_are_on_record() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
    let waiting = w.waiting("赵德明").await;
    let recorded = record(&w, &w.administrator, &w.specialist, "2023-11-24").await.unwrap();
    assert_eq!(recorded.practising_since, Some("2023-11-24".parse::<Date>().unwrap()));
    assert_eq!(w.count(EventKind::StaffPracticeRecorded).await, 1);

    let begin = async || {
        let seen = VersionBody { version: waiting.version };
        consultations::begin(&w.app, &w.by(&w.specialist), waiting.id, seen).await
    };
    let short = |answer: Option<AppError>| match answer {
        Some(AppError::Practice(TooLittlePractice::TooShort { years, from })) => (years, from.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(short(begin().await.err()), (3, "2026-11-24".to_owned()));
    assert_eq!(w.look(waiting.id).await.version, waiting.version, "nothing was kept");
    let seen = VersionBody { version: p.version };
    let unsigned = prescriptions::signing_document(&w.app, &w.by(&w.specialist), p.id, seen).await;
    short(unsigned.err());

    // The day comes by itself, at the hospital's midnight.
    w.clock_to("2026-11-23T16:00:00Z");
    begin().await.unwrap();
}

#[tokio::test]
async fn an_administrator_records_it_and_nobody_else() {
    let w = World::new().await;
    for stranger in [&w.nurse, &w.specialist, &w.pharmacist] {
        assert!(matches!(record(&w, stranger, &w.specialist, "1999-07-01").await, Err(AppError::NotFound)));
    }
    for wrong in ["2026-11-24", "1900-01-01"] {
        let refused = record(&w, &w.administrator, &w.specialist, wrong).await;
        assert_eq!(paths(refused), ["practising_since"], "{wrong}");
    }
    assert_eq!(paths(record(&w, &w.administrator, &w.nurse, "1999-07-01").await), ["practising_since"]);
    let before = account(&w, &w.specialist).await;
    let after = record(&w, &w.administrator, &w.specialist, "1999-07-01").await.unwrap();
    assert_eq!(after.version, before.version + 1);
    let late = PracticeUpdate { version: before.version, practising_since: "2001-07-01".parse().unwrap() };
    let stale = admin::record_practice(&w.app, &w.by(&w.administrator), before.id, late).await;
    assert!(matches!(stale, Err(AppError::Stale { .. })));
    assert_eq!(account(&w, &w.specialist).await, after);
}
