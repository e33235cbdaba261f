//! Legs of a call, and how they end with the session that they were made in.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::{Credentials, Identity};
use yunzhen_domain::ids::{ConsultationId, SessionId};
use yunzhen_domain::records::{Consultation, EndedBy, Session};
use yunzhen_protocol::control::ToRelay;
use yunzhen_relay::rooms::boxes::BoxConnection;
use yunzhen_relay::seed::HOME_1;
use yunzhen_runtime::clock;
use yunzhen_store::{box_certificates, consultations, residents, sessions};

use crate::enrolment::known;
use crate::live::{box_of_home_1, read_until};
use crate::world::{Answer, World, console, id, session};

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
async fn who_is_in_a_call_with_a_box_that_is_revoked_is_told_so() {
    let world = World::new().await;
    let (_, mut told) = joined(&world, "specialist1").await;
    let connection = box_of_home_1();
    let revoked = connection.revoked.clone();
    let ticket = world.rooms.box_connected(connection).await;
    read_until(&mut told, |text| text.contains("\"home\"")).await;
    revoked.cancel();
    world.rooms.box_disconnected(ticket).await;
    let text = read_until(&mut told, |text| text.contains("\"revoked\"")).await;
    assert!(!text.contains("\"lost\""), "nobody waits for it: {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_box_that_was_lost_before_it_was_revoked_is_told_so() {
    let world = World::new().await;
    let (_, mut told) = joined(&world, "specialist1").await;
    let now = clock::now_timestamp();
    let authority = Authority::create(now).unwrap();
    let issued = authority.systems.issue_with_key(&Identity::Box { home_id: HOME_1 }, &[], None, now).unwrap();
    let own = Credentials::from_issued(&issued).unwrap();
    let shown = own.facts().clone();
    let connection = BoxConnection { certificates: Box::new(move || vec![shown.clone()]), ..box_of_home_1() };
    let ticket = world.rooms.box_connected(connection).await;
    read_until(&mut told, |text| text.contains("\"home\"")).await;
    world.rooms.box_disconnected(ticket).await;
    read_until(&mut told, |text| text.contains("\"lost\"")).await;

    let mut tx = world.app.store.write().await.unwrap();
    box_certificates::insert(&mut tx, &known(&own, Some(now))).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    read_until(&mut told, |text| text.contains("\"revoked\"")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_home_that_hung_up_before_its_box_was_revoked_is_told_so() {
    let world = World::new().await;
    let (_, mut told) = joined(&world, "specialist1").await;
    let connection = box_of_home_1();
    let revoked = connection.revoked.clone();
    let ticket = world.rooms.box_connected(connection).await;
    read_until(&mut told, |text| text.contains("\"home\"")).await;
    world.rooms.box_said(ticket, ToRelay::HangUp { consultation_id: world.consultation.id }).await;
    read_until(&mut told, |text| text.contains("\"hang_up\"")).await;
    revoked.cancel();
    world.rooms.box_disconnected(ticket).await;
    read_until(&mut told, |text| text.contains("\"revoked\"")).await;
}

/// Whether the nurse hung up for it or not: whoever waits is to telephone nobody, and to telephone again once the box is with nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_home_whose_box_is_in_another_consultation_is_told_so() {
    let world = World::new().await;
    let other = Consultation {
        id: ConsultationId::from_uuid(id(40, clock::now_timestamp())),
        resident_id: world.neighbour.id,
        specialist_id: world.actor("specialist2").staff_id(),
        ..world.consultation.clone()
    };
    let mut tx = world.app.store.write().await.unwrap();
    consultations::insert(&mut tx, &other).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let (_, mut told) = joined(&world, "specialist1").await;
    let ticket = world.rooms.box_connected(box_of_home_1()).await;
    read_until(&mut told, |text| text.contains("\"home\"")).await;
    world.rooms.box_said(ticket, ToRelay::HangUp { consultation_id: world.consultation.id }).await;
    read_until(&mut told, |text| text.contains("\"elsewhere\"")).await;
    world.rooms.box_said(ticket, ToRelay::HangUp { consultation_id: other.id }).await;
    read_until(&mut told, |text| text.contains("\"hang_up\"")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_expires_takes_its_leg_along() {
    let world = World::new().await;
    let now = clock::now_timestamp();
    let mut tx = world.app.store.write().await.unwrap();
    let subject = world.subject("specialist1");
    let short = session("short", subject, None, now);
    let short = Session { expires_at: now + SignedDuration::from_secs(4), ..short };
    sessions::insert(&mut tx, &short).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let (leg, mut told) = joined(&world, "short").await;
    read_until(&mut told, |text| text.contains("event: ended")).await;
    assert!(clock::now_timestamp() >= short.expires_at, "not before its time");
    assert!(!is_there(&world, &leg, "specialist1").await);
}

/// The person who changes a way in goes on with the call, under the session's new token; whoever else was in under that account is out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_gets_another_token_keeps_its_own_leg_and_no_other_session_s() {
    let world = World::new().await;
    let id = world.consultation.id;
    let (own, mut told) = joined(&world, "observer").await;
    // The doctor watches by a standard client as well, and is signed in on a second device.
    let made = async |token: &str| {
        let path = format!("/api/consultations/{id}/media-tokens");
        let made = world.send(Method::POST, &path, Some(token), Some(&json!({"direction": "watch"}))).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.body["token"].as_str().unwrap().to_owned()
    };
    let (kept, ended) = (made("specialist1").await, made("specialist1-end").await);
    let knock =
        async |media: &str| without_a_body(&world.whip, Method::POST, &format!("/whep/{id}"), Some(media)).await;
    let (leg, _) = joined(&world, "specialist1").await;
    read_until(&mut told, |text| text.contains("\"specialist\"")).await;

    let mut tx = world.app.store.write().await.unwrap();
    let [former, renewed] = ["specialist1", "renewed"].map(|token| <[u8; 32]>::from(Sha256::digest(token)));
    sessions::renew(&mut tx, &former, &renewed).await.unwrap();
    let this = session("specialist1", world.subject("specialist1"), None, clock::now_timestamp()).id;
    let staff_id = world.actor("specialist1").staff_id().unwrap();
    assert_eq!(sessions::delete_of_staff(&mut tx, staff_id, Some(this), EndedBy::Person).await.unwrap(), 1);
    tx.commit_bookkeeping("test").await.unwrap();

    // That the other session's is over says that the sessions in calls were looked at since.
    let looked = async {
        while knock(&ended).await.status != 401 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), looked).await.expect("the other session's token is forgotten");
    assert!(is_there(&world, &leg, "renewed").await, "the call goes on");
    assert_eq!(knock(&kept).await.status, 415, "so does what it lets in");
    assert!(is_there(&world, &own, "observer").await);
    assert_eq!(world.send(Method::GET, "/api/sessions/current", Some("specialist1"), None).await.status, 401);
}

/// Nobody touches anything: the call itself is what the session is used for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_watches_a_call_is_not_left_alone() {
    let world = World::new().await;
    let now = clock::now_timestamp();
    let long_ago = now - (world.app.policy.session_idle() - SignedDuration::from_secs(60));
    let quiet =
        |token: &str| Session { last_used_at: long_ago, ..session(token, world.subject("specialist1"), None, now) };
    let (in_call, watching) = (quiet("in-call"), quiet("watching"));
    let mut tx = world.app.store.write().await.unwrap();
    for one in [&in_call, &watching] {
        sessions::insert(&mut tx, one).await.unwrap();
    }
    tx.commit_bookkeeping("test").await.unwrap();
    // To join is to use it, so that is made as if it had been long ago.
    let _leg = joined(&world, "in-call").await;
    let before = long_ago.as_millisecond();
    world.behind_its_back(&format!("UPDATE sessions SET last_used_at = {before} WHERE id = '{}'", in_call.id)).await;
    let unattended = Request::builder().uri("/api/residents").header("Authorization", "Bearer watching");
    let unattended = unattended.header("Unattended", "1").body(Body::empty()).unwrap();
    assert_eq!(world.raw(unattended, Some(console())).await.status, 200);

    let used = async |id: SessionId| {
        let mut db = world.app.store.read().await.unwrap();
        sessions::get(&mut db, id).await.unwrap().unwrap().last_used_at.as_millisecond()
    };
    let seen = async {
        while used(in_call.id).await == before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seen).await.expect("the call is use");
    assert_eq!(used(watching.id).await, before, "what a page asks by itself is none");
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
    assert_eq!(read(&running, "observer").await["code"], "not_found", "and a guest reads nothing of it");
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
