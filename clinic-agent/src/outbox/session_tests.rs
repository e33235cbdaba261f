//! A consultation told as inputs and effects.

use super::*;
use std::fmt::Write as _;

const VIDEO: VideoPlan =
    VideoPlan { ssrc: 1, payload_type: 102, bitrate_bps: 1_500_000, fps: 30, width: 1280, height: 720 };
const AUDIO: AudioPlan = AudioPlan { ssrc: 2, payload_type: 111, bitrate_bps: 32_000 };
const ID: ConsultationId = ConsultationId::from_uuid(uuid::Uuid::from_u128(7));

fn start() -> Input {
    Input::Start { consultation_id: ID, video: VIDEO, audio: AUDIO }
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
fn devices_close_when_the_link_stays_away_or_the_relay_forgot() {
    for (event, wait) in [(Input::LinkDown, GRACE), (Input::LinkUp, RESUME)] {
        let mut session = Session::new(vec![BoxCamera::Room], true);
        session.handle(Input::LinkUp, Duration::ZERO);
        session.handle(start(), Duration::ZERO);
        session.handle(event, Duration::from_secs(1));
        assert_eq!(session.deadline(), Some(Duration::from_secs(1) + wait));
        let effects = session.handle(Input::Timeout, Duration::from_secs(60));
        assert!(
            effects.contains(&Effect::StopCapture)
                && effects.contains(&Effect::Ended { consultation_id: ID, reason: StopReason::Crash })
        );
        assert_eq!(session.deadline(), None);
    }
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
