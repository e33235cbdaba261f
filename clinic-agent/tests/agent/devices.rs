//! Measuring devices: from a frame to the record, through the nurse.

use crate::http::Browser;
use crate::page::{RESIDENT, Record, note, relay, wait_for};
use crate::world::{TestDevices, World};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use yunzhen_clinic_agent::agent;
use yunzhen_clinic_agent::devices::{DeviceSettings, SourceKind};
use yunzhen_runtime::Lifecycle;

const OTHER_RESIDENT: &str = "0190a5f0-0000-7000-8000-000000000002";

fn settings(source: SourceKind) -> DeviceSettings {
    // One round at the start and then nothing more for the length of a test.
    DeviceSettings { source, seed: 7, every_seconds: 3600, ..DeviceSettings::default() }
}

/// The reading of a profile in the list.
fn of<'a>(list: &'a Value, profile: &str) -> &'a Value {
    let mut readings = list["readings"].as_array().unwrap().iter();
    readings.find(|reading| reading["profile"] == profile).unwrap_or_else(|| panic!("no {profile}"))
}

fn path(reading: &Value, what: &str) -> String {
    format!("/page/devices/readings/{}/{what}", reading["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_reading_arrives_once_and_only_after_the_nurse_confirmed_it_though_the_link_is_cut() {
    let record = Record::default();
    let measuring = settings(SourceKind::Simulated);
    let world = World::with(relay(record.clone()), Box::new(TestDevices::default()), measuring).await;
    let mut browser = Browser::new(world.page);
    assert_eq!(browser.get("/page/devices").await.0, StatusCode::UNAUTHORIZED);
    browser.sign_in().await;
    let mut status = browser.events("/page/status/events").await;
    status.find(|_, data| data["devices"]["waiting"] == 6).await;
    let (_, _, list) = browser.get("/page/devices").await;
    assert_eq!((&list["state"], &list["works"], &list["dropped"]), (&json!("simulated"), &json!(true), &json!(0)));
    let pressure = of(&list, "blood_pressure").clone();
    assert_eq!((&pressure["basis"], &pressure["clock_offset_ms"]), (&json!("corrected"), &json!(-90_000)));
    assert_eq!(of(&list, "glucose")["remarks"], json!(["after_meal"]));

    world.wire.set(false);
    status.find(|_, data| data["link"]["state"] == "offline").await;
    assert!(record.stored.lock().unwrap().is_empty(), "nothing goes anywhere before the nurse said whose it is");

    let whose = json!({ "resident_id": RESIDENT });
    for _ in 0..2 {
        let (code, body) = browser.json(Method::POST, &path(&pressure, "confirm"), None, &whose).await;
        assert_eq!((code, &body["state"]), (StatusCode::CREATED, &json!("saved")));
    }
    let other = json!({ "resident_id": OTHER_RESIDENT });
    let (code, body) = browser.json(Method::POST, &path(&pressure, "confirm"), None, &other).await;
    assert_eq!((code, &body["code"]), (StatusCode::CONFLICT, &json!("reading_confirmed")));
    let weight = of(&list, "weight");
    let why = json!({ "reason": "not_a_resident" });
    let (code, _) = browser.json(Method::POST, &path(weight, "discard"), None, &why).await;
    assert_eq!(code, StatusCode::NO_CONTENT);
    let (code, body) = browser.json(Method::POST, &path(weight, "confirm"), None, &whose).await;
    assert_eq!((code, &body["code"]), (StatusCode::CONFLICT, &json!("reading_gone")));
    let unknown = "/page/devices/readings/0190a5f0-0000-7000-8000-00000000dead/confirm";
    assert_eq!(browser.json(Method::POST, unknown, None, &whose).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        browser.json(Method::POST, "/page/devices/readings/x/confirm", None, &whose).await.0,
        StatusCode::NOT_FOUND
    );
    let (code, _) = browser.json(Method::POST, &path(weight, "discard"), None, &json!({ "reason": "mood" })).await;
    assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY);
    status.find(|_, data| data["devices"]["waiting"] == 4 && data["spool"]["saved"] == 1).await;

    // The box loses power with the confirmed reading on its disk and four that wait.
    world.life.stop().await.unwrap();
    drop(world.agent);
    let life = Lifecycle::new();
    let config = yunzhen_clinic_agent::config::Config { devices: settings(SourceKind::None), ..world.config.clone() };
    let reborn = agent::start(&life, &config, Box::new(TestDevices::default())).await.unwrap();
    let mut browser = Browser { cookies: browser.cookies, ..Browser::new(reborn.bound.page) };
    let (_, _, list) = browser.get("/page/devices").await;
    assert_eq!((list["readings"].as_array().unwrap().len(), &list["state"]), (4, &json!("off")));

    world.wire.set(true);
    wait_for("delivered", || record.stored.lock().unwrap().len() == 1).await;
    browser.json(Method::POST, "/page/spool", Some("key-after"), &note("after it")).await;
    wait_for("the note too", || record.stored.lock().unwrap().len() == 2).await;
    let (key, body) = record.stored.lock().unwrap()[0].clone();
    assert_eq!(key, format!("device-reading-{}", pressure["id"].as_str().unwrap()));
    let sent = body["readings"].as_array().unwrap();
    assert_eq!(sent.len(), pressure["values"].as_array().unwrap().len());
    for (sent, shown) in sent.iter().zip(pressure["values"].as_array().unwrap()) {
        assert_eq!((&sent["code"], &sent["value"], &sent["unit"]), (&shown["code"], &shown["value"], &shown["unit"]));
        assert_eq!((&sent["measured_at"], &sent["clock_offset_ms"]), (&pressure["measured_at"], &json!(-90_000)));
        assert!(sent["raw_frame"].as_str().unwrap().starts_with("2a35:06"));
        assert_eq!(sent["device"], "模拟血压计 Demo BP 02:00:00:00:18:10");
    }
    let (_, _, spool) = browser.get("/page/spool").await;
    let item = spool["items"].as_array().unwrap().iter().find(|item| item["kind"] == "observations").unwrap();
    assert_eq!((&item["resident_id"], &item["state"]), (&json!(RESIDENT), &json!("received")));
    life.stop().await.unwrap();
}

#[tokio::test]
async fn a_box_without_bluetooth_says_so_and_what_to_do() {
    let world =
        World::with(relay(Record::default()), Box::new(TestDevices::default()), settings(SourceKind::Bluetooth)).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let mut status = browser.events("/page/status/events").await;
    let told = status.find(|_, data| data["devices"]["state"] != "starting").await;
    let devices = &told["devices"];
    if devices["works"] == true || devices["state"] == "no_devices" {
        return eprintln!("skipped: this machine has a Bluetooth adapter");
    }
    let unusable = ["no_service", "not_permitted", "no_adapter", "powered_off"];
    assert!(unusable.contains(&devices["state"].as_str().unwrap()), "{devices}");
    assert!(devices["words_en"].as_str().unwrap().contains("type the values"), "{devices}");
    assert!(devices["words_zh"].as_str().unwrap().contains("手工录入"), "{devices}");
    // Everything else works, and the box stops at once.
    let (code, _) = browser.json(Method::POST, "/page/spool", Some("key-0001"), &note("typed")).await;
    assert_eq!(code, StatusCode::CREATED);
    tokio::time::timeout(Duration::from_secs(5), world.life.stop()).await.expect("at once").unwrap();
}
