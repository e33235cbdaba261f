//! What the box contributes to a consultation, decided purely: inputs come from the relay, the page and the devices, the
//! outcome is a [`Plan`] of what should run. [`Session::handle`] compares the plan before and after and says what to do.

use serde::Serialize;
use std::time::Duration;
use yunzhen_domain::ids::ConsultationId;
use yunzhen_protocol::control::{ActiveCamera, AudioPlan, BoxCamera, Rung, StopReason, ToRelay, VideoPlan};
use yunzhen_protocol::room::{AudioState, Camera, VideoState};

use super::splice::Source;

/// Devices go on running for this long without a link where the relay does not say how long (`start_media`): the picture is back as soon as the link is, and what
/// is recorded goes on. After that cameras and microphone close; the tablet stays in the call, which goes on by itself when the link is back.
pub const HOLD: Duration = Duration::from_secs(600);
/// A relay that came back repeats `start_media` within this time if the consultation still runs.
pub const RESUME: Duration = Duration::from_secs(5);

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The relay welcomed this box (again).
    LinkUp,
    /// The control stream goes on over another path: what was said last may be lost.
    ControlMoved,
    /// The link is gone.
    LinkDown,
    /// The moment of [`Session::deadline`] came.
    Timeout,
    /// `start_media`.
    Start {
        /// Which consultation.
        consultation_id: ConsultationId,
        /// How to send pictures.
        video: VideoPlan,
        /// How to send sound.
        audio: AudioPlan,
        /// How long devices go on without a link.
        hold: Duration,
    },
    /// `stop_media`.
    Stop {
        /// Which consultation.
        consultation_id: ConsultationId,
        /// Why.
        reason: StopReason,
    },
    /// `keyframe_request`.
    KeyframeWanted,
    /// `set_bitrate`.
    SetBitrate(u32),
    /// `select_camera`, or the nurse's choice on the page.
    Choose(Camera),
    /// The tablet is in the call.
    TabletJoined {
        /// Which consultation.
        consultation_id: ConsultationId,
        /// It publishes sound.
        audio: bool,
        /// It publishes pictures.
        video: bool,
    },
    /// The tablet's leg is gone without a word.
    TabletLost,
    /// The nurse ended the call.
    HangUp,
    /// The nurse muted or showed.
    MediaState {
        /// Heard or not.
        audio: AudioState,
        /// Seen or not.
        video: VideoState,
    },
    /// A device failed; the sentence says what to do.
    DeviceFailed(String),
    /// The devices deliver again.
    DeviceRuns,
}

/// What has to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open the devices.
    StartCapture(CapturePlan),
    /// Close them.
    StopCapture,
    /// Change the camera, pause or resume pictures and sound.
    AdjustCapture(CapturePlan),
    /// Which source feeds the two streams.
    Feed {
        /// Pictures.
        video: Source,
        /// Sound.
        audio: Source,
    },
    /// Begin new outgoing streams with these identities.
    Begin {
        /// Pictures.
        video: VideoPlan,
        /// Sound.
        audio: AudioPlan,
    },
    /// The next frame of the source in use must be a key frame.
    Keyframe(Source),
    /// New target of the encoder in use.
    Bitrate(u32),
    /// Say this to the relay.
    Tell(ToRelay),
    /// The consultation is over for the page.
    Ended {
        /// Which.
        consultation_id: ConsultationId,
        /// Why.
        reason: StopReason,
    },
}

/// What the devices should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapturePlan {
    /// How to send pictures.
    pub video: VideoPlan,
    /// How to send sound.
    pub audio: AudioPlan,
    /// `None`: no picture from the box's cameras.
    pub camera: Option<BoxCamera>,
    /// Whether the box's microphone is heard.
    pub sound: bool,
}

/// What should run now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Plan {
    capture: Option<CapturePlan>,
    video: Source,
    audio: Source,
}

/// What the page shows about media.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// `idle` or `live`.
    pub state: &'static str,
    /// Which consultation, when live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consultation_id: Option<ConsultationId>,
    /// What is sent.
    pub camera: ActiveCamera,
    /// What can be chosen.
    pub cameras: Vec<Camera>,
    /// The step of the ladder in use while it is live; `forward` when no sound can be had. The driver's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// One sentence, when a device failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The nurse muted the home. The page knows its own buttons; here for what a locked tablet may change.
    #[serde(skip)]
    pub muted: bool,
    /// The nurse turned the home's camera off.
    #[serde(skip)]
    pub hidden: bool,
}

impl Shown {
    /// These words of the buttons turn nothing on that the nurse turned off. `none` is no such word: the box's own devices would go on.
    pub fn is_kept_quiet_by(&self, audio: AudioState, video: VideoState) -> bool {
        (!self.muted || audio == AudioState::Muted) && (!self.hidden || video == VideoState::Off)
    }
}

#[derive(Clone, Debug)]
struct Live {
    consultation_id: ConsultationId,
    video: VideoPlan,
    audio: AudioPlan,
    hold: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Tablet {
    consultation_id: ConsultationId,
    audio: bool,
    video: bool,
}

/// The box's part in at most one consultation.
#[derive(Debug)]
pub struct Session {
    cameras: Vec<BoxCamera>,
    microphone: bool,
    linked: bool,
    live: Option<Live>,
    tablet: Option<Tablet>,
    choice: Option<Camera>,
    muted: bool,
    hidden: bool,
    failed: Option<String>,
    deadline: Option<Duration>,
    /// A call that the nurse ended while the relay could not be told.
    hung_up: Option<ConsultationId>,
    /// A call whose devices closed because the link stayed away: what the nurse chose in it, and her tablet, wait for it.
    waits: Option<ConsultationId>,
}

impl Session {
    /// A box with these devices.
    pub fn new(cameras: Vec<BoxCamera>, microphone: bool) -> Self {
        Self {
            cameras,
            microphone,
            linked: false,
            live: None,
            tablet: None,
            choice: None,
            muted: false,
            hidden: false,
            failed: None,
            deadline: None,
            hung_up: None,
            waits: None,
        }
    }

    /// When [`Input::Timeout`] is due.
    pub const fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// The consultation whose media run.
    pub fn consultation(&self) -> Option<ConsultationId> {
        self.live.as_ref().map(|live| live.consultation_id)
    }

    /// Takes one input; `at` is a monotonic clock.
    pub fn handle(&mut self, input: Input, at: Duration) -> Vec<Effect> {
        let before = self.plan();
        let shown_before = (self.active(), self.failed.clone());
        let media_before = self.live.is_some().then(|| self.media_state());
        let mut tell_media = false;
        let mut effects = Vec::new();
        let mut keyframe = false;
        match input {
            Input::LinkUp => {
                self.linked = true;
                self.deadline = self.consultation().or(self.waits).map(|_| at + RESUME);
                if let Some(consultation_id) = self.hung_up {
                    effects.push(Effect::Tell(ToRelay::HangUp { consultation_id }));
                }
                if let Some(Tablet { consultation_id, .. }) = self.tablet {
                    effects.push(Effect::Tell(ToRelay::MediaJoined { consultation_id, tablet: true }));
                }
            }
            Input::ControlMoved => {
                if let Some(consultation_id) = self.hung_up {
                    effects.push(Effect::Tell(ToRelay::HangUp { consultation_id }));
                }
                if let Some(Tablet { consultation_id, .. }) = self.tablet {
                    effects.push(Effect::Tell(ToRelay::MediaJoined { consultation_id, tablet: true }));
                }
                if self.live.is_some() {
                    effects.push(Effect::Tell(self.camera_state()));
                    tell_media = true;
                }
            }
            Input::LinkDown => {
                self.linked = false;
                self.deadline = self.live.as_ref().map(|live| at + live.hold);
            }
            // The link did not return: nobody is filmed for nobody. Whose call it is stays known.
            Input::Timeout if !self.linked => {
                self.deadline = None;
                self.waits = self.live.take().map(|live| live.consultation_id).or(self.waits);
            }
            // It returned, and the relay does not know the consultation any more.
            Input::Timeout => {
                self.deadline = None;
                let over = self.live.take().map(|live| live.consultation_id).or(self.waits.take());
                if let Some(consultation_id) = over {
                    self.tablet = None;
                    self.forget_choices();
                    effects.push(Effect::Ended { consultation_id, reason: StopReason::Crash });
                }
            }
            // The relay repeated it before it heard that the nurse hung up meanwhile.
            Input::Start { consultation_id, .. } if self.hung_up == Some(consultation_id) => {}
            Input::Start { consultation_id, video, audio, hold } => {
                self.hung_up = None;
                self.deadline = None;
                if self.waits.take().is_some_and(|waits| waits != consultation_id) {
                    self.forget_choices();
                }
                // A tablet that waits in another consultation must not be seen and heard in this one.
                if let Some(other) = self.tablet.filter(|tablet| tablet.consultation_id != consultation_id) {
                    self.tablet = None;
                    effects.push(Effect::Ended { consultation_id: other.consultation_id, reason: StopReason::Other });
                }
                let resumed = self.live.as_ref().is_some_and(|live| {
                    live.consultation_id == consultation_id
                        && (live.video.ssrc, live.audio.ssrc) == (video.ssrc, audio.ssrc)
                });
                if !resumed {
                    self.failed = None;
                    effects.push(Effect::Begin { video, audio });
                }
                self.live = Some(Live { consultation_id, video, audio, hold });
                keyframe = true;
                tell_media = true;
                if resumed {
                    effects.push(Effect::Bitrate(video.bitrate_bps));
                    // A relay that was restarted does not know which camera it sees.
                    effects.push(Effect::Tell(self.camera_state()));
                }
            }
            Input::Stop { consultation_id, reason } => {
                self.hung_up = self.hung_up.filter(|hung_up| *hung_up != consultation_id);
                if self.consultation().or(self.waits) == Some(consultation_id) {
                    (self.live, self.waits) = (None, None);
                    self.deadline = None;
                    self.forget_choices();
                }
                if self.tablet.is_some_and(|tablet| tablet.consultation_id == consultation_id) {
                    self.tablet = None;
                    effects.push(Effect::Ended { consultation_id, reason });
                }
            }
            Input::KeyframeWanted => keyframe = true,
            Input::SetBitrate(bps) => {
                if let Some(live) = &mut self.live {
                    live.video.bitrate_bps = bps;
                    effects.push(Effect::Bitrate(bps));
                }
            }
            Input::Choose(camera) => {
                let possible = match camera {
                    Camera::Room => self.cameras.contains(&BoxCamera::Room),
                    Camera::CloseUp => self.cameras.contains(&BoxCamera::CloseUp),
                    Camera::Tablet => true,
                };
                if possible {
                    self.choice = Some(camera);
                    self.failed = None;
                }
            }
            Input::TabletJoined { consultation_id, audio, video } => {
                self.hung_up = None;
                // The nurse went on to another one.
                if self.waits.take_if(|waits| *waits != consultation_id).is_some() {
                    self.forget_choices();
                }
                self.tablet = Some(Tablet { consultation_id, audio, video });
                if self.linked {
                    effects.push(Effect::Tell(ToRelay::MediaJoined { consultation_id, tablet: true }));
                }
            }
            Input::TabletLost => {
                if let Some(Tablet { consultation_id, .. }) = self.tablet.take()
                    && self.linked
                {
                    effects.push(Effect::Tell(ToRelay::MediaJoined { consultation_id, tablet: false }));
                }
            }
            Input::HangUp => {
                let call = self.consultation().or(self.waits.take());
                let consultation = self.tablet.take().map(|tablet| tablet.consultation_id).or(call);
                (self.live, self.waits) = (None, None);
                self.deadline = None;
                self.forget_choices();
                if let Some(consultation_id) = consultation {
                    effects.push(Effect::Tell(ToRelay::HangUp { consultation_id }));
                    self.hung_up = Some(consultation_id).filter(|_| !self.linked);
                }
            }
            Input::MediaState { audio, video } => {
                // `none` says that the tablet has no such device; the box's own go on.
                self.muted = audio == AudioState::Muted;
                self.hidden = video == VideoState::Off;
            }
            Input::DeviceFailed(sentence) => self.failed = Some(sentence),
            Input::DeviceRuns => self.failed = None,
        }
        self.compare(before, keyframe, &mut effects);
        if self.live.is_some() && shown_before != (self.active(), self.failed.clone()) {
            effects.push(Effect::Tell(self.camera_state()));
        }
        if self.live.is_some() && (tell_media || media_before.as_ref() != Some(&self.media_state())) {
            effects.push(Effect::Tell(self.media_state()));
        }
        effects
    }

    /// What the page shows.
    pub fn shown(&self) -> Shown {
        let mut cameras: Vec<Camera> = self.cameras.iter().copied().map(Camera::from).collect();
        if self.tablet.is_some_and(|tablet| tablet.video) {
            cameras.push(Camera::Tablet);
        }
        Shown {
            state: if self.live.is_some() { "live" } else { "idle" },
            consultation_id: self.consultation(),
            camera: self.active(),
            cameras,
            rung: None,
            error: self.failed.clone(),
            muted: self.muted,
            hidden: self.hidden,
        }
    }

    fn forget_choices(&mut self) {
        (self.choice, self.muted, self.hidden, self.failed) = (None, false, false, None);
    }

    /// The camera in use: the nurse's or specialist's choice, else the first of the box, else the tablet's.
    fn camera(&self) -> Option<Camera> {
        let tablet = self.tablet.is_some_and(|tablet| tablet.video);
        match self.choice {
            Some(Camera::Tablet) if tablet => Some(Camera::Tablet),
            Some(camera @ (Camera::Room | Camera::CloseUp)) => Some(camera),
            Some(Camera::Tablet) | None => {
                self.cameras.first().copied().map(Camera::from).or(tablet.then_some(Camera::Tablet))
            }
        }
    }

    fn active(&self) -> ActiveCamera {
        match (&self.live, self.hidden, self.camera()) {
            (Some(_), false, Some(Camera::Room)) => ActiveCamera::Room,
            (Some(_), false, Some(Camera::CloseUp)) => ActiveCamera::CloseUp,
            (Some(_), false, Some(Camera::Tablet)) => ActiveCamera::Tablet,
            (None, _, _) | (_, true, _) | (_, _, None) => ActiveCamera::None,
        }
    }

    /// What the others are told of the home's sound and picture.
    fn media_state(&self) -> ToRelay {
        let sound = self.microphone || self.tablet.is_some_and(|tablet| tablet.audio);
        let audio = match (sound, self.muted) {
            (false, _) => AudioState::None,
            (true, true) => AudioState::Muted,
            (true, false) => AudioState::On,
        };
        let video = match (self.camera(), self.hidden) {
            (None, _) => VideoState::None,
            (Some(_), true) => VideoState::Off,
            (Some(_), false) => VideoState::On,
        };
        ToRelay::MediaState { audio, video }
    }

    fn camera_state(&self) -> ToRelay {
        ToRelay::CameraState { active: self.active(), failed: self.failed.clone() }
    }

    fn plan(&self) -> Plan {
        let Some(live) = &self.live else { return Plan::default() };
        let tablet_sound = self.tablet.is_some_and(|tablet| tablet.audio);
        let audio = if self.muted {
            Source::None
        } else if tablet_sound && (self.camera() == Some(Camera::Tablet) || !self.microphone) {
            // The tablet's microphone goes with its picture: it is where the nurse stands.
            Source::Tablet
        } else if self.microphone {
            Source::Capture
        } else {
            Source::None
        };
        let (video, box_camera) = match self.camera().filter(|_| !self.hidden) {
            Some(Camera::Room) => (Source::Capture, Some(BoxCamera::Room)),
            Some(Camera::CloseUp) => (Source::Capture, Some(BoxCamera::CloseUp)),
            Some(Camera::Tablet) => (Source::Tablet, None),
            None => (Source::None, None),
        };
        // The devices stay open while the call lasts: opening a camera takes a second or two.
        let capture = (!self.cameras.is_empty() || self.microphone).then_some(CapturePlan {
            video: live.video,
            audio: live.audio,
            camera: box_camera,
            sound: audio == Source::Capture,
        });
        Plan { capture, video, audio }
    }

    fn compare(&self, before: Plan, keyframe: bool, effects: &mut Vec<Effect>) {
        let after = self.plan();
        match (before.capture, after.capture) {
            (None, Some(plan)) => effects.push(Effect::StartCapture(plan)),
            (Some(_), None) => effects.push(Effect::StopCapture),
            (Some(old), Some(new))
                if (old.video.ssrc, old.audio.ssrc) != (new.video.ssrc, new.audio.ssrc)
                    || (old.video.width, old.video.height, old.video.fps)
                        != (new.video.width, new.video.height, new.video.fps) =>
            {
                effects.push(Effect::StopCapture);
                effects.push(Effect::StartCapture(new));
            }
            (Some(old), Some(new)) if (old.camera, old.sound) != (new.camera, new.sound) => {
                effects.push(Effect::AdjustCapture(new));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        if (before.video, before.audio) != (after.video, after.audio) {
            effects.push(Effect::Feed { video: after.video, audio: after.audio });
        }
        let switched = before.video != after.video && after.video != Source::None;
        if (keyframe || switched) && after.video != Source::None {
            effects.push(Effect::Keyframe(after.video));
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
