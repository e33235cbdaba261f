//! What a command asks of the write connection: on a server each statement is a round trip that everybody behind it in the group waits for. The numbers are those of
//! a group of one: its beginning at the audit head, the head that is kept, and the COMMIT are three of them.

use yunzhen_relay::app::views::appointments::NewAppointment;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::consultations::ConsultationQuery;
use yunzhen_relay::app::views::deliveries::DeliveryQuery;
use yunzhen_relay::app::views::doses::DoseQuery;
use yunzhen_relay::app::views::prescriptions::PrescriptionQuery;
use yunzhen_relay::app::views::residents::{NewObservations, ResidentQuery};
use yunzhen_relay::app::{appointments, consultations, deliveries, doses, prescriptions, residents};

use crate::world::{World, at, draft};

#[tokio::test]
async fn a_booking_a_check_in_and_a_record_ask_no_more_than_they_need() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let resident_id = w.resident("王秀英").await.id;
    let mut asked = w.app.store.statements();
    let mut cost = || {
        let before = std::mem::replace(&mut asked, w.app.store.statements());
        asked - before
    };
    // A day ahead: both reminders are queued, and there is no lateness to compute.
    let wish = NewAppointment {
        resident_id,
        specialist_id: with,
        starts_at: at("2026-11-30T06:00:00Z"),
        reason: "复诊".to_owned(),
    };
    let booked = appointments::book(&w.app, &w.by(&w.nurse), wish).await.unwrap().consultation;
    let book = cost();
    let body = VersionBody { version: booked.version };
    consultations::check_in(&w.app, &w.by(&w.nurse), booked.id, body).await.unwrap();
    let check_in = cost();
    let reading = |code: &str, value: f64, unit: &str| serde_json::json!({"code": code, "value": value, "unit": unit, "measured_at": w.now()});
    let three =
        [reading("8480-6", 132.0, "mm[Hg]"), reading("8462-4", 78.0, "mm[Hg]"), reading("8867-4", 71.0, "/min")];
    let three: NewObservations = serde_json::from_value(serde_json::json!({ "readings": three })).unwrap();
    residents::record_observations(&w.app, &w.by(&w.nurse), resident_id, three).await.unwrap();
    let record = cost();
    assert_eq!((book, check_in, record), (17, 12, 8));
}

/// A list asks as much for many rows as for a few: what stands beside a row is looked up for all rows of the page at once.
#[tokio::test]
async fn a_list_asks_no_more_for_many_rows_than_for_two() {
    let mut w = World::new().await;
    for name in ["赵德明", "孙桂兰"] {
        w.in_progress(name).await;
    }
    let c = w.in_progress("王秀英").await;
    let mut asked = Vec::new();
    for rows in [2, 6] {
        for _ in 0..rows {
            let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
            let p = w.try_sign(&p).await.unwrap();
            let a = w.accept(&w.approve(&w.claim(&p).await).await).await;
            let packed = w.pack(&w.dispense(&a).await, &a.secret).await;
            let d = w.on_the_road(&packed.delivery).await;
            w.receive(&d, &packed.parcel_code, 7).await.unwrap();
            // What is in hand would stop the next one.
            w.cancel(p.id, w.see(p.id).await.version).await.unwrap();
        }
        w.restart().await;
        let mut counts = Vec::new();
        let mut before = w.app.store.lookups();
        let mut count = |list: &'static str| {
            let now = w.app.store.lookups();
            counts.push((list, now - std::mem::replace(&mut before, now)));
        };
        let found = prescriptions::list(&w.app, &w.by(&w.specialist), PrescriptionQuery::default()).await.unwrap();
        assert!(found.items.len() >= rows);
        count("a specialist's prescriptions");
        let approved = PrescriptionQuery { approved: Some(true), ..Default::default() };
        let found = prescriptions::list(&w.app, &w.by(&w.pharmacist), approved).await.unwrap();
        assert!(found.items.len() >= rows);
        count("a pharmacist's approvals");
        prescriptions::list(&w.app, &w.by(&w.pharmacy), PrescriptionQuery::default()).await.unwrap();
        count("a pharmacy's orders");
        deliveries::list(&w.app, &w.by(&w.nurse), DeliveryQuery::default()).await.unwrap();
        count("a home's parcels");
        doses::list(&w.app, &w.by(&w.nurse), DoseQuery::default()).await.unwrap();
        count("a home's doses");
        consultations::list(&w.app, &w.by(&w.specialist), ConsultationQuery::default()).await.unwrap();
        count("consultations");
        residents::list(&w.app, &w.by(&w.specialist), ResidentQuery::default()).await.unwrap();
        count("residents");
        asked.push(counts);
    }
    assert_eq!(asked[0], asked[1]);
}
