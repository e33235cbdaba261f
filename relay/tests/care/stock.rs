//! The shelf of a pharmacy: what comes in, what orders take, what comes back, and that no unit is ever lost or made.

use std::collections::BTreeMap;

use jiff::civil::date;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::machines::dispense::State as Filling;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::records::{Count, DeclineCode, FillType, PartReason, StockMove, StockReason};
use yunzhen_relay::app::views::admin::AuditQuery;
use yunzhen_relay::app::views::common::{CursorQuery, ReasonBody, VersionBody};
use yunzhen_relay::app::views::deliveries::{ReceiveBody, TakeBackBody};
use yunzhen_relay::app::views::dispenses::DeclineBody;
use yunzhen_relay::app::views::prescribing::ReplaceBody;
use yunzhen_relay::app::views::prescriptions::{Accepted, DispenseBody, NewPack, Prescription};
use yunzhen_relay::app::views::stock::{GoodsReceipt, Stock, StockCount, StockQuery, StockStep};
use yunzhen_relay::app::{AppError, admin, deliveries, dispenses, offers, prescriptions, stock};
use yunzhen_relay::seed;
use yunzhen_store::stock as rows;

use crate::world::{World, courier_of, draft};

const DRUG: &str = "amlodipine-5mg";

async fn shelf(w: &World) -> Stock {
    batch(w, DRUG, "B2026-11").await
}

async fn batch(w: &World, drug: &str, batch: &str) -> Stock {
    let query = StockQuery { drug_id: Some(drug.into()), ..Default::default() };
    let all = stock::list(&w.app, &w.by(&w.pharmacy), query).await.unwrap().items;
    all.into_iter().find(|s| s.batch == batch).unwrap()
}

fn numbers(s: &Stock) -> (i64, i64, i64) {
    (s.on_hand, s.underway, s.quarantined)
}

fn pack(batch: &str, quantity: u32) -> NewPack {
    NewPack {
        item_no: 1,
        batch: batch.into(),
        expiry: date(2028, 1, 31),
        quantity,
        drug_id: None,
        substitution_reason: None,
    }
}

async fn dispense(
    w: &World,
    a: &Accepted,
    packs: Vec<NewPack>,
    part: Option<PartReason>,
) -> Result<Prescription, AppError> {
    let version = w.see(a.prescription.id).await.version;
    let body = DispenseBody { version, secret: a.secret.clone(), packs, part_reason: part };
    prescriptions::dispense(&w.app, &w.by(&w.pharmacy), a.prescription.id, body).await
}

async fn decline(w: &World, p: &Prescription, code: DeclineCode) -> Result<Prescription, AppError> {
    let version = w.see(p.id).await.version;
    let body = DeclineBody { version, code, reason: None };
    prescriptions::decline(&w.app, &w.by(&w.pharmacy), p.id, body).await
}

fn fields(refused: AppError) -> Vec<String> {
    match refused {
        AppError::Invalid(fields) => fields.into_iter().map(|f| f.path).collect(),
        other => panic!("{other}"),
    }
}

fn goods(batch: &str, quantity: u32) -> GoodsReceipt {
    GoodsReceipt { drug_id: DrugId(DRUG.into()), batch: batch.into(), expiry: date(2028, 1, 31), gtin: None, quantity }
}

#[tokio::test]
async fn what_an_order_takes_is_off_the_shelf_and_a_correction_puts_the_earlier_batch_back() {
    let w = World::new().await;
    let there = shelf(&w).await.on_hand;
    stock::receive(&w.app, &w.by(&w.pharmacy), goods("C1", 5)).await.unwrap();
    let a = w.accept(&w.approved().await).await;
    dispense(&w, &a, vec![pack("B2026-11", 7)], None).await.unwrap();
    assert_eq!(numbers(&shelf(&w).await), (there - 7, 7, 0));
    // Two from another batch instead.
    dispense(&w, &a, vec![pack("B2026-11", 5), pack("C1", 2)], None).await.unwrap();
    assert_eq!(numbers(&shelf(&w).await), (there - 5, 5, 0));
    assert_eq!(numbers(&batch(&w, DRUG, "C1").await), (3, 2, 0));
    let gone = decline(&w, &a.prescription, DeclineCode::Closed).await.unwrap();
    assert_eq!(gone.state, State::Approved);
    assert_eq!(numbers(&shelf(&w).await), (there, 0, 0));
    assert_eq!(numbers(&batch(&w, DRUG, "C1").await), (5, 0, 0));
}

#[tokio::test]
async fn a_batch_that_is_not_there_or_too_little_is_refused_on_its_line_and_nothing_moves() {
    let w = World::new().await;
    let there = shelf(&w).await.on_hand;
    stock::receive(&w.app, &w.by(&w.pharmacy), goods("C1", 5)).await.unwrap();
    let a = w.accept(&w.approved().await).await;
    let refused = dispense(&w, &a, vec![pack("B2026-11", 1), pack("NO-SUCH", 6)], None).await.unwrap_err();
    assert_eq!(fields(refused), ["packs[1].batch"]);
    let refused = dispense(&w, &a, vec![pack("C1", 7)], None).await.unwrap_err();
    assert_eq!(fields(refused), ["packs[0].quantity"]);
    let other_day = NewPack { expiry: date(2027, 12, 31), ..pack("C1", 5) };
    let refused = dispense(&w, &a, vec![other_day, pack("B2026-11", 2)], None).await.unwrap_err();
    assert_eq!(fields(refused), ["packs[0].expiry"]);
    for quantity in [0, 1_000_000_000, u32::MAX] {
        assert!(dispense(&w, &a, vec![pack("B2026-11", quantity)], None).await.is_err(), "{quantity}");
    }
    let body = DispenseBody {
        version: w.see(a.prescription.id).await.version,
        secret: "somebody else's".into(),
        packs: vec![pack("B2026-11", 7)],
        part_reason: None,
    };
    let swapped = prescriptions::dispense(&w.app, &w.by(&w.pharmacy), a.prescription.id, body).await;
    assert!(matches!(swapped, Err(AppError::WrongSecret)));
    assert_eq!(numbers(&shelf(&w).await), (there, 0, 0));
    assert_eq!(numbers(&batch(&w, DRUG, "C1").await), (5, 0, 0));
}

#[tokio::test]
async fn a_part_goes_out_for_a_reason_and_the_rest_is_owed_or_given_back() {
    let w = World::new().await;
    let a = w.accept(&w.approved().await).await;
    let refused = dispense(&w, &a, vec![pack("B2026-11", 4)], None).await.unwrap_err();
    assert_eq!(fields(refused), ["packs"], "less only for a reason");
    let all = dispense(&w, &a, vec![pack("B2026-11", 7)], Some(PartReason::OutOfStock)).await.unwrap_err();
    assert_eq!(fields(all), ["part_reason"]);
    let p = dispense(&w, &a, vec![pack("B2026-11", 4)], Some(PartReason::OutOfStock)).await.unwrap();
    let packed = w.pack(&p, &a.secret).await;
    let d = w.on_the_road(&packed.delivery).await;
    w.receive(&d, &packed.parcel_code, 4).await.unwrap();
    let p = w.see(p.id).await;
    assert_eq!(p.state, State::Dispensing, "three are owed");
    let rest = dispense(&w, &a, vec![pack("B2026-11", 3)], None).await.unwrap();
    assert_eq!(rest.state, State::Dispensing);
    let gone = decline(&w, &rest, DeclineCode::OutOfStock).await.unwrap();
    assert_eq!(gone.state, State::Approved, "another pharmacy may supply the rest");
    let fillings = dispenses::list(&w.app, &w.by(&w.specialist), p.id).await.unwrap().items;
    let told: Vec<_> = fillings.iter().map(|f| (f.number, f.state, f.fill, f.part_reason, f.declined)).collect();
    assert_eq!(
        told,
        [
            (1, Filling::Completed, Some(FillType::FirstPart), Some(PartReason::OutOfStock), None),
            (2, Filling::Declined, Some(FillType::LaterComplete), None, Some(DeclineCode::OutOfStock)),
        ]
    );
    // The next pharmacy owes three, and sees nothing of what the first one did.
    let version = w.see(p.id).await.version;
    prescriptions::accept(&w.app, &w.by(&w.other_pharmacy), p.id, VersionBody { version }).await.unwrap();
    let seen = dispenses::list(&w.app, &w.by(&w.other_pharmacy), p.id).await.unwrap().items;
    assert_eq!(seen.iter().map(|f| (f.number, f.state)).collect::<Vec<_>>(), [(3, Filling::Preparation)]);
}

#[tokio::test]
async fn a_replaced_order_ends_its_filling_and_its_units_are_back_on_the_shelf() {
    let w = World::new().await;
    let before = numbers(&shelf(&w).await);
    let accepted = w.accept(&w.approved().await).await;
    let p = w.dispense(&accepted).await;
    assert_ne!(numbers(&shelf(&w).await), before);
    let consultation_id = w.see(p.id).await.consultation_id.unwrap();
    let body = ReplaceBody { version: p.version, consultation_id, reason: Some("改剂量".into()) };
    prescriptions::replace(&w.app, &w.by(&w.specialist), p.id, body).await.unwrap();
    assert_eq!(numbers(&shelf(&w).await), before);
    let fillings = dispenses::list(&w.app, &w.by(&w.specialist), p.id).await.unwrap().items;
    assert_eq!(fillings.iter().map(|f| f.state).collect::<Vec<_>>(), [Filling::Cancelled]);
}

#[tokio::test]
async fn other_as_a_reason_is_said_in_words() {
    let w = World::new().await;
    let a = w.accept(&w.approved().await).await;
    assert_eq!(fields(decline(&w, &a.prescription, DeclineCode::Other).await.unwrap_err()), ["reason"]);
    let s = shelf(&w).await;
    let count = StockCount { version: s.version, counted: 1, reason: StockReason::Other, comment: Some(" ".into()) };
    assert_eq!(fields(stock::correct(&w.app, &w.by(&w.pharmacy), s.id, count).await.unwrap_err()), ["comment"]);
}

/// Only the code was kept.
#[tokio::test]
async fn what_a_pharmacy_writes_when_it_gives_an_order_back_is_kept_and_read_by_prescriber_and_administrator() {
    const WORDS: &str = "柜台明日盘点";
    let w = World::new().await;
    let a = w.accept(&w.approved().await).await;
    let id = a.prescription.id;
    let version = w.see(id).await.version;
    let body = DeclineBody { version, code: DeclineCode::Other, reason: Some(format!(" {WORDS} ")) };
    prescriptions::decline(&w.app, &w.by(&w.pharmacy), id, body).await.unwrap();
    let fillings = dispenses::list(&w.app, &w.by(&w.specialist), id).await.unwrap().items;
    assert_eq!(fillings[0].declined_words.as_deref(), Some(WORDS));
    let asked = offers::list(&w.app, &w.by(&w.administrator), CursorQuery::default()).await.unwrap().items;
    let asked = asked.into_iter().find(|one| one.id == id).unwrap();
    let answer = asked.offers.iter().find_map(|offer| offer.answer.as_ref()).unwrap();
    assert_eq!((answer.declined, answer.declined_words.as_deref()), (Some(DeclineCode::Other), Some(WORDS)));
    let query = AuditQuery { action: Some("prescription.declined".into()), ..Default::default() };
    let log = admin::audit(&w.app, &w.by(&w.administrator), query).await.unwrap().items;
    assert_eq!(log.iter().map(|row| row.words.as_deref()).collect::<Vec<_>>(), [Some(WORDS)]);
    // The chain vouches for them: their digest is in it, and it holds.
    assert!(w.audited().await.contains(&"prescription.declined"));
    let mut db = w.app.store.read().await.unwrap();
    let rows = yunzhen_store::audit::after(&mut db, 0, 10_000).await.unwrap();
    let of_it = |fact: &AuditFact| fact.kind == EventKind::PrescriptionDeclined && fact.sha256.is_some();
    assert!(rows.iter().any(|row| of_it(&row.fact)));
}

#[tokio::test]
async fn what_left_the_counter_cold_is_not_sold_again() {
    let w = World::new().await;
    let cold = w.app.formulary.drugs().find(|d| d.cold_chain && d.banned == yunzhen_domain::formulary::Banned::None);
    let cold = cold.expect("a cold drug").id.clone();
    let s = batch(&w, &cold.0, "B2026-11").await;
    let refused = stock::release(
        &w.app,
        &w.by(&w.pharmacy),
        s.id,
        StockStep { version: s.version, quantity: 1, quarantined: true, reason: StockReason::Examined, comment: None },
    )
    .await;
    assert_eq!(fields(refused.unwrap_err()), ["quantity"]);
    // What may be kept at any temperature comes back to the shelf.
    let there = shelf(&w).await.on_hand;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let body = VersionBody { version: d.version };
    let d = deliveries::give_back(&w.app, &w.of(courier_of(&d)), d.id, body).await.unwrap();
    let body = VersionBody { version: d.version };
    deliveries::take_back(&w.app, &w.by(&w.pharmacy), d.id, body.into()).await.unwrap();
    assert_eq!(numbers(&shelf(&w).await), (there, 0, 0));
}

/// What the nurse refused as broken was on the shelf again, ready for the next resident.
#[tokio::test]
async fn what_the_home_refused_is_examined_or_destroyed_and_the_order_is_open_again() {
    for destroyed in [false, true] {
        let w = World::new().await;
        let there = shelf(&w).await.on_hand;
        let packed = w.packed().await;
        let d = w.on_the_road(&packed.delivery).await;
        let body = ReasonBody { version: d.version, reason: "包装破损".into() };
        let d = deliveries::refuse(&w.app, &w.by(&w.nurse), d.id, body).await.unwrap();
        let seen = deliveries::get(&w.app, &w.by(&w.pharmacy), d.id).await.unwrap();
        assert!(seen.set_apart, "the screen says beforehand that it is not sold as it is");
        let body = TakeBackBody { version: d.version, destroyed };
        deliveries::take_back(&w.app, &w.by(&w.pharmacy), d.id, body).await.unwrap();
        let s = shelf(&w).await;
        let apart = if destroyed { 0 } else { 7 };
        assert_eq!((s.on_hand, s.quarantined, s.underway), (there - 7, apart, 0), "{destroyed}");
        let lines = stock::moves(&w.app, &w.by(&w.pharmacy), s.id, CursorQuery::default()).await.unwrap().items;
        let last = if destroyed { StockMove::Spoilt } else { StockMove::Quarantined };
        assert_eq!(lines[0].kind, last);
        let order = w.see(packed.prescription.id).await;
        assert_eq!((order.state, order.items[0].owed), (State::Returned, 7));
        let again = w.accept(&order).await;
        w.dispense(&again).await;
    }
}

#[tokio::test]
async fn goods_counts_and_write_offs_are_checked_where_they_were_typed_and_kept_with_their_reason() {
    let w = World::new().await;
    let ctx = || w.by(&w.pharmacy);
    let bad = GoodsReceipt {
        drug_id: DrugId("no-such".into()),
        batch: "\u{202e}B1".into(),
        expiry: date(2020, 1, 1),
        gtin: Some("06901234567893".into()),
        quantity: 1_000_000_000,
    };
    let refused = stock::receive(&w.app, &ctx(), bad).await.unwrap_err();
    assert_eq!(fields(refused), ["drug_id", "batch", "gtin", "expiry", "quantity"]);
    let refused = stock::receive(&w.app, &ctx(), GoodsReceipt { quantity: 0, ..goods("C1", 1) }).await.unwrap_err();
    assert_eq!(fields(refused), ["quantity"]);
    let s = stock::receive(&w.app, &ctx(), goods("C1", 10)).await.unwrap();
    let refused = stock::receive(&w.app, &ctx(), GoodsReceipt { expiry: date(2028, 2, 1), ..goods("C1", 1) }).await;
    assert_eq!(fields(refused.unwrap_err()), ["expiry"], "a batch has one last day");
    let same = StockCount { version: s.version, counted: 10, reason: StockReason::Counted, comment: None };
    assert_eq!(fields(stock::correct(&w.app, &ctx(), s.id, same.clone()).await.unwrap_err()), ["counted"]);
    let s = stock::correct(&w.app, &ctx(), s.id, StockCount { counted: 8, ..same.clone() }).await.unwrap();
    let stale = stock::correct(&w.app, &ctx(), s.id, StockCount { counted: 9, ..same }).await;
    assert!(matches!(stale, Err(AppError::Stale { .. })));
    let off =
        StockStep { version: s.version, quantity: 9, quarantined: false, reason: StockReason::Damaged, comment: None };
    assert_eq!(fields(stock::write_off(&w.app, &ctx(), s.id, off.clone()).await.unwrap_err()), ["quantity"]);
    let s = stock::write_off(&w.app, &ctx(), s.id, StockStep { quantity: 3, ..off }).await.unwrap();
    assert_eq!(numbers(&s), (5, 0, 0));
    let lines = stock::moves(&w.app, &ctx(), s.id, CursorQuery::default()).await.unwrap().items;
    let told: Vec<_> = lines.iter().map(|l| (l.kind, l.quantity, l.reason)).collect();
    assert_eq!(
        told,
        [
            (StockMove::WrittenOff, 3, Some(StockReason::Damaged)),
            (StockMove::Missing, 2, Some(StockReason::Counted)),
            (StockMove::Received, 10, None),
        ]
    );
    // Another pharmacy has a shelf of its own.
    assert!(stock::list(&w.app, &w.by(&w.other_pharmacy), StockQuery::default()).await.unwrap().items.is_empty());
    let hidden = stock::moves(&w.app, &w.by(&w.other_pharmacy), s.id, CursorQuery::default()).await;
    assert!(matches!(hidden, Err(AppError::NotFound)));
}

#[tokio::test]
async fn what_expires_or_runs_out_soon_is_found() {
    let w = World::new().await;
    let within = |days| StockQuery { expires_within_days: Some(days), ..Default::default() };
    assert!(stock::list(&w.app, &w.by(&w.pharmacy), within(5)).await.unwrap().items.is_empty());
    let soon = stock::list(&w.app, &w.by(&w.pharmacy), within(60)).await.unwrap().items;
    assert!(!soon.is_empty() && soon.iter().all(|s| s.batch != "B2026-11"));
    let s = shelf(&w).await;
    let count = StockCount { version: s.version, counted: 9, reason: StockReason::Counted, comment: None };
    stock::correct(&w.app, &w.by(&w.pharmacy), s.id, count).await.unwrap();
    let a = w.accept(&w.approved().await).await;
    w.dispense(&a).await;
    // Seven went in four weeks and two are left: eight days.
    let short = StockQuery { runs_out_within_days: Some(8), ..Default::default() };
    let short = stock::list(&w.app, &w.by(&w.pharmacy), short).await.unwrap().items;
    assert_eq!(short.iter().map(|s| (s.drug_id.0.as_str(), s.lasts_days)).collect::<Vec<_>>(), [(DRUG, Some(8))]);
}

/// A deterministic walk of commands over one shelf: whatever people do, every unit that came in is somewhere.
#[tokio::test]
async fn no_unit_is_lost_or_made_by_any_order_of_commands() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut roll = |n: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % n
    };
    let mut seen: BTreeMap<&'static str, usize> = BTreeMap::new();
    for _ in 0..24 {
        let p = w.draft(c.id, draft("I10", &[(DRUG, 7)])).await;
        let p = w.try_sign(&p).await.unwrap();
        let a = w.accept(&w.approve(&w.claim(&p).await).await).await;
        let part = u32::try_from(1 + roll(7)).unwrap();
        let reason = (part < 7).then_some(PartReason::OutOfStock);
        dispense(&w, &a, vec![pack("B2026-11", part)], reason).await.unwrap();
        let what = match roll(8) {
            0 => {
                decline(&w, &a.prescription, DeclineCode::CannotDeliver).await.unwrap();
                "declined"
            }
            1 => {
                w.cancel(p.id, w.see(p.id).await.version).await.unwrap();
                "withdrawn at the counter"
            }
            other => {
                let packed = w.pack(&w.see(p.id).await, &a.secret).await;
                finish(&w, &packed, part, other, roll(u64::from(part) + 1)).await
            }
        };
        let last = w.see(p.id).await;
        if !matches!(last.state, State::Cancelled | State::Stopped) {
            // What the resident has in hand would stop the next one.
            w.cancel(last.id, last.version).await.unwrap();
        }
        *seen.entry(what).or_default() += 1;
        let mut db = w.app.store.read().await.unwrap();
        for row in rows::list(&mut db, seed::PHARMACY, None).await.unwrap() {
            assert!(row.units.balance(), "{what}: {row:?}");
            assert!(row.drug_id.0 != DRUG || row.units.received == 2000, "{row:?}");
        }
    }
    assert!(seen.len() >= 6, "the walk meets every end: {seen:?}");
    let s = shelf(&w).await;
    assert_eq!(numbers(&s), (s.on_hand, 0, 0));
}

async fn finish(
    w: &World,
    packed: &yunzhen_relay::app::views::prescriptions::Packed,
    part: u32,
    way: u64,
    short: u64,
) -> &'static str {
    let id = packed.prescription.id;
    if way == 2 {
        w.cancel(id, w.see(id).await.version).await.unwrap();
        return "withdrawn in the parcel";
    }
    let d = w.on_the_road(&packed.delivery).await;
    let version = d.version;
    match way {
        3 => {
            deliveries::lose(&w.app, &w.by(&w.pharmacy), d.id, VersionBody { version }).await.unwrap();
            "lost"
        }
        4 => {
            let courier = courier_of(&d);
            let d = deliveries::give_back(&w.app, &w.of(courier), d.id, VersionBody { version }).await.unwrap();
            let version = d.version;
            deliveries::take_back(&w.app, &w.by(&w.pharmacy), d.id, VersionBody { version }.into()).await.unwrap();
            "taken back"
        }
        5 => {
            w.cancel(id, w.see(id).await.version).await.unwrap();
            let d = deliveries::get(&w.app, &w.by(&w.pharmacy), d.id).await.unwrap();
            let version = d.version;
            deliveries::take_back(&w.app, &w.by(&w.pharmacy), d.id, VersionBody { version }.into()).await.unwrap();
            "called back"
        }
        _ => {
            let damaged = u32::try_from(short).unwrap();
            let counts = vec![Count { item_no: 1, quantity: part, damaged }];
            let body =
                ReceiveBody { version, parcel_code: packed.parcel_code.clone(), counts, comment: None, celsius: None };
            deliveries::receive(&w.app, &w.by(&w.nurse), d.id, body).await.unwrap();
            if damaged == 0 { "received" } else { "received with damage" }
        }
    }
}
