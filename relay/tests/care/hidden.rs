//! What is not theirs does not exist for them; what is in sight but not theirs to do is forbidden.

use yunzhen_domain::Actor;
use yunzhen_domain::ids::CourierRunId;
use yunzhen_domain::machines::delivery::AttemptCode;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::ConsultationQuery;
use yunzhen_relay::app::views::deliveries::{DeliveryQuery, FailAttemptBody};
use yunzhen_relay::app::views::prescriptions::PrescriptionQuery;
use yunzhen_relay::app::{AppError, admin, consultations, deliveries, events, prescriptions, residents};

use crate::world::{Person, World, courier_of, draft};

fn hidden<T>(answer: Result<T, AppError>) {
    assert!(matches!(answer, Err(AppError::NotFound)), "not hidden");
}

fn forbidden<T>(answer: Result<T, AppError>) {
    assert!(matches!(answer, Err(AppError::Forbidden)), "not forbidden");
}

#[tokio::test]
async fn another_home_and_other_roles() {
    let w = World::new().await;
    let packed = w.packed().await;
    let (p, d) = (packed.prescription, packed.delivery);
    let resident = w.resident("王秀英").await;
    let c = w.see(p.id).await.consultation_id.unwrap();
    for stranger in [&w.nurse_of_other_home, &w.administrator] {
        hidden(residents::get(&w.app, &w.by(stranger), resident.id).await);
        hidden(consultations::get(&w.app, &w.by(stranger), c).await);
        hidden(prescriptions::get(&w.app, &w.by(stranger), p.id).await);
        hidden(deliveries::get(&w.app, &w.by(stranger), d.id).await);
        hidden(consultations::get_for_call(&w.app, &w.by(stranger), c).await);
    }
    hidden(prescriptions::get(&w.app, &w.by(&w.other_pharmacy), p.id).await);
    hidden(deliveries::get(&w.app, &w.by(&w.other_pharmacy), d.id).await);
    hidden(residents::get(&w.app, &w.by(&w.pharmacy), resident.id).await);
    hidden(consultations::get(&w.app, &w.by(&w.pharmacist), c).await);
    hidden(admin::audit(&w.app, &w.by(&w.nurse), Default::default()).await);
    let other_courier = Actor::Courier { run_id: CourierRunId::new(w.now(), [1; 10]) };
    hidden(deliveries::get(&w.app, &w.of(other_courier), d.id).await);
    let body = || VersionBody { version: d.version };
    forbidden(deliveries::accept(&w.app, &w.by(&w.nurse), d.id, body()).await);
    let courier = courier_of(&d);
    let refuse = ReasonBody { version: d.version, reason: "不收".into() };
    forbidden(deliveries::refuse(&w.app, &w.of(courier), d.id, refuse).await);
    let cancel = ReasonBody { version: p.version, reason: "撤回".into() };
    forbidden(prescriptions::cancel(&w.app, &w.by(&w.other_specialist), p.id, cancel.clone()).await);
    forbidden(prescriptions::cancel(&w.app, &w.by(&w.nurse), p.id, cancel).await);
    assert_eq!(lists(&w, &w.nurse_of_other_home.actor).await, (0, 0, 0));
    assert_eq!(lists(&w, &w.nurse.actor).await, (1, 1, 1));
}

#[tokio::test]
async fn a_draft_is_not_shown_to_a_nurse_by_any_way_and_the_signed_one_is() {
    let w = World::new().await;
    let start = events::newest(&w.app).await.unwrap();
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
    let resident = p.resident.id;
    let shown = async || {
        let nurse = w.by(&w.nurse);
        let listed = prescriptions::list(&w.app, &nurse, PrescriptionQuery::default()).await.unwrap().items;
        let chart = residents::get(&w.app, &nurse, resident).await.unwrap();
        let visit = consultations::get(&w.app, &nurse, c.id).await.unwrap();
        (listed.len(), chart.prescriptions.len(), visit.prescriptions.len())
    };
    let heard = async || {
        let batch = events::after(&w.app, &w.by(&w.nurse), start).await.unwrap();
        batch.changes.into_iter().any(|change| change.kind.starts_with("prescription."))
    };
    assert_eq!((shown().await, heard().await), ((0, 0, 0), false));
    hidden(prescriptions::get(&w.app, &w.by(&w.nurse), p.id).await);
    let cancel = ReasonBody { version: p.version, reason: "撤回".into() };
    hidden(prescriptions::cancel(&w.app, &w.by(&w.nurse), p.id, cancel).await);
    prescriptions::get(&w.app, &w.by(&w.specialist), p.id).await.unwrap();
    w.try_sign(&p).await.unwrap();
    assert_eq!((shown().await, heard().await), ((1, 1, 1), true));
    prescriptions::get(&w.app, &w.by(&w.nurse), p.id).await.unwrap();
}

#[tokio::test]
async fn prescriptions_that_are_named_are_told_to_those_only_who_see_them() {
    let w = World::new().await;
    let (first, second) = (w.packed().await.prescription.id, w.approved().await.id);
    let named = async |by: &Person, ids: String| {
        let query = PrescriptionQuery { ids: Some(ids), ..Default::default() };
        let page = prescriptions::list(&w.app, &w.by(by), query).await?;
        Ok::<_, AppError>(page.items.into_iter().map(|p| p.id).collect::<Vec<_>>())
    };
    let both = format!("{second}, {first},{second}");
    assert_eq!(named(&w.pharmacy, both.clone()).await.unwrap(), [second, first], "each once, as they are named");
    assert!(named(&w.nurse_of_other_home, both.clone()).await.unwrap().is_empty());
    assert!(!named(&w.other_pharmacy, both).await.unwrap().contains(&first));
    for wrong in ["x".to_owned(), vec![first.to_string(); 101].join(",")] {
        let refused = named(&w.pharmacy, wrong).await;
        assert!(matches!(&refused, Err(AppError::Invalid(fields)) if fields[0].path == "ids"), "{refused:?}");
    }
}

async fn lists(w: &World, actor: &Actor) -> (usize, usize, usize) {
    let c = consultations::list(&w.app, &w.of(*actor), ConsultationQuery::default()).await.unwrap();
    let p = prescriptions::list(&w.app, &w.of(*actor), PrescriptionQuery::default()).await.unwrap();
    let d = deliveries::list(&w.app, &w.of(*actor), DeliveryQuery::default()).await.unwrap();
    (c.items.len(), p.items.len(), d.items.len())
}

#[tokio::test]
async fn live_changes_are_only_told_to_those_concerned() {
    let w = World::new().await;
    let start = events::newest(&w.app).await.unwrap();
    let packed = w.packed().await;
    let heard = async |actor: Actor| {
        let batch = events::after(&w.app, &w.of(actor), start).await.unwrap();
        batch.changes.into_iter().map(|c| c.kind).collect::<Vec<_>>()
    };
    assert!(heard(w.nurse_of_other_home.actor).await.is_empty());
    assert!(heard(w.administrator.actor).await.is_empty());
    let nurse = heard(w.nurse.actor).await;
    assert!(nurse.contains(&"consultation.begun".into()) && nurse.contains(&"delivery.created".into()));
    assert_eq!(heard(courier_of(&packed.delivery)).await, ["courier_run.made", "delivery.created"]);
    let other = heard(w.other_pharmacy.actor).await;
    assert!(other.contains(&"prescription.approved".into()) && !other.contains(&"prescription.packed".into()));
}

/// A parcel's steps were told to those only who may see it, and the chain of a specialist stood still until the page was loaded again.
#[tokio::test]
async fn who_may_not_see_a_parcel_hears_of_its_steps_as_changes_of_the_prescription() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let courier = courier_of(&d);
    let start = w.newest().await;
    let body = VersionBody { version: d.version };
    let d = deliveries::arrive(&w.app, &w.of(courier), d.id, body).await.unwrap();
    let body = FailAttemptBody { version: d.version, code: Some(AttemptCode::Nobody), reason: None };
    let d = deliveries::fail_attempt(&w.app, &w.of(courier), d.id, body).await.unwrap();
    let body = VersionBody { version: d.version };
    let d = deliveries::resume(&w.app, &w.of(courier), d.id, body).await.unwrap();
    let heard = async |actor: Actor| {
        let batch = events::after(&w.app, &w.of(actor), start).await.unwrap();
        batch.changes.into_iter().map(|c| (c.kind, c.entity, c.entity_id)).collect::<Vec<_>>()
    };
    let steps = ["delivery.arrived", "delivery.attempt_failed", "delivery.resumed"];
    let told_of = |entity: &str, id: uuid::Uuid| steps.map(|kind| (kind.to_owned(), entity.to_owned(), id));
    for person in [&w.specialist, &w.pharmacist] {
        assert_eq!(heard(person.actor).await, told_of("prescription", packed.prescription.id.uuid()));
    }
    for actor in [w.nurse.actor, w.pharmacy.actor, courier] {
        assert_eq!(heard(actor).await, told_of("delivery", d.id.uuid()), "{actor:?}");
    }
    for actor in [w.nurse_of_other_home.actor, w.other_pharmacy.actor, w.administrator.actor] {
        let heard = heard(actor).await;
        assert!(heard.is_empty(), "{actor:?}: {heard:?}");
    }
    for person in [&w.specialist, &w.pharmacist] {
        hidden(deliveries::get(&w.app, &w.by(person), d.id).await);
    }
}
