//! Two records of one person: found, merged by a person, taken apart again.

use yunzhen_domain::machines::duplicate::State;
use yunzhen_domain::records::NoteKind;
use yunzhen_domain::registry::AllergyInput;
use yunzhen_domain::registry::Input;
use yunzhen_relay::app::views::common::ReasonBody;
use yunzhen_relay::app::views::duplicates::{Duplicate, MergeBody};
use yunzhen_relay::app::views::residents::{NewNote, ResidentQuery};
use yunzhen_relay::app::views::urgent_calls::NewUrgentCall;
use yunzhen_relay::app::{AppError, duplicates, residents, urgent_calls};

use crate::registry::{number, register, somebody};
use crate::world::World;

async fn newest(w: &World) -> Duplicate {
    duplicates::list(&w.app, &w.by(&w.administrator), None).await.unwrap().items.remove(0)
}

#[tokio::test]
async fn a_merge_shows_both_in_one_chart_and_can_be_taken_back() {
    let w = World::new().await;
    let one = w.resident("王秀英").await;
    let twin = Input {
        allergies: vec![AllergyInput {
            substance: "磺胺类".into(), severity: "severe".into(), ..Default::default()
        }],
        ..somebody("王 秀英", number("19410506", "888"))
    };
    let twin = register(&w, &w.nurse, twin).await.unwrap();
    assert!(twin.duplicate_suspected);
    let note =
        NewNote { text: "重复登记期间的记录".into(), written_at: w.now().into(), kind: NoteKind::Nursing };
    residents::write_note(&w.app, &w.by(&w.nurse), twin.id, note).await.unwrap();
    let pair = newest(&w).await;
    assert_eq!((pair.state, pair.allowed.clone()), (State::Suspected, vec!["merge".to_owned(), "dismiss".to_owned()]));
    let merge = |version, survivor_id| MergeBody { version, survivor_id, reason: "同一人，证件号录错".into() };
    for stranger in [&w.nurse, &w.specialist] {
        let hidden = duplicates::merge(&w.app, &w.by(stranger), pair.id, merge(1, one.id)).await;
        assert!(matches!(hidden, Err(AppError::NotFound)));
    }
    let nobody =
        duplicates::merge(&w.app, &w.by(&w.administrator), pair.id, merge(1, w.resident("赵德明").await.id)).await;
    assert!(matches!(nobody, Err(AppError::Invalid(_))));
    let merged = duplicates::merge(&w.app, &w.by(&w.administrator), pair.id, merge(1, one.id)).await.unwrap();
    assert_eq!((merged.state, merged.survivor_id), (State::Merged, Some(one.id)));

    let names = async || {
        let query = ResidentQuery { q: Some("wxy".into()), ..Default::default() };
        residents::list(&w.app, &w.by(&w.nurse), query).await.unwrap().items.len()
    };
    assert_eq!(names().await, 1);
    let chart = residents::get(&w.app, &w.by(&w.specialist), twin.id).await.unwrap();
    assert_eq!(
        (chart.id, chart.merged_ids.clone()),
        (one.id, vec![twin.id]),
        "a read of the merged leads to the survivor"
    );
    assert_eq!(chart.allergies, ["青霉素", "磺胺类"], "safety sees both");
    assert!(chart.notes.iter().any(|n| n.text.contains("重复登记期间")));
    // What is written to the merged record is written to the person.
    let note = NewNote { text: "合并之后".into(), written_at: w.now().into(), kind: NoteKind::Nursing };
    residents::write_note(&w.app, &w.by(&w.nurse), twin.id, note).await.unwrap();

    let reason = |version| ReasonBody { version, reason: "核对后是两个人".into() };
    let stale = duplicates::unmerge(&w.app, &w.by(&w.administrator), pair.id, reason(1)).await;
    assert!(matches!(stale, Err(AppError::Stale { .. })));
    let apart = duplicates::unmerge(&w.app, &w.by(&w.administrator), pair.id, reason(merged.version)).await.unwrap();
    assert_eq!((apart.state, apart.survivor_id), (State::Dismissed, None));
    assert_eq!(names().await, 2);
    let survivor = residents::get(&w.app, &w.by(&w.nurse), one.id).await.unwrap();
    assert_eq!(survivor.allergies, ["青霉素"]);
    assert!(survivor.notes.iter().any(|n| n.text == "合并之后"));
    let other = residents::get(&w.app, &w.by(&w.nurse), twin.id).await.unwrap();
    assert_eq!((other.id, other.allergies.as_slice()), (twin.id, &["磺胺类".to_owned()][..]));
    let again = duplicates::unmerge(&w.app, &w.by(&w.administrator), pair.id, reason(apart.version)).await;
    assert!(matches!(again, Err(AppError::NotPossible(_))));
    // Found to be two, they can be found to be one again.
    let once_more = duplicates::merge(&w.app, &w.by(&w.administrator), pair.id, merge(apart.version, twin.id)).await;
    assert_eq!(once_more.unwrap().survivor_id, Some(twin.id));
}

#[tokio::test]
async fn who_is_in_a_visit_is_not_merged_away() {
    let w = World::new().await;
    let c = w.waiting("王秀英").await;
    let twin = register(&w, &w.nurse, somebody("王秀英", number("19410506", "888"))).await.unwrap();
    let pair = newest(&w).await;
    let merge = |survivor_id| MergeBody { version: 1, survivor_id, reason: "同一人".into() };
    let refused = duplicates::merge(&w.app, &w.by(&w.administrator), pair.id, merge(twin.id)).await;
    assert!(matches!(refused, Err(AppError::OpenWork(_))));
    let kept = duplicates::merge(&w.app, &w.by(&w.administrator), pair.id, merge(c.resident.id)).await;
    assert_eq!(kept.unwrap().survivor_id, Some(c.resident.id));
}

#[tokio::test]
async fn the_demo_has_a_pair_and_who_was_judged_is_not_asked_about_again() {
    let w = World::new().await;
    let pair = newest(&w).await;
    assert_eq!(pair.residents[0].name, pair.residents[1].name);
    let reason = ReasonBody { version: 1, reason: "同名同生日，两个人".into() };
    let judged = duplicates::dismiss(&w.app, &w.by(&w.administrator), pair.id, reason).await.unwrap();
    assert_eq!(judged.state, State::Dismissed);
    let all = duplicates::list(&w.app, &w.by(&w.administrator), None).await.unwrap();
    assert_eq!(all.items.len(), 1);
}

#[tokio::test]
async fn a_reading_of_the_record_that_was_merged_away_counts_in_every_list_score_and_call() {
    let w = World::new().await;
    let one = w.resident("王秀英").await;
    let twin = register(&w, &w.nurse, somebody("王秀英", number("19410506", "888"))).await.unwrap();
    let reading =
        serde_json::json!({"readings": [{"code": "8867-4", "value": 131.0, "unit": "/min", "measured_at": w.now()}]});
    let reading = serde_json::from_value(reading).unwrap();
    residents::record_observations(&w.app, &w.by(&w.nurse), twin.id, reading).await.unwrap();
    let pair = newest(&w).await;
    let body = MergeBody { version: pair.version, survivor_id: one.id, reason: "同一人".into() };
    duplicates::merge(&w.app, &w.by(&w.administrator), pair.id, body).await.unwrap();
    let fast = |value: f64| (value - 131.0).abs() < 0.1;
    let listed = w.resident("王秀英").await;
    assert!(listed.last_observations.iter().any(|o| o.code == "8867-4" && fast(o.value)), "list");
    assert!(listed.early_warning.parts.iter().any(|part| fast(part.value)), "score of the list");
    let waiting = w.waiting("王秀英").await;
    assert!(waiting.out_of_range.iter().any(|o| o.code == "8867-4" && fast(o.value)), "waiting room");
    // The button knows the record that was merged away, and reaches the person.
    let press = NewUrgentCall { resident_id: Some(twin.id), bed: None, pressed_at: None };
    let call = urgent_calls::raise(&w.app, &w.by(&w.nurse), press).await.unwrap();
    let call = urgent_calls::get(&w.app, &w.by(&w.nurse), call.id).await.unwrap();
    assert_eq!(call.resident.map(|r| r.id), Some(one.id));
    assert!(call.vital_signs.unwrap().iter().any(|o| o.code == "8867-4" && fast(o.value)), "call");
}
