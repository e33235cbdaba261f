//! A page's low picture on its own line, over DTLS and SRTP: asked for, sent, and given to the one whose link takes no more.

#![allow(clippy::disallowed_methods, reason = "tests drive real time")]

mod support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use support::*;
use yunzhen_media::MediaKind;
use yunzhen_media::downlink::Takes;
use yunzhen_media::protocol::room::ParticipantKind;
use yunzhen_media::protocol::rtp::{RtpHeader, RtpPacket};
use yunzhen_rtc::sdp::Direction;
use yunzhen_rtc::{MediaFlow, RoomEvent};

const SOON: Duration = Duration::from_secs(20);
/// Own publication, a sound line that is not used, the line of the low picture.
const CALL_WITH_LOW: [(MediaKind, Direction); 4] = [
    (MediaKind::Audio, Direction::SendRecv),
    (MediaKind::Video, Direction::SendRecv),
    (MediaKind::Audio, Direction::RecvOnly),
    (MediaKind::Video, Direction::SendOnly),
];
const MAIN_LINE: usize = 1;
const LOW_LINE: usize = 3;

/// A packet that says of which picture it is; each tenth begins a keyframe.
fn payload(number: u16, is_low: bool) -> Bytes {
    let head = if number.is_multiple_of(10) { 0x67 } else { 0x61 };
    let mut payload = vec![head; 500];
    payload[1] = u8::from(is_low);
    payload.into()
}

#[test]
fn a_home_with_a_narrow_way_down_is_sent_the_low_picture_and_a_colleague_the_main_one() {
    let world = World::new(1);
    let (room, _events) = world.room();
    let home = world.home(&room);
    let mut doctor = world.join(&room, ParticipantKind::Specialist, &CALL_WITH_LOW);
    let mut colleague = world.join(&room, ParticipantKind::Specialist, &CALL_OF_FOUR);
    connect(&mut [&mut doctor, &mut colleague]);
    let leg = doctor.leg;
    let is_asked = || room.state().borrow().for_leg(leg).is_some_and(|state| state.send_low);
    assert!(!is_asked(), "nobody weak watches");
    // For the two pictures that the home is shown.
    let takes = Takes { now_bps: 400_000, sustained_bps: 400_000, is_unused: false };
    assert!(home.handle.takes(takes));
    until("the page is asked", &mut [&mut doctor, &mut colleague], SOON, |_| is_asked());

    let (mut number, mut next) = (0u16, Instant::now());
    until("each has their picture", &mut [&mut doctor, &mut colleague], SOON, |people| {
        let now = Instant::now();
        if now >= next {
            let times = (number, u32::from(number) * 3000, true);
            for (line, is_low) in [(MAIN_LINE, false), (LOW_LINE, true)] {
                people[0].client.send(now, line, times, payload(number, is_low)).expect("send");
            }
            people[0].transmit();
            number += 1;
            next = now + Duration::from_millis(10);
        }
        let low = home.received.0.lock().expect("lock");
        // Behind the RTP header.
        let low = low.iter().filter(|(_, flow, packet)| *flow == MediaFlow::Video && packet[13] == 1).count();
        low >= 30 && people[1].line(3) >= 30
    });
    let given = home.received.0.lock().expect("lock");
    let pictures: Vec<u8> =
        given.iter().filter(|(_, flow, _)| *flow == MediaFlow::Video).map(|(_, _, packet)| packet[13]).collect();
    assert!(pictures.is_sorted(), "one step, from the main picture to the low one: {pictures:?}");
    assert!(colleague.got[&3].values().all(|payload| payload[1] == 0), "the colleague has the main one only");
}

/// The box films for three people, one of whom loses more than half of what comes.
#[test]
fn a_weak_specialist_is_given_the_low_picture_of_a_box_and_a_strong_one_the_main_one() {
    let world = World::new(1);
    let (room, mut heard) = world.room();
    let mut home = world.home_with_low(&room);
    let mut strong = world.join(&room, ParticipantKind::Specialist, &CALL_OF_FOUR);
    let mut weak = world.join(&room, ParticipantKind::Specialist, &CALL_OF_FOUR);
    connect(&mut [&mut strong, &mut weak]);
    let leg = home.handle.leg();
    let is_asked = || room.state().borrow().for_leg(leg).is_some_and(|state| state.send_low);
    assert!(!is_asked(), "nobody weak watches");
    weak.lose = Some((Dice(0x5eed), 60));

    let (mut number, mut next, mut low_keyframe, mut low_wishes) = (0u16, Instant::now(), false, 0);
    until("each has their picture", &mut [&mut strong, &mut weak], SOON, |people| {
        for event in events(&mut heard) {
            if let RoomEvent::KeyframeWanted { participant, low: true } = event {
                assert_eq!(participant, home.id);
                (low_keyframe, low_wishes) = (true, low_wishes + 1);
            }
        }
        let now = Instant::now();
        if now >= next {
            // A low picture that does not begin with a keyframe, as after one that was lost.
            home.frame(3, number.is_multiple_of(10));
            if is_asked() {
                let mut content = vec![if std::mem::take(&mut low_keyframe) { 0x67 } else { 0x61 }; 200];
                content[5] = LOW_MARK;
                let (sequence, timestamp) = (number, u32::from(number) * 3000);
                let header = RtpHeader { marker: true, payload_type: 102, sequence, timestamp, ssrc: LOW_SSRC };
                let packet = RtpPacket { header, payload: content.into() }.to_bytes();
                assert!(home.handle.burst().push_low(packet), "the queue has room");
                number = number.wrapping_add(1);
            }
            next = now + Duration::from_millis(20);
        }
        let low = people[1].got.get(&1).map_or(0, |got| got.values().filter(|payload| payload[5] == LOW_MARK).count());
        low >= 20 && people[0].line(1) >= 100
    });
    assert!(strong.got[&1].values().all(|payload| payload[5] != LOW_MARK), "the strong one has the main one only");
    assert!(low_wishes > 0, "a keyframe of the low picture is asked for by itself");
}

/// What the packets of the low picture say where those of the main one count to three.
const LOW_MARK: u8 = 9;
