//! Who is there, who is shown where, and how one learns that somebody went.

mod common;

use std::time::Duration;

use common::*;
use yunzhen_media::room::{Given, Input, Join, LeaveReason, LegId, Output, RoomError};
use yunzhen_netem::Config;
use yunzhen_protocol::room::{
    AudioState, Camera, DepartureReason, EndReason, HomeSignal, LinkLevel, ParticipantKind, RadioStrength,
    RadioTechnology, RoomPhase, Rung, Tablet, VideoState,
};
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket};

const SECOND: Duration = Duration::from_secs(1);

fn shown(world: &World, leg: LegId) -> Vec<(u8, u128)> {
    let state = world.room.state(leg).expect("state");
    state.slots.iter().map(|slot| (slot.slot, slot.participant_id.0.as_u128())).collect()
}

fn world_of(legs: &[(LegId, ParticipantKind)]) -> World {
    let mut world = World::new(Config::default(), 1);
    for (leg, kind) in legs {
        world.input(Input::Join(Box::new(join(*leg, *kind, 3))));
    }
    world
}

#[test]
fn slots_are_given_home_first_and_stay() {
    let mut world = world_of(&[
        (OBSERVER, ParticipantKind::Observer),
        (SPECIALIST, ParticipantKind::Specialist),
        (HOME, ParticipantKind::Home),
    ]);
    assert_eq!(shown(&world, OBSERVER), [(0, 2), (1, 1)], "nobody moved when the home came");
    world.input(Input::Join(Box::new(join(LegId(4), ParticipantKind::Observer, 3))));
    assert_eq!(shown(&world, LegId(4)), [(0, 1), (1, 2), (2, 3)], "who comes last sees the home first");
    world.input(Input::Leave { leg: SPECIALIST, reason: LeaveReason::HangUp });
    assert_eq!(shown(&world, LegId(4)), [(0, 1), (2, 3)]);
    let state = world.room.state(OBSERVER).expect("state");
    assert_eq!(state.participants.iter().map(|one| one.kind).next(), Some(ParticipantKind::Home));
    assert_eq!(state.departed[0].reason, DepartureReason::HangUp);
    world.input(Input::Leave { leg: HOME, reason: LeaveReason::Revoked });
    let departed = world.room.state(OBSERVER).expect("state").departed;
    assert_eq!(departed[1].reason, DepartureReason::Revoked, "nobody waits for a box that may not come back");
    assert_eq!(state.you, participant(OBSERVER));
}

#[test]
fn who_left_before_it_was_revoked_is_waited_for_no_more() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    world.input(Input::Join(Box::new(join(OBSERVER, ParticipantKind::Observer, 3))));
    let departed = |world: &World| {
        let state = world.room.state(SPECIALIST).expect("state");
        (state.departed.iter().map(|one| one.reason).collect::<Vec<_>>(), state.version)
    };
    world.input(Input::Leave { leg: OBSERVER, reason: LeaveReason::HangUp });
    world.input(Input::Leave { leg: HOME, reason: LeaveReason::Crash });
    let (before, lost) = departed(&world);
    assert_eq!(before, [DepartureReason::HangUp, DepartureReason::Crash]);
    world.input(Input::Gone { participant: participant(HOME), reason: LeaveReason::Revoked });
    let (after, told) = departed(&world);
    assert_eq!(after, [DepartureReason::HangUp, DepartureReason::Revoked]);
    assert!(told > lost, "the others are told");
    // Said again it is no news.
    world.input(Input::Gone { participant: participant(HOME), reason: LeaveReason::Revoked });
    assert_eq!(departed(&world), (after, told));
    // A box that was enrolled anew is the home again.
    world.input(Input::Join(Box::new(join(HOME, ParticipantKind::Home, 3))));
    assert_eq!(departed(&world).0, [DepartureReason::HangUp]);
}

#[test]
fn a_home_whose_box_went_to_another_consultation_is_told_as_that_and_as_gone_when_that_one_is_over() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    let told = |world: &World| world.room.state(SPECIALIST).expect("state").departed[0].reason;
    world.input(Input::Leave { leg: HOME, reason: LeaveReason::HangUp });
    assert_eq!(told(&world), DepartureReason::HangUp);
    world.input(Input::Gone { participant: participant(HOME), reason: LeaveReason::Elsewhere });
    assert_eq!(told(&world), DepartureReason::Elsewhere);
    world.input(Input::Gone { participant: participant(HOME), reason: LeaveReason::HangUp });
    assert_eq!(told(&world), DepartureReason::HangUp);
}

#[test]
fn a_rejoin_keeps_place_and_closes_the_old_leg() {
    let mut world = world_of(&[
        (HOME, ParticipantKind::Home),
        (SPECIALIST, ParticipantKind::Specialist),
        (OBSERVER, ParticipantKind::Observer),
    ]);
    let (before, since) = (shown(&world, HOME), world.room.participants()[1].since);
    world.film(SECOND);
    let mut again = join(LegId(20), ParticipantKind::Specialist, 3);
    again.participant = participant(SPECIALIST);
    world.input(Input::Join(Box::new(again)));
    assert!(world.others.contains(&Output::CloseLeg { leg: SPECIALIST }));
    assert!(!world.others.iter().any(|output| matches!(output, Output::Left { .. })));
    assert_eq!(shown(&world, HOME), before);
    assert_eq!(world.room.participants()[1].since, since);
    assert_eq!(shown(&world, LegId(20)), [(0, 1), (1, 3)]);
    assert_eq!(world.room.state(SPECIALIST), None);
    world.film(SECOND);
    assert!(world.screen(LegId(20), 0).packets.len() > 60);
    let now = world.instant();
    assert_eq!(world.room.handle(now, Input::Alive { leg: SPECIALIST }), Err(RoomError::UnknownLeg));
}

#[test]
fn who_left_is_sent_nothing_from_that_moment_and_sends_nobody_anything_and_the_others_go_on() {
    let mut world = world_of(&[
        (HOME, ParticipantKind::Home),
        (SPECIALIST, ParticipantKind::Specialist),
        (OBSERVER, ParticipantKind::Observer),
    ]);
    world.film(SECOND);
    let before = world.screen(OBSERVER, 0).packets.len();
    assert!(before > 60, "it was watching");
    world.input(Input::Leave { leg: OBSERVER, reason: LeaveReason::HangUp });
    world.others.clear();
    world.film(SECOND);
    assert_eq!(world.screen(OBSERVER, 0).packets.len(), before);
    assert!(!world.others.iter().any(|output| matches!(output, Output::Rtp(sound) if sound.leg == OBSERVER)));
    assert!(world.screen(SPECIALIST, 0).packets.len() > before + 60);
    let header = RtpHeader { marker: false, payload_type: 111, sequence: 1, timestamp: 960, ssrc: 5 };
    let late = Input::Rtp { leg: OBSERVER, packet: RtpPacket { header, payload: vec![1].into() } };
    let now = world.instant();
    assert_eq!(world.room.handle(now, late), Err(RoomError::UnknownLeg));
}

#[test]
fn silence_is_shown_then_the_participant_is_gone() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    let link = |world: &World| world.room.participants().get(1).map(|one| one.link);
    for _ in 0..3 {
        world.film(SECOND);
    }
    assert_eq!(link(&world), Some(LinkLevel::Good));
    world.film(2 * SECOND);
    assert_eq!(link(&world), Some(LinkLevel::Lost));
    world.input(Input::Alive { leg: SPECIALIST });
    assert_eq!(link(&world), Some(LinkLevel::Good));
    world.film(32 * SECOND);
    assert_eq!(link(&world), None);
    let left = Output::Left {
        participant: participant(SPECIALIST),
        kind: ParticipantKind::Specialist,
        reason: LeaveReason::Crash,
    };
    assert!(world.others.contains(&left));
    assert_eq!(world.room.state(HOME).expect("state").departed[0].reason, DepartureReason::Crash);
}

/// A browser with a microphone that is on for this long.
fn talks(world: &mut World, leg: LegId, sequence: &mut u16, time: Duration) {
    let until = world.now + time;
    while world.now < until {
        *sequence += 1;
        let timestamp = u32::from(*sequence) * 960;
        let header = RtpHeader { marker: false, payload_type: 111, sequence: *sequence, timestamp, ssrc: 5 };
        world.input(Input::Rtp { leg, packet: RtpPacket { header, payload: vec![1].into() } });
        world.run_until(world.now + Duration::from_millis(20));
    }
}

#[test]
fn a_killed_browser_is_shown_as_lost_half_a_second_after_its_stream_ended() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    let mut said = 0;
    let link = |world: &World| world.room.participants()[1].link;
    world.input(Input::StreamOpened { leg: SPECIALIST });
    talks(&mut world, SPECIALIST, &mut said, SECOND);
    world.input(Input::StreamEnded { leg: SPECIALIST });
    let ended = world.now;
    world.run_until(ended + Duration::from_millis(499));
    assert_eq!(link(&world), LinkLevel::Good);
    world.run_until(ended + Duration::from_millis(500));
    assert_eq!(link(&world), LinkLevel::Lost);
    let due = world.room.poll_timeout().expect("somebody is here");
    assert!(due > world.instant(), "nothing is due again and again");
    world.run_until(ended + 3 * SECOND);
    assert_eq!(link(&world), LinkLevel::Lost, "a tick changes nothing");
    world.input(Input::StreamOpened { leg: SPECIALIST });
    talks(&mut world, SPECIALIST, &mut said, Duration::from_millis(20));
    assert_eq!(link(&world), LinkLevel::Good, "and is back with its first packet");
}

#[test]
fn a_stream_that_is_opened_again_while_media_flows_is_no_crash() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    let mut said = 0;
    let link = |world: &World| world.room.participants()[1].link;
    world.input(Input::StreamOpened { leg: SPECIALIST });
    talks(&mut world, SPECIALIST, &mut said, SECOND);
    world.input(Input::StreamEnded { leg: SPECIALIST });
    talks(&mut world, SPECIALIST, &mut said, 3 * SECOND);
    assert_eq!(link(&world), LinkLevel::Good);
    // Media stops with a page that is there: that alone takes the usual four seconds.
    world.input(Input::StreamOpened { leg: SPECIALIST });
    world.run_until(world.now + 2 * SECOND);
    assert_eq!(link(&world), LinkLevel::Good);
    // One of two windows is closed.
    world.input(Input::StreamOpened { leg: SPECIALIST });
    talks(&mut world, SPECIALIST, &mut said, SECOND);
    world.input(Input::StreamEnded { leg: SPECIALIST });
    world.run_until(world.now + 2 * SECOND);
    assert_eq!(link(&world), LinkLevel::Good);
}

#[test]
fn who_only_watches_is_not_taken_for_dead_when_the_stream_is_opened_again() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (OBSERVER, ParticipantKind::Observer)]);
    world.input(Input::StreamOpened { leg: OBSERVER });
    world.input(Input::StreamEnded { leg: OBSERVER });
    world.film(2 * SECOND);
    assert_eq!(world.room.participants()[1].link, LinkLevel::Good);
}

#[test]
fn a_tablet_that_is_lost_is_told_and_its_return_too() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    for tablet in [Some(Tablet::Here), Some(Tablet::Lost), Some(Tablet::Here), None] {
        let before = world.others.len();
        world.input(Input::Tablet { leg: HOME, tablet });
        world.input(Input::Tablet { leg: HOME, tablet });
        assert_eq!(world.room.participants()[0].tablet, tablet);
        assert_eq!(world.others.len(), before + 1, "told once");
    }
}

#[test]
fn another_rung_is_told_once() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    for rung in [Some(Rung::Full), Some(Rung::Sound), Some(Rung::Forward), None] {
        let before = world.others.len();
        world.input(Input::Rung { leg: HOME, rung });
        world.input(Input::Rung { leg: HOME, rung });
        assert_eq!(world.room.participants()[0].rung, rung);
        assert_eq!(world.others.len(), before + 1, "told once");
    }
}

#[test]
fn another_signal_is_told_once() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    let signal = |technology, strength| vec![HomeSignal { path: "5G".to_owned(), technology, strength }];
    let strong = signal(RadioTechnology::Nr5g, RadioStrength::Strong);
    for signals in [strong, signal(RadioTechnology::Lte, RadioStrength::Weak), Vec::new()] {
        let before = world.others.len();
        world.input(Input::Signals { leg: HOME, signals: signals.clone() });
        world.input(Input::Signals { leg: HOME, signals: signals.clone() });
        assert_eq!(world.room.participants()[0].signals, signals);
        assert_eq!(world.others.len(), before + 1, "told once");
    }
}

#[test]
fn what_was_given_to_somebody_is_known_while_it_arrives() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home)]);
    let given = |world: &World| world.room.given(participant(HOME), participant(SPECIALIST));
    world.film(SECOND);
    assert_eq!(given(&world), None, "nobody is there");
    let join = Join { receives: false, ..join(SPECIALIST, ParticipantKind::Specialist, 3) };
    world.input(Input::Join(Box::new(join)));
    world.film(SECOND);
    assert_eq!(given(&world), None, "nothing arrives yet");
    world.input(Input::Receives { leg: SPECIALIST });
    assert_eq!(given(&world), Some(Given::default()), "there, and nothing was sent yet");
    world.film(SECOND);
    let first = given(&world).expect("there");
    assert!(first.pictures > 30, "{first:?}");
    world.input(Input::MediaState { leg: HOME, audio: AudioState::On, video: VideoState::Off });
    world.film(SECOND);
    assert_eq!(given(&world).expect("there").pictures, first.pictures, "the camera is off");
    world.input(Input::LinkDown { leg: SPECIALIST });
    assert_eq!(given(&world), None, "the link is gone");
    world.input(Input::LinkUp { leg: SPECIALIST });
    assert!(given(&world).is_some());
    world.input(Input::Leave { leg: SPECIALIST, reason: LeaveReason::HangUp });
    assert_eq!(given(&world), None, "left");
}

#[test]
fn a_home_whose_link_returns_is_asked_for_a_keyframe_at_once() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    world.film(2 * SECOND);
    world.input(Input::LinkDown { leg: HOME });
    assert_eq!(world.room.participants()[0].link, LinkLevel::Lost);
    world.input(Input::Alive { leg: SPECIALIST });
    world.run_until(world.now + 5 * SECOND);
    world.keyframe_requests.clear();
    world.input(Input::LinkUp { leg: HOME });
    assert_eq!(world.keyframe_requests, [world.now]);
    assert_eq!(world.room.participants()[0].link, LinkLevel::Good);
    let before = world.screen(SPECIALIST, 0).packets.len();
    world.film(SECOND);
    assert!(world.screen(SPECIALIST, 0).packets.len() > before + 60);
}

#[test]
fn a_keyframe_is_asked_for_when_a_newcomer_can_get_it_and_not_before() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home)]);
    world.film(SECOND);
    world.keyframe_requests.clear();
    let coming = join(SPECIALIST, ParticipantKind::Specialist, 3);
    world.input(Input::Join(Box::new(yunzhen_media::Join { receives: false, ..coming })));
    world.film(Duration::from_millis(300));
    assert_eq!(world.keyframe_requests, [], "its handshake is still going on");
    assert!(!world.screens.contains_key(&(SPECIALIST, 0)));
    world.input(Input::Receives { leg: SPECIALIST });
    assert_eq!(world.keyframe_requests, [world.now], "no earlier request delays this one");
    world.film(SECOND);
    assert!(world.screen(SPECIALIST, 0).packets.len() > 60);
}

#[test]
fn every_change_has_a_new_version() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)]);
    let version = |world: &World| world.room.state(HOME).expect("state").version;
    let mut last = version(&world);
    for input in [
        Input::MediaState { leg: HOME, audio: AudioState::Muted, video: VideoState::On },
        Input::Camera { leg: HOME, camera: Some(Camera::CloseUp) },
        Input::LinkDown { leg: HOME },
        Input::LinkUp { leg: HOME },
        Input::Join(Box::new(join(OBSERVER, ParticipantKind::Observer, 1))),
    ] {
        world.input(input);
        assert!(version(&world) > last);
        last = version(&world);
        assert!(world.others.contains(&Output::State { version: last }));
    }
    world.input(Input::Camera { leg: HOME, camera: Some(Camera::CloseUp) });
    assert_eq!(version(&world), last, "no change, no version");
}

#[test]
fn an_ended_room_says_why_and_takes_nobody() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home)]);
    world.input(Input::End { reason: EndReason::HangUp });
    assert_eq!(world.others.last(), Some(&Output::Ended { reason: EndReason::HangUp }));
    let state = world.room.state(HOME).expect("state");
    assert_eq!((state.state, state.ended_reason), (RoomPhase::Ended, Some(EndReason::HangUp)));
    let now = world.instant();
    let late = Input::Join(Box::new(join(SPECIALIST, ParticipantKind::Specialist, 1)));
    assert_eq!(world.room.handle(now, late), Err(RoomError::Ended));
    assert_eq!(world.room.poll_timeout(), None);
}

#[test]
fn bounds_are_kept() {
    let mut world = world_of(&[(HOME, ParticipantKind::Home)]);
    let now = world.instant();
    let mut refused =
        |join: yunzhen_media::Join| world.room.handle(now, Input::Join(Box::new(join))).expect_err("refused");
    assert_eq!(refused(join(LegId(9), ParticipantKind::Observer, 9)), RoomError::TooManySlots);
    assert_eq!(refused(join(HOME, ParticipantKind::Home, 1)), RoomError::LegInUse);
    for number in 10..73 {
        world.input(Input::Join(Box::new(join(LegId(number), ParticipantKind::Observer, 1))));
    }
    let full = Input::Join(Box::new(join(LegId(99), ParticipantKind::Observer, 1)));
    assert_eq!(world.room.handle(now, full), Err(RoomError::Full));
}
