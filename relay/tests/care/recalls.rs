//! A batch is called back: the shelf, the order, the parcel and the home that have it, who sees of it what, and that nothing of it is given any more.

use jiff::SignedDuration;
use jiff::civil::date;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::door_to_dose::{Next, Reason, Turn};
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::RecallId;
use yunzhen_domain::machines::delivery::{DecisionCode, QuarantineReason, State as Parcel};
use yunzhen_domain::machines::discrepancy::Cause;
use yunzhen_domain::machines::dose::{self, Outcome};
use yunzhen_domain::machines::recall::{Level, State};
use yunzhen_domain::machines::recall_home;
use yunzhen_domain::pharmacy_events;
use yunzhen_domain::recalls::Place;
use yunzhen_domain::receipt::Receipt;
use yunzhen_domain::records::{Count, DeclineCode, NotGivenReason, StockReason};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::deliveries::{DecisionBody, Delivery, PickUpBody, ReceiptBody, ReceiveBody};
use yunzhen_relay::app::views::dispenses::DeclineBody;
use yunzhen_relay::app::views::doses::{Dose, NewDoseEntry};
use yunzhen_relay::app::views::prescriptions::{DispenseBody, NewPack, PackBody, Packed, PrescriptionQuery};
use yunzhen_relay::app::views::recalls::{AnswerRecallBody, CloseRecallBody, NewRecall, Recall, RecallQuery};
use yunzhen_relay::app::views::stock::{GoodsReceipt, Stock, StockCount, StockQuery, StockStep};
use yunzhen_relay::app::{
    AppError, Context, deliveries, dispenses, doses, events, prescriptions, recalls, refills, stock,
};
use yunzhen_relay::jobs::queue;
use yunzhen_relay::seed;

use crate::doses::entry;
use crate::world::{Person, World, courier_of, draft};

const DRUG: &str = "amlodipine-5mg";
const BATCH: &str = "B2026-11";

fn new(batch: &str) -> NewRecall {
    NewRecall {
        drug_id: DrugId(DRUG.into()),
        batch: batch.into(),
        level: Level::Second,
        reason: "溶出度不符合规定".into(),
        authority: "浙江省药品监督管理局".into(),
        announced_on: date(2026, 11, 22),
    }
}

async fn declare(w: &World, by: &Person) -> Recall {
    recalls::declare(&w.app, &w.by(by), new(BATCH)).await.unwrap()
}

async fn see(w: &World, by: &Person, id: RecallId) -> Result<Recall, AppError> {
    recalls::get(&w.app, &w.by(by), id).await
}

async fn shelf(w: &World) -> Stock {
    let query = StockQuery { drug_id: Some(DRUG.into()), ..Default::default() };
    let all = stock::list(&w.app, &w.by(&w.pharmacy), query).await.unwrap().items;
    all.into_iter().find(|s| s.batch == BATCH).unwrap()
}

fn numbers(s: &Stock) -> (i64, i64, i64) {
    (s.on_hand, s.underway, s.quarantined)
}

fn fields(refused: AppError) -> Vec<String> {
    match refused {
        AppError::Invalid(fields) => fields.into_iter().map(|f| f.path).collect(),
        other => panic!("{other}"),
    }
}

async fn answer(w: &World, by: &Person, r: &Recall, set_apart: u32, given: u32) -> Result<Recall, AppError> {
    let version = r.summary.own.as_ref().map_or(1, |own| own.version);
    let body = AnswerRecallBody { version, set_apart, given, note: None, counted_again: false };
    recalls::answer(&w.app, &w.by(by), r.summary.id, body).await
}

/// The same where the doses on record say otherwise, and she counted again.
async fn recounted(w: &World, by: &Person, r: &Recall, set_apart: u32, given: u32) -> Result<Recall, AppError> {
    let version = r.summary.own.as_ref().map_or(1, |own| own.version);
    let body = AnswerRecallBody { version, set_apart, given, note: None, counted_again: true };
    recalls::answer(&w.app, &w.by(by), r.summary.id, body).await
}

async fn close(w: &World, r: &Recall, reason: Option<&str>) -> Result<Recall, AppError> {
    let version = see(w, &w.pharmacist, r.summary.id).await.unwrap().summary.version;
    let body = CloseRecallBody { version, reason: reason.map(str::to_owned) };
    recalls::close(&w.app, &w.by(&w.pharmacist), r.summary.id, body).await
}

async fn withdraw(w: &World, r: &Recall, reason: &str) -> Result<Recall, AppError> {
    let version = see(w, &w.administrator, r.summary.id).await.unwrap().summary.version;
    let body = CloseRecallBody { version, reason: Some(reason.to_owned()) };
    recalls::withdraw(&w.app, &w.by(&w.administrator), r.summary.id, body).await
}

/// A parcel of seven for a resident.
async fn packed_for(w: &World, resident: &str) -> Packed {
    let c = w.in_progress(resident).await;
    let p = w.draft(c.id, draft("I10", &[(DRUG, 7)])).await;
    let p = w.try_sign(&p).await.unwrap();
    let a = w.accept(&w.approve(&w.claim(&p).await).await).await;
    w.pack(&w.dispense(&a).await, &a.secret).await
}

async fn received(w: &World, by: &Person, packed: &Packed) -> Delivery {
    let d = w.on_the_road(&packed.delivery).await;
    let counts = vec![Count { item_no: 1, quantity: 7, damaged: 0 }];
    let parcel_code = packed.parcel_code.clone();
    let body = ReceiveBody { version: d.version, parcel_code, counts, comment: None, celsius: None };
    deliveries::receive(&w.app, &w.by(by), d.id, body).await.unwrap()
}

/// One of two homes has it, a parcel is on the road, one is at the counter, one order is being picked.
async fn spread(w: &World) -> (Delivery, Delivery) {
    received(w, &w.nurse, &packed_for(w, "王秀英").await).await;
    let road = w.on_the_road(&packed_for(w, "陈阿福").await.delivery).await;
    let counter = packed_for(w, "赵德明").await.delivery;
    let c = w.in_progress("郑国强").await;
    let p = w.draft(c.id, draft("I10", &[(DRUG, 7)])).await;
    let p = w.try_sign(&p).await.unwrap();
    w.dispense(&w.accept(&w.approve(&w.claim(&p).await).await).await).await;
    (road, counter)
}

#[tokio::test]
async fn who_has_a_batch_is_said_at_once_and_everything_of_it_stops() {
    let w = World::new().await;
    let (road, counter) = spread(&w).await;
    let there = shelf(&w).await.on_hand;
    let start = w.newest().await;
    let r = declare(&w, &w.pharmacist).await;
    let mut places: Vec<_> = r.holdings.iter().map(|h| (h.place, h.quantity, h.home_name.as_str())).collect();
    places.sort_unstable_by_key(|(place, ..)| place.as_str());
    assert_eq!(
        places,
        [
            (Place::Counter, 7, "松鹤养老院"),
            (Place::Home, 7, "松鹤养老院"),
            (Place::Order, 7, "松鹤养老院"),
            (Place::Road, 7, "静安护理院"),
        ]
    );
    assert!(
        r.holdings.iter().all(|h| h.resident.is_none() && h.prescription_id.is_none()),
        "the hospital needs no name"
    );
    assert_eq!(numbers(&shelf(&w).await), (0, 21, there));
    let held = deliveries::get(&w.app, &w.by(&w.nurse_of_other_home), road.id).await.unwrap();
    assert_eq!((held.state, held.quarantine), (Parcel::Quarantined, Some(QuarantineReason::Recall)));
    // What is still at the counter is not handed to the courier; it comes off the counter into quarantine.
    let courier = courier_of(&counter);
    let body = VersionBody { version: counter.version };
    let d = deliveries::accept(&w.app, &w.of(courier), counter.id, body).await.unwrap();
    let body = PickUpBody { version: d.version, scan: None, celsius: None };
    assert_eq!(fields(deliveries::pick_up(&w.app, &w.of(courier), d.id, body).await.unwrap_err()), ["packs"]);
    let body = VersionBody { version: d.version };
    deliveries::take_back(&w.app, &w.by(&w.pharmacy), d.id, body.into()).await.unwrap();
    assert_eq!(numbers(&shelf(&w).await), (0, 14, there + 7));
    // One home is asked, and told; the other has only a parcel that stopped.
    for (who, heard) in [(&w.nurse, 2), (&w.nurse_of_other_home, 1), (&w.other_pharmacy, 2), (&w.specialist, 0)] {
        let changes = events::after(&w.app, &w.by(who), start).await.unwrap().changes;
        let told = changes.iter().filter(|change| change.kind.starts_with("recall.")).count();
        assert_eq!(told, heard, "{:?}", who.actor.role());
    }
}

#[tokio::test]
async fn a_recalled_batch_is_neither_picked_nor_packed_nor_taken_in_nor_put_back() {
    let w = World::new().await;
    let dispensed = w.dispense(&w.accept(&w.approved().await).await).await;
    let r = declare(&w, &w.other_pharmacy).await;
    assert_eq!(r.declared_by_pharmacy.as_deref(), Some("仁和药房"));
    // The one that was picked is not packed; given back, it lies in quarantine.
    let a = w.accept(&dispensed).await;
    let pack = PackBody {
        version: w.see(dispensed.id).await.version,
        secret: a.secret.clone(),
        courier_name: "赵师傅".into(),
        courier_phone: "13800000000".into(),
    };
    let refused = prescriptions::pack(&w.app, &w.by(&w.pharmacy), dispensed.id, pack).await.unwrap_err();
    assert_eq!(fields(refused), ["packs"]);
    let before = shelf(&w).await;
    let body = DeclineBody { version: w.see(dispensed.id).await.version, code: DeclineCode::OutOfStock, reason: None };
    prescriptions::decline(&w.app, &w.by(&w.pharmacy), dispensed.id, body).await.unwrap();
    assert_eq!(numbers(&shelf(&w).await), (0, 0, before.quarantined + 7));
    // Nobody picks it again.
    w.cancel(dispensed.id, w.see(dispensed.id).await.version).await.unwrap();
    let a = w.accept(&w.approved().await).await;
    assert_eq!(fields(w.try_dispense(&a, 7).await.unwrap_err()), ["packs[0].batch"]);
    // No goods in, and what a count finds goes where the rest is.
    let goods = GoodsReceipt {
        drug_id: DrugId(DRUG.into()),
        batch: BATCH.into(),
        expiry: date(2028, 1, 31),
        gtin: None,
        quantity: 5,
    };
    assert_eq!(fields(stock::receive(&w.app, &w.by(&w.pharmacy), goods.clone()).await.unwrap_err()), ["batch"]);
    let s = shelf(&w).await;
    let count = StockCount { version: s.version, counted: 3, reason: StockReason::Counted, comment: None };
    let s = stock::correct(&w.app, &w.by(&w.pharmacy), s.id, count).await.unwrap();
    assert_eq!(numbers(&s), (0, 0, before.quarantined + 10));
    let step =
        StockStep { version: s.version, quantity: 1, quarantined: true, reason: StockReason::Examined, comment: None };
    let refused = stock::release(&w.app, &w.by(&w.pharmacy), s.id, step.clone()).await.unwrap_err();
    assert_eq!(fields(refused), ["quantity"]);
    // Closed is not free: only who takes the recall back lets it go.
    let closed = close(&w, &r, None).await.unwrap();
    assert_eq!(closed.summary.state, State::Completed, "no home ever had it");
    assert!(stock::receive(&w.app, &w.by(&w.pharmacy), goods.clone()).await.is_err());
    assert_eq!(fields(withdraw(&w, &r, " ").await.unwrap_err()), ["reason"]);
    assert_eq!(withdraw(&w, &r, "误登记").await.unwrap().summary.state, State::Withdrawn);
    stock::receive(&w.app, &w.by(&w.pharmacy), goods).await.unwrap();
    let step = StockStep { version: shelf(&w).await.version, ..step };
    stock::release(&w.app, &w.by(&w.pharmacy), s.id, step).await.unwrap();
    // And the batch may be called back once more.
    assert_ne!(declare(&w, &w.pharmacy).await.summary.id, r.summary.id);
}

#[tokio::test]
async fn homes_answer_at_the_same_time_and_every_unit_is_accounted_for() {
    let w = World::new().await;
    received(&w, &w.nurse, &packed_for(&w, "王秀英").await).await;
    received(&w, &w.nurse_of_other_home, &packed_for(&w, "陈阿福").await).await;
    let r = declare(&w, &w.administrator).await;
    assert_eq!((r.summary.homes_asked, r.summary.homes_answered), (2, 0));
    // Both see it as it was before either has answered.
    let mine = see(&w, &w.nurse, r.summary.id).await.unwrap();
    let theirs = see(&w, &w.nurse_of_other_home, r.summary.id).await.unwrap();
    assert_eq!(mine.homes.len(), 1, "a home sees itself");
    let held = mine.holdings.iter().map(|h| h.resident.as_ref().unwrap().name.as_str()).collect::<Vec<_>>();
    assert_eq!(held, ["王秀英"]);
    assert_eq!(fields(answer(&w, &w.nurse, &mine, 7, 1).await.unwrap_err()), ["set_apart"]);
    assert_eq!(fields(answer(&w, &w.nurse, &mine, 0, 0).await.unwrap_err()), ["note"]);
    let after = recounted(&w, &w.nurse, &mine, 4, 3).await.unwrap();
    assert_eq!(after.summary.own.as_ref().unwrap().state, recall_home::State::Answered);
    answer(&w, &w.nurse_of_other_home, &theirs, 7, 0).await.unwrap();
    // The same version again is stale; with the new one it is corrected.
    assert!(matches!(answer(&w, &w.nurse, &mine, 7, 0).await, Err(AppError::Stale { .. })));
    recounted(&w, &w.nurse, &after, 5, 2).await.unwrap();
    let seen = see(&w, &w.pharmacist, r.summary.id).await.unwrap();
    let told: Vec<_> = seen.homes.iter().map(|h| (h.supplied, h.set_apart, h.given, h.answered_by.is_some())).collect();
    assert_eq!(told, [(7, Some(5), Some(2), true), (7, Some(7), Some(0), true)]);
    assert_eq!(w.count(EventKind::RecallAnswered).await, 3);
    let done = close(&w, &r, None).await.unwrap();
    assert_eq!((done.summary.state, done.closed.unwrap().reason), (State::Completed, None));
}

#[tokio::test]
async fn nobody_closes_over_a_silent_home_without_saying_why() {
    let w = World::new().await;
    received(&w, &w.nurse, &packed_for(&w, "王秀英").await).await;
    let r = declare(&w, &w.pharmacy).await;
    let body = || CloseRecallBody { version: 1, reason: Some("算了".into()) };
    let by_pharmacy = recalls::close(&w.app, &w.by(&w.pharmacy), r.summary.id, body()).await;
    assert!(matches!(by_pharmacy, Err(AppError::Forbidden)), "only the hospital says that it is settled");
    assert_eq!(fields(close(&w, &r, Some("  ")).await.unwrap_err()), ["reason"]);
    let early = close(&w, &r, Some("该院已电话确认用完")).await.unwrap();
    assert_eq!(early.summary.state, State::ClosedEarly);
    assert_eq!(early.closed.as_ref().unwrap().reason.as_deref(), Some("该院已电话确认用完"));
    assert_eq!(w.count(EventKind::RecallClosedEarly).await, 1);
    assert!(matches!(close(&w, &r, None).await, Err(AppError::NotPossible(_))), "it is closed");
    // What the home finds after all is told all the same.
    let mine = see(&w, &w.nurse, r.summary.id).await.unwrap();
    recounted(&w, &w.nurse, &mine, 2, 5).await.unwrap();
    assert_eq!(see(&w, &w.pharmacist, r.summary.id).await.unwrap().summary.homes_answered, 1);
    let gone = withdraw(&w, &r, "复检合格").await.unwrap();
    assert!(gone.allowed.is_empty());
    let mine = see(&w, &w.nurse, r.summary.id).await.unwrap();
    assert!(matches!(answer(&w, &w.nurse, &mine, 7, 0).await, Err(AppError::NotPossible(_))));
}

#[tokio::test]
async fn who_was_never_given_of_it_finds_nothing_and_a_pharmacy_sees_its_own() {
    let w = World::new().await;
    received(&w, &w.nurse, &packed_for(&w, "王秀英").await).await;
    let r = declare(&w, &w.pharmacist).await;
    let id = r.summary.id;
    for stranger in [&w.nurse_of_other_home, &w.specialist] {
        assert!(matches!(see(&w, stranger, id).await, Err(AppError::NotFound)));
    }
    let of_nobody = answer(&w, &w.nurse_of_other_home, &r, 0, 0).await;
    assert!(matches!(of_nobody, Err(AppError::NotFound)));
    let all = async |by: &Person| recalls::list(&w.app, &w.by(by), RecallQuery::default()).await.unwrap().items;
    assert!(all(&w.nurse_of_other_home).await.is_empty());
    assert_eq!(all(&w.nurse).await[0].own.as_ref().unwrap().supplied, 7);
    let own = see(&w, &w.pharmacy, id).await.unwrap();
    assert_eq!((own.shelves.len(), own.holdings.len(), own.homes.len()), (1, 1, 1));
    assert!(own.holdings[0].prescription_id.is_some() && own.holdings[0].resident.is_none());
    let other = see(&w, &w.other_pharmacy, id).await.unwrap();
    assert_eq!((other.shelves.len(), other.holdings.len(), other.homes.len()), (0, 0, 0));
    // What is wrong is said where it was typed, and a batch is called back once.
    let bad = NewRecall { drug_id: DrugId("no-such".into()), announced_on: date(2026, 11, 25), ..new("\u{202e}") };
    let refused = recalls::declare(&w.app, &w.by(&w.pharmacy), bad).await.unwrap_err();
    assert_eq!(fields(refused), ["drug_id", "batch", "announced_on"]);
    let twice = recalls::declare(&w.app, &w.by(&w.pharmacy), new(BATCH)).await.unwrap_err();
    assert_eq!(fields(twice), ["batch"]);
    assert!(matches!(
        recalls::declare(&w.app, &w.by(&w.nurse), new("X1")).await,
        Err(AppError::NotFound | AppError::Forbidden)
    ));
    // The list is asked for by state, product and batch.
    let other = recalls::declare(&w.app, &w.by(&w.pharmacy), new("X1")).await.unwrap();
    withdraw(&w, &other, "误登记").await.unwrap();
    let found = async |query: RecallQuery| {
        let page = recalls::list(&w.app, &w.by(&w.administrator), query).await.unwrap();
        page.items.into_iter().map(|r| r.batch).collect::<Vec<_>>()
    };
    assert_eq!(found(RecallQuery::default()).await, ["X1", BATCH]);
    assert_eq!(found(RecallQuery { state: Some("open,completed".into()), ..Default::default() }).await, [BATCH]);
    assert_eq!(found(RecallQuery { batch: Some("X1".into()), ..Default::default() }).await, ["X1"]);
    let query = RecallQuery { drug_id: Some("aspirin-100mg".into()), ..Default::default() };
    assert!(found(query).await.is_empty());
}

#[tokio::test]
async fn a_dose_of_a_recalled_batch_says_do_not_give() {
    let w = World::new().await;
    received(&w, &w.nurse, &packed_for(&w, "王秀英").await).await;
    let doses = async || w.doses_on("2026-11-24").await.items;
    assert!(doses().await.iter().all(|dose| dose.recalls.is_empty()));
    let r = declare(&w, &w.pharmacist).await;
    let warned = doses().await;
    let told = &warned[0].recalls[0];
    assert_eq!((told.recall_id, told.batch.as_str()), (r.summary.id, BATCH));
    assert!(warned[0].batches.is_empty(), "there is no other one");
    withdraw(&w, &r, "复检合格").await.unwrap();
    assert!(doses().await.iter().all(|dose| dose.recalls.is_empty()));
}

/// A parcel of seven: three of the batch, four of another one.
async fn two_batches(w: &World) {
    let goods = GoodsReceipt {
        drug_id: DrugId(DRUG.into()),
        batch: "C1".into(),
        expiry: date(2028, 1, 31),
        gtin: None,
        quantity: 50,
    };
    stock::receive(&w.app, &w.by(&w.pharmacy), goods).await.unwrap();
    let a = w.accept(&w.approved().await).await;
    let pack = |batch: &str, quantity| NewPack {
        item_no: 1,
        batch: batch.to_owned(),
        expiry: date(2028, 1, 31),
        quantity,
        drug_id: None,
        substitution_reason: None,
    };
    let (version, secret) = (a.prescription.version, a.secret.clone());
    let body = DispenseBody { version, secret, packs: vec![pack(BATCH, 3), pack("C1", 4)], part_reason: None };
    let p = prescriptions::dispense(&w.app, &w.by(&w.pharmacy), a.prescription.id, body).await.unwrap();
    received(w, &w.nurse, &w.pack(&p, &a.secret).await).await;
}

async fn give(w: &World, dose: &Dose, batch: Option<&str>) -> Result<Dose, AppError> {
    let input = NewDoseEntry { batch: batch.map(str::to_owned), ..entry(dose, Some(Outcome::Given), w.now()) };
    doses::record(&w.app, &w.by(&w.nurse), dose.resident.id, input).await
}

#[tokio::test]
async fn a_dose_of_a_recalled_batch_is_held_or_given_from_another_pack_and_nothing_else() {
    let w = World::new().await;
    two_batches(&w).await;
    w.clock_to("2026-11-24T00:05:00Z");
    let days = ["2026-11-24", "2026-11-25", "2026-11-26"];
    let mut plan = Vec::new();
    for day in days {
        plan.push(w.doses_on(day).await.items.remove(0));
    }
    let before = give(&w, &plan[0], Some("nonsense")).await.unwrap_err();
    assert_eq!(fields(before), ["batch"], "a batch that never came is a wrong pack, recall or not");
    give(&w, &plan[0], None).await.unwrap();
    let lasts = async || {
        let all = w.doses_on("2026-11-25").await.runways;
        all.iter().map(|r| (r.left, r.last_day, r.warns)).collect::<Vec<_>>()
    };
    assert_eq!(lasts().await, [(6.0, Some(date(2026, 11, 30)), false)]);
    declare(&w, &w.pharmacist).await;
    // Two of the recalled three are gone with the recall; of the other batch there are four.
    assert_eq!(lasts().await, [(4.0, Some(date(2026, 11, 28)), true)]);
    w.clock_to("2026-11-25T00:05:00Z");
    let dose = w.doses_on(days[1]).await.items.remove(0);
    assert_eq!((dose.batches.clone(), dose.recalls.len()), (vec!["C1".to_owned()], 1));
    for wrong in [None, Some(BATCH), Some(" ")] {
        let refused = give(&w, &dose, wrong).await;
        let Err(AppError::DoseRecalled { batch, others, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!((batch.as_str(), others), (BATCH, vec!["C1".to_owned()]), "{wrong:?}");
    }
    assert_eq!(w.count(EventKind::DoseScanRefused).await, 1, "the pack that was scanned is a wrong one");
    assert_eq!(fields(give(&w, &dose, Some("X9")).await.unwrap_err()), ["batch"]);
    let given = give(&w, &dose, Some(" C1 ")).await.unwrap();
    assert_eq!((given.state, given.entries[0].batch.as_deref()), (dose::State::Given, Some("C1")));
    // Held: what is at hand where there is no other pack.
    w.clock_to("2026-11-26T00:05:00Z");
    let third = w.doses_on(days[2]).await.items.remove(0);
    let held =
        NewDoseEntry { not_given: Some(NotGivenReason::DoctorsOrder), ..entry(&third, Some(Outcome::Held), w.now()) };
    let held = doses::record(&w.app, &w.by(&w.nurse), third.resident.id, held).await.unwrap();
    assert_eq!(held.state, dose::State::Held);
    assert_eq!(w.count(EventKind::DoseOfRecalledBatch).await, 0);
    assert_eq!(lasts().await[0].0, 3.0, "one of the other batch was given");
}

#[tokio::test]
async fn a_dose_that_was_given_before_anybody_could_tell_is_kept_as_it_was() {
    let w = World::new().await;
    received(&w, &w.nurse, &packed_for(&w, "王秀英").await).await;
    w.clock_to("2026-11-24T00:05:00Z");
    let (tuesday, given_at) = (w.doses_on("2026-11-24").await.items.remove(0), w.now());
    w.pass(SignedDuration::from_hours(1));
    declare(&w, &w.pharmacist).await;
    let write = async |dose: &Dose, at| {
        let input = entry(dose, Some(Outcome::Given), at);
        doses::record(&w.app, &w.by(&w.nurse), dose.resident.id, input).await
    };
    // Given before the recall, and written after it.
    assert_eq!(write(&tuesday, given_at).await.unwrap().state, dose::State::Given);
    assert_eq!(w.count(EventKind::DoseOfRecalledBatch).await, 0);
    // Given after it on a tablet that had no link: what happened is kept and told.
    w.clock_to("2026-11-25T00:05:00Z");
    let wednesday = w.doses_on("2026-11-25").await.items.remove(0);
    let at = w.now();
    assert!(matches!(write(&wednesday, at).await, Err(AppError::DoseRecalled { .. })), "with a link it is refused");
    w.pass(SignedDuration::from_mins(i64::from(w.app.policy.at_once_minutes) + 1));
    assert_eq!(write(&wednesday, at).await.unwrap().state, dose::State::Given);
    assert_eq!(w.count(EventKind::DoseOfRecalledBatch).await, 1);
}

#[tokio::test]
async fn what_was_called_back_is_missed_and_the_prescriber_is_asked_at_once() {
    let w = World::new().await;
    received(&w, &w.nurse, &packed_for(&w, "王秀英").await).await;
    queue::run(&w.app, w.now()).await.unwrap();
    let asked = async || refills::list(&w.app, &w.by(&w.specialist), Default::default()).await.unwrap().items.len();
    let runway = async || w.doses_on("2026-11-24").await.runways;
    assert_eq!((asked().await, runway().await[0].left), (0, 7.0));
    declare(&w, &w.pharmacist).await;
    queue::run(&w.app, w.now()).await.unwrap();
    assert_eq!((asked().await, runway().await[0].left), (1, 0.0));
    w.clock_to("2026-11-26T00:05:00Z");
    let left = runway().await;
    assert!(left[0].warns && left[0].left == 0.0, "shown as long as there are doses to come: {left:?}");
}

/// Parcels on the road stop in the order in which they were packed, and so do their audit rows; a button that would be refused is not offered.
#[tokio::test]
async fn a_recalled_parcel_offers_no_step_that_is_refused_and_says_why() {
    let w = World::new().await;
    let mut road = Vec::new();
    for resident in ["王秀英", "赵德明", "陈阿福"] {
        road.push(w.on_the_road(&packed_for(&w, resident).await.delivery).await.id);
    }
    let counter = packed_for(&w, "郑国强").await.delivery;
    let courier = courier_of(&counter);
    assert!(!counter.batch_recalled);
    let of = counter.prescription_id.unwrap();
    let start = w.newest().await;
    declare(&w, &w.pharmacist).await;
    let mut db = w.app.store.read().await.unwrap();
    let rows = yunzhen_store::audit::after(&mut db, start, 1000).await.unwrap();
    drop(db);
    let stopped = rows.iter().filter(|row| row.fact.kind == EventKind::DeliveryQuarantined);
    road.sort_unstable();
    assert_eq!(
        stopped.map(|row| row.fact.entity_id).collect::<Vec<_>>(),
        road.iter().map(|id| id.uuid()).collect::<Vec<_>>()
    );
    let seen = deliveries::get(&w.app, &w.of(courier), counter.id).await.unwrap();
    assert!(seen.batch_recalled && seen.packs.is_none() && seen.allowed.is_empty(), "{:?}", seen.allowed);
    // Who prescribed it and who waits for it read so beside the filling.
    for reader in [&w.specialist, &w.nurse, &w.pharmacy] {
        let fillings = dispenses::list(&w.app, &w.by(reader), of).await.unwrap().items;
        assert!(fillings.iter().all(|filling| filling.batch_recalled == (filling.delivery_id == Some(counter.id))));
        assert!(fillings.iter().any(|filling| filling.batch_recalled));
    }
    let seen = deliveries::get(&w.app, &w.by(&w.pharmacy), counter.id).await.unwrap();
    assert_eq!((seen.batch_recalled, seen.allowed), (true, vec!["take-back".to_owned()]));
    let seen = deliveries::get(&w.app, &w.by(&w.pharmacy), road[0]).await.unwrap();
    assert!(seen.batch_recalled && !seen.allowed.contains(&"release".to_owned()), "{:?}", seen.allowed);
}

#[tokio::test]
async fn a_parcel_that_was_counted_without_a_link_while_it_was_stopped_is_in_the_home_and_the_home_is_asked() {
    let w = World::new().await;
    let packed = packed_for(&w, "王秀英").await;
    let d = w.on_the_road(&packed.delivery).await;
    let r = declare(&w, &w.pharmacist).await;
    assert_eq!(close(&w, &r, None).await.unwrap().summary.state, State::Completed, "no home has it");
    let receipt = Receipt {
        parcel_code: packed.parcel_code.clone(),
        counts: vec![Count { item_no: 1, quantity: 7, damaged: 0 }],
        offline: true,
        ..Receipt::new(d.id, seed::HOME_1, w.nurse.actor.staff_id().unwrap(), w.now())
    };
    let hand_in = async || {
        let ctx = Context { through_box: Some(seed::HOME_1), ..w.by(&w.nurse) };
        let body = ReceiptBody { jws: w.home_box.sign(&receipt.document()) };
        deliveries::receive_signed(&w.app, &ctx, d.id, body).await
    };
    // At the door, with the link up, she is told and gives it back.
    let reason = QuarantineReason::Recall;
    assert!(matches!(hand_in().await, Err(AppError::Quarantined { reason: told }) if told == reason));
    w.pass(SignedDuration::from_hours(3));
    let done = hand_in().await.unwrap();
    assert_eq!(done.state, Parcel::Discrepancy);
    assert_eq!(done.discrepancies.iter().map(|t| t.cause).collect::<Vec<_>>(), [Cause::Recalled]);
    let seen = see(&w, &w.nurse, r.summary.id).await.unwrap();
    assert_eq!((seen.summary.state, seen.summary.own.unwrap().supplied), (State::Open, 7));
    assert_eq!(w.count(EventKind::RecallReopened).await, 1);
    assert_eq!(w.doses_on("2026-11-24").await.items[0].recalls.len(), 1);
}

#[tokio::test]
async fn a_stopped_parcel_goes_nowhere_but_back_and_the_order_is_filled_anew() {
    let w = World::new().await;
    let packed = packed_for(&w, "王秀英").await;
    let d = w.on_the_road(&packed.delivery).await;
    declare(&w, &w.pharmacist).await;
    let d = deliveries::get(&w.app, &w.by(&w.pharmacy), d.id).await.unwrap();
    let body = || VersionBody { version: d.version };
    let let_go = DecisionBody { version: d.version, code: DecisionCode::Stable, reason: "已核对".into() };
    assert_eq!(fields(deliveries::release(&w.app, &w.by(&w.pharmacy), d.id, let_go).await.unwrap_err()), ["packs"]);
    let d = deliveries::give_back(&w.app, &w.of(courier_of(&d)), d.id, body()).await.unwrap();
    let quarantined = shelf(&w).await.quarantined;
    let body = VersionBody { version: d.version };
    deliveries::take_back(&w.app, &w.by(&w.pharmacy), d.id, body.into()).await.unwrap();
    assert_eq!(shelf(&w).await.quarantined, quarantined + 7);
    // Another batch goes out for it.
    let goods = GoodsReceipt {
        drug_id: DrugId(DRUG.into()),
        batch: "C1".into(),
        expiry: date(2028, 1, 31),
        gtin: None,
        quantity: 7,
    };
    stock::receive(&w.app, &w.by(&w.pharmacy), goods).await.unwrap();
    let a = w.accept(&w.see(packed.prescription.id).await).await;
    assert_eq!(fields(w.try_dispense(&a, 7).await.unwrap_err()), ["packs[0].batch"]);
}

/// What stands beside a row is looked up for the page at once.
#[tokio::test]
async fn the_list_asks_as_often_for_many_rows_as_for_two() {
    let w = World::new().await;
    let mut asked = Vec::new();
    for (name, rows) in [("L", 2), ("M", 4)] {
        for n in 0..rows {
            recalls::declare(&w.app, &w.by(&w.pharmacy), new(&format!("{name}{n}"))).await.unwrap();
        }
        let before = w.app.store.lookups();
        recalls::list(&w.app, &w.by(&w.administrator), RecallQuery::default()).await.unwrap();
        asked.push(w.app.store.lookups() - before);
    }
    assert_eq!(asked[0], asked[1]);
}

#[tokio::test]
async fn the_system_of_a_pharmacy_hears_of_a_recall_by_its_stable_name() {
    let w = World::new().await;
    let r = declare(&w, &w.other_pharmacy).await;
    let mut db = w.app.store.read().await.unwrap();
    let rows = yunzhen_store::audit::after(&mut db, 0, 10_000).await.unwrap();
    let pharmacy_id = seed::PHARMACY;
    let system_id = yunzhen_domain::ids::PharmacySystemId::new(w.now(), [1; 10]);
    let system = yunzhen_domain::Actor::PharmacySystem { system_id, pharmacy_id };
    let told: Vec<_> = rows
        .iter()
        .filter(|row| row.fact.entity_id == r.summary.id.uuid())
        .filter_map(|row| pharmacy_events::told(&system, &row.fact))
        .collect();
    assert_eq!(told, ["recall.declared"]);
}

#[tokio::test]
async fn a_home_is_asked_again_when_it_sets_more_apart_than_its_own_doses_leave() {
    let w = World::new().await;
    received(&w, &w.nurse, &packed_for(&w, "王秀英").await).await;
    w.clock_to("2026-11-24T00:05:00Z");
    let dose = w.doses_on("2026-11-24").await.items.remove(0);
    give(&w, &dose, None).await.unwrap();
    let r = declare(&w, &w.pharmacist).await;
    let mine = see(&w, &w.nurse, r.summary.id).await.unwrap();
    assert_eq!(mine.summary.own.as_ref().unwrap().given_on_record, Some(1));
    assert!(r.homes.iter().all(|home| home.given_on_record.is_none()), "what was given is for the home that gave it");
    let refused = answer(&w, &w.nurse, &mine, 7, 0).await.unwrap_err();
    let AppError::Invalid(said) = &refused else { panic!("{refused:?}") };
    assert!(said[0].message_zh.contains("已给 1，最多还剩 6"), "{said:?}");
    assert_eq!(fields(refused), ["set_apart"]);
    assert_eq!(w.count(EventKind::RecallAnswered).await, 0);
    let after = answer(&w, &w.nurse, &mine, 6, 1).await.unwrap();
    // The dose was written and not given: counted again, there are seven.
    let version = after.summary.own.as_ref().unwrap().version;
    let body = AnswerRecallBody { version, set_apart: 7, given: 0, note: None, counted_again: true };
    let after = recalls::answer(&w.app, &w.by(&w.nurse), r.summary.id, body).await.unwrap();
    let own = after.summary.own.unwrap();
    assert_eq!((own.set_apart, own.on_record, own.counted_again), (Some(7), Some(1), true));
}

/// Only the tablet's page asked: the relay took it for given without a dose on record.
#[tokio::test]
async fn all_used_without_the_doses_on_record_is_refused_in_words_until_it_was_counted_again() {
    let w = World::new().await;
    received(&w, &w.nurse, &packed_for(&w, "王秀英").await).await;
    w.clock_to("2026-11-24T00:05:00Z");
    let dose = w.doses_on("2026-11-24").await.items.remove(0);
    give(&w, &dose, None).await.unwrap();
    let r = declare(&w, &w.pharmacist).await;
    let mine = see(&w, &w.nurse, r.summary.id).await.unwrap();
    let refused = answer(&w, &w.nurse, &mine, 0, 7).await.unwrap_err();
    let AppError::Invalid(said) = &refused else { panic!("{refused:?}") };
    assert!(said[0].message_zh.contains("只记了已给 1，回报的是已服用 7"), "{said:?}");
    assert!(said[0].message_en.contains("only 1 are recorded as given"), "{said:?}");
    assert_eq!(fields(refused), ["given"]);
    assert_eq!((w.count(EventKind::RecallAnswered).await, w.count(EventKind::RecallCountedAgain).await), (0, 0));
    let own = see(&w, &w.nurse, r.summary.id).await.unwrap().summary.own.unwrap();
    assert_eq!((own.state, own.given), (recall_home::State::Asked, None), "nothing was kept of it");
    // What is neither found nor on record is stated with its reason, and nobody had to count again.
    let version = own.version;
    let body = AnswerRecallBody {
        version,
        set_apart: 0,
        given: 1,
        note: Some("其余六片随换药退回家属".to_owned()),
        counted_again: false,
    };
    let stated = recalls::answer(&w.app, &w.by(&w.nurse), r.summary.id, body).await.unwrap();
    let own = stated.summary.own.as_ref().unwrap();
    assert_eq!((own.on_record, own.counted_again), (Some(1), false));
    // Or it was given and not written: counted again it is taken, and the hospital sees that it was.
    recounted(&w, &w.nurse, &stated, 0, 7).await.unwrap();
    let seen = see(&w, &w.pharmacist, r.summary.id).await.unwrap().homes.remove(0);
    assert_eq!((seen.given, seen.on_record, seen.counted_again), (Some(7), Some(1), true));
    assert_eq!((w.count(EventKind::RecallAnswered).await, w.count(EventKind::RecallCountedAgain).await), (2, 1));
}

/// Each line of a home was read by itself: a batch that many residents had made the page slow.
#[tokio::test]
async fn a_recall_asks_no_more_for_many_lines_than_for_two() {
    let mut asked = Vec::new();
    for lines in [2, 6] {
        let w = World::new().await;
        let c = w.in_progress("王秀英").await;
        for _ in 0..lines {
            let p = w.draft(c.id, draft("I10", &[(DRUG, 7)])).await;
            let p = w.try_sign(&p).await.unwrap();
            let accepted = w.accept(&w.approve(&w.claim(&p).await).await).await;
            let packed = w.pack(&w.dispense(&accepted).await, &accepted.secret).await;
            let d = w.on_the_road(&packed.delivery).await;
            w.receive(&d, &packed.parcel_code, 7).await.unwrap();
            // What is in hand would stop the next one.
            w.cancel(p.id, w.see(p.id).await.version).await.unwrap();
        }
        let id = declare(&w, &w.pharmacist).await.summary.id;
        let before = w.app.store.lookups();
        let seen = see(&w, &w.nurse, id).await.unwrap();
        asked.push(w.app.store.lookups() - before);
        assert_eq!(seen.holdings.len(), lines);
        assert_eq!(seen.summary.own.and_then(|own| own.given_on_record), Some(0));
    }
    assert_eq!(asked[0], asked[1]);
}

/// The chain sent the courier for a parcel that may not be handed over, and the nurse to give what the home had set apart.
#[tokio::test]
async fn the_chain_sends_nobody_for_what_was_called_back_nor_to_give_it() {
    let w = World::new().await;
    let (road, counter) = spread(&w).await;
    let delivered = async || {
        let query = PrescriptionQuery { state: Some("delivered".into()), ..Default::default() };
        prescriptions::list(&w.app, &w.by(&w.specialist), query).await.unwrap().items.remove(0)
    };
    let chain = async |id| {
        let chain = w.see(id).await.door_to_dose.unwrap();
        (chain.turn, chain.next, chain.reason)
    };
    let home = delivered().await;
    assert_eq!(chain(home.id).await, (Turn::Nurse, Next::Give, None));
    let r = declare(&w, &w.pharmacist).await;
    // A courier's view of a parcel names no prescription.
    let of_parcel =
        async |d: &Delivery| deliveries::get(&w.app, &w.by(&w.pharmacy), d.id).await.unwrap().prescription_id.unwrap();
    assert_eq!(chain(of_parcel(&counter).await).await, (Turn::Pharmacy, Next::TakeBack, Some(Reason::Recall)));
    assert_eq!(chain(of_parcel(&road).await).await, (Turn::Courier, Next::BringBack, Some(Reason::Recall)));
    let not_to_be_given = (Turn::Nobody, Next::Nothing, Some(Reason::Recall));
    assert_eq!(chain(home.id).await, not_to_be_given);
    assert_eq!(delivered().await.turn, Some(Turn::Nobody), "the list says the same");
    // Set apart, and the recall closed: it is still nothing to give.
    let mine = see(&w, &w.nurse, r.summary.id).await.unwrap();
    answer(&w, &w.nurse, &mine, 7, 0).await.unwrap();
    close(&w, &r, None).await.unwrap();
    assert_eq!(chain(home.id).await, not_to_be_given);
    // Called back by mistake: it goes on as before.
    withdraw(&w, &r, "批号抄错").await.unwrap();
    assert_eq!(chain(home.id).await, (Turn::Nurse, Next::Give, None));
}
