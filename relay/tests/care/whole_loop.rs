//! From the nurse's press to the counted parcel; withdrawal at every step.

use jiff::SignedDuration;
use yunzhen_domain::door_to_dose::{Next, Turn};
use yunzhen_domain::machines::consultation::State as Visit;
use yunzhen_domain::machines::delivery::State as Parcel;
use yunzhen_domain::machines::prescription::State;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::NoteUpdate;
use yunzhen_relay::app::views::prescriptions::{PackBody, PrescriptionQuery, SignBody};
use yunzhen_relay::app::views::sessions::CourierSignIn;
use yunzhen_relay::app::{AppError, consultations, deliveries, prescriptions, sessions};

use crate::world::{World, courier_of, draft};

#[tokio::test]
async fn the_loop_closes_and_every_transition_is_audited_once() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    assert_eq!(c.state, Visit::InProgress);
    let note = NoteUpdate { text: "血压控制不佳".into(), diagnosis_code: Some("I10".into()), version: 0 };
    let note = consultations::save_note(&w.app, &w.by(&w.specialist), c.id, note).await.unwrap();
    assert_eq!(note.version, 1);

    let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
    assert_eq!((p.state, p.items[0].quantity, p.items[0].quantity_unit.as_str()), (State::Draft, 7, "片"));
    assert!(p.allowed.contains(&"sign".to_owned()) && p.allowed.contains(&"edit".to_owned()));
    let p = w.try_sign(&p).await.unwrap();
    assert_eq!((p.state, p.valid_until.unwrap().to_string()), (State::Signed, "2026-11-23".to_owned()));
    // Not valid before the approval: no pharmacy sees it.
    let hidden = prescriptions::get(&w.app, &w.by(&w.pharmacy), p.id).await;
    assert!(matches!(hidden, Err(AppError::NotFound)));

    let p = w.approve(&w.claim(&p).await).await;
    assert_eq!(p.state, State::Approved);
    let accepted = w.accept(&p).await;
    assert!(accepted.prescription.consultation_id.is_none(), "a pharmacy does not see the consultation");
    let dispensed = w.dispense(&accepted).await;
    let packed = w.pack(&dispensed, &accepted.secret).await;
    assert_eq!((packed.prescription.state, packed.delivery.state), (State::Packed, Parcel::AwaitingCourier));

    let link = packed.courier_link_path.as_deref().unwrap().strip_prefix("/courier/").unwrap().to_owned();
    let knock = CourierSignIn { link_token: link, pin: packed.courier_pin.clone().unwrap() };
    let session = sessions::create_courier(&w.app, &w.entrance("phone"), knock).await.unwrap();
    let courier = sessions::authenticate(&w.app, &session.token, None, sessions::Errand::Work, w.now()).await.unwrap();
    assert_eq!(courier, courier_of(&packed.delivery));
    let seen = deliveries::get(&w.app, &w.of(courier), packed.delivery.id).await.unwrap();
    assert!(seen.resident.is_none() && seen.packs.is_none() && seen.prescription_id.is_none());
    assert_eq!(seen.parcel_code.as_deref(), Some(packed.parcel_code.as_str()));

    let d = w.on_the_road(&packed.delivery).await;
    assert_eq!(w.see(p.id).await.state, State::InDelivery);
    let body = VersionBody { version: d.version };
    let d = deliveries::arrive(&w.app, &w.of(courier), d.id, body).await.unwrap();
    let for_nurse = deliveries::get(&w.app, &w.by(&w.nurse), d.id).await.unwrap();
    assert!(for_nurse.parcel_code.is_none(), "the nurse reads the code from the parcel");
    assert!(matches!(w.receive(&d, "AAAAAAAA", 7).await, Err(AppError::WrongParcelCode { left: 4 })));
    let d = w.receive(&d, &packed.parcel_code.to_lowercase(), 7).await.unwrap();
    assert_eq!((d.state, w.see(p.id).await.state), (Parcel::Received, State::Delivered));

    let body = VersionBody { version: c.version };
    let done = consultations::complete(&w.app, &w.by(&w.specialist), c.id, body).await.unwrap();
    assert_eq!(done.state, Visit::Completed);
    insta::assert_snapshot!(w.audited().await.join("\n"));
    // A link that has done its work opens nothing.
    let link = packed.courier_link_path.as_deref().unwrap().strip_prefix("/courier/").unwrap().to_owned();
    let again = CourierSignIn { link_token: link, pin: packed.courier_pin.unwrap() };
    assert!(matches!(
        sessions::create_courier(&w.app, &w.entrance("phone"), again).await,
        Err(AppError::CourierRunOver)
    ));
}

#[tokio::test]
async fn short_is_received_with_a_discrepancy_and_the_rest_is_owed() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let d = w.receive(&d, &packed.parcel_code, 6).await.unwrap();
    assert_eq!((d.state, w.see(packed.prescription.id).await.state), (Parcel::Discrepancy, State::Dispensing));
    // The pharmacy recovers its secret, sends the one that was short, and owes nothing any more.
    let owed = w.accept(&w.see(packed.prescription.id).await).await;
    let all_again = w.try_dispense(&owed, 7).await;
    assert!(matches!(all_again, Err(AppError::Invalid(_))), "more than was prescribed");
    let at = w.try_dispense(&owed, 1).await.unwrap();
    w.pass(SignedDuration::from_mins(5));
    let before = w.see(packed.prescription.id).await.door_to_dose.unwrap();
    let board = prescriptions::list(&w.app, &w.by(&w.pharmacy), PrescriptionQuery::default()).await.unwrap().items;
    let order = board.iter().find(|order| order.id == packed.prescription.id).unwrap();
    assert_eq!(order.owed, [1], "the board says what is owed");
    assert_eq!(order.owed_units, ["片"], "and what it counts");
    assert_eq!((before.turn, before.next), (Turn::Pharmacy, Next::Fill), "it owes the one that was short");
    assert_eq!(before.rest.as_ref().map(|beside| (beside.turn, beside.next)), Some((Turn::Nurse, Next::Give)));
    let packed = w.pack(&at, &owed.secret).await;
    let chain = w.see(packed.prescription.id).await.door_to_dose.unwrap();
    let rest = chain.rest.unwrap();
    assert_eq!((chain.next, rest.turn, rest.next, rest.late), (Next::Give, Turn::Courier, Next::PickUp, false));
    assert!(rest.due_by.is_some(), "the courier of the rest has a time");
    assert_eq!(chain.steps, before.steps, "the second parcel moves no time of the first");
    let d = w.on_the_road(&packed.delivery).await;
    let d = w.receive(&d, &packed.parcel_code, 1).await.unwrap();
    assert_eq!((d.state, w.see(packed.prescription.id).await.state), (Parcel::Received, State::Delivered));
}

#[tokio::test]
async fn what_the_home_refuses_comes_back_and_may_be_filled_again() {
    let w = World::new().await;
    let first = w.accept(&w.approved().await).await;
    let packed = w.pack(&w.dispense(&first).await, &first.secret).await;
    let d = w.on_the_road(&packed.delivery).await;
    let body = ReasonBody { version: d.version, reason: "包装破损".into() };
    let d = deliveries::refuse(&w.app, &w.by(&w.nurse), d.id, body).await.unwrap();
    assert_eq!((d.state, w.see(packed.prescription.id).await.state), (Parcel::Refused, State::InDelivery));
    let seen = VersionBody { version: d.version };
    let d = deliveries::take_back(&w.app, &w.by(&w.pharmacy), d.id, seen.into()).await.unwrap();
    let p = w.see(packed.prescription.id).await;
    assert_eq!((d.state, p.state, p.pharmacy.is_none()), (Parcel::Returned, State::Returned, true));
    assert_eq!(d.refusal.as_deref(), Some("包装破损"), "the pharmacy reads why");
    let accepted = w.accept(&p).await;
    assert_ne!(accepted.secret, first.secret, "another acceptance, another secret");
    w.dispense(&accepted).await;
}

#[tokio::test]
async fn withdrawn_at_any_step_and_never_dispensed_after() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    for stage in 0..6 {
        let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
        let mut at = p.clone();
        let mut secret = String::new();
        let mut parcel = None;
        if stage >= 1 {
            at = w.try_sign(&at).await.unwrap();
        }
        if stage >= 2 {
            at = w.claim(&at).await;
        }
        if stage >= 3 {
            at = w.approve(&at).await;
        }
        if stage >= 4 {
            let accepted = w.accept(&at).await;
            at = w.dispense(&accepted).await;
            secret = accepted.secret;
        }
        if stage >= 5 {
            let packed = w.pack(&at, &secret).await;
            at = packed.prescription;
            parcel = Some(packed.delivery);
        }
        let gone = w.cancel(p.id, at.version).await.unwrap();
        assert_eq!(gone.state, State::Cancelled, "stage {stage}");
        assert_eq!(gone.allowed, Vec::<String>::new());
        nothing_moves_any_more(&w, p.id, gone.version, &secret).await;
        if let Some(d) = parcel {
            let seen = deliveries::get(&w.app, &w.by(&w.pharmacy), d.id).await.unwrap();
            assert_eq!(seen.state, Parcel::Cancelled);
            let courier = courier_of(&d);
            let body = VersionBody { version: seen.version };
            let taken = deliveries::accept(&w.app, &w.of(courier), d.id, body).await;
            assert!(matches!(taken, Err(AppError::NotPossible(_))));
        }
    }
}

#[tokio::test]
async fn withdrawn_on_the_road_is_called_back_and_withdrawn_in_the_home_is_stopped() {
    let w = World::new().await;
    let packed = w.packed().await;
    w.on_the_road(&packed.delivery).await;
    let seen = w.see(packed.prescription.id).await;
    let gone = w.cancel(seen.id, seen.version).await.unwrap();
    assert_eq!(gone.state, State::Cancelled);
    let d = deliveries::get(&w.app, &w.by(&w.pharmacy), packed.delivery.id).await.unwrap();
    assert_eq!(d.state, Parcel::Recalled);
    let seen = VersionBody { version: d.version };
    let d = deliveries::take_back(&w.app, &w.by(&w.pharmacy), d.id, seen.into()).await.unwrap();
    assert_eq!((d.state, w.see(packed.prescription.id).await.state), (Parcel::Returned, State::Cancelled));

    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    w.receive(&d, &packed.parcel_code, 7).await.unwrap();
    let seen = w.see(packed.prescription.id).await;
    let gone = w.cancel(seen.id, seen.version).await.unwrap();
    assert_eq!(gone.state, State::Stopped);
    let d = deliveries::get(&w.app, &w.by(&w.pharmacy), packed.delivery.id).await.unwrap();
    assert_eq!(d.state, Parcel::Received);
}

async fn nothing_moves_any_more(w: &World, id: yunzhen_domain::ids::PrescriptionId, version: i64, secret: &str) {
    let refused = |e: AppError| assert!(matches!(e, AppError::NotPossible(_) | AppError::NotFound), "{e}");
    let seen = || VersionBody { version };
    refused(prescriptions::claim(&w.app, &w.by(&w.pharmacist), id, seen()).await.unwrap_err());
    refused(prescriptions::accept(&w.app, &w.by(&w.pharmacy), id, seen()).await.unwrap_err());
    refused(prescriptions::signing_document(&w.app, &w.by(&w.specialist), id, seen()).await.unwrap_err());
    let body = PackBody {
        version,
        secret: secret.to_owned(),
        courier_name: "赵师傅".into(),
        courier_phone: "13800000000".into(),
    };
    refused(prescriptions::pack(&w.app, &w.by(&w.pharmacy), id, body).await.unwrap_err());
    let body = SignBody { version, jws: String::new() };
    let e = prescriptions::approve(&w.app, &w.by(&w.pharmacist), id, body).await.unwrap_err();
    assert!(!matches!(e, AppError::Store(_)), "{e}");
    refused(w.cancel(id, version).await.unwrap_err());
}
