//! What a receiver may rely on, whatever the home's link does.

mod common;

use std::time::Duration;

use common::*;
use proptest::prelude::*;
use yunzhen_media::{
    MediaKind,
    room::{Input, LegId, Output},
};
use yunzhen_netem::{Burst, Config, Loss};
use yunzhen_protocol::{
    room::{AudioState, ParticipantKind, VideoState},
    rtp::{RtpHeader, RtpPacket},
};

const SECOND: Duration = Duration::from_secs(1);

fn one_to_one(up: Config, seed: u64) -> World {
    let mut world = World::new(up, seed);
    world.input(Input::Join(Box::new(join(HOME, ParticipantKind::Home, 3))));
    world.input(Input::Join(Box::new(join(SPECIALIST, ParticipantKind::Specialist, 3))));
    world
}

fn link(delay: u64, loss: Loss) -> Config {
    Config { delay: Duration::from_millis(delay), loss, ..Config::default() }
}

#[test]
fn on_a_clean_link_everything_arrives_once() {
    let mut world = one_to_one(link(20, Loss::None), 1);
    world.film(10 * SECOND);
    let screen = world.screen(SPECIALIST, 0);
    assert!(screen.packets.len() as u32 >= 3 * (world.camera.frame - 2));
    assert!(screen.missing().is_empty());
    let header = screen.packets.values().next().expect("packets").header;
    assert_eq!((header.ssrc, header.payload_type), (2002, 125));
    assert!(world.nacked.is_empty());
    assert_eq!(world.keyframe_requests.len(), 1);
}

#[test]
fn a_loss_is_asked_for_and_repaired() {
    let mut world = one_to_one(link(40, Loss::Random(0.05)), 7);
    world.film(20 * SECOND);
    world.run_until(world.now + SECOND);
    let screen = world.screen(SPECIALIST, 0);
    let missing = screen.missing().len();
    assert!(world.nacked.len() > 50, "{}", world.nacked.len());
    assert!(missing * 200 < screen.packets.len(), "{missing} of {}", screen.packets.len());
}

#[test]
fn a_late_watcher_starts_on_a_keyframe_soon() {
    let mut world = one_to_one(link(30, Loss::None), 1);
    world.film(2 * SECOND);
    let joined = world.now;
    world.input(Input::Join(Box::new(join(OBSERVER, ParticipantKind::Observer, 2))));
    world.film(SECOND);
    let asked = world.keyframe_requests.iter().find(|at| **at >= joined).expect("asked");
    assert!(*asked - joined < Duration::from_millis(5));
    let screen = world.screen(OBSERVER, 0);
    let first = screen.packets.values().next().expect("packets");
    assert_eq!(first.payload[0], 0x67);
    assert!(screen.packets.len() > 60);
}

#[test]
fn a_picture_that_was_dropped_before_the_link_goes_on_with_a_keyframe_and_is_not_sent_again() {
    let mut world = one_to_one(link(30, Loss::None), 1);
    world.film(2 * SECOND);
    let (before, resent) = (world.keyframe_requests.len(), world.room.counters().resent);
    let highest = world.screen(SPECIALIST, 0).packets.values().next_back().expect("packets").header.sequence;
    let keyframes = world.screen(SPECIALIST, 0).keyframes;
    world.input(Input::Dropped { leg: SPECIALIST, slot: 0 });
    assert_eq!(world.keyframe_requests.len() - before, 1);
    world.input(Input::Nack { leg: SPECIALIST, slot: 0, kind: MediaKind::Video, sequences: vec![highest] });
    assert_eq!(world.room.counters().resent, resent);
    world.film(SECOND);
    let screen = world.screen(SPECIALIST, 0);
    assert!(screen.missing().is_empty(), "numbers go on");
    assert_eq!(screen.keyframes - keyframes, 1);
    // Of a slot or a leg that is not there nothing follows.
    world.input(Input::Dropped { leg: SPECIALIST, slot: 7 });
    assert_eq!(world.keyframe_requests.len() - before, 1);
}

#[test]
fn many_requests_become_one() {
    let mut world = one_to_one(link(30, Loss::None), 1);
    world.film(2 * SECOND);
    let before = world.keyframe_requests.len();
    for _ in 0..50 {
        world.input(Input::KeyframeRequest { leg: SPECIALIST, slot: 0 });
        world.film(Duration::from_millis(33));
    }
    let asked = world.keyframe_requests.len() - before;
    assert!((3..=5).contains(&asked), "{asked} requests in 1.65 s");
}

/// When a specialist asks for a keyframe while a hole of the home's link is open, and when requests went to the home after that. `round_trip`: of the specialist.
fn requests_beside_a_hole(answers: bool, round_trip: u64, trouble: impl FnOnce(&mut World)) -> Vec<Duration> {
    let mut world = one_to_one(link(40, Loss::None), 1);
    world.input(Input::Path { leg: HOME, round_trip: Duration::from_millis(80), loss: 0.0 });
    world.input(Input::Path { leg: SPECIALIST, round_trip: Duration::from_millis(round_trip), loss: 0.0 });
    world.film(2 * SECOND);
    world.answers = answers;
    let before = world.keyframe_requests.len();
    // One packet of a picture is lost; the ones after it come.
    let lost = world.camera.film();
    for packet in lost {
        world.sent.insert((packet.header.ssrc, packet.header.sequence), packet.clone());
        if !packet.header.marker {
            world.up.send(world.now, 1000, packet);
        }
    }
    world.film(Duration::from_millis(66));
    trouble(&mut world);
    let asked = world.now;
    world.input(Input::KeyframeRequest { leg: SPECIALIST, slot: 0 });
    world.film(Duration::from_millis(1000));
    world.keyframe_requests[before..].iter().map(|at| *at - asked).collect()
}

/// A receiver that cannot decode because of a hole waits for the hole to be filled.
#[test]
fn a_keyframe_is_asked_for_only_when_a_hole_is_not_repaired_in_time() {
    assert_eq!(requests_beside_a_hole(true, 20, |_| {}), [], "the packet was sent again");
    let asked = requests_beside_a_hole(false, 20, |_| {});
    assert!(asked.first().is_some_and(|at| (100..250).contains(&at.as_millis())), "{asked:?}");
}

/// A hole of the home's link that is filled heals nothing of what a receiver misses for a reason of its own.
#[test]
fn a_receiver_s_own_request_outlives_the_repair_of_a_hole_that_is_not_its_trouble() {
    // It lost on its own link what had been sent to it.
    let own = requests_beside_a_hole(true, 20, |world| {
        let number = *world.screen(SPECIALIST, 0).packets.keys().rev().nth(60).expect("packets") as u16;
        world.input(Input::Nack { leg: SPECIALIST, slot: 0, kind: MediaKind::Video, sequences: vec![number] });
    });
    assert_eq!(own.first(), Some(&Duration::ZERO), "{own:?}");
    // It asked before it can have noticed the hole.
    let earlier = requests_beside_a_hole(true, 400, |_| {});
    assert_eq!(earlier.first(), Some(&Duration::ZERO), "{earlier:?}");
}

/// What a repair brings after later sound went out: a browser puts it where it belongs.
#[test]
fn sound_that_is_re_created_late_is_forwarded_at_once_under_its_own_number() {
    let mut world = one_to_one(link(0, Loss::None), 1);
    for sequence in [10u16, 11, 13, 12, 12] {
        let timestamp = 960 * u32::from(sequence);
        let header = RtpHeader { marker: false, payload_type: 111, sequence, timestamp, ssrc: 5 };
        let packet = RtpPacket { header, payload: vec![sequence as u8; 40].into() };
        world.input(Input::Rtp { leg: HOME, packet });
    }
    let sounds = world.others.iter().filter_map(|output| match output {
        Output::Rtp(forward) if forward.leg == SPECIALIST => Some((forward.header.sequence, forward.payload[0])),
        _ => None,
    });
    assert_eq!(sounds.collect::<Vec<_>>(), [(10, 10), (11, 11), (13, 13), (12, 12)]);
}

#[test]
fn a_request_that_brings_nothing_is_repeated() {
    let mut world = one_to_one(link(0, Loss::None), 1);
    world.run_until(5 * SECOND);
    // Nobody films; the specialist waits from the start.
    assert_eq!(world.keyframe_requests.len(), 6, "{:?}", world.keyframe_requests);
}

#[test]
fn a_nack_is_answered_once_in_a_round_trip() {
    let mut world = one_to_one(link(0, Loss::None), 1);
    world.film(SECOND);
    world.input(Input::Path { leg: SPECIALIST, round_trip: Duration::from_millis(100), loss: 0.0 });
    let wanted: Vec<u16> =
        world.screen(SPECIALIST, 0).packets.keys().rev().take(3).map(|number| *number as u16).collect();
    let ask = || Input::Nack { leg: SPECIALIST, slot: 0, kind: MediaKind::Video, sequences: wanted.clone() };
    world.input(ask());
    world.input(ask());
    assert_eq!((world.room.counters().resent, world.room.counters().not_resent), (3, 3));
    world.run_until(world.now + Duration::from_millis(100));
    world.input(ask());
    assert_eq!(world.room.counters().resent, 6);
    let unknown = wanted[0].wrapping_add(9);
    world.input(Input::Nack { leg: SPECIALIST, slot: 0, kind: MediaKind::Video, sequences: vec![unknown] });
    assert_eq!(world.room.counters().resent, 6);
}

#[test]
fn what_is_off_is_not_forwarded_and_comes_back_on_a_keyframe() {
    let mut world = one_to_one(link(10, Loss::None), 1);
    world.film(SECOND);
    world.input(Input::MediaState { leg: HOME, audio: AudioState::On, video: VideoState::Off });
    let before = world.screen(SPECIALIST, 0).packets.len();
    world.film(SECOND);
    assert_eq!(world.screen(SPECIALIST, 0).packets.len(), before);
    assert!(world.room.counters().while_off > 80);
    let keyframes = world.screen(SPECIALIST, 0).keyframes;
    world.input(Input::MediaState { leg: HOME, audio: AudioState::On, video: VideoState::On });
    world.film(SECOND);
    let screen = world.screen(SPECIALIST, 0);
    assert!(screen.packets.len() > before + 60);
    assert!(screen.missing().is_empty(), "for the receiver there was no loss");
    assert_eq!(screen.packets.values().nth(before).expect("packet").payload[0], 0x67);
    assert!(screen.keyframes > keyframes);
}

#[test]
fn another_source_goes_on_where_the_last_one_stopped() {
    let mut world = one_to_one(link(10, Loss::None), 1);
    world.film(SECOND);
    // The agent was restarted: another source number, other sequence numbers, another clock.
    let before = world.screen(SPECIALIST, 0).packets.len();
    world.camera = Camera { timestamp: 5, ..Camera::new(78, 9) };
    world.camera.keyframe_next = false;
    world.film(2 * SECOND);
    let screen = world.screen(SPECIALIST, 0);
    assert!(screen.missing().is_empty());
    assert!(screen.packets.len() > before + 100);
    assert_eq!(screen.packets.values().nth(before).expect("packet").payload[0], 0x67);
}

#[test]
fn a_restart_under_the_same_source_number_is_noticed() {
    let mut world = one_to_one(link(10, Loss::None), 1);
    world.film(SECOND);
    let before = world.screen(SPECIALIST, 0).packets.len();
    world.camera = Camera::new(77, 30_000);
    world.film(2 * SECOND);
    let screen = world.screen(SPECIALIST, 0);
    assert!(screen.packets.len() > before + 100);
    assert!(screen.missing().is_empty());
}

#[test]
fn heavy_loss_lowers_the_homes_bitrate() {
    let mut world = one_to_one(link(10, Loss::None), 1);
    for _ in 0..10 {
        world.film(SECOND);
        world.input(Input::Reception { leg: SPECIALIST, slot: 0, loss: 0.3, estimate_bps: None });
    }
    assert!(*world.bitrates.last().expect("told") < 500_000, "{:?}", world.bitrates);
    let low = world.bitrates.len();
    for _ in 0..30 {
        world.film(SECOND);
        world.input(Input::Reception { leg: SPECIALIST, slot: 0, loss: 0.0, estimate_bps: None });
    }
    assert!(world.bitrates.len() > low && world.bitrates.last() > world.bitrates.get(low));
}

#[test]
fn a_sender_report_is_moved_to_the_outgoing_clock() {
    let mut world = one_to_one(link(0, Loss::None), 1);
    world.film(SECOND);
    world.camera = Camera::new(78, 9);
    world.film(SECOND);
    let incoming = world.camera.timestamp;
    world.input(Input::SenderReport { leg: HOME, kind: MediaKind::Video, ntp: 5, rtp_timestamp: incoming });
    let last = world.screen(SPECIALIST, 0).packets.values().next_back().expect("packet").header;
    let Some(Output::SenderReport { ssrc, ntp: 5, rtp_timestamp, .. }) = world.others.pop() else {
        panic!("no report")
    };
    assert_eq!((ssrc, rtp_timestamp), (last.ssrc, last.timestamp.wrapping_add(3000)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The promises that `Screen` checks hold under loss, bursts, reordering, duplicates, switches and mutes in any order; and after the link
    /// is clean again the picture flows.
    #[test]
    fn the_promises_hold_whatever_happens(
        seed in any::<u64>(),
        loss in 0.0..0.3f64,
        burst in 1.0..20.0f64,
        reorder in 0.0..0.2f64,
        duplicate in 0.0..0.2f64,
        answers in any::<bool>(),
        events in proptest::collection::vec((0u8..7, 1u64..400), 1..25),
    ) {
        let config = Config {
            delay: Duration::from_millis(30),
            jitter: Duration::from_millis(10),
            loss: Loss::Burst(Burst::of(loss, burst)),
            reorder,
            duplicate,
            ..Config::default()
        };
        let mut world = one_to_one(config, seed);
        world.answers = answers;
        let mut on = true;
        let mut watching = false;
        for (event, time) in events {
            match event {
                0 => {
                    on = !on;
                    let video = if on { VideoState::On } else { VideoState::Off };
                    world.input(Input::MediaState { leg: HOME, audio: AudioState::On, video });
                }
                1 => world.camera = Camera::new(world.camera.ssrc + 1, seed as u16),
                2 => world.camera.sequence = world.camera.sequence.wrapping_add(time as u16),
                3 => world.input(Input::KeyframeRequest { leg: SPECIALIST, slot: 0 }),
                4 => {
                    let sequences = (0..time).map(|number| (number as u16).wrapping_mul(seed as u16)).collect();
                    world.input(Input::Nack { leg: SPECIALIST, slot: 0, kind: MediaKind::Video, sequences });
                }
                5 if watching => {
                    world.input(Input::Leave { leg: OBSERVER, reason: yunzhen_media::room::LeaveReason::HangUp });
                    world.screens.remove(&(OBSERVER, 0));
                    watching = false;
                }
                5 => {
                    world.input(Input::Join(Box::new(join(OBSERVER, ParticipantKind::Observer, 1))));
                    watching = true;
                }
                _ => {
                    world.input(Input::LinkDown { leg: HOME });
                    world.input(Input::LinkUp { leg: HOME });
                }
            }
            world.film(Duration::from_millis(time));
        }
        // Every packet of one frame went out with one timestamp, and nothing of another source was mixed in.
        for screen in world.screens.values() {
            let mut frames = std::collections::BTreeMap::new();
            for forward in screen.packets.values() {
                let frame = frames.entry(forward.header.timestamp).or_insert_with(|| frame_of(&forward.payload));
                prop_assert_eq!(*frame, frame_of(&forward.payload));
            }
        }
        world.up.reconfigure(link(30, Loss::None));
        world.input(Input::MediaState { leg: HOME, audio: AudioState::On, video: VideoState::On });
        let before = world.screens.get(&(SPECIALIST, 0)).map_or(0, |screen| screen.packets.len());
        world.film(3 * SECOND);
        let after = world.screens.get(&(SPECIALIST, 0)).map_or(0, |screen| screen.packets.len());
        prop_assert!(after > before + 100, "the picture flows again: {before} → {after} {:?} {:?}", world.room.counters(), world.keyframe_requests);
    }
}

#[test]
fn fifty_watchers_share_one_payload() {
    let mut world = one_to_one(link(0, Loss::None), 1);
    for number in 10..60 {
        let mut watcher = join(LegId(number), ParticipantKind::Observer, 1);
        (watcher.audio, watcher.video) = (AudioState::None, VideoState::None);
        world.input(Input::Join(Box::new(watcher)));
    }
    world.film(SECOND);
    let first = |leg| world.screen(leg, 0).packets.values().next_back().expect("packet").payload.as_ptr();
    assert!((10..60).all(|number| first(LegId(number)) == first(SPECIALIST)));
}
