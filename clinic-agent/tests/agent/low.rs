//! The home's low picture on the real programs: asked for by the room, on a flow of its own, and only while the link has room for it.

use crate::rate::{Camera, link};
use crate::world::{CONSULTATION, VIDEO_SSRC, World, start_media};
use axum::Router;
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use yunzhen_protocol::control::{StopReason, ToBox, ToRelay, VideoPlan};
use yunzhen_protocol::payload_type;
use yunzhen_protocol::room::RoomState;
use yunzhen_protocol::roq::Flow;
use yunzhen_protocol::rtcp::{self, RtcpPacket};
use yunzhen_protocol::rtp::RtpPacket;
use yunzhen_runtime::clock;

const PATIENCE: Duration = Duration::from_secs(20);
const LOW: VideoPlan = VideoPlan {
    ssrc: VIDEO_SSRC ^ 2,
    payload_type: payload_type::H264,
    bitrate_bps: 150_000,
    fps: 15,
    width: 320,
    height: 180,
};

/// `start_media` of a relay that can use a low picture.
fn start_with_low() -> ToBox {
    let ToBox::StartMedia { consultation_id, video, audio, hold_s, .. } = start_media() else { unreachable!() };
    ToBox::StartMedia { consultation_id, video, audio, hold_s, low: Some(LOW) }
}

fn asks(send_low: bool, version: u64) -> ToBox {
    let nobody = uuid::Uuid::nil();
    let state = json!({
        "consultation_id": CONSULTATION, "state": "open", "participants": [], "slots": [], "you": nobody,
        "send_low": send_low, "version": version,
    });
    ToBox::RoomState(serde_json::from_value::<RoomState>(state).unwrap())
}

async fn connected(camera: &Camera) -> World {
    let mut world = World::new(Router::new(), Box::new(camera.clone())).await;
    world.relay.reports.store(true, Ordering::Relaxed);
    let offers = world.relay.heard(|said| match said {
        ToRelay::Hello { low_picture, .. } => Some(*low_picture),
        _ => None,
    });
    assert!(offers.await, "a box that can make it says so");
    world
}

/// Waits until the low picture is made, or not.
async fn made(camera: &Camera, wanted: bool) {
    let waited = async {
        while camera.told.lock().unwrap().low.is_some() != wanted {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.expect("in time");
}

/// Takes what comes for a time; how many packets of the low picture.
async fn lows(world: &mut World, time: Duration) -> usize {
    let begun = clock::now_instant();
    let mut lows = 0;
    while clock::now_instant().saturating_duration_since(begun) < time {
        let next = tokio::time::timeout(PATIENCE, world.relay.datagrams.recv()).await.expect("in time");
        lows += usize::from(next.expect("the relay runs").1.flow == Flow::LowVideo);
    }
    lows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_low_picture_is_sent_while_the_room_asks_and_the_link_has_room() {
    let (camera, _targets) = Camera::new();
    let mut world = connected(&camera).await;
    world.wire.shape(link(2_500_000));
    world.relay.tell(start_with_low());
    world.relay.tell(ToBox::SetBitrate { video_bps: 2_500_000 });
    world.relay.tell(asks(false, 1));
    assert_eq!(lows(&mut world, Duration::from_secs(3)).await, 0, "nobody asks");
    assert!(camera.told.lock().unwrap().low.is_none(), "and nothing is encoded");

    world.relay.tell(asks(true, 2));
    let mut next: Option<u16> = None;
    for place in 0..30 {
        let packet = RtpPacket::parse(world.relay.datagram(Flow::LowVideo).await.1).unwrap();
        assert_eq!((packet.header.ssrc, packet.header.payload_type), (LOW.ssrc, payload_type::H264));
        assert!(place > 0 || packet.payload[0] == 0x67, "it begins with a keyframe");
        if let Some(next) = next {
            // What the box dropped to make room for the main picture has a number all the same; how much that is, the machine decides.
            assert!(packet.header.sequence.wrapping_sub(next) < 0x8000, "numbers that only grow");
        }
        next = Some(packet.header.sequence.wrapping_add(1));
    }

    // One that the relay misses comes again as it was.
    let again = async {
        let mut seen = std::collections::HashMap::new();
        loop {
            let packet = RtpPacket::parse(world.relay.datagram(Flow::LowVideo).await.1).unwrap();
            let sequence = packet.header.sequence;
            if let Some(first) = seen.insert(sequence, packet.clone()) {
                return (first, packet);
            }
            let nack = RtcpPacket::Nack { sender: 0, media: LOW.ssrc, sequences: vec![sequence] };
            let datagram = [vec![2], rtcp::encode(&[nack])].concat();
            world.relay.connection().send_datagram(datagram.into()).unwrap();
        }
    };
    let (first, again) = tokio::time::timeout(PATIENCE, again).await.expect("sent again");
    assert_eq!(again, first);

    world.relay.tell(ToBox::KeyframeRequest { low: true });
    let keyframe = async { while world.relay.datagram(Flow::LowVideo).await.1[12] != 0x67 {} };
    tokio::time::timeout(PATIENCE, keyframe).await.expect("a keyframe of the low picture");

    // A link that gets narrow: the low picture is the first that goes, and comes back with the room for it.
    world.wire.shape(link(700_000));
    made(&camera, false).await;
    lows(&mut world, Duration::from_secs(2)).await;
    assert_eq!(lows(&mut world, Duration::from_secs(2)).await, 0);
    world.wire.shape(link(2_500_000));
    made(&camera, true).await;
    world.relay.datagram(Flow::LowVideo).await;

    world.relay.tell(asks(false, 3));
    made(&camera, false).await;
    world.relay.tell(ToBox::StopMedia { consultation_id: CONSULTATION, reason: StopReason::HangUp });
    world.life.stop().await.unwrap();
}

/// A relay of before does not say what a low picture is; should its room ask all the same, nothing comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_says_nothing_of_a_low_picture_gets_none() {
    let (camera, _targets) = Camera::new();
    let mut world = connected(&camera).await;
    world.relay.tell(start_media());
    world.relay.tell(asks(true, 1));
    assert_eq!(lows(&mut world, Duration::from_secs(4)).await, 0);
    assert!(camera.told.lock().unwrap().low.is_none());
    world.relay.tell(ToBox::StopMedia { consultation_id: CONSULTATION, reason: StopReason::HangUp });
    world.life.stop().await.unwrap();
}
