//! The limits on boxes and on offers: who passes one is refused or loses what was too much, and nobody else notices.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use bytes::Bytes;
use quinn::ConnectionError;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tower::ServiceExt as _;
use yunzhen_domain::records::Consultation;
use yunzhen_protocol::VERSION;
use yunzhen_protocol::control::{ToBox, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_relay::config::LimitsConfig;
use yunzhen_relay::quic::close;
use yunzhen_relay::seed::{HOME_1, HOME_2};
use yunzhen_store::Tx;

use crate::boxes::{PATIENCE, Stage, hello};
use crate::world::{World, console};

async fn stage(limits: LimitsConfig) -> Stage {
    Stage::limited(limits, async |_: &mut Tx, _: Vec<Consultation>| {}).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_floods_the_relay_with_datagrams_loses_its_own_and_no_other_does() {
    let few = NonZeroU32::new(100).unwrap();
    let stage = stage(LimitsConfig { datagrams_per_second: few, ..LimitsConfig::default() }).await;
    let mut other = stage.connected(HOME_2).await;
    let mut flood = stage.silent(HOME_1).await;
    flood.say(&hello(VERSION)).await;
    flood.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
    let rate = r#"yunzhen_datagrams_refused_total{why="rate"}"#;
    let before = stage.counted(rate);
    for n in 0..2_000_u16 {
        let datagram = [&[1][..], &n.to_be_bytes()[..], &[0xfc; 60][..]].concat();
        flood.connection.send_datagram(Bytes::from(datagram)).unwrap();
        if n % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    stage.reaches(rate, before + 1).await;
    other.answers().await;
    // Nor is it out of its call: what it says on its control stream is still heard.
    flood.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_with_too_many_connections_is_refused_and_a_box_elsewhere_is_not() {
    let stage = stage(LimitsConfig { boxes_per_address: 4, ..LimitsConfig::default() }).await;
    let (retried, refused) = ("yunzhen_boxes_retried_total", r#"yunzhen_boxes_refused_total{reason="address"}"#);
    let before = (stage.counted(retried), stage.counted(refused));
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(stage.silent(HOME_1).await);
    }
    let error = stage.refused_from([127, 0, 0, 1], HOME_1).await;
    assert!(matches!(error, ConnectionError::ConnectionClosed(_)), "{error}");
    stage.reaches(refused, before.1 + 1).await;
    stage.reaches(retried, before.0 + 1).await;
    let elsewhere = stage.silent_from([127, 0, 0, 2], HOME_2).await;
    stage.welcomed(elsewhere, HOME_2, &hello(VERSION)).await.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_must_prove_its_address_first_is_served_all_the_same() {
    let stage = stage(LimitsConfig { handshakes_unproven: 0, ..LimitsConfig::default() }).await;
    let before = stage.counted("yunzhen_boxes_retried_total");
    stage.connected(HOME_1).await.answers().await;
    stage.reaches("yunzhen_boxes_retried_total", before + 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_has_so_many_connections_and_the_others_keep_theirs() {
    let stage = stage(LimitsConfig { connections_per_box: 2, ..LimitsConfig::default() }).await;
    let mut other = stage.connected(HOME_2).await;
    let [a, b, c] = [stage.at_the_door(HOME_1).await, stage.at_the_door(HOME_1).await, stage.at_the_door(HOME_1).await];
    // Which of them the relay looked at last is its own affair.
    let told = tokio::select! {
        told = a.closed() => told,
        told = b.closed() => told,
        told = c.closed() => told,
    };
    let ConnectionError::ApplicationClosed(told) = told else { panic!("not refused: {told}") };
    let reason = String::from_utf8_lossy(&told.reason);
    assert_eq!(told.error_code, close::BUSY.into(), "{reason}");
    assert!(reason.contains("2 connections already"), "{reason}");
    other.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_box_too_many_is_refused_and_has_a_place_when_another_is_gone() {
    let stage = stage(LimitsConfig { boxes: 1, ..LimitsConfig::default() }).await;
    let full = r#"yunzhen_boxes_refused_total{reason="full"}"#;
    let before = stage.counted(full);
    let mut here = stage.connected(HOME_1).await;
    let error = stage.refused_from([127, 0, 0, 1], HOME_2).await;
    assert!(matches!(error, ConnectionError::ConnectionClosed(_)), "{error}");
    stage.reaches(full, before + 1).await;
    here.answers().await;
    here.say(&ToRelay::Bye { reason: "the box is switched off".into() }).await;
    assert_eq!(here.closed().await.0, close::BYE);
    // The relay keeps a connection that has ended for a moment.
    let own = stage.box_of(HOME_2);
    let admitted = async {
        loop {
            if let Ok(connection) = stage.dial(&own).await {
                return connection;
            }
        }
    };
    let connection = tokio::time::timeout(PATIENCE, admitted).await.expect("there is a place");
    let next = Stage::silent_on(connection).await;
    stage.welcomed(next, HOME_2, &hello(VERSION)).await.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_handshake_too_many_is_refused_and_who_is_here_is_served_on() {
    let limits = LimitsConfig { handshakes: 1, handshakes_unproven: 1, handshake_seconds: 60, ..Default::default() };
    let stage = stage(limits).await;
    let refused = r#"yunzhen_boxes_refused_total{reason="handshakes"}"#;
    let before = stage.counted(refused);
    let mut here = stage.connected(HOME_2).await;
    let stalled = stage.stalled(HOME_1).await;
    let error = stage.refused_from([127, 0, 0, 2], HOME_1).await;
    assert!(matches!(error, ConnectionError::ConnectionClosed(_)), "{error}");
    stage.reaches(refused, before + 1).await;
    here.answers().await;
    drop(stalled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_that_does_not_end_is_given_up_and_another_box_has_its_place() {
    let limits = LimitsConfig { handshakes: 1, handshakes_unproven: 1, handshake_seconds: 2, ..Default::default() };
    let stage = stage(limits).await;
    let slow = r#"yunzhen_boxes_refused_total{reason="slow"}"#;
    let before = stage.counted(slow);
    let mut here = stage.connected(HOME_2).await;
    let stalled = stage.stalled(HOME_1).await;
    here.answers().await;
    stage.reaches(slow, before + 1).await;
    drop(stalled);
    stage.connected(HOME_1).await.answers().await;
    here.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_never_says_who_it_is_is_let_go_and_the_others_stay() {
    let stage = stage(LimitsConfig { hello_seconds: 3, ..LimitsConfig::default() }).await;
    let slow = r#"yunzhen_boxes_refused_total{reason="slow"}"#;
    let before = stage.counted(slow);
    let mut here = stage.connected(HOME_2).await;
    let silent = stage.silent(HOME_1).await;
    assert_eq!(silent.closed().await, (close::VERSION, "the box did not say hello in time".into()));
    stage.reaches(slow, before + 1).await;
    here.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_with_all_its_streams_open_waits_for_itself_and_no_other_does() {
    let stage = stage(LimitsConfig { streams_per_connection: 3, ..LimitsConfig::default() }).await;
    let before = stage.counted("yunzhen_streams_full_total");
    let (mut busy, mut other) = (stage.connected(HOME_1).await, stage.connected(HOME_2).await);
    let mut open = Vec::new();
    // Beside its control stream.
    for _ in 0..2 {
        let (mut send, recv) = busy.connection.open_bi().await.unwrap();
        send.write_all(&StreamType::Http.encode()).await.unwrap();
        open.push((send, recv));
    }
    stage.reaches("yunzhen_streams_full_total", before + 1).await;
    let connection = busy.connection.clone();
    let mut further = std::pin::pin!(connection.open_bi());
    tokio::select! {
        biased;
        _ = &mut further => panic!("one too many"),
        () = other.answers() => {}
    }
    // Nor is it out of its call.
    busy.answers().await;
    drop(open);
    tokio::time::timeout(PATIENCE, further).await.expect("those have ended").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_brings_as_much_at_once_as_it_may_waits_for_itself_and_no_other_does() {
    let stage = stage(LimitsConfig { one_way_streams: 1, ..LimitsConfig::default() }).await;
    let before = stage.counted("yunzhen_streams_full_total");
    let (mut busy, mut other) = (stage.connected(HOME_1).await, stage.connected(HOME_2).await);
    let mut first = busy.connection.open_uni().await.unwrap();
    first.write_all(&StreamType::Bulk.encode()).await.unwrap();
    stage.reaches("yunzhen_streams_full_total", before + 1).await;
    let connection = busy.connection.clone();
    let mut further = std::pin::pin!(connection.open_uni());
    tokio::select! {
        biased;
        _ = &mut further => panic!("one too many"),
        () = other.answers() => {}
    }
    busy.answers().await;
    drop(first);
    tokio::time::timeout(PATIENCE, further).await.expect("that one has ended").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_reads_nothing_of_what_it_is_told_is_let_go_and_the_others_are_told_on() {
    let few = NonZeroU32::new(4).unwrap();
    let stage = stage(LimitsConfig { commands_unread: few, ..LimitsConfig::default() }).await;
    let before = stage.counted("yunzhen_boxes_stuck_total");
    let mut other = stage.connected(HOME_2).await;
    let one = stage.narrow(HOME_1, 2048).await;
    let mut stuck = stage.welcomed(one, HOME_1, &hello(VERSION)).await;
    let told = stuck.talks_and_does_not_listen().await;
    assert_eq!(told, (close::BUSY, "the box does not read what it is told".into()));
    stage.reaches("yunzhen_boxes_stuck_total", before + 1).await;
    other.answers().await;
    // It comes again by itself, and is served when it reads.
    stage.connected(HOME_1).await.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_offers_without_end_waits_and_the_others_join() {
    let world = World::new().await;
    let path = format!("/api/consultations/{}/legs", world.consultation.id);
    let offer = async |token: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri(&path)
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", "application/sdp")
            .extension(console())
            .body(Body::from("no offer at all"))
            .unwrap();
        world.router.clone().oneshot(request).await.unwrap()
    };
    for _ in 0..LimitsConfig::default().offers_per_minute.get() {
        assert_eq!(offer("specialist1").await.status(), 400);
    }
    let too_many = offer("specialist1").await;
    assert_eq!(too_many.status(), 429);
    assert!(too_many.headers().contains_key("Retry-After"));
    assert_eq!(offer("observer").await.status(), 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_finish_its_handshake_or_its_head_is_let_go_and_the_others_are_served() {
    let stage = stage(LimitsConfig { tls_seconds: 1, head_seconds: 1, ..LimitsConfig::default() }).await;
    let refused = r#"yunzhen_peers_refused_total{listener="api"}"#;
    let before = stage.counted(refused);
    let mut here = stage.connected(HOME_1).await;
    // By the usual figures both are there for ten seconds or more.
    let soon = Duration::from_secs(6);
    let mut console = TcpStream::connect(stage.addresses.api).await.unwrap();
    let mut client = TcpStream::connect(stage.addresses.whip).await.unwrap();
    client.write_all(b"POST /whip/x HTT").await.unwrap();
    let mut rest = Vec::new();
    tokio::time::timeout(soon, console.read_to_end(&mut rest)).await.expect("let go").unwrap();
    tokio::time::timeout(soon, client.read_to_end(&mut rest)).await.expect("let go").unwrap();
    stage.reaches(refused, before + 1).await;
    here.answers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_a_file_and_an_offer_may_have_what_the_settings_say_and_who_sends_more_is_told() {
    let limits = LimitsConfig { body_bytes: 1_000, file_body_bytes: 2_000, offer_bytes: 500, ..Default::default() };
    let world = World::limited(limits).await;
    let notes = format!("/api/residents/{}/notes", world.resident.id);
    let note =
        |bytes: usize| json!({"text": "x".repeat(bytes), "written_at": "2026-11-23T01:02:03Z", "kind": "complaint"});
    let answer = world.send(Method::POST, &notes, Some("nurse1"), Some(&note(1_000))).await;
    assert_eq!((answer.status, answer.code()), (413, "too_large"), "{answer:?}");
    let answer = world.send(Method::POST, &notes, Some("nurse1"), Some(&note(500))).await;
    assert_eq!(answer.status, 201, "{answer:?}");

    let file = |bytes: usize| json!({"nothing": "x".repeat(bytes)});
    let documents = format!("/api/residents/{}/documents", world.resident.id);
    let answer = world.send(Method::POST, &documents, Some("nurse1"), Some(&file(2_000))).await;
    assert_eq!((answer.status, answer.code()), (413, "too_large"), "{answer:?}");
    let answer = world.send(Method::POST, &documents, Some("nurse1"), Some(&file(1_500))).await;
    assert_eq!((answer.status, answer.code()), (422, "invalid_input"), "{answer:?}");

    let legs = format!("/api/consultations/{}/legs", world.consultation.id);
    let whip = format!("/whip/{}", world.consultation.id);
    for (router, path, taken) in [(&world.router, &legs, 400), (&world.whip, &whip, 401)] {
        let offer = async |bytes: usize| {
            let request = Request::builder()
                .method(Method::POST)
                .uri(path)
                .header("Authorization", "Bearer specialist1")
                .header("Content-Type", "application/sdp")
                .extension(console())
                .body(Body::from("x".repeat(bytes)))
                .unwrap();
            router.clone().oneshot(request).await.unwrap().status().as_u16()
        };
        assert_eq!((offer(501).await, offer(500).await), (413, taken), "{path}");
    }
}
