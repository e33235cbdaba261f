//! Legs of a call, and how they end with the session that they were made in.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::json;
use tower::ServiceExt as _;
use yunzhen_protocol::control::ToRelay;
use yunzhen_relay::seed::HOME_1;
use yunzhen_runtime::clock;
use yunzhen_store::{residents, sessions};

use crate::live::{box_of_home_1, read_until};
use crate::world::{Answer, World, console, session};

/// What a browser offers; nobody here answers its checks, which takes longer to notice than these tests take.
const OFFER: &str = include_str!("../../rtc/tests/chromium-offer.sdp");

/// Joins the call in the session of a token: the leg, and the room as it is told to it.
async fn joined(world: &World, token: &str) -> (String, Response<Body>) {
    let path = format!("/api/consultations/{}/legs", world.consultation.id);
    let request = Request::builder()
        .method(Method::POST)
        .uri(&path)
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/sdp")
        .extension(console())
        .body(Body::from(OFFER))
        .unwrap();
    let response = world.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 201);
    let leg = format!("{path}/{}", response.headers()["leg-id"].to_str().unwrap());
    let mut told = world.stream(&format!("{leg}/events"), token, None).await;
    read_until(&mut told, |text| text.contains("event: room")).await;
    (leg, told)
}

/// Whether a leg is there, for whoever made it.
async fn is_there(world: &World, leg: &str, token: &str) -> bool {
    let state = json!({"audio": "on", "video": "on"});
    let answer = world.send(Method::PUT, &format!("{leg}/media-state"), Some(token), Some(&state)).await;
    assert!([204, 404].contains(&answer.status), "{answer:?}");
    answer.status == 204
}

async fn without_a_body(router: &Router, method: Method, path: &str, token: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    Answer::of(router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_is_out_of_the_call_and_the_others_stay() {
    let world = World::new().await;
    let (stays, mut others) = joined(&world, "observer").await;
    let (leg, mut told) = joined(&world, "specialist1-end").await;
    read_until(&mut others, |text| text.contains("\"specialist\"")).await;

    let gone = world.send(Method::DELETE, "/api/sessions/current", Some("specialist1-end"), None).await;
    assert_eq!(gone.status, 204);
    read_until(&mut told, |text| text.contains("event: ended")).await;
    assert!(told.body_mut().frame().await.is_none(), "nothing more is told");
    read_until(&mut others, |text| text.contains("\"departed\"")).await;
    // Signed in elsewhere, the same person has no leg left either.
    assert!(!is_there(&world, &leg, "specialist1").await);
    assert!(is_there(&world, &stays, "observer").await);
    // And may come back with the session that goes on.
    let (again, _) = joined(&world, "specialist1").await;
    assert!(is_there(&world, &again, "specialist1").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_expires_takes_its_leg_along() {
    let world = World::new().await;
    let now = clock::now_timestamp();
    let mut tx = world.app.store.write().await.unwrap();
    let subject = world.subject("specialist1");
    let short = session("short", subject, None, now);
    let short = yunzhen_domain::records::Session { expires_at: now + SignedDuration::from_secs(4), ..short };
    sessions::insert(&mut tx, &short).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let (leg, mut told) = joined(&world, "short").await;
    read_until(&mut told, |text| text.contains("event: ended")).await;
    assert!(clock::now_timestamp() >= short.expires_at, "not before its time");
    assert!(!is_there(&world, &leg, "specialist1").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_closed_through_another_relay_is_out_of_the_call() {
    let world = World::new().await;
    let (_, mut told) = joined(&world, "specialist1").await;
    let id = world.actor("specialist1").staff_id().unwrap();
    world.behind_its_back(&format!("UPDATE staff SET active = 0 WHERE id = '{id}'")).await;
    read_until(&mut told, |text| text.contains("event: ended")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_media_token_is_worth_nothing_after_its_maker_signed_out() {
    let world = World::new().await;
    let id = world.consultation.id;
    let wish = json!({"direction": "watch"});
    let path = format!("/api/consultations/{id}/media-tokens");
    let made = world.send(Method::POST, &path, Some("specialist1-end"), Some(&wish)).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body["url"], format!("http://127.0.0.1:7446/whep/{id}"));
    let token = made.body["token"].as_str().unwrap();
    let knock = async || without_a_body(&world.whip, Method::POST, &format!("/whep/{id}"), Some(token)).await;
    assert_eq!(knock().await.status, 415, "it is let in and has brought no offer");

    let gone = world.send(Method::DELETE, "/api/sessions/current", Some("specialist1-end"), None).await;
    assert_eq!(gone.status, 204);
    let refused = async {
        while knock().await.status != 401 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), refused).await.expect("the token is forgotten");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whip_says_in_words_what_is_not_there() {
    let world = World::new().await;
    let id = world.consultation.id;
    for (method, path, status, code) in [
        (Method::POST, "/".to_owned(), 404, "not_found"),
        (Method::GET, format!("/whip/{id}/more/than/that"), 404, "not_found"),
        (Method::GET, format!("/whip/{id}"), 405, "method_not_allowed"),
        (Method::PUT, format!("/whep/session/{id}"), 405, "method_not_allowed"),
    ] {
        let answer = without_a_body(&world.whip, method.clone(), &path, None).await;
        assert_eq!((answer.status, answer.kind.as_str()), (status, "application/problem+json"), "{method} {path}");
        assert_eq!(answer.code(), code, "{method} {path}");
        assert!(answer.body["action"].as_str().is_some_and(|text| !text.is_empty()), "{answer:?}");
    }
}

/// No machine takes the box out of a call; so whoever is in it is told what it is wanted for, and whoever waits is told that they were.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_more_urgent_consultation_that_waits_for_the_box_is_told_on_both_sides() {
    let world = World::new().await;
    let running = format!("/api/consultations/{}", world.consultation.id);
    let mut db = world.app.store.read().await.unwrap();
    let neighbour = residents::list(&mut db, Some(HOME_1), Some("zdm")).await.unwrap().remove(0);
    drop(db);
    let ask = async |urgency: &str, resident: &str| {
        let wish = json!({"resident_id": resident, "reason": "胸痛", "urgency": urgency});
        let made = world.send(Method::POST, "/api/consultations", Some("nurse1"), Some(&wish)).await;
        assert_eq!(made.status, 201, "{made:?}");
        format!("/api/consultations/{}", made.body["id"].as_str().unwrap())
    };
    let urgent = ask("urgent", &neighbour.id.to_string()).await;
    let read = async |path: &str, who: &str| world.send(Method::GET, path, Some(who), None).await.body;
    assert!(
        read(&running, "nurse1").await["outranked_by"].is_null(),
        "the home is not in the call: nothing is in its way"
    );

    let ticket = world.rooms.box_connected(box_of_home_1()).await;
    let told = async {
        loop {
            let view = read(&running, "nurse1").await;
            if view["outranked_by"].is_array() {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let view = tokio::time::timeout(Duration::from_secs(20), told).await.expect("told");
    let [line] = view["outranked_by"].as_array().unwrap().as_slice() else { panic!("{view}") };
    assert_eq!(line["resident_name"], *neighbour.name.expose());
    assert!(urgent.ends_with(line["consultation_id"].as_str().unwrap()));
    assert!(read(&running, "specialist1").await["outranked_by"].is_array(), "the doctor in the call as well");
    assert!(read(&running, "observer").await["outranked_by"].is_null(), "but no observer");
    let waits = read(&urgent, "nurse1").await;
    assert_eq!((&waits["outranks"], &waits["link"]), (&json!(true), &json!("busy")));

    // Whoever hangs up takes what stands in the way along.
    let id = world.consultation.id;
    world.rooms.box_said(ticket, ToRelay::HangUp { consultation_id: id }).await;
    let freed = async {
        while read(&running, "nurse1").await["outranked_by"].is_array() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), freed).await.expect("nothing is in the way");
}
