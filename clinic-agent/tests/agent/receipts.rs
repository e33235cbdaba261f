//! Counting a parcel: with a link the relay decides, without one the box checks, signs and keeps it, and the relay gets it once.

use crate::http::Browser;
use crate::page::{Record, relay, wait_for};
use crate::world::{TestDevices, World};
use argon2::{Argon2, PasswordHasher};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router, response::IntoResponse};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use yunzhen_certs::{Identity, Kind, Trust, jws};
use yunzhen_clinic_agent::agent;
use yunzhen_domain::receipt::Receipt;
use yunzhen_runtime::{Lifecycle, clock};

const PARCEL: &str = "0190a5f0-0000-7000-8000-00000000d001";
const COLD: &str = "0190a5f0-0000-7000-8000-00000000d002";
const CODE: &str = "K7M42PQR";

/// Key and signed receipt, as often as they came; keys of refused codes that were told.
#[derive(Clone, Default)]
struct Desk {
    came: Arc<Mutex<Vec<(String, String)>>>,
    told: Arc<Mutex<Vec<String>>>,
}

async fn count(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> impl IntoResponse {
    assert!(headers.get("authorization").is_none(), "the box tells it in its own name");
    assert!(
        id == PARCEL && body["at"].is_string() && body.as_object().unwrap().len() == 1,
        "what was typed is not told"
    );
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let mut told = desk.told.lock().unwrap();
    if !told.contains(&key) {
        told.push(key);
    }
    Json(json!({ "tries_left": 5_usize.saturating_sub(told.len()) }))
}

impl Desk {
    fn receipts(&self) -> Vec<(String, String)> {
        self.came.lock().unwrap().clone()
    }
}

async fn take(
    State(desk): State<Desk>,
    Path(_id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> impl IntoResponse {
    let jws = body["jws"].as_str().unwrap().to_owned();
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let payload = jws.split('.').nth(1).unwrap().to_owned();
    desk.came.lock().unwrap().push((key, jws));
    let wrong = Receipt::read(&decoded(&payload)).is_ok_and(|receipt| receipt.parcel_code == "22222222");
    if wrong {
        let english = headers.get(header::ACCEPT_LANGUAGE).is_some_and(|language| language == "en");
        let title = if english { "Wrong parcel code" } else { "包裹码不符" };
        let problem =
            json!({ "status": 422, "code": "wrong_parcel_code", "title": title, "detail": "d", "action": "a" });
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(problem));
    }
    (StatusCode::OK, Json(json!({ "state": "received" })))
}

fn decoded(base64url: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bits, mut held, mut bytes) = (0u32, 0, Vec::new());
    for digit in base64url.bytes() {
        bits = bits << 6 | u32::try_from(alphabet.iter().position(|a| *a == digit).unwrap()).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn router(desk: Desk) -> Router {
    let hash = Argon2::default().hash_password_with_salt(CODE.as_bytes(), b"sixteen bytes ok").unwrap().to_string();
    let expected = move |State(desk): State<Desk>| async move {
        let left = 5_usize.saturating_sub(desk.told.lock().unwrap().len());
        Json(json!({ "items": [
            { "delivery_id": PARCEL, "code_hash": hash, "cold_chain": false, "items": [1, 2], "tries_left": left },
            { "delivery_id": COLD, "code_hash": hash, "cold_chain": true, "items": [1] },
        ], "next": null }))
    };
    Router::new()
        .route("/api/expected-parcels", get(expected))
        .route("/api/deliveries/{id}/refused-codes", post(count))
        .route("/api/deliveries/{id}/receipts", post(take))
        .with_state(desk)
        .merge(relay(Record::default()))
}

async fn world(desk: &Desk) -> (World, Browser) {
    let world = World::new(router(desk.clone()), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    (world, browser)
}

/// Waits until the box knows what is on its way, and cuts the link.
async fn cut_off(world: &mut World) {
    let spool = world.agent.spool.clone();
    let known = async {
        while spool.answer("/api/expected-parcels".to_owned()).await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), known).await.expect("told in time");
    world.wire.set(false);
    world.connected(false).await;
}

fn counted(code: &str) -> Value {
    let count = |no: u16| json!({ "item_no": no, "quantity": 7, "damaged": 0 });
    json!({ "parcel_code": code, "counts": [count(1), count(2)], "comment": "外盒压痕" })
}

async fn receive(browser: &mut Browser, id: &str, key: &str, body: &Value) -> (StatusCode, Value) {
    browser.json(Method::POST, &format!("/page/deliveries/{id}/receipt"), Some(key), body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_link_the_receipt_is_signed_and_the_relay_s_word_is_waited_for() {
    let desk = Desk::default();
    let (world, mut browser) = world(&desk).await;
    let (status, body) = receive(&mut browser, PARCEL, "key-receipt-1", &counted(CODE)).await;
    assert_eq!((status, &body["state"]), (StatusCode::OK, &json!("received")), "{body}");
    // The reply was lost and the page asks again: nothing is signed or sent a second time.
    let (status, again) = receive(&mut browser, PARCEL, "key-receipt-1", &counted(CODE)).await;
    assert_eq!((status, &again["id"]), (StatusCode::OK, &body["id"]));
    let came = desk.receipts();
    let [(key, signed)] = came.as_slice() else { panic!("{}", came.len()) };
    assert_eq!(key, "key-receipt-1");
    let trust = Trust::load(&world.config.identity.trust).unwrap();
    let verified = jws::verify_as(Kind::Box, signed, &trust, clock::now_timestamp()).unwrap();
    let receipt = Receipt::read(&verified.payload).unwrap();
    assert_eq!(verified.identity, Identity::Box { home_id: receipt.home_id });
    assert_eq!((receipt.delivery_id.to_string().as_str(), receipt.offline), (PARCEL, false));
    // The relay's refusal is the nurse's answer, and does not come back to her as an entry.
    let (status, problem) = receive(&mut browser, PARCEL, "key-receipt-2", &counted("22222222")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("wrong_parcel_code")));
    let (_, _, list) = browser.get("/page/spool").await;
    assert!(list["items"].as_array().unwrap().iter().all(|item| item["state"] != "refused"), "{list}");
}

/// The box sent it on without the page's language, and an English page was answered in Chinese.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relay_refuses_a_receipt_in_the_language_of_the_page() {
    let desk = Desk::default();
    let (_world, mut browser) = world(&desk).await;
    for (n, language, title) in [(1, "en", "Wrong parcel code"), (2, "zh-CN", "包裹码不符")] {
        let request = Request::post(format!("/page/deliveries/{PARCEL}/receipt"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT_LANGUAGE, language)
            .header("idempotency-key", format!("key-language-{n}"))
            .body(Body::from(counted("22222222").to_string()))
            .unwrap();
        let (status, _, body) = browser.whole(request).await;
        let problem: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, &problem["title"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(title)), "{language}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_link_it_is_checked_signed_kept_over_a_restart_and_delivered_once() {
    let desk = Desk::default();
    let (mut world, mut browser) = world(&desk).await;
    cut_off(&mut world).await;
    let before = clock::now_timestamp();
    let (status, body) = receive(&mut browser, PARCEL, "key-receipt-1", &counted(CODE)).await;
    assert_eq!((status, &body["state"]), (StatusCode::ACCEPTED, &json!("saved")), "{body}");
    let (status, again) = receive(&mut browser, PARCEL, "key-receipt-1", &counted(CODE)).await;
    assert_eq!((status, &again["id"]), (StatusCode::ACCEPTED, &body["id"]));
    assert!(desk.receipts().is_empty());

    // The box loses power and comes back with the link.
    world.life.stop().await.unwrap();
    drop(world.agent);
    world.wire.set(true);
    let life = Lifecycle::new();
    let restarted = agent::start(&life, &world.config, Box::new(TestDevices::default())).await.unwrap();
    wait_for("delivered", || desk.receipts().len() == 1).await;
    let (_, signed) = desk.receipts().remove(0);
    let trust = Trust::load(&world.config.identity.trust).unwrap();
    let verified = jws::verify_as(Kind::Box, &signed, &trust, clock::now_timestamp()).unwrap();
    let receipt = Receipt::read(&verified.payload).unwrap();
    assert!(receipt.offline && receipt.prepared_at >= before && receipt.prepared_at <= clock::now_timestamp());
    let entries = restarted.spool.entries().await.unwrap();
    assert_eq!(entries.iter().filter(|(_, entry)| entry.body.get("jws").is_some()).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_right_is_refused_in_words_without_a_link_and_nothing_is_kept_but_the_count() {
    let desk = Desk::default();
    let (mut world, mut browser) = world(&desk).await;
    cut_off(&mut world).await;
    let unknown = "0190a5f0-0000-7000-8000-00000000d0ff";
    let (status, problem) = receive(&mut browser, unknown, "key-receipt-0", &counted(CODE)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("parcel_unknown")));
    let (status, problem) = receive(
        &mut browser,
        COLD,
        "key-receipt-1",
        &json!({ "parcel_code": CODE, "counts": [{ "item_no": 1, "quantity": 1, "damaged": 0 }] }),
    )
    .await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid_input")), "{problem}");
    for n in 0..5 {
        let (status, problem) = receive(&mut browser, PARCEL, &format!("key-wrong-{n}"), &counted("22222222")).await;
        let expected = if n < 4 {
            (StatusCode::UNPROCESSABLE_ENTITY, "wrong_parcel_code")
        } else {
            (StatusCode::CONFLICT, "parcel_quarantined")
        };
        assert_eq!((status, problem["code"].as_str().unwrap()), expected, "try {n}");
        let says = problem["detail"].as_str().unwrap();
        assert_eq!(says.contains(&format!("{} more wrong", 4 - n)), n < 4, "try {n}: {says}");
    }
    let (status, problem) = receive(&mut browser, PARCEL, "key-receipt-2", &counted(CODE)).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("parcel_quarantined")),
        "the sixth, though it is right"
    );
    assert!(world.agent.spool.entries().await.unwrap().is_empty());
}

/// A wrong code, and what the page reads.
async fn wrong(browser: &mut Browser, n: usize) -> String {
    let (_, problem) = receive(browser, PARCEL, &format!("key-guess-{n}"), &counted("22222222")).await;
    problem["code"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_without_a_link_are_counted_over_a_restart_and_told_to_the_relay_once() {
    let desk = Desk::default();
    let (mut world, mut browser) = world(&desk).await;
    cut_off(&mut world).await;
    for n in 0..3 {
        assert_eq!(wrong(&mut browser, n).await, "wrong_parcel_code");
    }

    // The cable stays pulled and the power is pulled as well: the count goes on.
    world.life.stop().await.unwrap();
    drop(world.agent);
    let life = Lifecycle::new();
    let agent = agent::start(&life, &world.config, Box::new(TestDevices::default())).await.unwrap();
    let mut again = Browser::new(agent.bound.page);
    again.cookies = browser.cookies.clone();
    assert_eq!(agent.spool.tries().await.unwrap().len(), 3);
    assert_eq!(wrong(&mut again, 3).await, "wrong_parcel_code");
    assert_eq!(wrong(&mut again, 4).await, "parcel_quarantined");
    assert_eq!(wrong(&mut again, 5).await, "parcel_quarantined", "the sixth");
    let (_, right) = receive(&mut again, PARCEL, "key-right", &counted(CODE)).await;
    assert_eq!(right["code"], "parcel_quarantined", "the right one is a lucky guess by now");
    assert!(desk.told.lock().unwrap().is_empty());

    // The link is back: each is told once, and forgotten only when the relay's own count has it.
    world.wire.set(true);
    wait_for("told", || desk.told.lock().unwrap().len() == 6).await;
    let forgotten = async {
        while !agent.spool.tries().await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), forgotten).await.expect("forgotten in time");
    assert_eq!(desk.told.lock().unwrap().len(), 6);

    // Pulled again: the relay had counted them, so that not one more can be tried.
    world.wire.set(false);
    let mut status = agent.link.status();
    let down = status.wait_for(|status| !status.is_connected());
    tokio::time::timeout(Duration::from_secs(30), down).await.expect("down in time").unwrap();
    let (_, right) = receive(&mut again, PARCEL, "key-right-2", &counted(CODE)).await;
    assert_eq!(right["code"], "parcel_quarantined");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_are_tried_at_once_count_like_those_that_are_tried_in_a_row() {
    let desk = Desk::default();
    let (mut world, browser) = world(&desk).await;
    cut_off(&mut world).await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..8 {
        let mut browser = browser.clone();
        tries.spawn(async move { wrong(&mut browser, n).await });
    }
    let answers = tries.join_all().await;
    let refused = |code: &str| answers.iter().filter(|answer| *answer == code).count();
    assert_eq!((refused("wrong_parcel_code"), refused("parcel_quarantined")), (4, 4), "{answers:?}");
    assert_eq!(world.agent.spool.tries().await.unwrap().len(), 8);
}
