//! Buttons at the beds: from a key to the relay, whatever the link does.

use crate::http::Browser;
use crate::page::{Record, relay, wait_for};
use crate::world::{TestDevices, World};
use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;
use yunzhen_clinic_agent::agent;
use yunzhen_clinic_agent::buttons::ButtonSettings;
use yunzhen_runtime::Lifecycle;

/// One button, pressed at the start and then not again for the length of a test.
fn one_button(source: &str, bed: &str) -> ButtonSettings {
    serde_json::from_value(json!({
        "source": source, "every_seconds": 3600, "device": [{ "input": "bell", "keys": { "KEY_F1": bed } }],
    }))
    .unwrap()
}

fn only_call(data: &Value) -> &Value {
    &data["buttons"]["calls"][0]
}

#[tokio::test]
async fn a_press_is_one_call_under_one_key_though_the_relay_is_out_of_reach_and_then_busy() {
    let record = Record::default();
    record.busy.store(2, Ordering::Relaxed);
    // Every second somebody presses: after the first, all within the same press or call.
    let mut buttons = one_button("simulated", "301-1");
    buttons.every_seconds = 1;
    let world = World::configured(relay(record.clone()), Box::new(TestDevices::default()), |config| {
        config.buttons = buttons;
    })
    .await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let mut status = browser.events("/page/status/events").await;
    let heard = status.find(|_, data| only_call(data)["state"] == "heard").await;
    assert_eq!((&heard["buttons"]["state"], &only_call(&heard)["bed"]), (&json!("simulated"), &json!("301-1")));
    let id = only_call(&heard)["id"].as_str().unwrap().to_owned();
    let keys = record.calls.lock().unwrap()[..3].to_vec();
    assert_eq!(keys, vec![format!("button-{id}"); 3], "twice busy, then heard, always the same call");

    // The link is gone. The button is pressed again; the nurse reads it; nothing is lost.
    world.wire.set(false);
    let told = status.find(|_, data| data["link"]["state"] == "offline" && only_call(data)["state"] == "sending").await;
    let unheard = only_call(&told)["id"].as_str().unwrap().to_owned();
    assert_ne!(unheard, id);
    world.wire.set(true);
    status.find(|_, data| only_call(data)["id"] == json!(unheard) && only_call(data)["state"] == "heard").await;
    let keys = record.calls.lock().unwrap().clone();
    let of_it = keys.iter().filter(|key| **key == format!("button-{unheard}")).count();
    assert!(of_it >= 1, "{keys:?}");
    tokio::time::timeout(Duration::from_secs(5), world.life.stop()).await.expect("at once").unwrap();
}

#[tokio::test]
async fn a_press_that_a_power_cut_catches_is_sent_after_the_next_start_with_its_time_and_once() {
    let record = Record::default();
    let mut buttons = one_button("simulated", "301-1");
    buttons.every_seconds = 1;
    let world = World::configured(relay(record.clone()), Box::new(TestDevices::default()), |config| {
        config.buttons = buttons;
    })
    .await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let mut status = browser.events("/page/status/events").await;
    let heard = only_call(&status.find(|_, data| only_call(data)["state"] == "heard").await)["id"].clone();
    world.wire.set(false);
    let caught = status.find(|_, data| only_call(data)["state"] == "sending" && only_call(data)["id"] != heard).await;
    let (caught, pressed_at) = (only_call(&caught)["id"].clone(), only_call(&caught)["pressed_at"].clone());
    // What the disk holds at this moment is all that is left.
    let cut = world.dir.path().join("cut.redb");
    std::fs::copy(&world.config.spool.file, &cut).unwrap();
    tokio::time::timeout(Duration::from_secs(5), world.life.stop()).await.expect("at once").unwrap();

    world.wire.set(true);
    let sent_before = record.calls.lock().unwrap().len();
    let mut config = world.config.clone();
    config.spool.file = cut;
    // Also where the buttons were taken away meanwhile.
    config.buttons = ButtonSettings::default();
    let life = Lifecycle::new();
    let agent = agent::start(&life, &config, Box::new(TestDevices::default())).await.unwrap();
    let key = format!("button-{}", caught.as_str().unwrap());
    let arrived = || record.calls.lock().unwrap().len() > sent_before;
    wait_for("the press arrives", arrived).await;
    let forgotten = async {
        while !agent.spool.presses().await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), forgotten).await.expect("what was heard is not kept");
    let (keys, presses) = (record.calls.lock().unwrap().clone(), record.presses.lock().unwrap().clone());
    assert_eq!(keys[sent_before..], [key], "told once");
    let time = |text: &Value| text.as_str().unwrap().parse::<Timestamp>().unwrap().as_second();
    let told = presses.last().unwrap();
    assert_eq!((told["bed"].as_str(), time(&told["pressed_at"])), (Some("301-1"), time(&pressed_at)));
    life.stop().await.unwrap();
}

#[tokio::test]
async fn a_bed_that_the_relay_does_not_know_is_told_until_a_nurse_has_seen_it() {
    let record = Record::default();
    let world = World::configured(relay(record.clone()), Box::new(TestDevices::default()), |config| {
        config.buttons = one_button("simulated", "nobody");
    })
    .await;
    let mut browser = Browser::new(world.page);
    browser.get("/session/me").await;
    let nothing = browser.get("/page/status").await.2;
    assert_eq!(nothing["buttons"], Value::Null, "beds are for nurses who are signed in");
    browser.sign_in().await;
    let mut status = browser.events("/page/status/events").await;
    let refused = status.find(|_, data| only_call(data)["state"] == "refused").await;
    let path = format!("/page/buttons/calls/{}/seen", only_call(&refused)["id"].as_str().unwrap());
    let mut stranger = Browser::new(world.page);
    stranger.get("/session/me").await;
    assert_eq!(stranger.json(Method::POST, &path, None, &json!({})).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.json(Method::POST, &path, None, &json!({})).await.0, StatusCode::NO_CONTENT);
    status.find(|_, data| data["buttons"]["calls"] == json!([])).await;
    assert_eq!(browser.json(Method::POST, &path, None, &json!({})).await.0, StatusCode::NOT_FOUND);
    assert_eq!(record.calls.lock().unwrap().len(), 1, "what is refused is not repeated");
}

#[tokio::test]
async fn a_device_that_is_not_there_is_said_and_the_box_does_everything_else() {
    let world = World::configured(relay(Record::default()), Box::new(TestDevices::default()), |config| {
        config.buttons = one_button("input", "301-1");
        config.buttons.devices[0].input = "/dev/input/by-id/none".into();
    })
    .await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let mut status = browser.events("/page/status/events").await;
    let told = status.find(|_, data| data["buttons"]["state"] == "missing").await;
    assert_eq!(told["buttons"]["works"], false);
    assert!(told["buttons"]["words_en"].as_str().unwrap().contains("check plug and receiver"), "{told}");
    tokio::time::timeout(Duration::from_secs(5), world.life.stop()).await.expect("at once").unwrap();
}
