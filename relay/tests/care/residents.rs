//! Vital signs and notes.

use jiff::SignedDuration;
use yunzhen_domain::Actor;
use yunzhen_domain::records::{NoteKind, ObservationSource};
use yunzhen_relay::app::views::residents::{NewNote, NewObservations, ObservationQuery, Reading};
use yunzhen_relay::app::{AppError, residents};
use yunzhen_relay::seed;
use yunzhen_store::audit;

use crate::world::World;

fn reading(w: &World, code: &str, value: f64, unit: &str) -> Reading {
    Reading {
        code: code.into(),
        value,
        unit: unit.into(),
        measured_at: w.now().into(),
        device: None,
        clock_offset_ms: None,
        raw_frame: None,
    }
}

#[tokio::test]
async fn readings_are_taken_whole_or_not_at_all() {
    let w = World::new().await;
    let resident = w.resident("王秀英").await;
    let count = async || {
        let all = residents::observations(&w.app, &w.by(&w.nurse), resident.id, ObservationQuery::default()).await;
        all.unwrap().items.len()
    };
    let before = count().await;
    let mut ahead = reading(&w, "8867-4", 70.0, "/min");
    ahead.measured_at = (w.now() + SignedDuration::from_hours(1)).into();
    let readings = vec![
        reading(&w, "8480-6", 152.0, "mm[Hg]"),
        reading(&w, "8480-6", 1520.0, "mm[Hg]"),
        reading(&w, "8310-5", 98.6, "[degF]"),
        reading(&w, "0-0", 1.0, "1"),
        ahead,
    ];
    let refused =
        residents::record_observations(&w.app, &w.by(&w.nurse), resident.id, NewObservations { readings }).await;
    let Err(AppError::Invalid(fields)) = refused else { panic!("taken") };
    let paths: Vec<&str> = fields.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(paths, ["readings[1].value", "readings[2].unit", "readings[3].code", "readings[4].measured_at"]);
    assert_eq!(count().await, before);

    let ctx = w.by(&w.nurse);
    let good = || NewObservations { readings: vec![reading(&w, "8480-6", 172.0, "mm[Hg]")] };
    let taken = residents::record_observations(&w.app, &ctx, resident.id, good()).await.unwrap();
    assert_eq!((taken.items[0].high, taken.items[0].source), (Some(150.0), ObservationSource::Nurse));
    let again = residents::record_observations(&w.app, &ctx, resident.id, good()).await.unwrap();
    assert_eq!(again, taken, "a repeated spool item is one reading");
    assert_eq!(count().await, before + 1);
    assert!(w.resident("王秀英").await.out_of_range.contains(&"8480-6".to_owned()));

    let own_box = w.of(Actor::Box { home_id: seed::HOME_1 });
    let by_box = residents::record_observations(&w.app, &own_box, resident.id, good()).await.unwrap();
    assert_eq!(by_box.items[0].source, ObservationSource::Device);
    let other_box = w.of(Actor::Box { home_id: seed::HOME_2 });
    let hidden = residents::record_observations(&w.app, &other_box, resident.id, good()).await;
    assert!(matches!(hidden, Err(AppError::NotFound)));
}

#[tokio::test]
async fn what_a_device_sent_is_kept_beside_the_value() {
    let w = World::new().await;
    let resident = w.resident("王秀英").await;
    let by_device = || Reading {
        device: Some("血压计 5C:31:3E:00:12:34".into()),
        clock_offset_ms: Some(-90_000),
        raw_frame: Some("2a35:00ac0058006500".into()),
        ..reading(&w, "8480-6", 172.0, "mm[Hg]")
    };
    let readings = vec![
        Reading { device: None, ..by_device() },
        Reading { raw_frame: Some("2a35".into()), ..by_device() },
        Reading { raw_frame: None, ..by_device() },
        Reading { clock_offset_ms: Some(i64::MIN), ..by_device() },
    ];
    let refused =
        residents::record_observations(&w.app, &w.by(&w.nurse), resident.id, NewObservations { readings }).await;
    let Err(AppError::Invalid(fields)) = refused else { panic!("taken") };
    let paths: Vec<&str> = fields.iter().map(|f| f.path.as_str()).collect();
    let expected =
        ["readings[0].device", "readings[1].raw_frame", "readings[2].raw_frame", "readings[3].clock_offset_ms"];
    assert_eq!(paths, expected);

    let readings = NewObservations { readings: vec![by_device()] };
    residents::record_observations(&w.app, &w.by(&w.nurse), resident.id, readings).await.unwrap();
    let all =
        residents::observations(&w.app, &w.by(&w.nurse), resident.id, ObservationQuery::default()).await.unwrap().items;
    let kept = all.iter().find(|o| o.raw_frame.is_some()).unwrap();
    assert_eq!(kept.source, ObservationSource::Device);
    assert_eq!(kept.device.as_deref(), Some("血压计 5C:31:3E:00:12:34"));
    assert_eq!((kept.clock_offset_ms, kept.raw_frame.as_deref()), (Some(-90_000), Some("2a35:00ac0058006500")));
}

#[tokio::test]
async fn opening_a_chart_is_audited_and_a_note_is_in_it() {
    let w = World::new().await;
    let resident = w.resident("王秀英").await;
    let note = NewNote { text: "夜间咳嗽两次".into(), written_at: w.now().into(), kind: NoteKind::Nursing };
    residents::write_note(&w.app, &w.by(&w.nurse), resident.id, note).await.unwrap();
    let chart = residents::get(&w.app, &w.by(&w.specialist), resident.id).await.unwrap();
    assert_eq!((chart.notes[0].text.as_str(), chart.notes[0].author_name.as_str()), ("夜间咳嗽两次", "李梅"));
    assert!(chart.id_number_masked.contains('*') && !chart.eligibility.is_empty());
    let mut db = w.app.store.read().await.unwrap();
    let last = audit::before(&mut db, &audit::Filter::default(), None, 1).await.unwrap().remove(0);
    assert_eq!(last.fact.kind.as_str(), "resident.viewed");
    assert_eq!(last.fact.actor, w.specialist.actor.reference());
    let empty = NewNote { text: "  ".into(), written_at: w.now().into(), kind: NoteKind::Nursing };
    let refused = residents::write_note(&w.app, &w.by(&w.nurse), resident.id, empty).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))));
}
