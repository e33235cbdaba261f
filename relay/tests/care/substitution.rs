//! Another product instead of the prescribed one: only where the prescriber allows it, and what it means for every number after the counter.

use jiff::civil::date;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::records::PartReason;
use yunzhen_domain::substitution::SubstitutionReason;
use yunzhen_relay::app::views::prescriptions::{Accepted, DispenseBody, NewPack, Prescription};
use yunzhen_relay::app::views::stock::{GoodsReceipt, StockQuery};
use yunzhen_relay::app::{AppError, prescriptions, stock};

use crate::world::{World, draft};

const PRESCRIBED: &str = "atorvastatin-20mg";
const SMALLER: &str = "atorvastatin-10mg";

async fn accepted(w: &World, allowed: bool) -> Accepted {
    let c = w.in_progress("王秀英").await;
    let mut written = draft("E78.5", &[(PRESCRIBED, 7)]);
    written.items[0].substitution = allowed;
    let p = w.draft(c.id, written).await;
    let p = w.try_sign(&p).await.unwrap();
    let p = w.approve(&w.claim(&p).await).await;
    let goods = GoodsReceipt {
        drug_id: DrugId(SMALLER.into()),
        batch: "S10".into(),
        expiry: date(2028, 1, 31),
        gtin: None,
        quantity: 20,
    };
    stock::receive(&w.app, &w.by(&w.pharmacy), goods).await.unwrap();
    w.accept(&p).await
}

fn smaller(quantity: u32) -> NewPack {
    NewPack {
        item_no: 1,
        batch: "S10".into(),
        expiry: date(2028, 1, 31),
        quantity,
        drug_id: Some(DrugId(SMALLER.into())),
        substitution_reason: Some(SubstitutionReason::OutOfStock),
    }
}

async fn dispense(w: &World, a: &Accepted, packs: Vec<NewPack>, part: bool) -> Result<Prescription, AppError> {
    let version = w.see(a.prescription.id).await.version;
    let part_reason = part.then_some(PartReason::OutOfStock);
    let body = DispenseBody { version, secret: a.secret.clone(), packs, part_reason };
    prescriptions::dispense(&w.app, &w.by(&w.pharmacy), a.prescription.id, body).await
}

fn fields(refused: AppError) -> Vec<String> {
    match refused {
        AppError::Invalid(fields) => fields.into_iter().map(|f| f.path).collect(),
        other => panic!("{other}"),
    }
}

async fn on_hand(w: &World) -> (i64, i64) {
    let query = StockQuery { drug_id: Some(SMALLER.into()), ..Default::default() };
    let all = stock::list(&w.app, &w.by(&w.pharmacy), query).await.unwrap().items;
    let found = all.into_iter().find(|s| s.batch == "S10").unwrap();
    (found.on_hand, found.underway)
}

#[tokio::test]
async fn only_what_the_prescriber_allows_goes_out_instead_and_only_for_a_reason() {
    let w = World::new().await;
    let a = accepted(&w, false).await;
    assert!(a.prescription.items[0].substitutes.is_empty());
    assert_eq!(fields(dispense(&w, &a, vec![smaller(14)], false).await.unwrap_err())[0], "packs[0].drug_id");
    let other = World::new().await;
    let a = accepted(&other, true).await;
    let offered = &a.prescription.items[0].substitutes;
    assert_eq!((offered[0].drug.id.0.as_str(), offered[0].factor), (SMALLER, 2));
    let without = NewPack { substitution_reason: None, ..smaller(14) };
    assert_eq!(
        fields(dispense(&other, &a, vec![without], false).await.unwrap_err())[0],
        "packs[0].substitution_reason"
    );
    let unlike = NewPack { drug_id: Some(DrugId("rosuvastatin-10mg".into())), ..smaller(14) };
    assert_eq!(fields(dispense(&other, &a, vec![unlike], false).await.unwrap_err())[0], "packs[0].drug_id");
    assert_eq!(
        fields(dispense(&other, &a, vec![smaller(7)], false).await.unwrap_err()),
        ["packs", "packs"],
        "14 stand for 7"
    );
    assert_eq!(fields(dispense(&other, &a, vec![smaller(5)], true).await.unwrap_err()), ["packs"], "half a tablet");
    assert_eq!(on_hand(&other).await, (20, 0), "nothing moved");
}

#[tokio::test]
async fn a_line_is_of_one_product() {
    let w = World::new().await;
    let a = accepted(&w, true).await;
    let prescribed =
        NewPack { batch: "B2026-11".into(), quantity: 3, drug_id: None, substitution_reason: None, ..smaller(3) };
    let refused = fields(dispense(&w, &a, vec![prescribed, smaller(8)], false).await.unwrap_err());
    assert!(refused.contains(&"packs[1].drug_id".to_owned()), "{refused:?}");
}

#[tokio::test]
async fn two_of_the_smaller_count_as_one_at_the_door_in_the_plan_and_in_what_is_owed() {
    let w = World::new().await;
    let a = accepted(&w, true).await;
    let p = dispense(&w, &a, vec![smaller(10)], true).await.unwrap();
    assert_eq!(on_hand(&w).await, (10, 10));
    let packed = w.pack(&p, &a.secret).await;
    // Its name has the strength that goes out.
    let pack = &packed.delivery.packs.as_ref().unwrap()[0];
    assert!(pack.name.ends_with(" 10 mg") && pack.strength.is_none(), "{} {:?}", pack.name, pack.strength);
    let d = w.on_the_road(&packed.delivery).await;
    // One of ten is broken: nine whole ones are four doses.
    let d = w.receive(&d, &packed.parcel_code, 9).await.unwrap();
    let line = &d.discrepancies[0].lines[0];
    assert!(line.name.ends_with(" 10 mg") && line.strength.is_none(), "said once: {line:?}");
    let p = w.see(p.id).await;
    assert_eq!((p.state, p.items[0].owed), (State::Dispensing, 3));
    // Received on Monday after ten: the first is on Tuesday at eight.
    let day = w.doses_on("2026-11-24").await;
    let dose = day.items.iter().find(|dose| dose.prescription_id == p.id).unwrap();
    // What is in the home is named, and beside it what was prescribed.
    assert_eq!((dose.dose, dose.strength.as_str(), dose.instead.len()), (2.0, "10 mg", 0));
    let prescribed = dose.prescribed.as_ref().unwrap();
    assert_eq!((prescribed.dose, prescribed.strength.as_str()), (1.0, "20 mg"));
    let runway = day.runways.iter().find(|runway| runway.prescription_id == p.id).unwrap();
    assert_eq!((runway.left, runway.strength.as_str(), runway.instead.len()), (8.0, "10 mg", 0));
    let prescribed = runway.prescribed.as_ref().unwrap();
    assert_eq!((prescribed.dose, prescribed.strength.as_str()), (4.0, "20 mg"));
    let rest = dispense(&w, &a, vec![smaller(6)], false).await.unwrap();
    assert_eq!(rest.state, State::Dispensing);
    let packed = w.pack(&rest, &a.secret).await;
    let d = w.on_the_road(&packed.delivery).await;
    w.receive(&d, &packed.parcel_code, 6).await.unwrap();
    assert_eq!(w.see(p.id).await.state, State::Delivered);
}
