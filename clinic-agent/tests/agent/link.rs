//! The link: refusals in words, requests, outages, the consultation that resumes in place.

use crate::relay::{FakeRelay, Pki, Wire};
use crate::world::{CONSULTATION, TestDevices, VIDEO_SSRC, World, bare, start_media};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::{Credentials, Identity, Trust};
use yunzhen_clinic_agent::link::driver::Driver;
use yunzhen_clinic_agent::link::state::Refusal;
use yunzhen_clinic_agent::link::{Link, LinkStatus};
use yunzhen_domain::ids::HomeId;
use yunzhen_protocol::control::{BoxCamera, RefusedCode, Rung, ToBox, ToRelay};
use yunzhen_protocol::roq::Flow;
use yunzhen_protocol::rtp::RtpPacket;
use yunzhen_runtime::{Lifecycle, clock};

#[tokio::test]
async fn says_hello_and_bye() {
    let mut world = World::new(Router::new(), Box::new(TestDevices::default())).await;
    let hello = world.relay.heard(|message| matches!(message, ToRelay::Hello { .. }).then(|| message.clone())).await;
    let ToRelay::Hello { protocol, cameras, microphone, .. } = hello else { unreachable!() };
    assert_eq!((protocol, microphone), (1, true));
    assert_eq!(cameras, [BoxCamera::Room, BoxCamera::CloseUp]);
    world.life.stop().await.unwrap();
    world.relay.heard(|message| matches!(message, ToRelay::Bye { .. }).then_some(())).await;
}

async fn refused_with(pki: &Pki, credentials: &Credentials, trust: &Trust, refusal: Option<ToBox>) -> LinkStatus {
    let (life, relay_life) = (Lifecycle::new(), Lifecycle::new());
    let relay = FakeRelay::start(&relay_life, pki, Router::new());
    *relay.refusal.lock().unwrap() = refusal;
    let link = Link::new(life.clone(), clock::now_timestamp());
    let target = bare(&relay, credentials, trust);
    let (events, _listening) = mpsc::channel(8);
    let (downlink, _packets) = mpsc::channel(8);
    life.spawn("link", Driver::new(link.clone(), target, events, downlink).unwrap().run());
    let mut status = link.status();
    let refused = status.wait_for(|status| status.state.refusal().is_some());
    let status = tokio::time::timeout(Duration::from_secs(10), refused).await.expect("in time").unwrap().clone();
    life.stop().await.unwrap();
    relay.stop();
    status
}

fn box_of(authority: &Authority, validity: Option<jiff::SignedDuration>, at: jiff::Timestamp) -> Credentials {
    let home = Identity::Box { home_id: HomeId::from_uuid(uuid::Uuid::from_u128(5)) };
    let issued = authority.systems.issue_with_key(&home, &[], validity, at).unwrap();
    Credentials::from_issued(&issued).unwrap()
}

#[tokio::test]
async fn refusals_are_told_in_clear_words() {
    let now = clock::now_timestamp();
    let (pki, other) = (Pki::new(), Authority::create(now).unwrap());
    let hour = jiff::SignedDuration::from_hours(1);
    let good = box_of(&pki.authority, None, now);
    let foreign = box_of(&other, None, now);
    let expired = box_of(&pki.authority, Some(hour), now - 48 * hour);
    let foreign_trust = Trust::new(vec![other.systems.der().clone()]);
    let unknown = ToBox::Refused { code: RefusedCode::UnknownHome, reason: "no such home".into() };
    let version = ToBox::Refused { code: RefusedCode::ProtocolVersion, reason: "speaks 2".into() };

    for (credentials, trust, refusal, expected, word) in [
        (&foreign, &pki.trust, None, Refusal::ForeignCertificate, "does not recognise this box's certificate"),
        (&expired, &pki.trust, None, Refusal::ExpiredCertificate, "has expired"),
        (&good, &foreign_trust, None, Refusal::RelayNotTrusted, "relay's identity could not be verified"),
        (&good, &pki.trust, Some(unknown), Refusal::UnknownHome, "does not know this home"),
        (&good, &pki.trust, Some(version), Refusal::Version, "software version"),
    ] {
        let status = refused_with(&pki, credentials, trust, refusal).await;
        assert_eq!(status.state.refusal(), Some(expected));
        assert!(status.words().en.contains(word), "{}", status.words().en);
    }
}

#[tokio::test]
async fn requests_stream_and_leave_no_streams_behind() {
    let open = Arc::new(AtomicUsize::new(0));
    let open2 = open.clone();
    let router = Router::new().route("/api/echo", post(|body: String| async move { format!("<{body}>") })).route(
        "/api/events",
        get(move || async move {
            struct Guard(Arc<AtomicUsize>);
            impl Drop for Guard {
                fn drop(&mut self) {
                    self.0.fetch_sub(1, Ordering::Relaxed);
                }
            }
            open2.fetch_add(1, Ordering::Relaxed);
            let guard = Guard(open2);
            let ticks = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(Duration::from_millis(20)));
            Sse::new(ticks.map(move |_| {
                let _held = &guard;
                Ok::<_, Infallible>(Event::default().data("tick"))
            }))
        }),
    );
    let world = World::new(router, Box::new(TestDevices::default())).await;
    // More than the relay allows at once (32): each must end.
    for n in 0..100 {
        let body = Body::from(n.to_string());
        let request = Request::builder().method(Method::POST).uri("/api/echo").body(body).unwrap();
        let answer = world.agent.link.request(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), format!("<{n}>"));
    }
    for _ in 0..40 {
        let request = Request::builder().uri("/api/events").body(Body::empty()).unwrap();
        let mut body = world.agent.link.request(request).await.unwrap().into_body();
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), "data: tick\n\n");
    }
    let ended = async {
        while open.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), ended).await.expect("dropped bodies end at the relay too");
}

#[tokio::test]
async fn without_a_link_a_request_says_so_at_once() {
    let mut world = World::new(Router::new(), Box::new(TestDevices::default())).await;
    world.wire.set(false);
    world.connected(false).await;
    let begun = clock::now_instant();
    let request = Request::builder().uri("/api/x").body(Body::empty()).unwrap();
    assert!(world.agent.link.request(request).await.is_err());
    assert!(begun.elapsed() < Duration::from_millis(100));
}

/// The consultation goes on after a gap: same source, sequence without a repeat, a key frame first.
async fn resumes_after(gap: Duration) -> Duration {
    let devices = TestDevices::default();
    let mut world = World::new(Router::new(), Box::new(devices.clone())).await;
    world.relay.tell(start_media());
    let mut last = RtpPacket::parse(world.relay.datagram(Flow::Video).await.1).unwrap();
    for _ in 0..20 {
        last = RtpPacket::parse(world.relay.datagram(Flow::Video).await.1).unwrap();
    }
    assert_eq!(last.header.ssrc, VIDEO_SSRC);

    let before = world.relay.connection().stable_id();
    world.wire.set(false);
    tokio::time::sleep(gap).await;
    while world.relay.datagrams.try_recv().is_ok() {}
    world.wire.set(true);
    let back = tokio::time::Instant::now();

    // What a relay does: when the box dialled anew, it repeats what runs.
    let resumed = async {
        let mut told = before;
        loop {
            tokio::select! {
                (at, packet) = world.relay.datagram(Flow::Video) => return (at, packet),
                () = tokio::time::sleep(Duration::from_millis(5)) => {
                    let now = world.relay.connection().stable_id();
                    if now != told {
                        told = now;
                        world.relay.tell(start_media());
                    }
                }
            }
        }
    };
    let (at, packet) = tokio::time::timeout(Duration::from_secs(10), resumed).await.expect("resumes");
    let first = RtpPacket::parse(packet).unwrap();
    assert_eq!(first.header.ssrc, VIDEO_SSRC);
    let ahead = first.header.sequence.wrapping_sub(last.header.sequence);
    assert!((1..0x8000).contains(&ahead), "the sequence goes on: {ahead}");
    assert_eq!(devices.running.load(Ordering::Relaxed), 1, "the devices ran through");
    let took = at - back;
    eprintln!("gap {gap:?}: media again after {took:?}");
    world.life.stop().await.unwrap();
    took
}

#[tokio::test]
async fn a_consultation_resumes_in_place_within_two_seconds() {
    for gap in [500, 1200, 2500, 5000, 9000] {
        let took = resumes_after(Duration::from_millis(gap)).await;
        assert!(took < Duration::from_secs(2), "after a gap of {gap} ms it took {took:?}");
    }
}

#[tokio::test]
async fn media_follow_the_relay_s_word() {
    let devices = TestDevices::default();
    let mut world = World::new(Router::new(), Box::new(devices.clone())).await;
    world.relay.tell(start_media());
    world.relay.datagram(Flow::Video).await;
    world.relay.datagram(Flow::Audio).await;
    world.relay.heard(|message| matches!(message, ToRelay::MediaStats { .. }).then_some(())).await;
    let full = |message: &ToRelay| matches!(message, ToRelay::MediaRung { rung: Some(Rung::Full), .. }).then_some(());
    world.relay.heard(full).await;
    assert_eq!(world.agent.outbox.shown().rung, Some(Rung::Full), "the page has it from the box");
    let keyframes = devices.keyframes.load(Ordering::Relaxed);
    world.relay.tell(ToBox::KeyframeRequest { low: false });
    world.relay.tell(ToBox::SetBitrate { video_bps: 300_000 });
    let told = async {
        while devices.bitrate.load(Ordering::Relaxed) != 300_000
            || devices.keyframes.load(Ordering::Relaxed) == keyframes
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), told).await.expect("the devices are told");

    // A packet that the relay misses is sent again as it was. Every one is asked for, as what is asked for too late or on a full link is not sent.
    let again = async {
        let mut seen = HashMap::new();
        loop {
            let packet = RtpPacket::parse(world.relay.datagram(Flow::Video).await.1).unwrap();
            let sequence = packet.header.sequence;
            if let Some(first) = seen.insert(sequence, packet.clone()) {
                return (first, packet);
            }
            let nack =
                yunzhen_protocol::rtcp::RtcpPacket::Nack { sender: 0, media: VIDEO_SSRC, sequences: vec![sequence] };
            let datagram = [vec![2], yunzhen_protocol::rtcp::encode(&[nack])].concat();
            world.relay.connection().send_datagram(datagram.into()).unwrap();
        }
    };
    let (first, again) = tokio::time::timeout(Duration::from_secs(10), again).await.expect("sent again");
    assert_eq!(again, first);

    world.relay.tell(ToBox::StopMedia {
        consultation_id: CONSULTATION,
        reason: yunzhen_protocol::control::StopReason::HangUp,
    });
    let mut shown = world.agent.outbox.watch_shown();
    shown.wait_for(|shown| shown.state == "idle" && shown.rung.is_none()).await.unwrap();
}

#[tokio::test]
async fn a_relay_that_is_not_there_yet_is_found_when_it_comes() {
    let (life, pki) = (Lifecycle::new(), Pki::new());
    let dir = tempfile::tempdir().unwrap();
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let config = crate::world::config(&dir, &pki, socket.local_addr().unwrap());
    let agent = yunzhen_clinic_agent::agent::start(&life, &config, Box::new(TestDevices::default())).await.unwrap();
    let mut status = agent.link.status();
    status.wait_for(|status| status.words().en.starts_with("Offline")).await.unwrap();
    let begun = clock::now_instant();
    life.stop().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3), "draining does not wait for the relay");
    let _ = Wire::to(socket.local_addr().unwrap()).await;
}
