//! A request for a refill that was done, and the prescription that was signed for it then brought nothing: whatever ended it, somebody is asked anew, once.

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::discrepancy::Resolution;
use yunzhen_domain::machines::prescription::State as Stands;
use yunzhen_domain::machines::refill::State;
use yunzhen_domain::records::{RejectionCode, RenewalEnd};
use yunzhen_relay::app::views::discrepancies::{DiscrepancyQuery, ResolveBody};
use yunzhen_relay::app::views::doses::Refill;
use yunzhen_relay::app::views::prescribing::ReplaceBody;
use yunzhen_relay::app::views::prescriptions::{Packed, Prescription, PrescriptionDraft, RejectBody};
use yunzhen_relay::app::{discrepancies, prescriptions};

use crate::in_hand::call_back;
use crate::refill::{asked, chronic, day, wakes};
use crate::world::World;

/// A course of 28 days that runs out in five, and the request for it.
async fn runs_out(w: &World) -> Prescription {
    let old = w.in_the_home("王秀英", chronic()).await;
    wakes(w, day(0)).await;
    wakes(w, day(23)).await;
    old
}

async fn signed(w: &World) -> Prescription {
    let c = w.in_progress("王秀英").await;
    // The course of before, or the other one of two, is still in hand.
    let again = PrescriptionDraft { hard_stop_reason: Some("余药将尽，续开".to_owned()), ..chronic() };
    let p = w.draft(c.id, again).await;
    w.try_sign(&p).await.unwrap()
}

async fn packed(w: &World, p: &Prescription) -> Packed {
    let a = w.accept(&w.approve(&w.claim(p).await).await).await;
    w.pack(&w.dispense(&a).await, &a.secret).await
}

async fn withdrawn(w: &World, id: PrescriptionId) -> Prescription {
    w.cancel(id, w.see(id).await.version).await.unwrap()
}

/// The only request.
async fn request(w: &World) -> Refill {
    let [one] = <[Refill; 1]>::try_from(asked(w, &w.specialist).await).unwrap();
    one
}

/// How often it was asked, done, and open again.
async fn told(w: &World) -> (usize, usize, usize) {
    let asked = w.count(EventKind::RefillAsked).await;
    (asked, w.count(EventKind::RefillDone).await, w.count(EventKind::RefillReopened).await)
}

/// Where the renewal was when it ended.
#[derive(Debug, Clone, Copy)]
enum Where {
    Signed,
    Claimed,
    Rejected,
    Approved,
    Dispensed,
    Packed,
    OnTheRoad,
    NothingWhole,
    Expired,
}

async fn ends(w: &World, p: Prescription, at: Where) -> RenewalEnd {
    let id = p.id;
    match at {
        Where::Signed => {}
        Where::Claimed => drop(w.claim(&p).await),
        Where::Rejected => {
            let p = w.claim(&p).await;
            let body = RejectBody { version: p.version, code: RejectionCode::Dose, comment: "剂量偏大".into() };
            prescriptions::reject(&w.app, &w.by(&w.pharmacist), id, body).await.unwrap();
            return RenewalEnd::Rejected;
        }
        Where::Approved => drop(w.approve(&w.claim(&p).await).await),
        Where::Dispensed => {
            let a = w.accept(&w.approve(&w.claim(&p).await).await).await;
            w.dispense(&a).await;
        }
        Where::Packed => drop(packed(w, &p).await),
        Where::OnTheRoad => drop(w.on_the_road(&packed(w, &p).await.delivery).await),
        Where::NothingWhole => {
            let packed = packed(w, &p).await;
            let d = w.on_the_road(&packed.delivery).await;
            w.receive(&d, &packed.parcel_code, 0).await.unwrap();
            let open = DiscrepancyQuery { state: Some("open".into()), cursor: None };
            let task = discrepancies::list(&w.app, &w.by(&w.pharmacy), open).await.unwrap().items.remove(0);
            let body = ResolveBody { version: task.version, resolution: Resolution::Refunded, note: None };
            discrepancies::resolve(&w.app, &w.by(&w.pharmacy), task.id, body).await.unwrap();
            assert_eq!(w.see(id).await.state, Stands::Cancelled);
            return RenewalEnd::Unsupplied;
        }
        Where::Expired => {
            w.approve(&w.claim(&p).await).await;
            w.pass(SignedDuration::from_hours(48));
            assert_eq!(prescriptions::expire(&w.app, w.now()).await.unwrap(), 1);
            assert_eq!(prescriptions::expire(&w.app, w.now()).await.unwrap(), 0);
            return RenewalEnd::Expired;
        }
    }
    withdrawn(w, id).await;
    RenewalEnd::Withdrawn
}

#[tokio::test]
async fn a_renewal_that_ends_without_the_medicine_is_asked_for_anew_wherever_it_was() {
    for at in [
        Where::Signed,
        Where::Claimed,
        Where::Rejected,
        Where::Approved,
        Where::Dispensed,
        Where::Packed,
        Where::OnTheRoad,
        Where::NothingWhole,
        Where::Expired,
    ] {
        let w = World::new().await;
        runs_out(&w).await;
        let new = signed(&w).await;
        let done = request(&w).await;
        assert_eq!((done.state, done.renewed_by), (State::Done, Some(new.id)), "{at:?}");
        let id = new.id;
        let because = ends(&w, new, at).await;
        let open = request(&w).await;
        assert_eq!((open.state, open.renewed_by, open.decided_at), (State::Open, None, None), "{at:?}");
        let why = open.reopened.unwrap();
        assert_eq!((why.because, why.prescription_id), (because, id), "{at:?}");
        assert_eq!(open.allowed, ["see", "decline"], "{at:?}");
        let for_nurse = asked(&w, &w.nurse).await.remove(0);
        assert_eq!((for_nurse.state, for_nurse.reopened.unwrap().because), (State::Open, because), "{at:?}");
        assert_eq!(told(&w).await, (1, 1, 1), "{at:?}");
        // Written once more it is done once more, and the next end asks once more.
        let third = signed(&w).await;
        assert_eq!(request(&w).await.renewed_by, Some(third.id), "{at:?}");
        withdrawn(&w, third.id).await;
        assert_eq!((request(&w).await.state, told(&w).await), (State::Open, (1, 2, 2)), "{at:?}");
    }
}

#[tokio::test]
async fn a_replacement_of_the_renewal_ends_done_again() {
    let w = World::new().await;
    runs_out(&w).await;
    let new = signed(&w).await;
    let approved = w.approve(&w.claim(&new).await).await;
    let seen = w.see(approved.id).await;
    let body = ReplaceBody {
        version: seen.version,
        consultation_id: seen.consultation_id.unwrap(),
        reason: Some("剂量调整".to_owned()),
    };
    let draft = prescriptions::replace(&w.app, &w.by(&w.specialist), seen.id, body).await.unwrap();
    // Between the two nothing is on its way: a draft that is forgotten leaves the request open.
    assert_eq!(request(&w).await.state, State::Open);
    w.try_sign(&draft).await.unwrap();
    let done = request(&w).await;
    assert_eq!((done.state, done.renewed_by), (State::Done, Some(draft.id)));
    assert_eq!(told(&w).await, (1, 2, 1));
}

#[tokio::test]
async fn of_two_that_were_signed_the_one_that_stands_keeps_the_request_done() {
    let w = World::new().await;
    runs_out(&w).await;
    let (first, second) = (signed(&w).await, signed(&w).await);
    assert_eq!(request(&w).await.renewed_by, Some(first.id));
    withdrawn(&w, first.id).await;
    let done = request(&w).await;
    assert_eq!((done.state, done.renewed_by), (State::Done, Some(second.id)));
    withdrawn(&w, second.id).await;
    assert_eq!((request(&w).await.state, told(&w).await), (State::Open, (1, 2, 2)));
}

#[tokio::test]
async fn a_renewal_of_a_course_that_was_stopped_is_not_asked_for_anew() {
    let w = World::new().await;
    let old = runs_out(&w).await;
    let new = signed(&w).await;
    assert_eq!(withdrawn(&w, old.id).await.state, Stands::Stopped);
    withdrawn(&w, new.id).await;
    assert_eq!((request(&w).await.state, told(&w).await), (State::Done, (1, 1, 0)));
}

#[tokio::test]
async fn a_renewal_that_came_and_was_stopped_asks_only_while_the_old_course_is_taken() {
    for (days, state) in [(24, State::Open), (29, State::Done)] {
        let w = World::new().await;
        runs_out(&w).await;
        let new = signed(&w).await;
        let packed = packed(&w, &new).await;
        let d = w.on_the_road(&packed.delivery).await;
        w.receive(&d, &packed.parcel_code, 28).await.unwrap();
        w.clock_to(&day(days).to_string());
        assert_eq!(withdrawn(&w, new.id).await.state, Stands::Stopped);
        let request = asked(&w, &w.specialist).await.into_iter().find(|r| r.prescription_id != new.id).unwrap();
        assert_eq!(request.state, state, "day {days}");
        assert_eq!(request.reopened.map(|why| why.because), (days == 24).then_some(RenewalEnd::Stopped));
    }
}

/// The request changed, and was told as asked, while nobody was to read it; or what was called back meanwhile was never asked for.
#[tokio::test]
async fn a_recall_asks_nobody_for_more_whose_renewal_is_on_its_way_until_that_brings_nothing() {
    let w = World::new().await;
    runs_out(&w).await;
    let new = signed(&w).await;
    let done = request(&w).await;
    call_back(&w, "amlodipine-5mg").await;
    assert_eq!(request(&w).await, done);
    assert_eq!(told(&w).await, (1, 1, 0));
    withdrawn(&w, new.id).await;
    wakes(&w, w.now()).await;
    let open = request(&w).await;
    assert!(open.state == State::Open && open.last_day < done.last_day, "{open:?}");
    assert_eq!(told(&w).await, (2, 1, 1));
}
