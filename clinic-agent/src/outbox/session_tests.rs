//! A consultation told as inputs and effects.

use super::*;
use std::fmt::Write as _;

const VIDEO: VideoPlan =
    VideoPlan { ssrc: 1, payload_type: 102, bitrate_bps: 1_500_000, fps: 30, width: 1280, height: 720 };
const AUDIO: AudioPlan = AudioPlan { ssrc: 2, payload_type: 111, bitrate_bps: 32_000 };
const ID: ConsultationId = ConsultationId::from_uuid(uuid::Uuid::from_u128(7));

fn start() -> Input {
    Input::Start { consultation_id: ID, video: VIDEO, audio: AUDIO, hold: HOLD }
}

fn joined() -> Input {
    Input::TabletJoined { consultation_id: ID, audio: true, video: true }
}

fn tell(session: &mut Session, story: Vec<Input>) -> String {
    let mut text = String::new();
    for (second, input) in story.into_iter().enumerate() {
        writeln!(text, "{input:?}").unwrap();
        for effect in session.handle(input, Duration::from_secs(second as u64)) {
            writeln!(text, "    {effect:?}").unwrap();
        }
    }
    text
}

#[test]
fn a_visit_with_every_turn() {
    let mut session = Session::new(vec![BoxCamera::Room, BoxCamera::CloseUp], true);
    insta::assert_snapshot!(tell(
        &mut session,
        vec![
            Input::LinkUp,
            joined(),
            start(),
            Input::Choose(Camera::CloseUp),
            Input::KeyframeWanted,
            Input::SetBitrate(400_000),
            Input::Choose(Camera::Tablet),
            Input::MediaState { audio: AudioState::Muted, video: VideoState::On },
            Input::MediaState { audio: AudioState::On, video: VideoState::Off },
            Input::MediaState { audio: AudioState::On, video: VideoState::On },
            Input::TabletLost,
            joined(),
            Input::DeviceFailed("the camera is unplugged".into()),
            Input::DeviceRuns,
            Input::LinkDown,
            Input::LinkUp,
            start(),
            Input::HangUp,
            Input::Stop { consultation_id: ID, reason: StopReason::HangUp },
        ],
    ));
}

#[test]
fn a_box_without_devices_uses_the_tablet() {
    let mut session = Session::new(Vec::new(), false);
    insta::assert_snapshot!(tell(&mut session, vec![Input::LinkUp, joined(), start(), Input::KeyframeWanted]));
}

#[test]
fn the_call_ends_when_the_link_is_back_and_the_relay_forgot_it() {
    let mut session = Session::new(vec![BoxCamera::Room], true);
    session.handle(Input::LinkUp, Duration::ZERO);
    session.handle(start(), Duration::ZERO);
    session.handle(Input::LinkUp, Duration::from_secs(1));
    assert_eq!(session.deadline(), Some(Duration::from_secs(1) + RESUME));
    let effects = session.handle(Input::Timeout, Duration::from_secs(6));
    assert!(
        effects.contains(&Effect::StopCapture)
            && effects.contains(&Effect::Ended { consultation_id: ID, reason: StopReason::Crash })
    );
    assert_eq!(session.deadline(), None);
}

/// Forty-five seconds ended call and recording: an outage of minutes left a gap that the link caused.
#[test]
fn an_outage_of_minutes_ends_neither_call_nor_recording() {
    let mut session = Session::new(vec![BoxCamera::Room], true);
    for input in [Input::LinkUp, joined(), start()] {
        session.handle(input, Duration::ZERO);
    }
    assert_eq!(session.handle(Input::LinkDown, Duration::from_secs(10)), [], "the devices go on");
    assert_eq!(session.deadline(), Some(Duration::from_secs(10) + HOLD), "as long as the policy says");
    assert_eq!(session.consultation(), Some(ID), "what is recorded of it goes on");
    let back = session.handle(Input::LinkUp, Duration::from_secs(9 * 60));
    assert_eq!(back, [Effect::Tell(ToRelay::MediaJoined { consultation_id: ID, tablet: true })]);
    let resumed = session.handle(start(), Duration::from_secs(9 * 60 + 1));
    assert!(
        !resumed.iter().any(|effect| matches!(effect, Effect::Begin { .. } | Effect::StartCapture(_))),
        "nothing begins anew: {resumed:?}"
    );
    assert_eq!(session.deadline(), None);
}

/// Nobody is filmed for longer than the policy says while nobody can see it; the call comes back by itself after an outage of any length.
#[test]
fn after_the_policy_s_time_the_devices_close_and_the_call_comes_back_with_what_the_nurse_chose() {
    let mut session = Session::new(vec![BoxCamera::Room], true);
    for input in [Input::LinkUp, joined(), start()] {
        session.handle(input, Duration::ZERO);
    }
    session.handle(Input::MediaState { audio: AudioState::Muted, video: VideoState::On }, Duration::ZERO);
    session.handle(Input::LinkDown, Duration::from_secs(1));
    let closed = session.handle(Input::Timeout, Duration::from_secs(1) + HOLD);
    assert!(closed.contains(&Effect::StopCapture), "{closed:?}");
    assert!(!closed.iter().any(|effect| matches!(effect, Effect::Ended { .. })), "the nurse stays in it: {closed:?}");
    assert_eq!((session.consultation(), session.deadline()), (None, None));

    let hour = Duration::from_secs(3600);
    session.handle(Input::LinkUp, hour);
    assert_eq!(session.deadline(), Some(hour + RESUME), "the relay may have forgotten it");
    let back = session.handle(start(), hour);
    let muted = Effect::Tell(ToRelay::MediaState { audio: AudioState::Muted, video: VideoState::On });
    assert!(back.iter().any(|effect| matches!(effect, Effect::StartCapture(plan) if !plan.sound)), "{back:?}");
    assert!(back.contains(&muted), "who muted herself stays muted: {back:?}");
    assert_eq!((session.consultation(), session.deadline()), (Some(ID), None));
}

#[test]
fn a_call_whose_devices_closed_ends_by_the_nurse_by_the_relay_and_by_its_silence() {
    let closed = || {
        let mut session = Session::new(vec![BoxCamera::Room], true);
        for input in [Input::LinkUp, joined(), start(), Input::LinkDown, Input::Timeout] {
            session.handle(input, Duration::ZERO);
        }
        session
    };
    let ended = |reason| Effect::Ended { consultation_id: ID, reason };
    let mut session = closed();
    let hung_up = session.handle(Input::HangUp, Duration::ZERO);
    assert_eq!(hung_up, [Effect::Tell(ToRelay::HangUp { consultation_id: ID })]);
    session.handle(Input::LinkUp, Duration::ZERO);
    assert_eq!(session.handle(start(), Duration::ZERO), [], "not resumed");

    let mut session = closed();
    session.handle(Input::LinkUp, Duration::ZERO);
    let stop = Input::Stop { consultation_id: ID, reason: StopReason::HangUp };
    assert_eq!(session.handle(stop, Duration::ZERO), [ended(StopReason::HangUp)]);
    assert_eq!(session.deadline(), None);

    let mut session = closed();
    session.handle(Input::LinkUp, Duration::ZERO);
    assert_eq!(session.handle(Input::Timeout, RESUME), [ended(StopReason::Crash)]);

    // The nurse went on to another resident: that call is not ended for the other's sake.
    let mut session = closed();
    let other = ConsultationId::from_uuid(uuid::Uuid::from_u128(8));
    session.handle(Input::LinkUp, Duration::ZERO);
    session.handle(Input::TabletJoined { consultation_id: other, audio: true, video: true }, Duration::ZERO);
    assert_eq!(session.handle(Input::Timeout, RESUME), []);
}

/// The relay's side of the call goes on: it is told what it may not have heard, and nothing begins anew.
#[test]
fn another_path_takes_over_and_the_call_goes_on() {
    let mut session = Session::new(vec![BoxCamera::Room], true);
    for input in [Input::LinkUp, joined(), start()] {
        session.handle(input, Duration::ZERO);
    }
    session.handle(Input::MediaState { audio: AudioState::Muted, video: VideoState::On }, Duration::ZERO);
    let told = session.handle(Input::ControlMoved, Duration::from_secs(9));
    assert_eq!(
        told,
        [
            Effect::Tell(ToRelay::MediaJoined { consultation_id: ID, tablet: true }),
            Effect::Tell(ToRelay::CameraState { active: ActiveCamera::Room, failed: None }),
            Effect::Tell(ToRelay::MediaState { audio: AudioState::Muted, video: VideoState::On }),
        ]
    );
    assert_eq!(session.deadline(), None);
}

#[test]
fn a_stop_for_another_consultation_changes_nothing() {
    let mut session = Session::new(vec![BoxCamera::Room], true);
    session.handle(start(), Duration::ZERO);
    let stop = Input::Stop {
        consultation_id: ConsultationId::from_uuid(uuid::Uuid::from_u128(8)),
        reason: StopReason::HangUp,
    };
    assert_eq!(session.handle(stop, Duration::ZERO), []);
}

#[test]
fn a_hang_up_without_a_link_is_told_when_it_is_back() {
    let mut session = Session::new(vec![BoxCamera::Room], true);
    session.handle(Input::LinkUp, Duration::ZERO);
    session.handle(joined(), Duration::ZERO);
    session.handle(start(), Duration::ZERO);
    session.handle(Input::LinkDown, Duration::ZERO);
    assert!(session.handle(Input::HangUp, Duration::ZERO).contains(&Effect::StopCapture));
    let told = Effect::Tell(ToRelay::HangUp { consultation_id: ID });
    assert_eq!(session.handle(Input::LinkUp, Duration::ZERO), [told]);
    assert_eq!(session.handle(start(), Duration::ZERO), [], "not resumed");
    session.handle(Input::Stop { consultation_id: ID, reason: StopReason::HangUp }, Duration::ZERO);
    assert!(!session.handle(start(), Duration::ZERO).is_empty(), "a later call of the same consultation");
}
