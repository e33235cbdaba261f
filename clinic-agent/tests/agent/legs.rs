//! A tablet's leg against the `webrtc` crate as the browser: media both ways through page, box and link.

use crate::http::Browser;
use crate::world::{AUDIO_SSRC, CONSULTATION, TestDevices, VIDEO_SSRC, World, start_media, start_media_of};
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use rtc::media_stream::MediaStreamTrack;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState,
    RTCPeerConnectionState, RTCSessionDescription, Registry, SettingEngineBuilder, register_default_interceptors,
};
use yunzhen_clinic_agent::playback::attendance::DOUBT;
use yunzhen_domain::ids::ConsultationId;
use yunzhen_protocol::control::{ActiveCamera, StopReason, ToBox, ToRelay};
use yunzhen_protocol::payload_type;
use yunzhen_protocol::room::{
    AudioState, LinkLevel, Participant, ParticipantId, ParticipantKind, RoomPhase, RoomState, SlotAssignment,
    VideoState,
};
use yunzhen_protocol::roq::Flow;
use yunzhen_protocol::rtcp::{self, RtcpPacket};
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket};
use yunzhen_runtime::clock;

type Received = (RtpCodecKind, rtc::rtp::Packet, Arc<dyn TrackRemote>);

/// A browser with a camera and a microphone.
struct Tablet {
    peer: Arc<dyn PeerConnection>,
    video: Arc<TrackLocalStaticRTP>,
    audio: Arc<TrackLocalStaticRTP>,
    received: mpsc::UnboundedReceiver<Received>,
    states: mpsc::UnboundedReceiver<RTCPeerConnectionState>,
    gathered: mpsc::UnboundedReceiver<()>,
}

struct Handler {
    received: mpsc::UnboundedSender<Received>,
    states: mpsc::UnboundedSender<RTCPeerConnectionState>,
    gathered: mpsc::UnboundedSender<()>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            let _ = self.gathered.send(());
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let _ = self.states.send(state);
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let received = self.received.clone();
        tokio::spawn(async move {
            let kind = track.kind().await;
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event {
                    let _ = received.send((kind, packet, track.clone()));
                }
            }
        });
    }
}

fn local(kind: RtpCodecKind, ssrc: u32) -> Arc<TrackLocalStaticRTP> {
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        ..Default::default()
    };
    let name = format!("tablet-{kind}");
    Arc::new(TrackLocalStaticRTP::new(MediaStreamTrack::new(name.clone(), name.clone(), name, kind, vec![encoding])))
}

impl Tablet {
    /// Pairs: its own, two more slots, the preview.
    async fn new() -> Self {
        let (received_tx, received) = mpsc::unbounded_channel();
        let (states_tx, states) = mpsc::unbounded_channel();
        let (gathered_tx, gathered) = mpsc::unbounded_channel();
        let mut media = MediaEngine::default();
        media.register_default_codecs().unwrap();
        let registry = register_default_interceptors(Registry::new(), &mut media).unwrap();
        let peer = PeerConnectionBuilder::new()
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .with_setting_engine(SettingEngineBuilder::new().with_include_loopback_candidate(true).build())
            .with_handler(Arc::new(Handler { received: received_tx, states: states_tx, gathered: gathered_tx }))
            .with_udp_addrs(vec!["127.0.0.1:0"])
            .build()
            .await
            .unwrap();
        let peer: Arc<dyn PeerConnection> = Arc::new(peer);
        let (audio, video) = (local(RtpCodecKind::Audio, 71), local(RtpCodecKind::Video, 72));
        let both = |direction| Some(RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] });
        let send = |track: &Arc<TrackLocalStaticRTP>| track.clone() as Arc<dyn TrackLocal>;
        let sendrecv = || both(RTCRtpTransceiverDirection::Sendrecv);
        peer.add_transceiver_from_track(send(&audio), sendrecv()).await.unwrap();
        peer.add_transceiver_from_track(send(&video), sendrecv()).await.unwrap();
        for _ in 0..3 {
            for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
                let recvonly = both(RTCRtpTransceiverDirection::Recvonly);
                peer.add_transceiver_from_kind(kind, recvonly).await.unwrap();
            }
        }
        Self { peer, video, audio, received, states, gathered }
    }

    /// Joins through the page; the leg's id.
    async fn join(&mut self, browser: &mut Browser, rejoin: Option<&str>) -> String {
        let sdp = self.offer().await;
        let (status, headers, answer) = offered(browser, CONSULTATION, rejoin, sdp).await;
        assert_eq!(status, StatusCode::CREATED, "{answer:?}");
        let answer = String::from_utf8(answer.to_vec()).unwrap();
        let leg = headers["leg-id"].to_str().unwrap().to_owned();
        assert!(headers["location"].to_str().unwrap().ends_with(&leg));
        assert!(answer.contains("a=ice-lite") && answer.contains("127.0.0.1"), "{answer}");
        self.peer.set_remote_description(RTCSessionDescription::answer(answer).unwrap()).await.unwrap();
        self.is(RTCPeerConnectionState::Connected).await;
        leg
    }

    async fn offer(&mut self) -> String {
        let offer = self.peer.create_offer(None).await.unwrap();
        self.peer.set_local_description(offer).await.unwrap();
        self.gathered.recv().await.unwrap();
        self.peer.local_description().await.unwrap().sdp
    }

    async fn is(&mut self, wanted: RTCPeerConnectionState) {
        let reached = async { while self.states.recv().await.expect("states") != wanted {} };
        tokio::time::timeout(Duration::from_secs(10), reached).await.expect("state in time");
    }

    /// Sends 50 packets a second until dropped, a key frame every tenth.
    fn film(&self) -> tokio::task::JoinHandle<()> {
        let (video, audio) = (self.video.clone(), self.audio.clone());
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            for n in 0u16.. {
                ticks.tick().await;
                let payload = if n % 10 == 0 { &[0x67, 0x42, 0xe0, 0x1f][..] } else { &[0x41, 0x9a, 0x02][..] };
                let header = |payload_type, ssrc| rtc::rtp::header::Header {
                    version: 2,
                    payload_type,
                    sequence_number: n.wrapping_add(65_000),
                    timestamp: u32::from(n) * 1800,
                    ssrc,
                    ..Default::default()
                };
                // PT 125: H.264 42e01f, packetization-mode 1 among the library's default codecs.
                let picture =
                    rtc::rtp::Packet { header: header(H264_OF_TABLET, 72), payload: Bytes::copy_from_slice(payload) };
                let sound = rtc::rtp::Packet { header: header(111, 71), payload: Bytes::from_static(&[0xfc; 30]) };
                let sent = video.write_rtp(picture).await.and(audio.write_rtp(sound).await);
                if sent.is_err() {
                    return;
                }
            }
        })
    }
}

/// What the library's default codecs call H.264 42e01f with packetization-mode 1.
const H264_OF_TABLET: u8 = 125;

/// What the page's interface answers to an offer.
async fn offered(
    browser: &mut Browser,
    consultation: ConsultationId,
    rejoin: Option<&str>,
    sdp: String,
) -> (StatusCode, HeaderMap, Bytes) {
    let query = rejoin.map(|leg| format!("&rejoin={leg}")).unwrap_or_default();
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/page/consultations/{consultation}/legs?preview=true{query}"))
        .header(header::CONTENT_TYPE, "application/sdp")
        .body(Body::from(sdp))
        .unwrap();
    browser.whole(request).await
}

fn router() -> Router {
    let expires = clock::now_timestamp() + Duration::from_secs(3600);
    let staff = json!({ "id": "0190a5f0-0000-7000-8000-0000000000aa", "name": "n", "role": "nurse" });
    let answer = json!({ "token": "t", "staff": staff, "expires_at": format!("{expires:.3}") });
    Router::new().route("/api/sessions", post(move || async move { (StatusCode::CREATED, Json(answer)) }))
}

fn participant(id: u128, kind: ParticipantKind) -> Participant {
    Participant {
        id: ParticipantId(uuid::Uuid::from_u128(id)),
        kind,
        display_name: "x".into(),
        audio: AudioState::On,
        video: VideoState::On,
        camera: None,
        tablet: None,
        rung: None,
        signals: Vec::new(),
        link: LinkLevel::Good,
        pictures: None,
        since: clock::now_timestamp(),
    }
}

fn room(version: u64) -> RoomState {
    let (home, specialist) = (participant(1, ParticipantKind::Home), participant(2, ParticipantKind::Specialist));
    serde_json::from_value::<RoomState>(json!({
        "consultation_id": CONSULTATION,
        "state": RoomPhase::Open,
        "participants": [home, specialist],
        "slots": [SlotAssignment { slot: 0, participant_id: ParticipantId(uuid::Uuid::from_u128(2)) }],
        "you": ParticipantId(uuid::Uuid::from_u128(1)),
        "version": version,
        "departed": [],
    }))
    .unwrap()
}

/// The specialist's media as they come down slot 0: 50 packets a second, a key frame each time the flag is set.
fn specialist(world: &World, keyframe: Arc<std::sync::atomic::AtomicBool>) -> tokio::task::JoinHandle<()> {
    let connection = world.relay.connection();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        for n in 0u16.. {
            ticks.tick().await;
            let key = keyframe.swap(false, std::sync::atomic::Ordering::Relaxed);
            let header = RtpHeader {
                marker: true,
                payload_type: payload_type::H264,
                sequence: n.wrapping_add(65_500),
                timestamp: u32::from(n) * 1800,
                ssrc: 900,
            };
            let payload = if key { &[0x67, 0x42, 0xe0, 0x1f][..] } else { &[0x41, 0x9a, 0x02][..] };
            let video = RtpPacket { header, payload: Bytes::copy_from_slice(payload) };
            let audio = RtpPacket {
                header: RtpHeader { payload_type: payload_type::OPUS, ssrc: 901, ..header },
                payload: Bytes::from_static(&[0xfc; 30]),
            };
            for (flow, packet) in [(Flow::SlotVideo(0), video), (Flow::SlotAudio(0), audio)] {
                let mut datagram = Vec::new();
                yunzhen_protocol::roq::write_flow_id(flow, &mut datagram);
                datagram.extend_from_slice(&packet.to_bytes());
                if connection.send_datagram(datagram.into()).is_err() {
                    return;
                }
            }
        }
    })
}

/// What [`TestDevices`] send is longer than anything else here.
fn is_preview(packet: &rtc::rtp::Packet) -> bool {
    packet.payload.len() == 900
}

/// The next packet of a participant.
async fn receives(tablet: &mut Tablet, wanted: RtpCodecKind) -> Received {
    first(tablet, |(kind, packet, _)| *kind == wanted && !is_preview(packet)).await
}

async fn first(tablet: &mut Tablet, wanted: impl Fn(&Received) -> bool) -> Received {
    let arrived = async {
        loop {
            let received = tablet.received.recv().await.expect("tracks");
            if wanted(&received) {
                return received;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), arrived).await.expect("media in time")
}

#[tokio::test]
async fn the_tablet_sees_what_the_box_s_camera_shows_and_both_streams_tell_their_clock() {
    let mut world = World::new(router(), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let mut tablet = Tablet::new().await;
    tablet.join(&mut browser, None).await;
    world.relay.tell(start_media());
    let (_, shown, track) = first(&mut tablet, |(_, packet, _)| is_preview(packet)).await;
    assert_eq!(shown.payload[0], 0x67, "begins with the key frame");
    let sent = RtpPacket::parse(world.relay.datagram(Flow::Video).await.1).unwrap();
    assert_ne!(shown.header.ssrc, sent.header.ssrc, "a track of its own");

    // It cannot decode: the box's own encoder makes the key frame.
    let pli = PictureLossIndication { sender_ssrc: 0, media_ssrc: shown.header.ssrc };
    track.write_rtcp(vec![Box::new(pli)]).await.unwrap();
    first(&mut tablet, |(_, packet, _)| is_preview(packet) && packet.payload[0] == 0x67).await;

    let reports = rtcp::parse(&world.relay.datagram(Flow::Feedback).await.1).unwrap();
    let told = reports.iter().filter_map(|report| match report {
        RtcpPacket::SenderReport { ssrc, info, .. } => Some((*ssrc, info.ntp)),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    assert!(told.iter().any(|(ssrc, _)| *ssrc == VIDEO_SSRC), "{told:?}");
    assert!(told.iter().all(|(ssrc, ntp)| [VIDEO_SSRC, AUDIO_SSRC].contains(ssrc) && *ntp == told[0].1), "{told:?}");
}

#[tokio::test]
async fn a_tablet_sees_is_seen_and_leaves() {
    let keyframe = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut world = World::new(router(), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let mut tablet = Tablet::new().await;
    let leg = tablet.join(&mut browser, None).await;
    let base = format!("/page/consultations/{CONSULTATION}");
    world.relay.heard(|said| matches!(said, ToRelay::MediaJoined { tablet: true, .. }).then_some(())).await;
    world.relay.tell(start_media());
    world.relay.tell(ToBox::RoomState(room(1)));
    let mut events = browser.events(&format!("{base}/legs/{leg}/events")).await;
    let seen = events.find(|name, _| name == "room").await;
    assert_eq!(seen["slots"][0]["slot"], 0);

    // Down: the running picture cannot be decoded, so the box asks for a key frame and waits for it.
    let _specialist = specialist(&world, keyframe.clone());
    let slot = world.relay.heard(|said| match said {
        ToRelay::KeyframeRequest { slot } => Some(*slot),
        _ => None,
    });
    assert_eq!(slot.await, 0);
    keyframe.store(true, std::sync::atomic::Ordering::Relaxed);
    let (_, first, track) = receives(&mut tablet, RtpCodecKind::Video).await;
    assert_eq!(&first.payload[..], [0x67, 0x42, 0xe0, 0x1f], "begins with the key frame");
    let (_, second, _) = receives(&mut tablet, RtpCodecKind::Video).await;
    assert_eq!(second.header.sequence_number, first.header.sequence_number.wrapping_add(1));
    receives(&mut tablet, RtpCodecKind::Audio).await;

    // The tablet cannot decode: its PLI becomes the relay's keyframe request for that slot.
    let pli = PictureLossIndication { sender_ssrc: 0, media_ssrc: first.header.ssrc };
    track.write_rtcp(vec![Box::new(pli)]).await.unwrap();
    world.relay.heard(|said| matches!(said, ToRelay::KeyframeRequest { slot: 0 }).then_some(())).await;

    // Up: the box's own camera first, then the tablet's in the same outgoing stream.
    // For a second: this relay reports nothing, and a box that has heard of no report yet lets little leave.
    let mut own = RtpPacket::parse(world.relay.datagram(Flow::Video).await.1).unwrap();
    let began = own.header.timestamp;
    while own.header.timestamp.wrapping_sub(began) < 90_000 {
        assert_eq!((own.header.ssrc, own.header.payload_type), (VIDEO_SSRC, payload_type::H264));
        own = RtpPacket::parse(world.relay.datagram(Flow::Video).await.1).unwrap();
    }
    let filming = tablet.film();
    let (status, _) =
        browser.json(Method::POST, &format!("{base}/home-camera"), None, &json!({ "camera": "tablet" })).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    world
        .relay
        .heard(|said| matches!(said, ToRelay::CameraState { active: ActiveCamera::Tablet, .. }).then_some(()))
        .await;
    let mut last = own.header.sequence;
    let passed = async {
        loop {
            let packet = RtpPacket::parse(world.relay.datagram(Flow::Video).await.1).unwrap();
            assert_eq!((packet.header.ssrc, packet.header.payload_type), (VIDEO_SSRC, payload_type::H264));
            assert!((1..100).contains(&packet.header.sequence.wrapping_sub(last)), "one sequence across the switch");
            last = packet.header.sequence;
            if packet.payload.len() < 100 {
                return packet;
            }
        }
    };
    let switched = tokio::time::timeout(Duration::from_secs(10), passed).await.expect("the tablet's picture");
    assert_eq!(&switched.payload[..], [0x67, 0x42, 0xe0, 0x1f], "the switch begins with a key frame");
    let sound = async {
        loop {
            let packet = RtpPacket::parse(world.relay.datagram(Flow::Audio).await.1).unwrap();
            assert_eq!((packet.header.ssrc, packet.header.payload_type), (AUDIO_SSRC, payload_type::OPUS));
            if packet.payload.len() == 30 {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), sound).await.expect("the tablet's sound");

    // Muted: no sound leaves the box.
    let muted = json!({ "audio": "muted", "video": "on" });
    let (status, _) = browser.json(Method::PUT, &format!("{base}/legs/{leg}/media-state"), None, &muted).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    tokio::time::sleep(Duration::from_millis(200)).await;
    while world.relay.datagrams.try_recv().is_ok() {}
    let mut pictures = 0;
    while pictures < 10 {
        let (_, datagram) = world.relay.datagrams.recv().await.unwrap();
        assert_ne!(datagram.flow, Flow::Audio);
        pictures += u32::from(datagram.flow == Flow::Video);
    }

    // Locked, whoever passes by can at most mute it: nothing is turned on that is off, no camera is changed, nobody hangs up.
    assert_eq!(browser.json(Method::POST, "/session/lock", None, &json!({})).await.0, StatusCode::NO_CONTENT);
    let put = format!("{base}/legs/{leg}/media-state");
    for (audio, video, expected) in
        [("on", "on", StatusCode::LOCKED), ("none", "on", StatusCode::LOCKED), ("muted", "on", StatusCode::NO_CONTENT)]
    {
        let said = json!({ "audio": audio, "video": video });
        assert_eq!(browser.json(Method::PUT, &put, None, &said).await.0, expected, "{said}");
    }
    let other = json!({ "camera": "room" });
    let (status, body) = browser.json(Method::POST, &format!("{base}/home-camera"), None, &other).await;
    assert_eq!((status, &body["code"]), (StatusCode::LOCKED, &json!("tablet_locked")));
    let hang_up =
        Request::builder().method(Method::DELETE).uri(format!("{base}/legs/{leg}")).body(Body::empty()).unwrap();
    assert_eq!(browser.whole(hang_up).await.0, StatusCode::LOCKED);

    // A reload: the new leg takes the old one's place without a hang-up.
    let mut again = Tablet::new().await;
    let leg2 = again.join(&mut browser, Some(&leg)).await;
    assert_ne!(leg, leg2);
    let (status, _, _) = browser.get(&format!("{base}/legs/{leg}/events")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    keyframe.store(true, std::sync::atomic::Ordering::Relaxed);
    let key = keyframe.clone();
    let ticking = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            key.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    });
    receives(&mut again, RtpCodecKind::Video).await;
    ticking.abort();
    filming.abort();
    let mut events = browser.events(&format!("{base}/legs/{leg2}/events")).await;

    // The nurse opens the tablet and hangs up.
    browser.sign_in().await;
    let request =
        Request::builder().method(Method::DELETE).uri(format!("{base}/legs/{leg2}")).body(Body::empty()).unwrap();
    assert_eq!(browser.whole(request).await.0, StatusCode::NO_CONTENT);
    world
        .relay
        .heard(|said| {
            matches!(said, ToRelay::HangUp { consultation_id } if *consultation_id == CONSULTATION).then_some(())
        })
        .await;
    let ended = events.find(|name, _| name == "ended").await;
    assert_eq!(ended["ended_reason"], "hang_up");
    let (_, _, status): (_, _, Value) = browser.get("/page/status").await;
    assert_eq!(status["media"]["state"], "idle");
}

/// A relay that was restarted counts from 1, and the tablet saw who was there before until it had counted past what the box knew.
#[tokio::test]
async fn the_room_of_a_relay_that_was_restarted_is_seen_at_once() {
    let mut world = World::new(router(), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let mut tablet = Tablet::new().await;
    let leg = tablet.join(&mut browser, None).await;
    world.relay.heard(|said| matches!(said, ToRelay::MediaJoined { tablet: true, .. }).then_some(())).await;
    world.relay.tell(ToBox::RoomState(room(40)));
    let mut events = browser.events(&format!("/page/consultations/{CONSULTATION}/legs/{leg}/events")).await;
    let known = events.find(|name, _| name == "room").await;
    assert_eq!(known["version"], 40);
    world.relay.tell(ToBox::RoomState(room(39)));

    world.relay.connection().close(0u32.into(), b"restarted");
    world.relay.heard(|said| matches!(said, ToRelay::MediaJoined { tablet: true, .. }).then_some(())).await;
    world.relay.tell(ToBox::RoomState(room(2)));
    let other = events.find(|name, data| name == "room" && data["version"] != 40);
    let other = tokio::time::timeout(Duration::from_secs(10), other).await.expect("the room in time");
    assert_eq!(other["version"], 2, "and 39 was older in the count before");
    world.relay.tell(ToBox::RoomState(room(1)));
    world.relay.tell(ToBox::RoomState(room(3)));
    let newer = events.find(|name, data| name == "room" && data["version"] != 2);
    let newer = tokio::time::timeout(Duration::from_secs(10), newer).await.expect("the room in time");
    assert_eq!(newer["version"], 3, "in one count only what is newer");
}

/// The browser is killed: its connections are closed at once, long before its peer connection fails.
#[tokio::test]
async fn a_tablet_that_dies_is_told_at_once_and_so_is_its_return() {
    let mut world = World::new(router(), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let mut tablet = Tablet::new().await;
    let leg = tablet.join(&mut browser, None).await;
    let base = format!("/page/consultations/{CONSULTATION}/legs");
    world.relay.heard(|said| matches!(said, ToRelay::MediaJoined { tablet: true, .. }).then_some(())).await;
    world.relay.tell(start_media());
    world.relay.tell(ToBox::RoomState(room(1)));
    let mut events = browser.events(&format!("{base}/{leg}/events")).await;
    events.find(|name, _| name == "room").await;
    let filming = tablet.film();

    // A stream alone that ends is no death: the tablet's media goes on, and the page opens another.
    let begun = clock::now_instant();
    drop(events);
    tokio::time::sleep(DOUBT + DOUBT / 2).await;
    let events = browser.events(&format!("{base}/{leg}/events")).await;
    while let Ok(said) = world.relay.control.try_recv() {
        assert!(!matches!(said, ToRelay::MediaJoined { .. }), "{said:?} after {:?}", begun.elapsed());
    }

    filming.abort();
    tablet.peer.close().await.unwrap();
    let died = clock::now_instant();
    drop(events);
    world.relay.heard(|said| matches!(said, ToRelay::MediaJoined { tablet: false, .. }).then_some(())).await;
    assert!(died.elapsed() < DOUBT * 3, "{:?}", died.elapsed());

    let mut again = Tablet::new().await;
    again.join(&mut browser, Some(&leg)).await;
    world.relay.heard(|said| matches!(said, ToRelay::MediaJoined { tablet: true, .. }).then_some(())).await;
}

#[tokio::test]
async fn the_relay_s_end_is_told_and_nonsense_is_refused() {
    let mut world = World::new(router(), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let base = format!("/page/consultations/{CONSULTATION}");
    for (offer, kind, expected) in [
        ("hello", "application/sdp", StatusCode::UNPROCESSABLE_ENTITY),
        ("v=0\r\nm=audio 9 X 0\r\n", "application/sdp", StatusCode::UNPROCESSABLE_ENTITY),
        ("v=0", "text/plain", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let request = Request::builder().method(Method::POST).uri(format!("{base}/legs"));
        let request = request.header(header::CONTENT_TYPE, kind).body(Body::from(offer)).unwrap();
        assert_eq!(browser.whole(request).await.0, expected, "{offer}");
    }
    let mut tablet = Tablet::new().await;
    let leg = tablet.join(&mut browser, None).await;
    world.relay.tell(start_media());
    world.relay.datagram(Flow::Video).await;
    let mut events = browser.events(&format!("{base}/legs/{leg}/events")).await;
    world.relay.tell(ToBox::StopMedia { consultation_id: CONSULTATION, reason: StopReason::Cancelled });
    let ended = events.find(|name, _| name == "ended").await;
    assert_eq!(ended["ended_reason"], "cancelled");
    assert!(events.next().await.is_none(), "the last word ends the stream");
}

/// Two residents of one home wait, each with a tablet, and the specialist takes the one who came second first.
#[tokio::test]
async fn the_box_goes_where_the_specialist_begins_and_the_other_tablet_is_let_in_afterwards() {
    let world = World::new(router(), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let urgent = ConsultationId::from_uuid(uuid::Uuid::from_u128(0xc1));
    let (mut first, mut second) = (Tablet::new().await, Tablet::new().await);
    let leg = first.join(&mut browser, None).await;
    let sdp = second.offer().await;
    let (status, _, problem) = offered(&mut browser, urgent, None, sdp.clone()).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(serde_json::from_slice::<Value>(&problem).unwrap()["code"], "box_busy");

    let mut events = browser.events(&format!("/page/consultations/{CONSULTATION}/legs/{leg}/events")).await;
    world.relay.tell(start_media_of(urgent));
    let ended = events.find(|name, _| name == "ended").await;
    assert_eq!(ended["ended_reason"], "elsewhere");
    assert_eq!(offered(&mut browser, urgent, None, sdp).await.0, StatusCode::CREATED);
    let again = Tablet::new().await.offer().await;
    assert_eq!(offered(&mut browser, CONSULTATION, None, again.clone()).await.0, StatusCode::CONFLICT);

    world.relay.tell(ToBox::StopMedia { consultation_id: urgent, reason: StopReason::HangUp });
    let let_in = async {
        while offered(&mut browser, CONSULTATION, None, again.clone()).await.0 != StatusCode::CREATED {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), let_in).await.expect("the box is free");
}

#[tokio::test]
async fn stopping_the_box_tells_the_page() {
    let world = World::new(router(), Box::new(TestDevices::default())).await;
    let mut browser = Browser::new(world.page);
    browser.sign_in().await;
    let mut tablet = Tablet::new().await;
    let leg = tablet.join(&mut browser, None).await;
    let mut events = browser.events(&format!("/page/consultations/{CONSULTATION}/legs/{leg}/events")).await;
    let mut status = browser.events("/page/status/events").await;
    let begun = clock::now_instant();
    let (stopped, ended, told) = tokio::join!(
        world.life.stop(),
        events.find(|name, _| name == "ended"),
        status.find(|_, data| data["link"]["words_en"] == "This box is being stopped"),
    );
    stopped.unwrap();
    assert_eq!((&ended["ended_reason"], &told["link"]["state"]), (&json!("drain"), &json!("offline")));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// Sends what comes up back down on slot 0, and passes keyframe requests back: the tablet's own picture returns to it.
async fn mirror(mut relay: crate::relay::FakeRelay) {
    let mut fragments = yunzhen_protocol::fragment::Fragmenter::new();
    let mut whole = yunzhen_protocol::fragment::Reassembler::new();
    loop {
        tokio::select! {
            said = relay.control.recv() => match said {
                Some(ToRelay::MediaJoined { tablet: true, .. }) => {
                    relay.tell(start_media());
                    relay.tell(ToBox::RoomState(room(1)));
                }
                Some(ToRelay::KeyframeRequest { slot: 0 }) => relay.tell(ToBox::KeyframeRequest { low: false }),
                Some(_) => {}
                None => return,
            },
            Some((_, datagram)) = relay.datagrams.recv() => {
                let down = match datagram.flow {
                    Flow::Video => Flow::SlotVideo(0),
                    Flow::Audio => Flow::SlotAudio(0),
                    Flow::Feedback => Flow::SlotFeedback(0),
                    _ => continue,
                };
                let packet = match datagram.is_fragment {
                    false => Some(datagram.packet),
                    true => whole.push(datagram.flow, datagram.packet).unwrap(),
                };
                let connection = relay.connection();
                let Some(max) = connection.max_datagram_size() else { continue };
                for datagram in packet.into_iter().flat_map(|packet| fragments.datagrams(down, &[], &packet, max).unwrap()) {
                    let _ = connection.send_datagram(datagram);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_films_and_sees_itself_through_the_relay() {
    if !std::path::Path::new("/usr/bin/chromium").exists() {
        return eprintln!("skipped: there is no /usr/bin/chromium on this machine");
    }
    let world = World::new(router(), Box::new(TestDevices::default())).await;
    tokio::spawn(mirror(world.relay));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agent/tablet.mjs");
    let mut node = tokio::process::Command::new("node");
    node.arg(script).arg(format!("http://{}", world.page)).arg(CONSULTATION.to_string()).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(90), node.output()).await.expect("in time").unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    println!("{text}");
    let seen: Value = serde_json::from_str(text.trim()).unwrap();
    assert_eq!(seen["codec"], "video/H264");
    assert!(seen["frames_decoded"].as_u64() > Some(30) && seen["colours"].as_u64() > Some(3), "{seen}");
    assert!(seen["audio_energy"].as_f64() > Some(0.0), "{seen}");
    assert!(seen["clock_skew_ms"].as_u64() < Some(1500), "both reports are of about now: {seen}");
    assert_eq!(seen["left"], 204);
    world.life.stop().await.unwrap();
}
