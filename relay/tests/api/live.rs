//! Live changes: who hears what, and going on where one left off.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Response};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use yunzhen_domain::records::Session;
use yunzhen_relay::rooms::boxes::BoxConnection;
use yunzhen_relay::seed;
use yunzhen_rtc::{ExternalSink, MediaFlow};
use yunzhen_runtime::clock;
use yunzhen_store::sessions;

use crate::world::{World, session};

/// Reads a stream until its text satisfies `enough`.
pub async fn read_until(response: &mut Response<Body>, enough: impl Fn(&str) -> bool) -> String {
    assert_eq!(response.status(), 200);
    let mut text = String::new();
    let read = async {
        while !enough(&text) {
            let frame = response.body_mut().frame().await.expect("the stream goes on").unwrap();
            if let Some(data) = frame.data_ref() {
                text.push_str(std::str::from_utf8(data).unwrap());
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), read).await.unwrap_or_else(|_| panic!("only this came: {text}"));
    text
}

async fn write_note(world: &World, token: &str) {
    let resident = world.resident.id;
    let note = json!({"text": "秘密内容", "written_at": "2026-11-23T01:02:03Z", "kind": "nursing"});
    let answer = world.send(Method::POST, &format!("/api/residents/{resident}/notes"), Some(token), Some(&note)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_heard_at_once_without_names_or_text() {
    let world = World::new().await;
    let mut stream = world.stream("/api/events", "nurse1", None).await;
    write_note(&world, "nurse1").await;
    let text = read_until(&mut stream, |text| text.contains("\n\n")).await;
    assert!(text.contains("event: change") && text.contains("resident.note_written"), "{text}");
    assert!(text.contains(&world.resident.id.to_string()));
    assert!(!text.contains("秘密") && !text.contains("王秀英"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_goes_on_after_the_last_event_it_saw() {
    let world = World::new().await;
    let mut stream = world.stream("/api/events", "nurse1", Some(0)).await;
    // Two facts of seeding for each of six residents of this home, a broken glass, a letter, and the consultation.
    let text = read_until(&mut stream, |text| text.matches("event: change").count() >= 15).await;
    let ids: Vec<i64> = text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect();
    assert_eq!(ids.len(), 15);
    assert!(ids.is_sorted());
    drop(stream);
    let mut stream = world.stream("/api/events", "nurse1", Some(ids[13])).await;
    write_note(&world, "nurse1").await;
    let text = read_until(&mut stream, |text| text.matches("event: change").count() >= 2).await;
    let rest: Vec<i64> = text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect();
    assert_eq!(rest[0], ids[14], "nothing is lost and nothing comes twice");
    assert!(rest[1] > ids[14]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_hears_of_another_home() {
    let world = World::new().await;
    let mut stream = world.stream("/api/events", "nurse2", Some(0)).await;
    // Two facts for each of four residents, and one who was registered twice.
    let text = read_until(&mut stream, |text| text.matches("event: change").count() >= 9).await;
    assert!(!text.contains(&world.resident.id.to_string()));
    assert!(!text.contains(&world.consultation.id.to_string()));
    write_note(&world, "nurse1").await;
    let more = tokio::time::timeout(Duration::from_millis(300), stream.body_mut().frame()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_from_the_future_starts_anew() {
    let world = World::new().await;
    let mut stream = world.stream("/api/events", "nurse1", Some(1_000_000)).await;
    let text = read_until(&mut stream, |text| text.contains("\n\n")).await;
    assert!(text.contains("event: reset"), "{text}");
}

/// Reads what still comes until the stream ends.
async fn read_to_the_end(stream: &mut Response<Body>) {
    let rest = async { while stream.body_mut().frame().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(10), rest).await.expect("the stream ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_stream_ends_with_its_session_though_nothing_changes() {
    let world = World::new().await;
    let now = clock::now_timestamp();
    // Over by the clock.
    let mut tx = world.app.store.write().await.unwrap();
    let short = session("short", world.subject("nurse1"), None, now);
    sessions::insert(&mut tx, &Session { expires_at: now + SignedDuration::from_secs(3), ..short }).await.unwrap();
    tx.commit_bookkeeping("test").await.unwrap();
    let mut by_the_clock = world.stream("/api/events", "short", None).await;
    assert_eq!(by_the_clock.status(), 200);
    // Ended through another relay, which this one hears nothing of.
    let mut elsewhere = world.stream("/api/events", "nurse1-end", None).await;
    let ended = session("nurse1-end", world.subject("nurse1"), None, now).id;
    world.behind_its_back(&format!("DELETE FROM sessions WHERE id = '{ended}'")).await;
    read_to_the_end(&mut elsewhere).await;
    read_to_the_end(&mut by_the_clock).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_stream_ends_when_its_listener_belongs_to_another_home() {
    let world = World::new().await;
    let mut stays = world.stream("/api/events", "specialist1", None).await;
    let mut moved = world.stream("/api/events", "nurse1", None).await;
    let id = world.actor("nurse1").staff_id().unwrap();
    world.behind_its_back(&format!("UPDATE staff SET home_id = '{}' WHERE id = '{id}'", seed::HOME_2)).await;
    read_to_the_end(&mut moved).await;
    // What was open before is not what may be heard now; who comes back hears of the new home, and nobody else was cut off.
    let next = world.stream("/api/events", "nurse1", None).await;
    assert_eq!(next.status(), 200);
    let more = tokio::time::timeout(Duration::from_millis(300), stays.body_mut().frame()).await;
    assert!(more.is_err(), "{more:?}");
}

/// Where nothing goes: this box is only there.
struct Nowhere;

impl ExternalSink for Nowhere {
    fn packet(&mut self, _slot: Option<u8>, _flow: MediaFlow, _packet: bytes::Bytes) {}
}

pub fn box_of_home_1() -> BoxConnection {
    BoxConnection {
        home_id: seed::HOME_1,
        address: "192.0.2.7:1".parse().unwrap(),
        version: "test".into(),
        certificate_not_after: clock::now_timestamp(),
        certificates: Box::new(Vec::new),
        cameras: Vec::new(),
        microphone: false,
        records: false,
        low_picture: false,
        commands: mpsc::channel(8).0,
        counted: Default::default(),
        round_trip: Box::new(|| std::time::Duration::ZERO),
        uplink: watch::channel(None).0,
        unread: CancellationToken::new(),
        replaced: CancellationToken::new(),
        revoked: CancellationToken::new(),
        sink: Box::new(|| Box::new(Nowhere)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_administrator_hears_when_a_box_comes_or_goes_and_nobody_else_does() {
    let world = World::new().await;
    let connected = async || {
        let answer = world.send(Method::GET, "/api/boxes", Some("admin1"), None).await;
        let boxes = answer.body["items"].as_array().unwrap().clone();
        boxes.iter().filter(|one| one["connected"] == true).count()
    };
    let mut nurse = world.stream("/api/events", "nurse1", None).await;
    let mut stream = world.stream("/api/events", "admin1", None).await;
    let ticket = world.rooms.box_connected(box_of_home_1()).await;
    let told = read_until(&mut stream, |text| text.contains("\n\n")).await;
    assert_eq!(told, "event: boxes\ndata: {}\n\n", "no id: there is nothing to go on after");
    assert_eq!(connected().await, 1);
    world.rooms.box_disconnected(ticket).await;
    read_until(&mut stream, |text| text.contains("event: boxes")).await;
    assert_eq!(connected().await, 0);
    // A stream that comes back may have missed one.
    drop(stream);
    let newest = *world.app.changes().borrow();
    let mut again = world.stream("/api/events", "admin1", Some(newest)).await;
    read_until(&mut again, |text| text.contains("event: boxes")).await;
    let more = tokio::time::timeout(Duration::from_millis(300), nurse.body_mut().frame()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_licence_was_recorded_hears_it_and_no_colleague_does() {
    let world = World::new().await;
    let staff = world.send(Method::GET, "/api/staff", Some("admin1"), None).await;
    let all = staff.body["items"].as_array().unwrap();
    let of = |name: &str| all.iter().find(|one| one["username"] == name).unwrap();
    let newest = *world.app.changes().borrow();
    let mut own = world.stream("/api/events", "specialist1", Some(newest)).await;
    let mut colleague = world.stream("/api/events", "specialist2", Some(newest)).await;
    let licence = |name: &str| json!({"version": of(name)["licence_record"]["version"].as_i64().unwrap_or(0), "number": "110330000000099", "hospital": "云溪市第一人民医院", "specialty": "老年科"});
    for name in ["specialist1", "specialist2"] {
        let path = format!("/api/staff/{}/licence", of(name)["id"].as_str().unwrap());
        let answer = world.send(Method::PUT, &path, Some("admin1"), Some(&licence(name))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    for (stream, name, other) in
        [(&mut own, "specialist1", "specialist2"), (&mut colleague, "specialist2", "specialist1")]
    {
        let text = read_until(stream, |text| text.contains("staff.licence_recorded")).await;
        let told = |name: &str| text.contains(of(name)["id"].as_str().unwrap());
        assert!(told(name) && !told(other), "{text}");
    }
}
