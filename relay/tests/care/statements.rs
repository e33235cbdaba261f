//! What a command asks of the write connection: on a server each statement is a round trip that everybody behind it in the group waits for. The numbers are those of
//! a group of one: its beginning at the audit head, the head that is kept, and the COMMIT are three of them.

use yunzhen_relay::app::views::appointments::NewAppointment;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::residents::NewObservations;
use yunzhen_relay::app::{appointments, consultations, residents};

use crate::world::{World, at};

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
