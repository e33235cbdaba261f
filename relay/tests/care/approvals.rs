//! What a pharmacist approved, and what became of it: the way to the first dose, a replacement, a withdrawal.

use jiff::SignedDuration;
use yunzhen_domain::door_to_dose::{Next, Turn};
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::prescription::State;
use yunzhen_relay::app::views::prescribing::ReplaceBody;
use yunzhen_relay::app::views::prescriptions::{PrescriptionQuery, PrescriptionSummary};
use yunzhen_relay::app::{AppError, prescriptions};

use crate::world::{Person, World};

async fn approved_by(w: &World, who: &Person, query: PrescriptionQuery) -> Vec<PrescriptionSummary> {
    let query = PrescriptionQuery { approved: Some(true), ..query };
    prescriptions::list(&w.app, &w.by(who), query).await.unwrap().items
}

fn ids(lines: &[PrescriptionSummary]) -> Vec<PrescriptionId> {
    lines.iter().map(|line| line.id).collect()
}

#[tokio::test]
async fn a_pharmacist_finds_the_own_approvals_each_with_its_way_by_state_resident_and_day() {
    let w = World::new().await;
    let first = w.approved().await;
    w.pass(SignedDuration::from_mins(1));
    let second = w.approved().await;
    let all = approved_by(&w, &w.pharmacist, PrescriptionQuery::default()).await;
    assert_eq!(ids(&all), [second.id, first.id], "the newest approval first");
    for line in &all {
        let way = line.approval.as_ref().and_then(|approval| approval.door_to_dose.as_ref()).unwrap();
        assert_eq!((way.turn, way.next, way.steps.len()), (Turn::Pharmacy, Next::Accept, 8));
    }
    let at = all[0].approval.as_ref().unwrap().at;
    let before = approved_by(&w, &w.pharmacist, PrescriptionQuery { until: Some(at), ..Default::default() }).await;
    assert_eq!(ids(&before), [first.id]);
    let since = approved_by(&w, &w.pharmacist, PrescriptionQuery { from: Some(at), ..Default::default() }).await;
    assert_eq!(ids(&since), [second.id]);
    let of = |resident_id| PrescriptionQuery { resident_id: Some(resident_id), ..Default::default() };
    assert_eq!(ids(&approved_by(&w, &w.pharmacist, of(first.resident.id)).await), [second.id, first.id]);
    let other = w.resident("赵德明").await.id;
    assert!(approved_by(&w, &w.pharmacist, of(other)).await.is_empty());

    let accepted = w.accept(&first).await;
    let dispensing = PrescriptionQuery { state: Some("dispensing,packed".into()), ..Default::default() };
    assert_eq!(ids(&approved_by(&w, &w.pharmacist, dispensing).await), [accepted.prescription.id]);
    assert!(approved_by(&w, &w.other_pharmacist, PrescriptionQuery::default()).await.is_empty(), "each the own");
}

/// Who had approved it never heard that it was taken back.
#[tokio::test]
async fn who_approved_it_reads_that_it_was_replaced_or_withdrawn_and_why() {
    let w = World::new().await;
    let old = w.approved().await;
    let consultation_id = w.in_progress("王秀英").await.id;
    let version = w.see(old.id).await.version;
    let body = ReplaceBody { version, consultation_id, reason: Some("剂量调整".into()) };
    prescriptions::replace(&w.app, &w.by(&w.specialist), old.id, body).await.unwrap();
    let withdrawn = w.approved().await;
    w.cancel(withdrawn.id, withdrawn.version).await.unwrap();
    let ended = PrescriptionQuery { state: Some("cancelled,stopped".into()), ..Default::default() };
    let lines = approved_by(&w, &w.pharmacist, ended).await;
    let of = |id| lines.iter().find(|line| line.id == id).unwrap();
    for (id, replaced) in [(old.id, true), (withdrawn.id, false)] {
        let approval = of(id).approval.as_ref().unwrap();
        assert_eq!((of(id).state, of(id).replaced), (State::Cancelled, replaced));
        assert!(approval.withdrawal_reason.is_some());
        assert_eq!(approval.door_to_dose.as_ref().unwrap().turn, Turn::Nobody);
    }
    assert_eq!(of(old.id).approval.as_ref().unwrap().withdrawal_reason.as_deref(), Some("剂量调整"));
}

#[tokio::test]
async fn nobody_but_a_pharmacist_has_approvals_and_other_lists_say_nothing_of_them() {
    let w = World::new().await;
    let p = w.approved().await;
    for person in [&w.nurse, &w.specialist, &w.pharmacy, &w.administrator] {
        let query = PrescriptionQuery { approved: Some(true), ..Default::default() };
        let no = prescriptions::list(&w.app, &w.by(person), query).await;
        assert!(matches!(no, Err(AppError::NotFound)), "{no:?}");
    }
    let query = PrescriptionQuery { mine: Some(true), ..Default::default() };
    let lines = prescriptions::list(&w.app, &w.by(&w.pharmacist), query).await.unwrap().items;
    assert!(lines.iter().any(|line| line.id == p.id) && lines.iter().all(|line| line.approval.is_none()));
}
