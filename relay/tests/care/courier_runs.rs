//! One link, one PIN, several parcels, in an order.

use yunzhen_domain::machines::delivery::{AttemptCode, State};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::courier_runs::RunOrder;
use yunzhen_relay::app::views::deliveries::FailAttemptBody;
use yunzhen_relay::app::views::prescriptions::{PackBody, Packed};
use yunzhen_relay::app::views::sessions::CourierSignIn;
use yunzhen_relay::app::{AppError, courier_runs, deliveries, prescriptions, sessions};

use crate::world::{World, courier_of};

fn link_of(packed: &Packed) -> CourierSignIn {
    let path = packed.courier_link_path.clone().unwrap();
    CourierSignIn {
        link_token: path.strip_prefix("/courier/").unwrap().to_owned(),
        pin: packed.courier_pin.clone().unwrap(),
    }
}

#[tokio::test]
async fn the_same_courier_of_the_same_pharmacy_and_day_gets_one_link_for_all_parcels() {
    let w = World::new().await;
    let (first, second) = (w.packed().await, w.packed().await);
    assert!(second.courier_link_path.is_none() && second.courier_pin.is_none(), "the courier has it already");
    assert_eq!(first.delivery.run_id, second.delivery.run_id);
    let session = sessions::create_courier(&w.app, &w.entrance("phone"), link_of(&first)).await.unwrap();
    assert_eq!(Some(session.run_id), first.delivery.run_id);
    let courier = sessions::authenticate(&w.app, &session.token, None, sessions::Errand::Work, w.now()).await.unwrap();
    let run = courier_runs::get(&w.app, &w.of(courier), session.run_id).await.unwrap();
    assert_eq!(run.stops.iter().map(|d| d.id).collect::<Vec<_>>(), [first.delivery.id, second.delivery.id]);
    assert!(run.stops.iter().all(|d| d.resident.is_none() && d.packs.is_none() && d.prescription_id.is_none()));
    assert_eq!(run.allowed, ["order"]);
    let list = deliveries::list(&w.app, &w.of(courier), Default::default()).await.unwrap();
    assert_eq!(list.items.len(), 2);

    // Both are carried with the one session; the link works until the last parcel has ended.
    let one = w.on_the_road(&first.delivery).await;
    w.receive(&one, &first.parcel_code, 7).await.unwrap();
    sessions::create_courier(&w.app, &w.entrance("phone"), link_of(&first)).await.unwrap();
    let two = w.on_the_road(&second.delivery).await;
    w.receive(&two, &second.parcel_code, 7).await.unwrap();
    let over = sessions::create_courier(&w.app, &w.entrance("phone"), link_of(&first)).await;
    assert!(matches!(over, Err(AppError::CourierRunOver)), "the right PIN was said to be wrong");
    let wrong = if first.courier_pin.as_deref() == Some("000000") { "000001" } else { "000000" };
    let knock = CourierSignIn { pin: wrong.to_owned(), ..link_of(&first) };
    let guessed = sessions::create_courier(&w.app, &w.entrance("phone"), knock).await;
    assert!(matches!(guessed, Err(AppError::BadCredentials)), "who has only the link is not told");
}

#[tokio::test]
async fn another_courier_or_another_day_is_another_run_and_sees_nothing_of_this_one() {
    let w = World::new().await;
    let first = w.packed().await;
    let accepted = w.accept(&w.approved().await).await;
    let p = w.dispense(&accepted).await;
    let body = PackBody {
        version: p.version,
        secret: accepted.secret,
        courier_name: "钱师傅".into(),
        courier_phone: "139 0000 0000".into(),
    };
    let second = prescriptions::pack(&w.app, &w.by(&w.pharmacy), p.id, body).await.unwrap();
    let (one, two) = (courier_of(&first.delivery), courier_of(&second.delivery));
    assert_ne!(one, two);
    let hidden = |answer: Option<AppError>| assert!(matches!(answer, Some(AppError::NotFound)), "{answer:?}");
    hidden(deliveries::get(&w.app, &w.of(one), second.delivery.id).await.err());
    hidden(courier_runs::get(&w.app, &w.of(one), second.delivery.run_id.unwrap()).await.err());
    hidden(courier_runs::get(&w.app, &w.by(&w.other_pharmacy), first.delivery.run_id.unwrap()).await.err());
    hidden(courier_runs::get(&w.app, &w.by(&w.nurse), first.delivery.run_id.unwrap()).await.err());
    let body = VersionBody { version: second.delivery.version };
    hidden(deliveries::accept(&w.app, &w.of(one), second.delivery.id, body).await.err());
    w.pass(jiff::SignedDuration::from_hours(24));
    let third = w.packed().await;
    assert!(third.courier_link_path.is_some() && third.delivery.run_id != first.delivery.run_id, "the next day");
}

#[tokio::test]
async fn the_order_is_changed_by_courier_and_pharmacy_and_names_each_parcel_once() {
    let w = World::new().await;
    let (first, second) = (w.packed().await, w.packed().await);
    let id = first.delivery.run_id.unwrap();
    let courier = courier_of(&first.delivery);
    let version = courier_runs::get(&w.app, &w.of(courier), id).await.unwrap().version;
    let turned = RunOrder { version, order: vec![second.delivery.id, first.delivery.id] };
    let run = courier_runs::reorder(&w.app, &w.of(courier), id, turned.clone()).await.unwrap();
    assert_eq!(run.stops[0].id, second.delivery.id);
    let late = courier_runs::reorder(&w.app, &w.by(&w.pharmacy), id, turned).await;
    assert!(matches!(late, Err(AppError::Stale { .. })));
    let short = RunOrder { version: run.version, order: vec![first.delivery.id] };
    let refused = courier_runs::reorder(&w.app, &w.by(&w.pharmacy), id, short).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))));
    let back = RunOrder { version: run.version, order: vec![first.delivery.id, second.delivery.id] };
    let run = courier_runs::reorder(&w.app, &w.by(&w.pharmacy), id, back).await.unwrap();
    assert_eq!(run.stops[0].id, first.delivery.id);
}

#[tokio::test]
async fn a_lost_link_is_renewed_by_the_pharmacy_and_the_former_one_opens_nothing() {
    let w = World::new().await;
    let packed = w.packed().await;
    let id = packed.delivery.run_id.unwrap();
    let body = VersionBody { version: 1 };
    let refused = courier_runs::renew_link(&w.app, &w.of(courier_of(&packed.delivery)), id, body.clone()).await;
    assert!(matches!(refused, Err(AppError::Forbidden)));
    let ctx = w.by(&w.pharmacy);
    let link = courier_runs::renew_link(&w.app, &ctx, id, body.clone()).await.unwrap();
    let again = courier_runs::renew_link(&w.app, &ctx, id, body).await.unwrap();
    assert_eq!(link, again, "the reply was lost");
    let old = sessions::create_courier(&w.app, &w.entrance("phone"), link_of(&packed)).await;
    assert!(matches!(old, Err(AppError::BadCredentials)));
    let token = link.courier_link_path.strip_prefix("/courier/").unwrap().to_owned();
    let knock = CourierSignIn { link_token: token, pin: link.courier_pin };
    let session = sessions::create_courier(&w.app, &w.entrance("phone"), knock).await.unwrap();
    assert_eq!(session.run_id, id);
    let d = deliveries::get(&w.app, &w.of(courier_of(&packed.delivery)), packed.delivery.id).await.unwrap();
    assert_eq!(d.state, State::AwaitingCourier);
}

/// The page sent the words of its button, which every reader then read in the courier's language.
#[tokio::test]
async fn why_a_parcel_could_not_be_delivered_is_a_code_and_own_words_stay_as_they_were_written() {
    let w = World::new().await;
    let packed = w.packed().await;
    let courier = courier_of(&packed.delivery);
    let mut d = w.on_the_road(&packed.delivery).await;
    let tries =
        [(Some(AttemptCode::Closed), None), (None, Some("无人接收")), (Some(AttemptCode::Other), Some(" 电梯停运 "))];
    for (code, reason) in tries {
        let body = FailAttemptBody { version: d.version, code, reason: reason.map(str::to_owned) };
        d = deliveries::fail_attempt(&w.app, &w.of(courier), d.id, body).await.unwrap();
        assert_eq!(d.state, State::OnHold);
        let body = VersionBody { version: d.version };
        d = deliveries::resume(&w.app, &w.of(courier), d.id, body).await.unwrap();
    }
    let seen = deliveries::get(&w.app, &w.by(&w.nurse), d.id).await.unwrap();
    let told: Vec<_> = seen.attempts.iter().map(|one| (one.code, one.reason.as_deref())).collect();
    let own = (AttemptCode::Other, Some("电梯停运"));
    assert_eq!(told, [(AttemptCode::Closed, None), (AttemptCode::Nobody, None), own]);
    // "Other" by itself told nobody what to do about it.
    for (code, reason) in [(None, None), (Some(AttemptCode::Other), None), (Some(AttemptCode::Other), Some("  "))] {
        let body = FailAttemptBody { version: d.version, code, reason: reason.map(str::to_owned) };
        let refused = deliveries::fail_attempt(&w.app, &w.of(courier), d.id, body).await;
        assert!(matches!(&refused, Err(AppError::Invalid(f)) if f[0].path == "reason"), "{refused:?}");
    }
    let body = FailAttemptBody { version: d.version, code: None, reason: Some("\u{202e}".to_owned()) };
    let hidden = deliveries::fail_attempt(&w.app, &w.of(courier), d.id, body).await;
    assert!(matches!(hidden, Err(AppError::Invalid(_))));
}
