//! Every read of a resident's record is in the audit log, once per window and not once per poll.

use jiff::SignedDuration;
use yunzhen_domain::Sensitive;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::ResidentId;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::{Context, consents, consultations, deliveries, documents, prescriptions, residents};

use crate::world::{Person, World, draft};

async fn kinds(w: &World, resident: ResidentId, since: i64) -> Vec<&'static str> {
    w.audited_of(resident, since).await.into_iter().map(|f| f.kind.as_str()).collect()
}

#[tokio::test]
async fn every_view_of_a_resident_leaves_its_row() {
    let w = World::new().await;
    let packed = w.packed().await;
    let p = w.see(packed.prescription.id).await;
    let (c, id) = (p.consultation_id.unwrap(), p.resident.id);
    // A reader who has not looked yet.
    let fresh = || Context { session_token: Sensitive::new(format!("{}", w.now())), ..w.by(&w.nurse) };
    macro_rules! leaves {
        ($read:expr, $kind:expr) => {{
            let start = w.newest().await;
            $read.await.unwrap();
            assert_eq!(kinds(&w, id, start).await, [$kind.as_str()]);
        }};
    }
    leaves!(residents::list(&w.app, &fresh(), Default::default()), EventKind::ResidentListed);
    leaves!(residents::get(&w.app, &fresh(), id), EventKind::ResidentViewed);
    leaves!(residents::observations(&w.app, &fresh(), id, Default::default()), EventKind::ObservationsViewed);
    leaves!(consents::list(&w.app, &fresh(), id), EventKind::ConsentsViewed);
    leaves!(documents::list(&w.app, &fresh(), id), EventKind::DocumentsViewed);
    leaves!(consultations::list(&w.app, &fresh(), Default::default()), EventKind::ResidentListed);
    leaves!(consultations::get(&w.app, &fresh(), c), EventKind::ResidentConsultationViewed);
    leaves!(prescriptions::list(&w.app, &fresh(), Default::default()), EventKind::ResidentListed);
    leaves!(prescriptions::get(&w.app, &fresh(), p.id), EventKind::ResidentPrescriptionViewed);
    leaves!(deliveries::list(&w.app, &fresh(), Default::default()), EventKind::ResidentListed);
    leaves!(deliveries::get(&w.app, &fresh(), packed.delivery.id), EventKind::ResidentDeliveryViewed);
    // The courier sees a parcel and nobody's name.
    let start = w.newest().await;
    let courier = w.of(crate::world::courier_of(&packed.delivery));
    deliveries::get(&w.app, &courier, packed.delivery.id).await.unwrap();
    assert_eq!(w.newest().await, start);
}

#[tokio::test]
async fn what_is_read_in_order_to_sign_leaves_its_row() {
    let w = World::new().await;
    let written = || draft("I10", &[("amlodipine-5mg", 7)]);
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, written()).await;
    let id = p.resident.id;
    let fresh = |by: &Person| Context { session_token: Sensitive::new(format!("{}", w.now())), ..w.by(by) };
    let viewed = [EventKind::ResidentPrescriptionViewed.as_str()];

    let start = w.newest().await;
    prescriptions::preview_findings(&w.app, &fresh(&w.specialist), p.id, written()).await.unwrap();
    assert_eq!(kinds(&w, id, start).await, viewed);

    let start = w.newest().await;
    let version = VersionBody { version: p.version };
    prescriptions::signing_document(&w.app, &fresh(&w.specialist), p.id, version).await.unwrap();
    assert_eq!(kinds(&w, id, start).await, viewed);

    let p = w.claim(&w.try_sign(&p).await.unwrap()).await;
    let start = w.newest().await;
    let version = VersionBody { version: p.version };
    prescriptions::approval_document(&w.app, &fresh(&w.pharmacist), p.id, version).await.unwrap();
    assert_eq!(kinds(&w, id, start).await, viewed);
    // Who may not see it has read nothing.
    let start = w.newest().await;
    let version = VersionBody { version: p.version };
    prescriptions::signing_document(&w.app, &fresh(&w.nurse_of_other_home), p.id, version).await.unwrap_err();
    assert_eq!(w.newest().await, start);
}

#[tokio::test]
async fn a_screen_that_polls_is_one_row_per_window_and_session() {
    let w = World::new().await;
    let id = w.resident("王秀英").await.id;
    let session = |token: &str| Context { session_token: Sensitive::new(token.to_owned()), ..w.by(&w.nurse) };
    let start = w.newest().await;
    for _ in 0..20 {
        residents::get(&w.app, &session("morning"), id).await.unwrap();
    }
    assert_eq!(kinds(&w, id, start).await.len(), 1);
    residents::get(&w.app, &session("another tablet"), id).await.unwrap();
    assert_eq!(kinds(&w, id, start).await.len(), 2);
    w.pass(SignedDuration::from_mins(i64::from(w.app.policy.read_audit_minutes)));
    residents::get(&w.app, &session("morning"), id).await.unwrap();
    assert_eq!(kinds(&w, id, start).await.len(), 3);
    w.audited().await;
}
