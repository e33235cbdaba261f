//! A signed prescription is never changed: it is withdrawn and another takes its place, together or not at all.

use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::machines::delivery::State as Parcel;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::records::RejectionCode;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::prescribing::ReplaceBody;
use yunzhen_relay::app::views::prescriptions::{Prescription, RejectBody};
use yunzhen_relay::app::{AppError, deliveries, prescriptions};

use crate::world::{Person, World, courier_of, draft};

async fn replace(
    w: &World,
    by: &Person,
    p: &Prescription,
    consultation_id: ConsultationId,
    reason: Option<&str>,
) -> Result<Prescription, AppError> {
    let body = ReplaceBody { version: p.version, consultation_id, reason: reason.map(str::to_owned) };
    prescriptions::replace(&w.app, &w.by(by), p.id, body).await
}

#[tokio::test]
async fn the_old_one_is_withdrawn_the_new_one_says_so_and_its_signature_covers_it() {
    let w = World::new().await;
    let old = w.approved().await;
    let c = w.in_progress("王秀英").await;
    let new = replace(&w, &w.specialist, &old, c.id, Some("剂量调整")).await.unwrap();
    assert_eq!((new.state, new.replaces, new.consultation_id), (State::Draft, Some(old.id), Some(c.id)));
    assert_eq!((&new.items, &new.diagnosis), (&old.items, &old.diagnosis));
    let gone = w.see(old.id).await;
    assert_eq!((gone.state, gone.replaced_by), (State::Cancelled, Some(new.id)));
    let body = VersionBody { version: gone.version };
    let taken = prescriptions::accept(&w.app, &w.by(&w.pharmacy), old.id, body).await;
    assert!(matches!(taken, Err(AppError::NotFound)), "no pharmacy sees it any more");
    let signed = w.try_sign(&new).await.unwrap();
    let jws = &signed.signature.unwrap().jws;
    let verified = yunzhen_certs::jws::verify(jws, &w.app.signers, w.now()).unwrap();
    assert!(verified.payload.contains(&format!("\"replaces\":\"{}\"", old.id)), "{}", verified.payload);
}

#[tokio::test]
async fn all_or_nothing() {
    let w = World::new().await;
    let old = w.approved().await;
    let other = w.in_progress("赵德明").await;
    let version = w.see(old.id).await.version;
    let refused = replace(&w, &w.specialist, &old, other.id, Some("换")).await;
    assert!(matches!(refused, Err(AppError::Invalid(fields)) if fields[0].path == "consultation_id"));
    let c = w.in_progress("王秀英").await;
    let refused = replace(&w, &w.specialist, &old, c.id, Some(" ")).await;
    assert!(matches!(refused, Err(AppError::Invalid(fields)) if fields[0].path == "reason"));
    let refused = replace(&w, &w.other_specialist, &old, c.id, Some("换")).await;
    assert!(matches!(refused, Err(AppError::Forbidden)));
    let waiting = w.waiting("王秀英").await;
    let refused = replace(&w, &w.specialist, &old, waiting.id, Some("换")).await;
    assert!(matches!(refused, Err(AppError::Forbidden)), "that consultation is nobody's yet");
    let still = w.see(old.id).await;
    assert_eq!((still.state, still.version, still.replaced_by), (State::Approved, version, None));
    let unsigned = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
    assert!(matches!(replace(&w, &w.specialist, &unsigned, c.id, Some("换")).await, Err(AppError::NotPossible(_))));
}

#[tokio::test]
async fn what_was_rejected_is_replaced_once() {
    let w = World::new().await;
    let p = w.claim(&w.signed().await).await;
    let body = RejectBody { version: p.version, code: RejectionCode::Dose, comment: "剂量偏大".into() };
    let p = prescriptions::reject(&w.app, &w.by(&w.pharmacist), p.id, body).await.unwrap();
    let seen = w.see(p.id).await;
    assert!(seen.allowed.contains(&"replace".to_owned()) && !seen.allowed.contains(&"cancel".to_owned()));
    let c = seen.consultation_id.unwrap();
    let new = replace(&w, &w.specialist, &seen, c, None).await.unwrap();
    let seen = w.see(p.id).await;
    assert_eq!((seen.state, seen.replaced_by), (State::Rejected, Some(new.id)));
    assert!(!seen.allowed.contains(&"replace".to_owned()));
    let again = replace(&w, &w.specialist, &seen, c, None).await;
    assert!(matches!(again, Err(AppError::NotPossible(_))), "{again:?}");
    // Its replacement was given up: another may take its place.
    w.cancel(new.id, new.version).await.unwrap();
    replace(&w, &w.specialist, &w.see(p.id).await, c, None).await.unwrap();
}

#[tokio::test]
async fn on_the_road_it_is_called_back_and_in_the_home_it_is_stopped() {
    let w = World::new().await;
    let packed = w.packed().await;
    w.on_the_road(&packed.delivery).await;
    let old = w.see(packed.prescription.id).await;
    let c = old.consultation_id.unwrap();
    replace(&w, &w.specialist, &old, c, Some("改药")).await.unwrap();
    let d = deliveries::get(&w.app, &w.by(&w.pharmacy), packed.delivery.id).await.unwrap();
    assert_eq!((w.see(old.id).await.state, d.state), (State::Cancelled, Parcel::Recalled));

    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    w.receive(&d, &packed.parcel_code, 7).await.unwrap();
    let old = w.see(packed.prescription.id).await;
    assert_eq!(old.state, State::Delivered);
    let new = replace(&w, &w.specialist, &old, c, Some("改药")).await.unwrap();
    let stopped = w.see(old.id).await;
    assert_eq!((stopped.state, stopped.replaced_by), (State::Stopped, Some(new.id)));
    let courier = courier_of(&d);
    let body = VersionBody { version: d.version };
    assert!(deliveries::accept(&w.app, &w.of(courier), d.id, body).await.is_err());
}
