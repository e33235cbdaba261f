//! The prescriber withdraws it at each state that it can be in before the home has it: what becomes of it, and what pharmacist, pharmacy, courier and nurse hear and
//! see of it at once. Not here: what already reached the home (`receipts`), and that nothing moves any more (`whole_loop`).

use yunzhen_domain::door_to_dose::{Next, Reason, Turn};
use yunzhen_domain::machines::delivery::{AttemptCode, DecisionCode, State as Parcel};
use yunzhen_domain::machines::prescription::State;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::deliveries::{DecisionBody, Delivery, FailAttemptBody};
use yunzhen_relay::app::views::prescribing::AskBody;
use yunzhen_relay::app::views::prescriptions::Prescription;
use yunzhen_relay::app::{deliveries, events, prescriptions};

use crate::world::{Person, World, courier_of};

/// Where it stands when it is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Signed,
    InReview,
    InQuestion,
    Approved,
    Accepted,
    OnHold,
    Picked,
    Packed,
    CourierAccepted,
    HandedOver,
    AtTheDoor,
    AttemptFailed,
    TurnedBack,
}

const ALL: [Stage; 13] = [
    Stage::Signed,
    Stage::InReview,
    Stage::InQuestion,
    Stage::Approved,
    Stage::Accepted,
    Stage::OnHold,
    Stage::Picked,
    Stage::Packed,
    Stage::CourierAccepted,
    Stage::HandedOver,
    Stage::AtTheDoor,
    Stage::AttemptFailed,
    Stage::TurnedBack,
];

async fn asked(w: &World, by: &Person, p: &Prescription) -> Prescription {
    let body = AskBody { version: p.version, question: "剂量确认？".into() };
    prescriptions::ask(&w.app, &w.by(by), p.id, body).await.unwrap()
}

/// The prescription as it stands then, with its parcel.
async fn brought_to(w: &World, at: Stage) -> (Prescription, Option<Delivery>) {
    match at {
        Stage::Signed => (w.signed().await, None),
        Stage::InReview => (w.claim(&w.signed().await).await, None),
        Stage::InQuestion => {
            let p = w.claim(&w.signed().await).await;
            (asked(w, &w.pharmacist, &p).await, None)
        }
        Stage::Approved => (w.approved().await, None),
        Stage::Accepted => (w.accept(&w.approved().await).await.prescription, None),
        Stage::OnHold => {
            let p = w.accept(&w.approved().await).await.prescription;
            (asked(w, &w.pharmacy, &p).await, None)
        }
        Stage::Picked => {
            let accepted = w.accept(&w.approved().await).await;
            (w.dispense(&accepted).await, None)
        }
        _ => {
            let packed = w.packed().await;
            let d = on_its_way(w, packed.delivery, at).await;
            (w.see(packed.prescription.id).await, Some(d))
        }
    }
}

async fn on_its_way(w: &World, packed: Delivery, at: Stage) -> Delivery {
    let courier = courier_of(&packed);
    let seen = |d: &Delivery| VersionBody { version: d.version };
    match at {
        Stage::Packed => return packed,
        Stage::CourierAccepted => {
            return deliveries::accept(&w.app, &w.of(courier), packed.id, seen(&packed)).await.unwrap();
        }
        _ => {}
    }
    let d = w.on_the_road(&packed).await;
    match at {
        Stage::AtTheDoor => deliveries::arrive(&w.app, &w.of(courier), d.id, seen(&d)).await.unwrap(),
        Stage::AttemptFailed => {
            let body = FailAttemptBody { version: d.version, code: Some(AttemptCode::Closed), reason: None };
            deliveries::fail_attempt(&w.app, &w.of(courier), d.id, body).await.unwrap()
        }
        Stage::TurnedBack => {
            let code = DecisionCode::Undeliverable;
            let body = DecisionBody { version: d.version, code, reason: "明天再送".into() };
            deliveries::turn_back(&w.app, &w.by(&w.pharmacy), d.id, body).await.unwrap()
        }
        _ => d,
    }
}

#[tokio::test]
async fn who_has_it_hears_at_once_that_it_is_withdrawn_and_reads_why_and_what_to_do() {
    let w = World::new().await;
    for at in ALL {
        let (p, parcel) = brought_to(&w, at).await;
        let start = w.newest().await;
        let gone = w.cancel(p.id, p.version).await.unwrap();
        assert_eq!((gone.state, gone.allowed.len()), (State::Cancelled, 0), "{at:?}");
        let mut readers = vec![&w.nurse];
        if matches!(at, Stage::Signed | Stage::InReview | Stage::InQuestion) {
            readers.push(&w.pharmacist);
        } else if at != Stage::Approved {
            readers.push(&w.pharmacy);
        }
        for reader in readers {
            let role = reader.actor.role();
            let heard = events::after(&w.app, &w.by(reader), start).await.unwrap().changes;
            let told = heard.iter().any(|one| one.kind == "prescription.cancelled" && one.entity_id == p.id.uuid());
            assert!(told, "{at:?} {role:?}: {heard:?}");
            let seen = prescriptions::get(&w.app, &w.by(reader), p.id).await.unwrap();
            assert_eq!((seen.state, seen.withdrawal_reason.as_deref()), (State::Cancelled, Some("病情变化")), "{at:?}");
            assert!(seen.allowed.is_empty(), "{at:?} {role:?}: {:?}", seen.allowed);
        }
        let on_the_road = matches!(at, Stage::HandedOver | Stage::AtTheDoor | Stage::AttemptFailed | Stage::TurnedBack);
        let chain = w.see(p.id).await.door_to_dose.unwrap();
        let next = if on_the_road { (Turn::Pharmacy, Next::TakeBack) } else { (Turn::Nobody, Next::Nothing) };
        assert_eq!((chain.turn, chain.next, chain.reason), (next.0, next.1, Some(Reason::Withdrawn)), "{at:?}");
        if let Some(d) = parcel {
            told_of_the_parcel(&w, at, &d, start, on_the_road).await;
        }
    }
}

/// One at the counter stays there, one on the road is brought back and nothing else.
async fn told_of_the_parcel(w: &World, at: Stage, d: &Delivery, start: i64, on_the_road: bool) {
    let courier = courier_of(d);
    let (state, kind) = match on_the_road {
        true => (Parcel::Recalled, "delivery.recalled"),
        false => (Parcel::Cancelled, "delivery.cancelled"),
    };
    let heard = events::after(&w.app, &w.of(courier), start).await.unwrap().changes;
    assert!(heard.iter().any(|one| one.kind == kind && one.entity_id == d.id.uuid()), "{at:?}: {heard:?}");
    let none: &[&str] = &[];
    let recovers: &[&str] = if on_the_road { &["take-back", "lose"] } else { none };
    let counts: &[&str] = if on_the_road { &["receive"] } else { none };
    for (actor, may) in [(courier, none), (w.pharmacy.actor, recovers), (w.nurse.actor, counts)] {
        let seen = deliveries::get(&w.app, &w.of(actor), d.id).await.unwrap();
        assert_eq!(seen.state, state, "{at:?} {:?}", actor.role());
        assert_eq!(seen.allowed, may, "{at:?} {:?}", actor.role());
    }
}
