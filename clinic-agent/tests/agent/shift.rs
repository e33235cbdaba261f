//! A tablet that two nurses of a shift share: PINs, the lock, and in whose name is written what is written without a link.

use crate::http::Browser;
use crate::page::{RESIDENT, note, wait_for};
use crate::world::{TestDevices, World};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use yunzhen_runtime::clock;

const LI: &str = "0190a5f0-0000-7000-8000-0000000000a1";
const ZHAO: &str = "0190a5f0-0000-7000-8000-0000000000a2";

/// What reached the relay: whose token, which text.
type Stored = Arc<Mutex<Vec<(String, String)>>>;

fn relay(stored: Stored) -> Router {
    async fn store(State(stored): State<Stored>, headers: HeaderMap, Json(body): Json<Value>) -> StatusCode {
        let token = headers["authorization"].to_str().unwrap().to_owned();
        stored.lock().unwrap().push((token, body["text"].as_str().unwrap().to_owned()));
        StatusCode::CREATED
    }
    async fn sign_in(Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
        let id = if body["username"] == "li" { LI } else { ZHAO };
        let expires = clock::now_timestamp() + Duration::from_secs(3600);
        let staff = json!({ "id": id, "name": body["username"], "role": "nurse" });
        let session = json!({ "token": format!("token-{id}"), "staff": staff, "expires_at": format!("{expires:.3}") });
        (StatusCode::CREATED, Json(session))
    }
    async fn proves(Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
        let problem = json!({ "code": "invalid", "errors": [{ "path": "password" }] });
        if body["password"] == "right" {
            (StatusCode::OK, Json(json!({})))
        } else {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(problem))
        }
    }
    let call = json!({ "id": RESIDENT, "bed": "301-1", "state": "ringing", "resident": { "name": "王秀英" },
        "shared_by": [{ "name": "赵德明" }], "vital_signs": [{ "value": 88 }], "allowed": ["answer"], "new_field": "王秀英" });
    Router::new()
        .route("/api/sessions", post(sign_in))
        .route("/api/sessions/current/authentication", post(proves))
        .route("/api/residents", get(|| async { Json(json!({ "items": [], "next": null })) }))
        .route("/api/urgent-calls", get(move || async move { Json(json!({ "items": [call], "next": null })) }))
        .route("/api/residents/{id}/notes", post(store))
        .route(
            "/api/events",
            get(|| async { ([(header::CONTENT_TYPE, "text/event-stream")], one_change_and_silence()) }),
        )
        .with_state(stored)
}

/// A live stream that goes on for ever, as far as the relay is concerned.
fn one_change_and_silence() -> Body {
    let change = stream::iter([Ok::<_, Infallible>("event: change\ndata: {}\n\n")]);
    Body::from_stream(change.chain(stream::pending()))
}

async fn world() -> (World, Stored) {
    let stored = Stored::default();
    (World::new(relay(stored.clone()), Box::new(TestDevices::default())).await, stored)
}

async fn signs_in(browser: &mut Browser, username: &str) {
    browser.get("/session/shift").await;
    let credentials = json!({ "username": username, "password": "right" });
    let (status, _) = browser.json(Method::POST, "/session/sign-in", None, &credentials).await;
    assert_eq!(status, StatusCode::OK);
}

async fn sets(browser: &mut Browser, pin: &str) -> StatusCode {
    browser.json(Method::PUT, "/session/shift-pin", None, &json!({ "pin": pin, "password": "right" })).await.0
}

/// The badge of one nurse; another letter is another's.
fn badge(letter: char) -> String {
    format!("YZB1{}", letter.to_string().repeat(26))
}

async fn sets_with_badge(browser: &mut Browser, pin: &str, badge: &str) -> (StatusCode, Value) {
    let body = json!({ "pin": pin, "password": "right", "badge": badge });
    browser.json(Method::PUT, "/session/shift-pin", None, &body).await
}

async fn shows_badge(browser: &mut Browser, badge: &str) -> (StatusCode, Value) {
    browser.json(Method::POST, "/session/switch-badge", None, &json!({ "badge": badge })).await
}

async fn switch(browser: &mut Browser, staff_id: &str, pin: &str) -> (StatusCode, Value) {
    browser.json(Method::POST, "/session/switch", None, &json!({ "staff_id": staff_id, "pin": pin })).await
}

/// Two nurses with PINs; the second holds the tablet.
async fn shared(world: &World) -> Browser {
    let mut tablet = Browser::new(world.page);
    signs_in(&mut tablet, "li").await;
    assert_eq!(sets(&mut tablet, "482915").await, StatusCode::NO_CONTENT);
    signs_in(&mut tablet, "zhao").await;
    assert_eq!(sets(&mut tablet, "730418").await, StatusCode::NO_CONTENT);
    tablet
}

#[tokio::test]
async fn nurses_switch_without_the_link_and_each_writes_in_her_own_name() {
    let (mut world, stored) = world().await;
    let mut tablet = shared(&world).await;
    world.wire.set(false);
    world.connected(false).await;
    let shift = tablet.get("/session/shift").await.2;
    let people: Vec<_> = shift["people"].as_array().unwrap().iter().map(|one| (&one["name"], &one["pin"])).collect();
    assert_eq!(people, [(&json!("li"), &json!(true)), (&json!("zhao"), &json!(true))]);
    assert_eq!((&shift["holder"], &shift["idle_lock_seconds"]), (&json!(ZHAO), &json!(300)));

    for (who, pin, key) in [(LI, "482915", "by-li-01"), (ZHAO, "730418", "by-zhao1"), (LI, "482915", "by-li-02")] {
        let (status, answer) = switch(&mut tablet, who, pin).await;
        assert_eq!((status, &answer["staff"]["id"]), (StatusCode::OK, &json!(who)));
        let (status, _) = tablet.json(Method::POST, "/page/spool", Some(key), &note(key)).await;
        assert_eq!(status, StatusCode::CREATED);
    }
    world.wire.set(true);
    wait_for("delivered", || stored.lock().unwrap().len() == 3).await;
    let mut stored = stored.lock().unwrap().clone();
    stored.sort();
    let by = |who: &str, text: &str| (format!("Bearer token-{who}"), text.to_owned());
    assert_eq!(stored, [by(LI, "by-li-01"), by(LI, "by-li-02"), by(ZHAO, "by-zhao1")]);
}

#[tokio::test]
async fn a_pin_opens_only_the_tablet_it_was_set_on_five_tries_long_and_until_she_signs_out() {
    let (world, _) = world().await;
    let mut tablet = shared(&world).await;
    for trivial in ["123456", "000000", "12345", "48291a"] {
        assert_eq!(sets(&mut tablet, trivial).await, StatusCode::UNPROCESSABLE_ENTITY, "{trivial}");
    }
    // Another device of the home: no names, and no try at a PIN.
    let mut other = Browser::new(world.page);
    assert_eq!(other.get("/session/shift").await.2["people"], json!([]));
    let (status, body) = switch(&mut other, LI, "482915").await;
    assert_eq!((status, &body["code"]), (StatusCode::FORBIDDEN, &json!("pin_closed")));

    // One right try forgives the wrong ones before it.
    for _ in 0..4 {
        assert_eq!(switch(&mut tablet, LI, "111111").await.1["code"], "wrong_pin");
    }
    assert_eq!(switch(&mut tablet, LI, "482915").await.0, StatusCode::OK);
    for _ in 0..4 {
        assert_eq!(switch(&mut tablet, LI, "111111").await.1["code"], "wrong_pin");
    }
    assert_eq!(switch(&mut tablet, LI, "not even digits").await.1["code"], "pin_closed");
    assert_eq!(switch(&mut tablet, LI, "482915").await.1["code"], "pin_closed", "now it takes the password");
    assert_eq!(switch(&mut tablet, ZHAO, "730418").await.0, StatusCode::OK, "hers is not touched");
    signs_in(&mut tablet, "li").await;
    assert_eq!(sets(&mut tablet, "482915").await, StatusCode::NO_CONTENT);
    assert_eq!(switch(&mut tablet, LI, "482915").await.0, StatusCode::OK);

    tablet.json(Method::POST, "/session/sign-out", None, &json!({})).await;
    assert_eq!(switch(&mut tablet, LI, "482915").await.1["code"], "pin_closed", "she went home");
    assert_eq!(tablet.get("/session/shift").await.2["people"][0]["name"], "zhao");
}

#[tokio::test]
async fn a_live_stream_that_was_open_before_ends_when_the_tablet_is_locked_or_its_nurse_signs_out() {
    let (world, _) = world().await;
    let mut tablet = shared(&world).await;
    for end in ["/session/lock", "/session/sign-out"] {
        let mut heard = tablet.events("/api/events").await;
        assert_eq!(heard.next().await.map(|(name, _)| name).as_deref(), Some("change"));
        assert_eq!(tablet.json(Method::POST, end, None, &json!({})).await.0, StatusCode::NO_CONTENT);
        assert_eq!(heard.next().await, None, "{end}");
        switch(&mut tablet, LI, "482915").await;
    }
}

#[tokio::test]
async fn a_locked_tablet_shows_no_record_rings_for_a_bed_and_opens_by_the_pin() {
    let (world, _) = world().await;
    let mut tablet = shared(&world).await;
    assert_eq!(tablet.json(Method::POST, "/session/lock", None, &json!({})).await.0, StatusCode::NO_CONTENT);
    for path in ["/api/residents", "/page/spool", "/page/devices", "/session/me", "/api/urgent-calls"] {
        let (status, _, body) = tablet.get(path).await;
        assert_eq!((status, &body["code"]), (StatusCode::LOCKED, &json!("tablet_locked")), "{path}");
    }
    let write = tablet.json(Method::POST, "/page/spool", Some("key-0001"), &note("locked")).await;
    assert_eq!(write.0, StatusCode::LOCKED);
    assert_eq!(sets(&mut tablet, "905172").await, StatusCode::LOCKED, "whoever finds it sets no PIN");
    assert_eq!(tablet.json(Method::POST, "/session/touch", None, &json!({})).await.0, StatusCode::LOCKED);
    let (status, _, calls) = tablet.get("/api/urgent-calls?open=true").await;
    let call = json!({ "id": RESIDENT, "bed": "301-1", "state": "ringing",
        "shared_by": [], "called": [], "steps": [], "allowed": [] });
    assert_eq!((status, &calls["items"]), (StatusCode::OK, &json!([call])));
    let leg = format!("/page/consultations/{RESIDENT}/legs");
    assert_eq!(tablet.json(Method::POST, &leg, None, &json!({})).await.0, StatusCode::LOCKED, "no call is begun");
    for rejoin in ["anything", RESIDENT] {
        let again = format!("{leg}?rejoin={rejoin}");
        let (status, _) = tablet.json(Method::POST, &again, None, &json!({})).await;
        assert_eq!(status, StatusCode::LOCKED, "nothing is rejoined that does not run: {rejoin}");
    }

    assert_eq!(switch(&mut tablet, ZHAO, "730418").await.0, StatusCode::OK);
    assert_eq!(tablet.get("/api/residents").await.0, StatusCode::OK);
    assert_eq!(tablet.get("/session/shift").await.2["locked"], json!(false));
}

#[tokio::test]
async fn without_a_pin_and_without_the_link_the_tablet_stays_open_because_nobody_could_write_any_more() {
    let (mut world, _) = world().await;
    let mut tablet = Browser::new(world.page);
    signs_in(&mut tablet, "li").await;
    world.wire.set(false);
    world.connected(false).await;
    assert_eq!(tablet.json(Method::POST, "/session/lock", None, &json!({})).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let (status, _) = tablet.json(Method::POST, "/page/spool", Some("key-0001"), &note("by day")).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_pin_is_set_and_changed_with_the_password_only_and_takes_the_link() {
    let (mut world, _) = world().await;
    let mut tablet = shared(&world).await;
    let set = async |tablet: &mut Browser, body: Value| {
        let (status, answer) = tablet.json(Method::PUT, "/session/shift-pin", None, &body).await;
        (status, answer["code"].clone())
    };
    // Her tablet lies there, open.
    let without = set(&mut tablet, json!({ "pin": "905172" })).await;
    assert_eq!(without, (StatusCode::UNPROCESSABLE_ENTITY, json!("bad_request")));
    let guessed = set(&mut tablet, json!({ "pin": "905172", "password": "guessed" })).await;
    assert_eq!(guessed, (StatusCode::UNPROCESSABLE_ENTITY, json!("invalid")), "in the relay's words, which counts it");
    assert_eq!(switch(&mut tablet, ZHAO, "905172").await.1["code"], "wrong_pin", "nothing was changed");
    assert_eq!(switch(&mut tablet, ZHAO, "730418").await.0, StatusCode::OK);
    world.wire.set(false);
    world.connected(false).await;
    assert_eq!(sets(&mut tablet, "905172").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(switch(&mut tablet, ZHAO, "730418").await.0, StatusCode::OK, "the former one goes on working");
}

#[tokio::test]
async fn a_badge_switches_without_the_link_on_its_tablet_and_not_when_somebody_tried_the_pin() {
    let (mut world, _) = world().await;
    let mut tablet = Browser::new(world.page);
    signs_in(&mut tablet, "li").await;
    assert_eq!(sets_with_badge(&mut tablet, "482915", &badge('A')).await.0, StatusCode::NO_CONTENT);
    signs_in(&mut tablet, "zhao").await;
    let (status, answer) = sets_with_badge(&mut tablet, "730418", &badge('A')).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("badge_taken")));
    let (status, answer) = sets_with_badge(&mut tablet, "730418", "(01)06901234567892").await;
    assert_eq!((status, &answer["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("badge_unreadable")));
    assert_eq!(sets_with_badge(&mut tablet, "730418", &badge('Z')).await.0, StatusCode::NO_CONTENT);

    world.wire.set(false);
    world.connected(false).await;
    assert_eq!(tablet.json(Method::POST, "/session/lock", None, &json!({})).await.0, StatusCode::NO_CONTENT);
    for (letter, who) in [('A', LI), ('Z', ZHAO), ('A', LI)] {
        let (status, answer) = shows_badge(&mut tablet, &badge(letter).to_lowercase()).await;
        assert_eq!((status, &answer["staff"]["id"]), (StatusCode::OK, &json!(who)));
        assert_eq!(tablet.get("/session/shift").await.2["holder"], json!(who));
    }
    assert_eq!(shows_badge(&mut tablet, &badge('B')).await.1["code"], "badge_closed", "nobody's");
    let mut other = Browser::new(world.page);
    other.get("/session/shift").await;
    assert_eq!(shows_badge(&mut other, &badge('A')).await.1["code"], "badge_closed", "another device");

    // Somebody tried her PIN: what she has is not enough until she says what she knows.
    assert_eq!(switch(&mut tablet, LI, "111111").await.1["code"], "wrong_pin");
    let (status, answer) = shows_badge(&mut tablet, &badge('A')).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({ "pin_of": LI })));
    assert_eq!(switch(&mut tablet, LI, "482915").await.0, StatusCode::OK);
    assert_eq!(shows_badge(&mut tablet, &badge('A')).await.1["staff"]["id"], json!(LI));
    for _ in 0..5 {
        switch(&mut tablet, ZHAO, "111111").await;
    }
    assert_eq!(shows_badge(&mut tablet, &badge('Z')).await.1["code"], "badge_closed", "closed with her PIN");
    world.wire.set(true);
    world.connected(true).await;
    // It may have been lost: she shows it again.
    signs_in(&mut tablet, "zhao").await;
    assert_eq!(tablet.get("/session/shift").await.2["keeps_badge"], json!(false));
    assert_eq!(sets(&mut tablet, "730418").await, StatusCode::NO_CONTENT);
    assert_eq!(shows_badge(&mut tablet, &badge('Z')).await.1["code"], "badge_closed");
    assert_eq!(switch(&mut tablet, LI, "482915").await.0, StatusCode::OK);
    tablet.json(Method::POST, "/session/sign-out", None, &json!({})).await;
    assert_eq!(shows_badge(&mut tablet, &badge('A')).await.1["code"], "badge_closed", "she went home");
}

#[tokio::test]
async fn who_sets_her_pin_anew_keeps_her_badge_unless_she_says_otherwise() {
    let (world, _) = world().await;
    let mut tablet = Browser::new(world.page);
    signs_in(&mut tablet, "li").await;
    assert_eq!(sets(&mut tablet, "482915").await, StatusCode::NO_CONTENT);
    assert_eq!(tablet.get("/session/shift").await.2["keeps_badge"], json!(false), "she has none");
    assert_eq!(sets_with_badge(&mut tablet, "482915", &badge('A')).await.0, StatusCode::NO_CONTENT);
    assert_eq!(tablet.get("/session/shift").await.2["keeps_badge"], json!(true));
    assert_eq!(sets(&mut tablet, "905172").await, StatusCode::NO_CONTENT);
    assert_eq!(shows_badge(&mut tablet, &badge('A')).await.1["staff"]["id"], json!(LI), "it stays");

    assert_eq!(sets_with_badge(&mut tablet, "905172", &badge('B')).await.0, StatusCode::NO_CONTENT);
    assert_eq!(shows_badge(&mut tablet, &badge('A')).await.1["code"], "badge_closed", "another takes its place");
    assert_eq!(sets_with_badge(&mut tablet, "905172", "").await.0, StatusCode::NO_CONTENT);
    assert_eq!(shows_badge(&mut tablet, &badge('B')).await.1["code"], "badge_closed", "none any more");
    assert_eq!(tablet.get("/session/shift").await.2["keeps_badge"], json!(false));
}
