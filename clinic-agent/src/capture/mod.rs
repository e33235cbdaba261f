//! The box's cameras and microphone through ffmpeg: a picture as H.264 and sound as Opus, as RTP packets.
//!
//! One thread for pictures and one for sound, both owned by [`Capture`]; what they should do stands on a [`desk::Desk`] that the
//! handle writes and the threads read, so a later wish replaces an earlier one and nothing queues up. Packets leave through bounded
//! channels: when one is full the packet is dropped and counted.
//!
//! | module | what |
//! |---|---|
//! | [`settings`] | which devices there are, from the configuration |
//! | [`pattern`] | frame number and time as squares that machines read; also used by tests and benchmarks |
//! | [`scene`], [`voice`] | the synthetic camera and microphone |
//! | [`input`] | files, V4L2, RTSP and ALSA by ffmpeg |
//! | [`device`] | opening V4L2 and ALSA so that nothing waits for ever |
//! | [`picture`], [`sound`] | the two threads |
//! | [`low`] | the low picture beside the main one |
//! | [`h264`], [`opus`] | the encoders |
//! | [`still`], [`jpeg`] | full pictures, without loss |
//! | [`tape`] | the recording at full quality beside the live picture |
//!
//! Not here: which camera is wanted and when (the outbox), sending (the link).

mod desk;
mod device;
#[cfg(test)]
mod device_tests;
mod error;
mod glyphs;
mod h264;
mod input;
mod jpeg;
mod low;
mod opus;
pub mod pattern;
mod picture;
mod scene;
mod settings;
mod sound;
mod still;
mod tape;
#[cfg(test)]
mod tests;
mod voice;

use std::{
    sync::{Arc, mpsc},
    thread::JoinHandle,
};

use crate::recordings::{RecordOrder, TapeTarget};
use desk::{Desk, SoundWish, Wish};
pub use error::CaptureError;
pub use settings::{CameraSize, CaptureSettings, SoundSource, VideoSource};
use tape::{Tape, TapeSlot};
use yunzhen_media::ladder::VideoTarget;
use yunzhen_media::ladder::sound::SoundTarget;
use yunzhen_protocol::control::BoxCamera;

use crate::outbox::{
    devices::{DeviceEvent, DeviceSink, Devices, NoPicture, StillOrder},
    session::CapturePlan,
};

/// Largest RTP payload: 1162 bytes of datagram, less a flow id and the RTP header, less some room for what the link adds.
pub const MAX_PAYLOAD: usize = 1136;

/// Orders of stills that may wait for their frames: two bursts. One more is refused.
const STILL_QUEUE: usize = 10;

/// The box's devices; see the module.
#[derive(Debug)]
pub struct Capture {
    settings: CaptureSettings,
    running: Option<Running>,
    /// Where the devices' threads put what is to be recorded.
    slot: TapeSlot,
    tape: Option<Tape>,
    /// Tapes whose last segment may be on its way to disk; the next one waits for them, or the end of all.
    ended: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Running {
    picture: Arc<Desk<Wish>>,
    sound: Arc<Desk<SoundWish>>,
    /// Who films now; nobody: no still is taken.
    camera: Option<BoxCamera>,
    stills: mpsc::SyncSender<StillOrder>,
    threads: Vec<JoinHandle<()>>,
}

impl Capture {
    /// The devices of these settings; nothing is opened yet.
    pub fn new(settings: CaptureSettings) -> Self {
        Self { settings, running: None, slot: TapeSlot::default(), tape: None, ended: Vec::new() }
    }
}

impl Devices for Capture {
    fn cameras(&self) -> Vec<BoxCamera> {
        let both = [(BoxCamera::Room, &self.settings.room), (BoxCamera::CloseUp, &self.settings.close_up)];
        both.into_iter().filter(|(_, source)| source.is_some()).map(|(camera, _)| camera).collect()
    }

    fn microphone(&self) -> bool {
        self.settings.microphone.is_some()
    }

    fn start(&mut self, plan: CapturePlan, sink: DeviceSink) {
        self.stop();
        // What goes wrong is reported in our own sentences.
        ffmpeg_next::util::log::set_level(ffmpeg_next::util::log::Level::Fatal);
        let picture = Arc::new(Desk::new(Wish::new(plan.camera, VideoTarget::of(&plan.video))));
        let sound =
            Arc::new(Desk::new(SoundWish { on: plan.sound, target: SoundTarget::of(&plan.audio), stop: false }));
        let (stills, orders) = mpsc::sync_channel(STILL_QUEUE);
        let mut threads = Vec::new();
        let mut spawn = |name: &str, work: Box<dyn FnOnce() + Send>| match std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(work)
        {
            Ok(thread) => threads.push(thread),
            Err(cause) => report(&sink, DeviceEvent::Failed(CaptureError::Thread { cause }.to_string())),
        };
        if !self.cameras().is_empty() {
            let work = picture::Picture::new(
                self.settings.clone(),
                plan.video,
                sink.clone(),
                picture.clone(),
                orders,
                self.slot.clone(),
            );
            spawn("camera", Box::new(move || work.run()));
        }
        if let Some(source) = self.settings.microphone.clone() {
            let work = sound::Sound::new(
                source,
                self.settings.repeat,
                plan.audio,
                sink.clone(),
                sound.clone(),
                self.slot.clone(),
            );
            spawn("microphone", Box::new(move || work.run()));
        }
        self.running = Some(Running { picture, sound, camera: plan.camera, stills, threads });
    }

    fn adjust(&mut self, plan: CapturePlan) {
        if let Some(running) = &mut self.running {
            running.camera = plan.camera;
            running.picture.change(|wish| wish.camera = plan.camera);
            running.sound.change(|wish| wish.on = plan.sound);
        }
    }

    fn keyframe(&mut self) {
        if let Some(running) = &self.running {
            running.picture.nudge(|wish| wish.keyframe = true);
        }
    }

    fn target(&mut self, target: VideoTarget) {
        if let Some(running) = &self.running {
            running.picture.nudge(|wish| wish.target = target);
        }
    }

    fn sound(&mut self, target: SoundTarget) {
        if let Some(running) = &self.running {
            running.sound.nudge(|wish| wish.target = target);
        }
    }

    fn hold(&mut self, held: bool) {
        if let Some(running) = &self.running {
            running.picture.nudge(|wish| wish.held = held);
        }
    }

    fn makes_low(&self) -> bool {
        !self.cameras().is_empty()
    }

    fn low(&mut self, target: Option<VideoTarget>) {
        if let Some(running) = &self.running {
            running.picture.nudge(|wish| wish.low = target);
        }
    }

    fn low_keyframe(&mut self) {
        if let Some(running) = &self.running {
            running.picture.nudge(|wish| wish.low_keyframe = true);
        }
    }

    fn still(&mut self, order: StillOrder) {
        let filming = self.running.as_ref().filter(|running| running.camera.is_some());
        let Some(running) = filming else { return order.refuse(NoPicture::Off) };
        if let Err(mpsc::TrySendError::Full(order) | mpsc::TrySendError::Disconnected(order)) =
            running.stills.try_send(order)
        {
            order.refuse(NoPicture::Failed);
        }
    }

    fn records(&self) -> bool {
        true
    }

    fn record(&mut self, order: RecordOrder, target: &TapeTarget) {
        if self.tape.as_ref().is_some_and(|tape| tape.recording == order.recording_id) {
            return;
        }
        self.stop_recording();
        self.tape = Tape::start(&order, target, self.slot.clone(), &mut self.ended);
    }

    fn stop_recording(&mut self) {
        // Its last segment goes to disk beside the call.
        self.ended.extend(self.tape.take().map(Tape::end));
    }

    fn stop(&mut self) {
        self.close();
        if let Some(tape) = &self.tape {
            tape.pause();
        }
    }
}

impl Capture {
    fn close(&mut self) {
        let Some(running) = self.running.take() else { return };
        running.picture.change(|wish| wish.stop = true);
        running.sound.change(|wish| wish.stop = true);
        join(running.threads);
    }
}

fn join(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    for thread in threads {
        if thread.join().is_err() {
            tracing::error!("a capture thread panicked");
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.close();
        self.stop_recording();
        join(self.ended.drain(..));
    }
}

/// Tells the driver; when it does not listen the event is only logged.
fn report(sink: &DeviceSink, event: DeviceEvent) {
    if let DeviceEvent::Failed(sentence) = &event {
        tracing::warn!(sentence, "capture failed");
    }
    if sink.events.try_send(event).is_err() {
        tracing::debug!("nobody takes device events");
    }
}
