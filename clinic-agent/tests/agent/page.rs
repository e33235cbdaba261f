//! The nurse's page: signing in, the API with and without a link, the spool, the status.

use crate::http::Browser;
use crate::world::{TestDevices, World};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::routing::{get, post};
use axum::{Json, response::IntoResponse};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use yunzhen_clinic_agent::agent;
use yunzhen_protocol::control::{RefusedCode, ToBox};
use yunzhen_runtime::{Lifecycle, clock};

pub const RESIDENT: &str = "0190a5f0-0000-7000-8000-000000000001";
const NURSE: &str = "0190a5f0-0000-7000-8000-0000000000aa";

/// What the relay has stored: key and body, in order; and whether sessions are accepted.
#[derive(Clone, Default)]
pub struct Record {
    pub stored: Arc<Mutex<Vec<(String, Value)>>>,
    ended: Arc<Mutex<bool>>,
    /// Keys of the residents' calls, one for each time that one came.
    pub calls: Arc<Mutex<Vec<String>>>,
    /// Their bodies.
    pub presses: Arc<Mutex<Vec<Value>>>,
    /// So many calls are answered with 503 first.
    pub busy: Arc<AtomicU32>,
}

pub fn relay(record: Record) -> Router {
    async fn store(State(record): State<Record>, headers: HeaderMap, Json(body): Json<Value>) -> impl IntoResponse {
        if *record.ended.lock().unwrap() || headers.get("authorization").is_none_or(|value| value != "Bearer token-1") {
            return (StatusCode::UNAUTHORIZED, Json(json!({ "code": "unauthenticated" })));
        }
        if body["sequence"] == 7 {
            return (StatusCode::CONFLICT, Json(json!({ "code": "dose_recorded", "title": "recorded already" })));
        }
        if body["text"] == "refuse me" {
            return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "code": "implausible", "title": "no" })));
        }
        let key = headers["idempotency-key"].to_str().unwrap().to_owned();
        let mut stored = record.stored.lock().unwrap();
        if !stored.iter().any(|(known, _)| *known == key) {
            stored.push((key, body));
        }
        (StatusCode::CREATED, Json(json!({})))
    }
    let expires = clock::now_timestamp() + Duration::from_secs(3600);
    let staff = json!({ "id": NURSE, "name": "n", "role": "nurse" });
    let session = json!({ "staff": staff, "expires_at": format!("{expires:.3}") });
    let signed_in = session.clone();
    Router::new()
        .route(
            "/api/sessions",
            post(move |Json(body): Json<Value>| async move {
                if body["password"] != "right" {
                    return (StatusCode::UNAUTHORIZED, Json(json!({ "code": "bad_credentials" })));
                }
                let mut answer = signed_in;
                answer["token"] = "token-1".into();
                (StatusCode::CREATED, Json(answer))
            }),
        )
        .route(
            "/api/sessions/current",
            get(move || async move { Json(session) }).delete(|State(record): State<Record>| async move {
                *record.ended.lock().unwrap() = true;
                StatusCode::NO_CONTENT
            }),
        )
        .route("/api/residents", get(|| async { Json(json!({ "items": [{ "id": RESIDENT }], "next": null })) }))
        .route("/api/residents/{id}/notes", post(store))
        .route("/api/residents/{id}/observations", post(store))
        .route("/api/residents/{id}/doses", post(store))
        .route("/api/doses", get(|| async { Json(json!({ "day": "2026-11-24", "items": [{ "sequence": 0 }] })) }))
        .route(
            "/api/urgent-calls",
            // The box speaks for itself: no person's token may be with it.
            post(|State(record): State<Record>, headers: HeaderMap, Json(body): Json<Value>| async move {
                let person = headers.contains_key("authorization");
                let key = headers["idempotency-key"].to_str().unwrap().to_owned();
                record.calls.lock().unwrap().push(key.clone());
                record.presses.lock().unwrap().push(body.clone());
                let one_less = |left: u32| left.checked_sub(1);
                if record.busy.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
                    return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({})));
                }
                if body["bed"] == "nobody" {
                    return (StatusCode::NOT_FOUND, Json(json!({ "code": "not_found" })));
                }
                (StatusCode::CREATED, Json(json!({ "bed": body["bed"], "key": key, "person": person })))
            }),
        )
        .with_state(record)
}

pub fn note(text: &str) -> Value {
    json!({ "kind": "note", "resident_id": RESIDENT, "body": { "text": text, "written_at": "2026-11-23T08:00:00Z", "kind": "nursing" } })
}

pub async fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let waited = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waited).await.unwrap_or_else(|_| panic!("{what}"));
}

#[tokio::test]
async fn cookies_and_forged_requests() {
    let world = World::new(relay(Record::default()), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    let (status, body) = browser.json(Method::POST, "/session/sign-in", None, &json!({})).await;
    assert_eq!((status, &body["code"]), (StatusCode::FORBIDDEN, &json!("csrf")));
    assert_eq!(browser.get("/api/residents").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get("/page/spool").await.0, StatusCode::UNAUTHORIZED);

    let wrong = json!({ "username": "nurse", "password": "wrong" });
    let (status, body) = browser.json(Method::POST, "/session/sign-in", None, &wrong).await;
    assert_eq!((status, &body["code"]), (StatusCode::UNAUTHORIZED, &json!("bad_credentials")));

    let (status, body) = browser.sign_in().await;
    assert_eq!((status, &body["staff"]["id"], &body["token"]), (StatusCode::OK, &json!(NURSE), &Value::Null));
    let (status, headers, body) = browser.get("/session/me").await;
    assert_eq!((status, &body["staff"]["id"]), (StatusCode::OK, &json!(NURSE)));
    for header in ["content-security-policy", "x-content-type-options", "permissions-policy", "x-frame-options"] {
        assert!(headers.contains_key(header), "{header}");
    }
    assert_eq!(browser.get("/api/residents").await.2["items"][0]["id"], RESIDENT);
    let large = json!({ "kind": "note", "resident_id": RESIDENT, "body": { "text": "x".repeat(2_000_000) } });
    let (status, _) = browser.json(Method::POST, "/page/spool", Some("key-large"), &large).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(browser.get("/page/nothing").await.0, StatusCode::NOT_FOUND);
    let (status, _, page) = browser.whole(Request::builder().uri("/any/view").body(Body::empty()).unwrap()).await;
    assert!(status == StatusCode::OK && page.starts_with(b"<!doctype html>"), "the application answers its own paths");
}

#[tokio::test]
async fn a_body_may_have_what_the_settings_say_and_who_sends_more_is_served_on() {
    let change = |config: &mut yunzhen_clinic_agent::config::Config| config.limits.body_bytes = 2_000;
    let world = World::configured(relay(Record::default()), Box::new(TestDevices::default()), change).await;
    let mut browser = Browser::new(world.page);
    assert_eq!(browser.sign_in().await.0, StatusCode::OK);
    for path in ["/page/spool", "/api/residents"] {
        let large = json!({ "kind": "note", "resident_id": RESIDENT, "body": { "text": "x".repeat(2_000) } });
        let (status, _) = browser.json(Method::POST, path, Some("key-large"), &large).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        let small = json!({ "kind": "note", "resident_id": RESIDENT, "body": { "text": "x".repeat(200) } });
        let (status, _) = browser.json(Method::POST, path, Some("key-small"), &small).await;
        assert_ne!(status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    assert_eq!(browser.get("/api/residents").await.2["items"][0]["id"], RESIDENT);
}

#[tokio::test]
async fn a_button_calls_without_anybody_signed_in_and_says_when_nobody_was_reached() {
    let world = World::new(relay(Record::default()), Box::new(TestDevices::default())).await;
    let mut button = Browser::new(world.page);
    button.get("/session/me").await;
    let mut status = button.events("/page/status/events").await;
    status.find(|_, data| data["link"]["state"] == "connected").await;
    let press = json!({ "bed": "301-1" });
    let (code, heard) = button.json(Method::POST, "/page/urgent-calls", Some("press-0001"), &press).await;
    assert_eq!((code, heard), (StatusCode::CREATED, json!({ "bed": "301-1", "key": "press-0001", "person": false })));
    world.wire.set(false);
    status.find(|_, data| data["link"]["state"] == "offline").await;
    let (code, lost) = button.json(Method::POST, "/page/urgent-calls", Some("press-0002"), &press).await;
    assert_eq!((code, &lost["title"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("The call was not heard")));
}

#[tokio::test]
async fn a_box_that_is_shut_out_is_no_lost_link_to_the_page() {
    let world = World::new(relay(Record::default()), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.get("/session/me").await;
    let mut status = browser.events("/page/status/events").await;
    let connected = status.find(|_, data| data["link"]["state"] == "connected").await;
    assert_eq!(connected["link"]["revoked"], Value::Null);
    let shut_out = ToBox::Refused { code: RefusedCode::Revoked, reason: "revoked".into() };
    *world.relay.refusal.lock().unwrap() = Some(shut_out);
    world.relay.connection().close(8u32.into(), b"revoked");
    let told = status.find(|_, data| data["link"]["revoked"] == true).await;
    assert!(told["link"]["words_en"].as_str().unwrap().starts_with("This box's certificate was revoked"), "{told}");
}

#[tokio::test]
async fn a_nurse_goes_on_without_the_link_and_nothing_is_lost() {
    let record = Record::default();
    let world = World::new(relay(record.clone()), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    browser.get("/api/residents").await;
    let mut status = browser.events("/page/status/events").await;
    status.find(|_, data| data["link"]["state"] == "connected").await;

    world.wire.set(false);
    let offline = status.find(|_, data| data["link"]["state"] == "offline").await;
    assert!(offline["link"]["words_en"].as_str().unwrap().starts_with("Offline: everything is saved here"));

    let (code, headers, body) = browser.get("/api/residents").await;
    assert_eq!((code, &body["items"][0]["id"]), (StatusCode::OK, &json!(RESIDENT)));
    assert!(headers.contains_key("stale-since"));
    let (code, _, body) = browser.get("/api/drugs?q=a").await;
    assert_eq!((code, &body["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("link_down")));
    assert_eq!(browser.get("/session/me").await.2["staff"]["id"], NURSE);
    let mut stranger = Browser::new(world.page);
    assert_eq!(stranger.get("/api/residents").await.0, StatusCode::UNAUTHORIZED, "nothing is shown to a stranger");

    for n in 0..3 {
        let key = format!("key-000{n}");
        let (code, body) = browser.json(Method::POST, "/page/spool", Some(&key), &note(&key)).await;
        assert_eq!((code, &body["state"]), (StatusCode::CREATED, &json!("saved")));
        let (again, same) = browser.json(Method::POST, "/page/spool", Some(&key), &note(&key)).await;
        assert_eq!((again, &same["id"]), (StatusCode::CREATED, &body["id"]));
    }
    let (code, body) = browser.json(Method::POST, "/page/spool", Some("key-0000"), &note("other")).await;
    assert_eq!((code, &body["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("idempotency_key_reused")));
    let (code, _) = browser.json(Method::POST, "/page/spool", None, &note("no key")).await;
    assert_eq!(code, StatusCode::BAD_REQUEST);
    status.find(|_, data| data["spool"]["saved"] == 3).await;

    // The box loses power; another process opens the same file.
    world.life.stop().await.unwrap();
    drop(world.agent);
    let life = Lifecycle::new();
    let reborn = agent::start(&life, &world.config, Box::new(TestDevices::default())).await.unwrap();
    let mut browser = Browser { cookies: browser.cookies, ..Browser::new(reborn.bound.page) };
    assert_eq!(browser.get("/session/me").await.2["staff"]["id"], NURSE, "her session is known");
    let mut of_who_moves = note("refuse me");
    of_who_moves["whose"] = json!({ "bed": "2-05", "name": "王秀英" });
    let (_, body) = browser.json(Method::POST, "/page/spool", Some("key-0003"), &of_who_moves).await;
    assert_eq!(body["state"], "saved");
    of_who_moves["whose"]["name"] = json!("王".repeat(301));
    let (code, _) = browser.json(Method::POST, "/page/spool", Some("key-long-name"), &of_who_moves).await;
    assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY);

    world.wire.set(true);
    wait_for("delivered", || record.stored.lock().unwrap().len() == 3).await;
    let keys: Vec<String> = record.stored.lock().unwrap().iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(keys, ["key-0000", "key-0001", "key-0002"]);
    let mut status = browser.events("/page/status/events").await;
    status.find(|_, data| data["spool"]["received"] == 3 && data["spool"]["failed"] == 1).await;
    let (_, _, list) = browser.get("/page/spool").await;
    let refused = list["items"].as_array().unwrap().iter().find(|item| item["state"] == "refused").unwrap();
    assert_eq!((&refused["problem"]["code"], &refused["body"]["text"]), (&json!("implausible"), &json!("refuse me")));
    assert_eq!(
        refused["whose"],
        json!({ "bed": "2-05", "name": "王秀英" }),
        "whoever left the home's list since is told by it"
    );
    assert!(list["items"].as_array().unwrap().iter().all(|item| item["state"] == "refused" || item["body"].is_null()));

    // Put right it is a new entry under a new key; the old one is let go, once, with a reason.
    let dismiss = |item: &Value| format!("/page/spool/{}/dismiss", item["id"].as_str().unwrap());
    let stored = list["items"].as_array().unwrap().iter().find(|item| item["state"] == "received").unwrap();
    let reason = json!({ "reason": "corrected" });
    let (code, body) = browser.json(Method::POST, &dismiss(stored), None, &reason).await;
    assert_eq!((code, &body["code"]), (StatusCode::CONFLICT, &json!("entry_not_returned")));
    let path = dismiss(refused);
    assert_eq!(browser.json(Method::POST, &path, None, &json!({})).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    browser.json(Method::POST, "/page/spool", Some("key-0004"), &note("put right")).await;
    for _ in 0..2 {
        assert_eq!(browser.json(Method::POST, &path, None, &reason).await.0, StatusCode::NO_CONTENT);
    }
    status.find(|_, data| data["spool"]["received"] == 4 && data["spool"]["failed"] == 0).await;
    let (_, _, list) = browser.get("/page/spool").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 4, "what was let go is not shown any more");
    let stranger = Browser::new(reborn.bound.page).json(Method::POST, &path, None, &reason).await;
    assert!([StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&stranger.0));
    life.stop().await.unwrap();
}

#[tokio::test]
async fn a_dose_is_written_without_the_link_once_and_a_conflict_comes_back_to_her() {
    let record = Record::default();
    let world = World::new(relay(record.clone()), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    browser.get("/api/doses?day=2026-11-24").await;
    let mut status = browser.events("/page/status/events").await;
    status.find(|_, data| data["link"]["state"] == "connected").await;
    world.wire.set(false);
    status.find(|_, data| data["link"]["state"] == "offline").await;
    let (code, headers, body) = browser.get("/api/doses?day=2026-11-24").await;
    assert_eq!((code, &body["items"][0]["sequence"]), (StatusCode::OK, &json!(0)), "the list of the day is at hand");
    assert!(headers.contains_key("stale-since"));
    let dose = |sequence: u32| {
        let body = json!({ "prescription_id": RESIDENT, "item_no": 1, "due_at": "2026-11-24T00:00:00Z", "sequence": sequence,
            "outcome": "given", "at": "2026-11-24T00:04:00Z" });
        json!({ "kind": "dose", "resident_id": RESIDENT, "body": body })
    };
    for _ in 0..2 {
        let (code, body) = browser.json(Method::POST, "/page/spool", Some("dose-0001"), &dose(0)).await;
        assert_eq!((code, &body["state"]), (StatusCode::CREATED, &json!("saved")));
    }
    browser.json(Method::POST, "/page/spool", Some("dose-0002"), &dose(7)).await;
    let empty = json!({ "kind": "dose", "resident_id": RESIDENT, "body": {} });
    assert_eq!(
        browser.json(Method::POST, "/page/spool", Some("dose-0003"), &empty).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    world.wire.set(true);
    status.find(|_, data| data["spool"]["received"] == 1 && data["spool"]["failed"] == 1).await;
    let stored = record.stored.lock().unwrap().clone();
    assert_eq!(
        (stored.len(), stored[0].0.as_str(), &stored[0].1["at"]),
        (1, "dose-0001", &json!("2026-11-24T00:04:00Z"))
    );
    let (_, _, list) = browser.get("/page/spool").await;
    let refused = list["items"].as_array().unwrap().iter().find(|item| item["state"] == "refused").unwrap();
    assert_eq!((&refused["problem"]["code"], &refused["body"]["sequence"]), (&json!("dose_recorded"), &json!(7)));
}

#[tokio::test]
async fn a_nurse_who_signs_out_offline_is_signed_out_here_and_her_notes_still_arrive() {
    let record = Record::default();
    let mut world = World::new(relay(record.clone()), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let cookies = browser.cookies.clone();
    world.wire.set(false);
    world.connected(false).await;
    browser.json(Method::POST, "/page/spool", Some("key-0001"), &note("last of the shift")).await;
    assert_eq!(browser.json(Method::POST, "/session/sign-out", None, &json!({})).await.0, StatusCode::NO_CONTENT);
    let mut thief = Browser { cookies, ..Browser::new(world.page) };
    assert_eq!(thief.get("/api/residents").await.0, StatusCode::UNAUTHORIZED, "the old cookie opens nothing");
    world.wire.set(true);
    wait_for("delivered", || record.stored.lock().unwrap().len() == 1).await;
    wait_for("signed out at the relay", || *record.ended.lock().unwrap()).await;
}

#[tokio::test]
async fn start_failures_are_one_sentence_that_says_what_to_do() {
    let world = World::new(Router::new(), Box::new(TestDevices::default())).await;
    let start = async |change: fn(&mut yunzhen_clinic_agent::config::Config, &World)| {
        let mut config = world.config.clone();
        config.spool.file = world.dir.path().join("second.redb");
        change(&mut config, &world);
        let failed = agent::start(&Lifecycle::new(), &config, Box::new(TestDevices::default())).await;
        failed.err().expect("must fail").to_string()
    };
    let port = start(|config, world| config.page.listen = world.page).await;
    assert!(port.contains("cannot listen on"), "{port}");
    let certificate = start(|config, _| config.identity.certificate = "/nowhere/box.pem".into()).await;
    assert!(certificate.contains("/nowhere/box.pem") && certificate.contains("certs issue agent"), "{certificate}");
    // A box that makes an authority of its own believes nobody else.
    let trust = start(|config, _| config.identity.trust = "/nowhere/systems.pem".into()).await;
    assert!(trust.contains("/nowhere/systems.pem") && trust.contains("copy it from the authority's folder"), "{trust}");
    assert!(!trust.contains("certs init"), "{trust}");
    let spool = start(|config, _| config.spool.file = "/nowhere/spool.redb".into()).await;
    assert!(spool.contains("/nowhere/spool.redb") && spool.contains("check that its folder exists"), "{spool}");
    let key = start(|config, _| config.spool.key = Some("/nowhere/spool.key".into())).await;
    assert!(key.contains("/nowhere/spool.key") && key.contains("[spool] key"), "{key}");
    let half = start(|config, world| config.page.certificate = Some(world.config.identity.certificate.clone())).await;
    assert!(half.contains("belong together"), "{half}");
}
