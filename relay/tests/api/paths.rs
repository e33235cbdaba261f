//! Several paths of one box: they join by the session's name, share the home's place in the room, and one of them can take the control stream over.

use bytes::Bytes;
use quinn::VarInt;
use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_protocol::VERSION;
use yunzhen_protocol::control::{AudioPlan, RefusedCode, ToBox, ToRelay};
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket};
use yunzhen_relay::quic::close;
use yunzhen_relay::seed::{HOME_1, HOME_2};

use crate::boxes::{PATIENCE, Stage, TestBox, hello};

/// A box in its home's call, and the name of its session.
async fn first(stage: &Stage) -> (TestBox, String, ConsultationId, AudioPlan) {
    let mut one = stage.silent(HOME_1).await;
    one.say(&hello(VERSION)).await;
    let ToBox::Welcome { session: Some(session), .. } = one.told().await else { panic!("no session") };
    let start = one.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
    let ToBox::StartMedia { consultation_id, audio, .. } = start else { unreachable!() };
    (one, session, consultation_id, audio)
}

async fn asked_to_join(stage: &Stage, home: HomeId, session: &str) -> (TestBox, ToBox) {
    let mut one = stage.silent(home).await;
    let (session, path) = (session.to_owned(), "wired".to_owned());
    one.say(&ToRelay::Join { protocol: VERSION, session, path }).await;
    let answer = one.told().await;
    (one, answer)
}

/// A box that was just welcomed may join before its session is listed; it asks again.
async fn joined(stage: &Stage, session: &str) -> TestBox {
    loop {
        match asked_to_join(stage, HOME_1, session).await {
            (one, ToBox::Joined {}) => return one,
            (_, ToBox::Refused { code: RefusedCode::UnknownSession, .. }) => {}
            (_, other) => panic!("{other:?}"),
        }
    }
}

fn sound(audio: AudioPlan, sequence: u16) -> Bytes {
    let header = RtpHeader {
        marker: false,
        payload_type: audio.payload_type,
        sequence,
        timestamp: u32::from(sequence) * 960,
        ssrc: audio.ssrc,
    };
    let packet = RtpPacket { header, payload: Bytes::from_static(&[0xfc; 40]) };
    [&[1][..], &packet.to_bytes()[..]].concat().into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_same_home_joins_and_only_while_the_session_lasts() {
    let stage = Stage::new().await;
    let (one, session, ..) = first(&stage).await;
    let second = joined(&stage, &session).await;
    for (home, name) in [(HOME_2, session.as_str()), (HOME_1, "guessed"), (HOME_1, "")] {
        let (refused, answer) = asked_to_join(&stage, home, name).await;
        assert!(matches!(answer, ToBox::Refused { code: RefusedCode::UnknownSession, .. }), "{answer:?}");
        assert_eq!(refused.closed().await.0, close::BUSY);
    }
    // Four paths are all there may be.
    let _third = joined(&stage, &session).await;
    let _fourth = joined(&stage, &session).await;
    let (_, answer) = asked_to_join(&stage, HOME_1, &session).await;
    assert!(matches!(answer, ToBox::Refused { code: RefusedCode::Busy, .. }), "{answer:?}");

    // Another session of the box ends this one with all its paths.
    let (_other, ..) = first(&stage).await;
    assert_eq!(one.closed().await.0, close::REPLACED);
    assert_eq!(second.closed().await.0, close::REPLACED);
    let (_, answer) = asked_to_join(&stage, HOME_1, &session).await;
    assert!(matches!(answer, ToBox::Refused { code: RefusedCode::UnknownSession, .. }), "{answer:?}");
    second.connection.close(VarInt::from_u32(0), b"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_by_two_paths_is_taken_once() {
    let stage = Stage::new().await;
    let (mut one, session, _, audio) = first(&stage).await;
    let second = joined(&stage, &session).await;
    one.answers().await;
    let before = stage.counted("yunzhen_paths_duplicates_total");
    // What comes before a path is in the room is nobody's.
    let twice = async {
        let mut sequence = 0;
        while stage.counted("yunzhen_paths_duplicates_total") < before + 40 {
            for _ in 0..10 {
                one.connection.send_datagram(sound(audio, sequence)).unwrap();
                second.connection.send_datagram(sound(audio, sequence)).unwrap();
                sequence += 1;
            }
            one.answers().await;
        }
    };
    tokio::time::timeout(PATIENCE, twice).await.expect("what came by both is counted");
    // Each path is told of what came by it, on itself.
    for path in [&one, &second] {
        let told = tokio::time::timeout(PATIENCE, path.connection.read_datagram()).await.unwrap().unwrap();
        assert_eq!(told[0], 2, "a report of arrivals");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_goes_on_when_the_path_with_control_dies_and_control_may_come_back() {
    let stage = Stage::new().await;
    let (mut one, session, consultation_id, _) = first(&stage).await;
    let mut second = joined(&stage, &session).await;
    one.answers().await;

    // What is said on a stream without control is not heard, and an old turn is none.
    second.say(&ToRelay::TakeControl { turn: 0, consultation_id: None }).await;
    second.say(&ToRelay::HangUp { consultation_id }).await;
    one.answers().await;

    second.say(&ToRelay::TakeControl { turn: 1, consultation_id: Some(consultation_id) }).await;
    let told = second.told_until(|told| matches!(told, ToBox::StartMedia { .. } | ToBox::RoomState(_))).await;
    assert!(matches!(told, ToBox::RoomState(_)), "the box knows its call: {told:?}");
    second.answers().await;
    // Back on the first, from a box that has lost its call meanwhile.
    one.say(&ToRelay::TakeControl { turn: 2, consultation_id: None }).await;
    one.told_until(|told| matches!(told, ToBox::StartMedia { .. })).await;
    one.answers().await;

    // The path with control is gone; the other takes over, and the home never left the room.
    let disconnected = stage.counted("yunzhen_boxes_connected");
    one.connection.close(VarInt::from_u32(0), b"");
    second.say(&ToRelay::TakeControl { turn: 3, consultation_id: Some(consultation_id) }).await;
    second.answers().await;
    assert_eq!(stage.counted("yunzhen_boxes_connected"), disconnected);

    // With its last path the session is over.
    second.connection.close(VarInt::from_u32(0), b"");
    let (_again, next, ..) = first(&stage).await;
    assert_ne!(next, session);
}
