//! To whom a prescription is offered: the first ones at once, the next ones when they leave it lying or give it back, everybody in the end, whatever crashes in
//! between.

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::offers::OfferReason;
use yunzhen_domain::records::{DeclineCode, Urgency};
use yunzhen_domain::schedule::Weekday;
use yunzhen_relay::app::views::common::{CursorQuery, VersionBody};
use yunzhen_relay::app::views::consultations::NewConsultation;
use yunzhen_relay::app::views::dispenses::DeclineBody;
use yunzhen_relay::app::views::homes::HomePlaceUpdate;
use yunzhen_relay::app::views::pharmacies::{Pharmacy, PharmacyFactsUpdate, PharmacyHours};
use yunzhen_relay::app::views::pharmacy_api::EventsQuery;
use yunzhen_relay::app::views::prescriptions::{Prescription, PrescriptionQuery};
use yunzhen_relay::app::views::sessions::SignIn;
use yunzhen_relay::app::views::stock::GoodsReceipt;
use yunzhen_relay::app::{
    AppError, consultations, homes, offers, pharmacies, pharmacy_api, prescriptions, sessions, stock,
};
use yunzhen_relay::jobs::queue;
use yunzhen_relay::register::{self, NewPharmacy, RegisterError};
use yunzhen_relay::seed;
use yunzhen_store::jobs;

use crate::registry::paths;
use crate::world::{Person, World, draft};

async fn all(w: &World) -> Vec<Pharmacy> {
    pharmacies::list(&w.app, &w.by(&w.administrator)).await.unwrap().items
}

fn as_it_is(p: &Pharmacy) -> PharmacyFactsUpdate {
    PharmacyFactsUpdate {
        version: p.version,
        zone: p.zone.clone(),
        latitude: p.latitude,
        longitude: p.longitude,
        hours: p.hours.clone(),
        radius_metres: p.radius_metres,
    }
}

/// The first pharmacy beside the home and preferred by it, the second some kilometres away.
async fn known() -> World {
    let w = World::new().await;
    let admin = || w.by(&w.administrator);
    for p in all(&w).await {
        let latitude = if p.id == seed::PHARMACY { 30.25 } else { 30.31 };
        let update = PharmacyFactsUpdate { latitude: Some(latitude), longitude: Some(120.15), ..as_it_is(&p) };
        pharmacies::set_facts(&w.app, &admin(), p.id, update).await.unwrap();
    }
    let home = homes::list(&w.app, &admin()).await.unwrap().items.into_iter().find(|h| h.id == seed::HOME_1).unwrap();
    let update = HomePlaceUpdate {
        version: home.version,
        latitude: Some(30.25),
        longitude: Some(120.15),
        preferred_pharmacy_id: Some(seed::PHARMACY),
    };
    homes::set_place(&w.app, &admin(), home.id, update).await.unwrap();
    w
}

/// Whether a pharmacy reaches it: its list and the prescription itself must say the same.
async fn reaches(w: &World, by: &Person, id: PrescriptionId) -> bool {
    let list = prescriptions::list(&w.app, &w.by(by), PrescriptionQuery::default()).await.unwrap().items;
    let listed = list.iter().any(|p| p.id == id);
    let opened = match prescriptions::get(&w.app, &w.by(by), id).await {
        Ok(p) => p.allowed.iter().any(|command| command == "accept"),
        Err(AppError::NotFound) => false,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(listed, opened, "one rule");
    opened
}

async fn accept(w: &World, by: &Person, p: &Prescription) -> Result<(), AppError> {
    let body = VersionBody { version: p.version };
    prescriptions::accept(&w.app, &w.by(by), p.id, body).await.map(drop)
}

async fn minutes(w: &World, minutes: i64) {
    w.pass(SignedDuration::from_mins(minutes));
    queue::run(&w.app, w.now()).await.unwrap();
}

#[tokio::test]
async fn the_first_is_asked_at_once_and_the_next_when_it_sleeps() {
    let w = known().await;
    let p = w.approved().await;
    assert!(reaches(&w, &w.pharmacy, p.id).await);
    assert!(!reaches(&w, &w.other_pharmacy, p.id).await);
    assert!(matches!(accept(&w, &w.other_pharmacy, &p).await, Err(AppError::NotFound)), "as if there were none");
    // The prescriber's side sees to whom and what comes next; the pharmacy its own place; the home nothing.
    let list = w.see(p.id).await.offers.unwrap();
    let since: Vec<_> = list.offers.iter().map(|o| (o.rank, o.offered_at.is_some())).collect();
    assert_eq!(since, [(1, true), (2, false)]);
    assert_eq!(list.offers[0].why.reasons, [OfferReason::Preferred, OfferReason::AllInStock]);
    assert_eq!((list.offers[0].why.metres, list.offers[1].why.metres.unwrap() / 1000), (Some(0), 6));
    let next = list.next_at.unwrap().0.duration_since(list.offers[0].offered_at.unwrap().0);
    assert_eq!(next, SignedDuration::from_mins(10));
    let mine = prescriptions::get(&w.app, &w.by(&w.pharmacy), p.id).await.unwrap().offers.unwrap();
    assert_eq!((mine.offers.len(), mine.next_at), (1, None));
    assert_eq!(prescriptions::get(&w.app, &w.by(&w.nurse), p.id).await.unwrap().offers, None);
    let board = prescriptions::list(&w.app, &w.by(&w.pharmacy), PrescriptionQuery::default()).await.unwrap().items;
    assert_eq!(board[0].offer.as_ref().unwrap().metres, Some(0));
    minutes(&w, 9).await;
    assert!(!reaches(&w, &w.other_pharmacy, p.id).await);
    minutes(&w, 2).await;
    assert!(reaches(&w, &w.pharmacy, p.id).await && reaches(&w, &w.other_pharmacy, p.id).await);
    // Nothing comes after the last one, however often the worker wakes.
    minutes(&w, 60).await;
    assert_eq!((w.see(p.id).await.offers.unwrap().next_at, w.count(EventKind::PrescriptionOffered).await), (None, 1));
    // Who looked at it before still may take it: being offered to others is no change of the prescription.
    accept(&w, &w.pharmacy, &p).await.unwrap();
    assert!(!reaches(&w, &w.other_pharmacy, p.id).await);
}

#[tokio::test]
async fn what_is_given_back_goes_to_the_next_at_once() {
    let w = known().await;
    let p = w.approved().await;
    accept(&w, &w.pharmacy, &p).await.unwrap();
    minutes(&w, 30).await;
    assert!(!reaches(&w, &w.other_pharmacy, p.id).await, "the first one has it");
    let version = w.see(p.id).await.version;
    let body = DeclineBody { version, code: DeclineCode::CannotDeliver, reason: None };
    let ctx = w.by(&w.pharmacy);
    let back = prescriptions::decline(&w.app, &ctx, p.id, body.clone()).await.unwrap();
    assert_eq!(back.state, State::Approved);
    // The same command again, after a lost reply, ranks nothing anew.
    prescriptions::decline(&w.app, &ctx, p.id, body).await.unwrap();
    assert!(reaches(&w, &w.other_pharmacy, p.id).await);
    assert!(!reaches(&w, &w.pharmacy, p.id).await, "who gave it back is asked last");
    let list = w.see(p.id).await.offers.unwrap();
    assert!(list.offers[1].why.reasons.contains(&OfferReason::DeclinedBefore), "{list:?}");
    minutes(&w, 11).await;
    assert!(reaches(&w, &w.pharmacy, p.id).await, "and before it is stuck");
}

#[tokio::test]
async fn a_worker_that_dies_leaves_the_next_offer_to_another_and_it_is_made_once() {
    let w = known().await;
    let p = w.approved().await;
    w.pass(SignedDuration::from_mins(11));
    // It takes the job and is not heard of again.
    let lease = w.now() + SignedDuration::from_secs(30);
    let mut tx = w.app.store.write().await.unwrap();
    let dead = jobs::claim(&mut tx, w.now(), lease).await.unwrap().expect("due");
    tx.commit_bookkeeping("a job's lease").await.unwrap();
    queue::run(&w.app, w.now()).await.unwrap();
    assert!(!reaches(&w, &w.other_pharmacy, p.id).await, "it is the first worker's still");
    minutes(&w, 1).await;
    assert!(reaches(&w, &w.other_pharmacy, p.id).await);
    // Should the first one wake up now, its job is not its own any more.
    let mut tx = w.app.store.write().await.unwrap();
    assert!(jobs::finish(&mut tx, &dead).await.is_err());
    drop(tx);
    assert_eq!(w.count(EventKind::PrescriptionOffered).await, 1);
}

#[tokio::test]
async fn an_urgent_one_is_offered_to_all_at_once() {
    let w = known().await;
    let resident = w.resident("王秀英").await;
    let wish = NewConsultation { resident_id: resident.id, reason: "胸闷".into(), urgency: Urgency::Urgent };
    let c = consultations::request(&w.app, &w.by(&w.nurse), wish).await.unwrap();
    consultations::begin(&w.app, &w.by(&w.specialist), c.id, VersionBody { version: c.version }).await.unwrap();
    let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
    let p = w.approve(&w.claim(&w.try_sign(&p).await.unwrap()).await).await;
    assert!(reaches(&w, &w.pharmacy, p.id).await && reaches(&w, &w.other_pharmacy, p.id).await);
    assert_eq!(w.see(p.id).await.offers.unwrap().next_at, None);
}

#[tokio::test]
async fn where_nobody_is_known_everybody_is_asked_at_once() {
    let w = World::new().await;
    let p = w.approved().await;
    assert!(reaches(&w, &w.pharmacy, p.id).await && reaches(&w, &w.other_pharmacy, p.id).await);
}

#[tokio::test]
async fn the_administrator_keeps_what_pharmacies_are_ranked_by() {
    let w = World::new().await;
    let p = all(&w).await.into_iter().find(|p| p.id == seed::PHARMACY).unwrap();
    for stranger in [&w.nurse, &w.specialist, &w.pharmacist, &w.pharmacy] {
        let no = pharmacies::set_facts(&w.app, &w.by(stranger), p.id, as_it_is(&p)).await;
        assert!(matches!(no, Err(AppError::NotFound)));
        assert!(matches!(pharmacies::list(&w.app, &w.by(stranger)).await, Err(AppError::NotFound)));
    }
    let set = async |update| pharmacies::set_facts(&w.app, &w.by(&w.administrator), p.id, update).await;
    let times = |opens: &str, closes: &str| {
        let hours = PharmacyHours { weekday: Weekday::Monday, opens: opens.into(), closes: closes.into() };
        PharmacyFactsUpdate { hours: vec![hours], ..as_it_is(&p) }
    };
    for (wrong, path) in [
        (PharmacyFactsUpdate { latitude: Some(91.0), longitude: Some(0.0), ..as_it_is(&p) }, "latitude"),
        (PharmacyFactsUpdate { latitude: Some(30.0), longitude: None, ..as_it_is(&p) }, "longitude"),
        (PharmacyFactsUpdate { radius_metres: Some(0), ..as_it_is(&p) }, "radius_metres"),
        (PharmacyFactsUpdate { zone: "Asia/Atlantis".into(), ..as_it_is(&p) }, "zone"),
        (times("8:00", "12:00"), "hours[0].opens"),
        (times("08:00", "24:01"), "hours[0].closes"),
        (times("20:00", "08:00"), "hours[0].closes"),
    ] {
        assert_eq!(paths(set(wrong).await), [path]);
    }
    let ctx = w.by(&w.administrator);
    let night = times("20:00", "24:00");
    let done = pharmacies::set_facts(&w.app, &ctx, p.id, night.clone()).await.unwrap();
    assert_eq!((done.version, &done.hours), (p.version + 1, &night.hours));
    // A retry gets the same answer, a second one who saw the old version is told so.
    assert_eq!(pharmacies::set_facts(&w.app, &ctx, p.id, night.clone()).await.unwrap(), done);
    assert!(matches!(set(night).await, Err(AppError::Stale { .. })));
    assert_eq!(w.count(EventKind::PharmacyFactsSet).await, 1);
    let home = homes::list(&w.app, &w.by(&w.administrator)).await.unwrap().items.remove(0);
    let place = |preferred_pharmacy_id| HomePlaceUpdate {
        version: home.version,
        latitude: Some(30.25),
        longitude: Some(120.15),
        preferred_pharmacy_id,
    };
    let nobody = yunzhen_domain::ids::PharmacyId::from_uuid(uuid::Uuid::from_u128(77));
    let unknown = homes::set_place(&w.app, &w.by(&w.administrator), home.id, place(Some(nobody))).await;
    assert_eq!(paths(unknown), ["preferred_pharmacy_id"]);
    let no = homes::set_place(&w.app, &w.by(&w.nurse), home.id, place(None)).await;
    assert!(matches!(no, Err(AppError::NotFound | AppError::Forbidden)));
    let done = homes::set_place(&w.app, &w.by(&w.administrator), home.id, place(Some(p.id))).await.unwrap();
    assert_eq!((done.latitude, done.preferred_pharmacy_id), (Some(30.25), Some(p.id)));
    assert_eq!(w.count(EventKind::HomePlaceSet).await, 1);
}

#[tokio::test]
async fn a_pharmacy_s_own_system_hears_when_its_turn_comes() {
    let w = known().await;
    let system = w.of(crate::pharmacy_systems::system(&w, &w.other_pharmacy).await);
    let offers = async || {
        let heard = pharmacy_api::events(&w.app, &system, EventsQuery::default()).await.unwrap().items;
        heard.iter().filter(|event| event.kind == "order.offered").count()
    };
    let p = w.approved().await;
    assert_eq!(offers().await, 1);
    assert!(
        matches!(prescriptions::get(&w.app, &system, p.id).await, Err(AppError::NotFound)),
        "another is asked first"
    );
    minutes(&w, 11).await;
    assert_eq!(offers().await, 2);
    assert!(prescriptions::get(&w.app, &system, p.id).await.is_ok());
}

#[tokio::test]
async fn the_administrator_sees_who_was_asked_and_what_they_answered_and_neither_for_whom_nor_of_what() {
    let w = known().await;
    let p = w.approved().await;
    let list = async || {
        let query = CursorQuery::default();
        offers::list(&w.app, &w.by(&w.administrator), query)
            .await
            .unwrap()
            .items
            .into_iter()
            .find(|o| o.id == p.id)
            .unwrap()
    };
    let asked = list().await;
    assert_eq!((asked.state, asked.offers.len(), asked.next_at.is_some()), (State::Approved, 2, true));
    let (first, second) = (&asked.offers[0], &asked.offers[1]);
    assert_eq!(first.offer.why.reasons, [OfferReason::Preferred, OfferReason::AllInStock]);
    assert!(first.offer.offered_at.is_some() && first.answer.is_none());
    assert_eq!((second.offer.rank, second.offer.offered_at.is_some()), (2, false));
    accept(&w, &w.pharmacy, &p).await.unwrap();
    let taken = list().await;
    assert!(taken.offers[0].answer.as_ref().is_some_and(|answer| answer.accepted) && taken.next_at.is_none());
    let version = w.see(p.id).await.version;
    let body = DeclineBody { version, code: DeclineCode::OutOfStock, reason: None };
    prescriptions::decline(&w.app, &w.by(&w.pharmacy), p.id, body).await.unwrap();
    let again = list().await;
    let declined = again.offers.iter().find_map(|o| o.answer.as_ref()).unwrap();
    assert_eq!((declined.accepted, declined.declined), (false, Some(DeclineCode::OutOfStock)));
    assert!(again.offers[0].answer.is_none(), "the other one comes first now, and has not answered");
    let told = serde_json::to_string(&again).unwrap();
    for secret in ["王秀英", "amlodipine", "氨氯地平", "I10", &p.resident.id.to_string()] {
        assert!(!told.contains(secret), "{secret}");
    }
    for person in [&w.nurse, &w.specialist, &w.pharmacist, &w.pharmacy] {
        let no = offers::list(&w.app, &w.by(person), CursorQuery::default()).await;
        assert!(matches!(no, Err(AppError::NotFound)));
    }
}

#[tokio::test]
async fn who_has_only_another_strength_that_may_go_out_can_fill_it_and_is_asked_after_who_has_the_very_one() {
    let w = known().await;
    let goods = GoodsReceipt {
        drug_id: DrugId("atorvastatin-10mg".into()),
        batch: "S10".into(),
        expiry: jiff::civil::date(2028, 1, 31),
        gtin: None,
        quantity: 14,
    };
    stock::receive(&w.app, &w.by(&w.other_pharmacy), goods).await.unwrap();
    let reasons = async |allowed: bool| {
        let c = w.in_progress("王秀英").await;
        let mut written = draft("E78.5", &[("atorvastatin-20mg", 7)]);
        written.items[0].substitution = allowed;
        let p = w.draft(c.id, written).await;
        let p = w.approve(&w.claim(&w.try_sign(&p).await.unwrap()).await).await;
        let offers = w.see(p.id).await.offers.unwrap().offers;
        offers.into_iter().map(|o| o.why.reasons.into_iter().find(|r| *r != OfferReason::Preferred).unwrap()).collect()
    };
    let both: Vec<OfferReason> = reasons(true).await;
    assert_eq!(both, [OfferReason::AllInStock, OfferReason::SubstituteInStock]);
    let one: Vec<OfferReason> = reasons(false).await;
    assert_eq!(one, [OfferReason::AllInStock, OfferReason::NothingInStock]);
}

#[tokio::test]
async fn who_installs_registers_a_pharmacy_that_is_asked_from_then_on_and_signs_in() {
    let w = World::new().await;
    let new = NewPharmacy {
        name: "百草大药房".into(),
        address: "云溪市学府路 3 号".into(),
        phone: "0571-5550199".into(),
        username: "baicao".into(),
        person: "孙丽".into(),
    };
    let register = async |new: &NewPharmacy, password: &str| {
        register::pharmacy::register(&w.app.store, new, Some(password), &w.app.policy, w.now()).await
    };
    let id = register(&new, "a good password").await.unwrap().id;
    assert_eq!(w.count(EventKind::PharmacyRegistered).await, 1);
    assert!(all(&w).await.iter().any(|p| p.id == id && p.hours.is_empty()));
    let sign_in = SignIn { username: "baicao".into(), password: "a good password".into(), code: None };
    let session = sessions::create(&w.app, &w.entrance("counter"), sign_in).await.unwrap();
    assert_eq!(session.staff.pharmacy_name.as_deref(), Some("百草大药房"));
    let p = w.approved().await;
    assert!(w.see(p.id).await.offers.unwrap().offers.iter().any(|offer| offer.pharmacy_name == "百草大药房"));
    // Refused in words, and nothing stored.
    let twice = register(&new, "a good password").await.unwrap_err();
    assert!(twice.to_string().contains("baicao"), "{twice}");
    let nameless = NewPharmacy { username: "other".into(), name: "  ".into(), ..new.clone() };
    assert!(matches!(register(&nameless, "a good password").await, Err(RegisterError::Text { what: "name", .. })));
    let other = NewPharmacy { username: "other".into(), ..new };
    assert!(matches!(register(&other, "short").await, Err(RegisterError::Password(_))));
    assert_eq!(w.count(EventKind::PharmacyRegistered).await, 1);
}
