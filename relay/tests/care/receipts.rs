//! Receipts that the box of the home signed, at once or after hours without a link.

use jiff::{SignedDuration, Timestamp};
use yunzhen_certs::{Identity, jws};
use yunzhen_domain::Actor;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::door_to_dose::{Next, Reason, Turn};
use yunzhen_domain::machines::delivery::{DecisionCode, State};
use yunzhen_domain::machines::discrepancy::{Cause, Resolution};
use yunzhen_domain::machines::dose::Outcome;
use yunzhen_domain::machines::prescription;
use yunzhen_domain::receipt::{Receipt, ReceiptError};
use yunzhen_domain::records::{BoxCertificate, CertificateSource, Count};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::deliveries::{DecisionBody, Delivery, ReceiptBody};
use yunzhen_relay::app::views::discrepancies::ResolveBody;
use yunzhen_relay::app::views::doses::NewDoseEntry;
use yunzhen_relay::app::{AppError, Context, deliveries, discrepancies, doses, prescriptions, signing_keys};
use yunzhen_relay::seed;
use yunzhen_store::box_certificates;

use crate::world::World;

fn receipt(w: &World, d: &Delivery, code: &str, quantity: u32, at: Timestamp) -> Receipt {
    Receipt {
        parcel_code: code.to_owned(),
        counts: vec![Count { item_no: 1, quantity, damaged: 0 }],
        offline: true,
        ..Receipt::new(d.id, seed::HOME_1, w.nurse.actor.staff_id().unwrap(), at)
    }
}

/// The nurse through the box of her home.
fn through_box(w: &World) -> Context {
    Context { through_box: Some(seed::HOME_1), ..w.by(&w.nurse) }
}

async fn hand_in(w: &World, ctx: &Context, d: &Delivery, r: &Receipt) -> Result<Delivery, AppError> {
    let body = ReceiptBody { jws: w.home_box.sign(&r.document()) };
    deliveries::receive_signed(&w.app, ctx, d.id, body).await
}

#[tokio::test]
async fn what_was_counted_without_a_link_is_applied_once_with_the_time_of_counting() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let counted_at = w.now();
    w.pass(SignedDuration::from_hours(5));
    let r = receipt(&w, &d, &packed.parcel_code, 7, counted_at);
    let ctx = through_box(&w);
    let done = hand_in(&w, &ctx, &d, &r).await.unwrap();
    assert_eq!(done.state, State::Received);
    let last = done.timeline.last().unwrap();
    assert_eq!((last.step.as_str(), last.at.0), ("receive_complete", counted_at));
    assert_eq!(w.see(packed.prescription.id).await.state, prescription::State::Delivered);
    // The answer was lost: the box sends the same again, and then once more under another key.
    let again = hand_in(&w, &ctx, &d, &r).await.unwrap();
    assert_eq!(again, done);
    let other_key = hand_in(&w, &through_box(&w), &d, &r).await;
    assert!(matches!(other_key, Err(AppError::NotPossible(_))));
    assert_eq!(w.count(EventKind::DeliveryReceived).await, 1);
    assert_eq!(w.count(EventKind::DeliveryReceiptSigned).await, 1);
    // Whoever asks can verify it without the relay.
    let seen = deliveries::get(&w.app, &w.by(&w.pharmacy), d.id).await.unwrap();
    let kept = seen.receipt.unwrap();
    assert_eq!(kept.counted_at.0, counted_at);
    let verified = jws::verify_as(yunzhen_certs::Kind::Box, &kept.jws, &w.app.boxes, counted_at).unwrap();
    assert_eq!(verified.identity, Identity::Box { home_id: seed::HOME_1 });
    assert_eq!(Receipt::read(&verified.payload), Ok(r));
}

#[tokio::test]
async fn a_slip_of_the_finger_without_a_link_is_refused_in_words_and_counted_anew_with_the_same_parcel() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let counted_at = w.now();
    w.pass(SignedDuration::from_hours(5));
    let typed = receipt(&w, &d, &packed.parcel_code, 1_000_000_000, counted_at);
    let refused = hand_in(&w, &through_box(&w), &d, &typed).await;
    // The box keeps it with these words until the nurse has corrected it.
    assert!(
        matches!(&refused, Err(AppError::Invalid(fields)) if fields[0].path == "counts[0].quantity"),
        "{refused:?}"
    );
    assert_eq!(w.count(EventKind::DeliveryReceiptSigned).await, 0);
    let r = receipt(&w, &d, &packed.parcel_code, 7, counted_at);
    assert_eq!(hand_in(&w, &through_box(&w), &d, &r).await.unwrap().state, State::Received);
}

#[tokio::test]
async fn a_parcel_that_was_called_back_while_it_was_counted_becomes_a_discrepancy() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let counted_at = w.now();
    let seen = w.see(packed.prescription.id).await;
    w.cancel(seen.id, seen.version).await.unwrap();
    let r = receipt(&w, &d, &packed.parcel_code, 7, counted_at);
    let done = hand_in(&w, &through_box(&w), &d, &r).await.unwrap();
    assert_eq!(done.state, State::Discrepancy);
    assert_eq!(done.discrepancies.iter().map(|t| t.cause).collect::<Vec<_>>(), [Cause::Recalled]);
    assert_eq!(w.see(packed.prescription.id).await.state, prescription::State::Cancelled, "withdrawn stays withdrawn");
}

/// The courier had no signal either, and handed over what the pharmacy had just had turned back.
#[tokio::test]
async fn a_parcel_that_was_turned_back_while_it_was_counted_without_a_link_is_in_the_home_and_not_to_be_given() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let counted_at = w.now();
    let body = DecisionBody { version: d.version, code: DecisionCode::WrongContent, reason: "装错规格".into() };
    let turned = deliveries::turn_back(&w.app, &w.by(&w.pharmacy), d.id, body).await.unwrap();
    assert_eq!(turned.state, State::Returning);
    let r = receipt(&w, &d, &packed.parcel_code, 7, counted_at);
    let at_once = hand_in(&w, &through_box(&w), &d, &r).await;
    assert!(matches!(at_once, Err(AppError::NotPossible(_))), "with the link up the nurse gives it back: {at_once:?}");
    w.pass(SignedDuration::from_hours(5));
    let done = hand_in(&w, &through_box(&w), &d, &r).await.unwrap();
    assert_eq!(done.state, State::Discrepancy);
    assert_eq!(done.discrepancies.iter().map(|t| t.cause).collect::<Vec<_>>(), [Cause::Recalled]);
    let chain = w.see(packed.prescription.id).await.door_to_dose.unwrap();
    assert_eq!((chain.turn, chain.next, chain.reason), (Turn::Pharmacy, Next::Settle, Some(Reason::TurnedBack)));
}

#[tokio::test]
async fn medicine_that_was_withdrawn_and_counted_all_the_same_is_told_to_nurse_and_pharmacy_and_not_given() {
    let w = World::new().await;
    let packed = w.packed().await;
    let id = packed.prescription.id;
    let d = w.on_the_road(&packed.delivery).await;
    let r = receipt(&w, &d, &packed.parcel_code, 7, w.now());
    w.pass(SignedDuration::from_mins(30));
    w.cancel(id, w.see(id).await.version).await.unwrap();
    w.pass(SignedDuration::from_hours(2));
    hand_in(&w, &through_box(&w), &d, &r).await.unwrap();
    let order = prescriptions::get(&w.app, &w.by(&w.pharmacy), id).await.unwrap();
    assert_eq!((order.state, order.items[0].owed), (prescription::State::Cancelled, 0), "the home has all of it");
    assert_eq!(w.count(EventKind::PrescriptionReachedHome).await, 1);

    for who in [&w.nurse, &w.pharmacy] {
        let told = discrepancies::list(&w.app, &w.by(who), Default::default()).await.unwrap().items;
        assert_eq!(
            told.iter().map(|task| (task.cause, task.delivery_id)).collect::<Vec<_>>(),
            [(Cause::Recalled, d.id)]
        );
    }
    let round = w.doses_on("2026-11-23").await;
    assert_eq!(round.stopped.iter().map(|course| course.prescription_id).collect::<Vec<_>>(), [id]);
    assert!(round.runways.is_empty() && round.as_needed.is_empty(), "{round:?}");
    let resident = round.stopped[0].resident.id;
    let dose = NewDoseEntry {
        prescription_id: id,
        item_no: 1,
        due_at: Some(w.now().into()),
        sequence: 0,
        outcome: Some(Outcome::Given),
        at: w.now().into(),
        not_given: None,
        need: None,
        batch: None,
        note: None,
        scanned_resident: None,
        scanned_medicine: None,
    };
    let given = doses::record(&w.app, &w.by(&w.nurse), resident, dose).await;
    assert!(matches!(given, Err(AppError::DoseStopped { .. })), "{given:?}");

    // It is told until the pharmacy has settled it, not for some days.
    w.pass(SignedDuration::from_hours(24 * 5));
    assert_eq!(w.doses_on("2026-11-28").await.stopped.len(), 1);
    let open = discrepancies::list(&w.app, &w.by(&w.pharmacy), Default::default()).await.unwrap().items.remove(0);
    let fetched = ResolveBody { version: open.version, resolution: Resolution::WrittenOff, note: None };
    discrepancies::resolve(&w.app, &w.by(&w.pharmacy), open.id, fetched).await.unwrap();
    assert!(w.doses_on("2026-11-28").await.stopped.is_empty());
}

#[tokio::test]
async fn what_another_box_signed_or_nobody_or_for_something_else_is_refused() {
    let w = World::new().await;
    let packed = w.packed().await;
    let other = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let good = receipt(&w, &d, &packed.parcel_code, 7, w.now());
    let refused =
        |e: &AppError, what: &str| assert!(matches!(e, AppError::Receipt(ReceiptError::Other)), "{what}: {e:?}");
    let ctx = through_box(&w);

    let body = ReceiptBody { jws: w.other_box.sign(&good.document()) };
    let e = deliveries::receive_signed(&w.app, &ctx, d.id, body).await.unwrap_err();
    refused(&e, "the box of another home");
    let other_home = Receipt { home_id: w.other_box.home_id, ..good.clone() };
    refused(&hand_in(&w, &ctx, &d, &other_home).await.unwrap_err(), "another home");
    let other_parcel = Receipt { delivery_id: other.delivery.id, ..good.clone() };
    refused(&hand_in(&w, &ctx, &d, &other_parcel).await.unwrap_err(), "another parcel");
    let other_nurse = Receipt { nurse_id: w.nurse_of_other_home.actor.staff_id().unwrap(), ..good.clone() };
    refused(&hand_in(&w, &ctx, &d, &other_nurse).await.unwrap_err(), "another nurse");
    refused(&hand_in(&w, &w.by(&w.nurse), &d, &good).await.unwrap_err(), "not through the box");

    let mut jws = w.home_box.sign(&good.document());
    jws.replace_range(jws.len() - 4.., "AAAA");
    let changed = deliveries::receive_signed(&w.app, &ctx, d.id, ReceiptBody { jws }).await;
    assert!(matches!(changed, Err(AppError::Signature(_))), "{changed:?}");
    let by_doctor = ReceiptBody { jws: w.specialist.sign(&good.document()) };
    let signer = deliveries::receive_signed(&w.app, &ctx, d.id, by_doctor).await;
    assert!(matches!(signer, Err(AppError::Signature(_))), "a person's certificate is none of a box: {signer:?}");
    for at in [w.now() + SignedDuration::from_hours(1), w.now() - SignedDuration::from_hours(24)] {
        let e = hand_in(&w, &ctx, &d, &Receipt { prepared_at: at, ..good.clone() }).await.unwrap_err();
        assert!(matches!(e, AppError::Receipt(ReceiptError::Time) | AppError::Signature(_)), "{e:?}");
    }
    let wrong = hand_in(&w, &ctx, &d, &Receipt { parcel_code: "22222222".into(), ..good.clone() }).await;
    assert!(matches!(wrong, Err(AppError::WrongParcelCode { .. })));
    assert_eq!(w.count(EventKind::DeliveryCodeRefused).await, 1);
    let done = hand_in(&w, &ctx, &d, &good).await.unwrap();
    assert_eq!(done.state, State::Received, "none of this has changed anything");
}

/// The certificate of the home's box as the record knows it, revoked or not.
async fn known(w: &World, serial: &str, revoked_at: Option<Timestamp>) {
    let (from, until) = (w.now() - SignedDuration::from_hours(24), w.now() + SignedDuration::from_hours(24));
    let certificate = BoxCertificate {
        serial: serial.to_owned(),
        home_id: seed::HOME_1,
        box_id: None,
        source: CertificateSource::ByHand,
        not_before: from,
        not_after: until,
        known_since: from,
        revoked_at,
    };
    let mut tx = w.app.store.write().await.unwrap();
    box_certificates::insert(&mut tx, &certificate).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
}

#[tokio::test]
async fn what_a_box_signed_after_its_certificate_was_revoked_is_refused_and_what_it_signed_before_counts() {
    let w = World::new().await;
    let (first, second) = (w.packed().await, w.packed().await);
    let d = w.on_the_road(&first.delivery).await;
    let other = w.on_the_road(&second.delivery).await;
    let before = receipt(&w, &d, &first.parcel_code, 7, w.now());
    let jws = w.home_box.sign(&before.document());
    let signed = jws::verify_as(yunzhen_certs::Kind::Box, &jws, &w.app.boxes, before.prepared_at).unwrap();
    let serial = signed.certificate_serial;
    w.pass(SignedDuration::from_mins(5));
    let revoked_at = w.now();
    known(&w, &serial, Some(revoked_at)).await;
    let after = receipt(&w, &other, &second.parcel_code, 7, w.now());
    let refused = hand_in(&w, &through_box(&w), &other, &after).await;
    assert!(matches!(refused, Err(AppError::Receipt(ReceiptError::Revoked))), "{refused:?}");
    assert_eq!(w.count(EventKind::DeliveryReceived).await, 0);
    // Counted before the box was taken out of service, and handed in by the one in its place.
    let done = hand_in(&w, &through_box(&w), &d, &before).await.unwrap();
    assert_eq!(done.state, State::Received);

    // Whoever keeps the document finds the certificate on the list that the console gives, from when on it does not count.
    for who in [&w.pharmacy, &w.specialist, &w.administrator] {
        let list = signing_keys::revoked(&w.app, &w.by(who)).await.unwrap();
        let told: Vec<_> = list.certificates.iter().map(|one| (one.serial.as_str(), one.revoked_at.0)).collect();
        assert_eq!(told, [(serial.as_str(), revoked_at)]);
    }
    assert!(matches!(signing_keys::revoked(&w.app, &w.by(&w.nurse)).await, Err(AppError::NotFound)));

    // The authority's own list says no time: nothing of such a certificate is believed.
    w.app.revoked.set(std::iter::once(serial).collect());
    let earlier = receipt(&w, &other, &second.parcel_code, 7, revoked_at - SignedDuration::from_secs(1));
    let refused = hand_in(&w, &through_box(&w), &other, &earlier).await;
    assert!(matches!(refused, Err(AppError::Receipt(ReceiptError::Revoked))), "{refused:?}");
}

#[tokio::test]
async fn the_box_is_told_what_it_needs_for_a_time_without_a_link_and_nobody_else_is() {
    let w = World::new().await;
    let packed = w.packed().await;
    let expected = async || {
        let of_box = Actor::Box { home_id: seed::HOME_1 };
        deliveries::expected(&w.app, &w.of(of_box)).await.unwrap().items
    };
    assert!(expected().await.is_empty(), "the courier has not accepted it");
    let d = w.on_the_road(&packed.delivery).await;
    let known = expected().await;
    let [parcel] = known.as_slice() else { panic!("{known:?}") };
    assert_eq!((parcel.delivery_id, parcel.items.as_slice(), parcel.cold_chain), (d.id, &[1][..], false));
    assert_eq!(parcel.most, [67], "what is far above the seven is refused at the parcel");
    assert!(!parcel.code_hash.contains(&packed.parcel_code), "salted and hashed");
    assert_eq!(expected().await, known, "made once and kept");
    let of_other = Actor::Box { home_id: seed::HOME_2 };
    assert!(deliveries::expected(&w.app, &w.of(of_other)).await.unwrap().items.is_empty());
    for person in [&w.nurse, &w.pharmacy, &w.administrator] {
        assert!(matches!(deliveries::expected(&w.app, &w.by(person)).await, Err(AppError::NotFound)));
    }
    w.receive(&d, &packed.parcel_code, 7).await.unwrap();
    assert!(expected().await.is_empty());
    let again = deliveries::accept(&w.app, &w.by(&w.pharmacy), d.id, VersionBody { version: 1 }).await;
    assert!(again.is_err());
}
