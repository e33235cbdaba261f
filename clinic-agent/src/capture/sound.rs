//! The sound thread: the microphone, as RTP packets of 20 ms.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use ffmpeg_next::{
    ChannelLayout,
    format::{Sample, sample::Type},
    frame, media,
    software::resampling,
};
use yunzhen_media::MediaKind;
use yunzhen_protocol::{
    control::AudioPlan,
    rtp::{RtpHeader, RtpPacket},
};
use yunzhen_runtime::clock;

use super::{
    SoundSource,
    desk::{Desk, SoundWish},
    error::CaptureError,
    input::{Input, Place},
    opus::{FRAME, Opus},
    picture::RETRY,
    report,
    voice::{RATE, Voice},
};
use crate::outbox::devices::{Captured, DeviceEvent, DeviceSink};

const FRAME_TIME: Duration = Duration::from_millis(20);
/// Samples that wait to be encoded; more than this is dropped from the front: sound that late disturbs.
const MAX_WAITING: usize = FRAME * 25;

/// See the module.
pub(super) struct Sound {
    source: SoundSource,
    repeat: bool,
    plan: AudioPlan,
    sink: DeviceSink,
    desk: Arc<Desk<SoundWish>>,
    began: Instant,
    sequence: u16,
    /// Media clock of the next packet.
    timestamp: u32,
}

impl Sound {
    pub(super) fn new(
        source: SoundSource,
        repeat: bool,
        plan: AudioPlan,
        sink: DeviceSink,
        desk: Arc<Desk<SoundWish>>,
    ) -> Self {
        Self { source, repeat, plan, sink, desk, began: clock::now_instant(), sequence: 0, timestamp: 0 }
    }

    /// Runs until it is told to stop.
    pub(super) fn run(mut self) {
        loop {
            let wish = self.desk.read(|_| {});
            if wish.stop {
                return;
            }
            if !wish.on {
                self.desk.wait(Duration::from_secs(3600));
                continue;
            }
            match self.listen() {
                Ok(()) | Err(CaptureError::Interrupted) => {}
                Err(
                    error @ (CaptureError::Ended { .. }
                    | CaptureError::NoEncoder { .. }
                    | CaptureError::UnknownOption { .. }),
                ) => {
                    report(&self.sink, DeviceEvent::Failed(error.to_string()));
                    self.desk.wait(Duration::from_secs(3600));
                }
                Err(error) => {
                    report(&self.sink, DeviceEvent::Failed(error.to_string()));
                    self.desk.wait(RETRY);
                }
            }
        }
    }

    /// Listens until it is to stop or to pause.
    fn listen(&mut self) -> Result<(), CaptureError> {
        let mut encoder = Opus::new(self.plan.bitrate_bps)?;
        // After a pause the clock has gone on, as the receiver's has.
        let passed = clock::now_instant().saturating_duration_since(self.began);
        self.timestamp = (passed.as_micros() * u128::from(RATE) / 1_000_000) as u32;
        let mut marker = true;
        // `behind`: samples that were heard after this frame and wait.
        let mut emit = |this: &mut Self, samples: &[i16; FRAME], behind: usize| -> Result<(), CaptureError> {
            if let Some(payload) = encoder.encode(samples)? {
                this.send(payload, std::mem::take(&mut marker), behind);
            }
            this.timestamp = this.timestamp.wrapping_add(FRAME as u32);
            Ok(())
        };
        match Place::of_sound(&self.source) {
            None => {
                let mut voice = Voice::default();
                let mut due = clock::now_instant();
                while self.goes_on() {
                    if self.desk.wait_until(due) {
                        due = (due + FRAME_TIME).max(clock::now_instant().checked_sub(FRAME_TIME * 5).unwrap_or(due));
                        let mut samples = [0; FRAME];
                        voice.fill(&mut samples);
                        emit(self, &samples, 0)?;
                    }
                }
            }
            Some(place) => {
                let mut input = Input::open(place.clone(), media::Type::Audio, None, &self.desk.interrupt())?;
                let mut running = false;
                let mut resampler = Resampler::default();
                let mut waiting: VecDeque<i16> = VecDeque::new();
                let mut due = clock::now_instant();
                let mut heard = false;
                while self.goes_on() {
                    match input.sound() {
                        Ok(sound) => {
                            heard = true;
                            if !std::mem::replace(&mut running, true) {
                                report(&self.sink, DeviceEvent::Running);
                            }
                            resampler.run(sound, &mut waiting)?;
                        }
                        Err(CaptureError::Ended { .. }) if self.repeat && std::mem::take(&mut heard) => {
                            input = Input::open(place.clone(), media::Type::Audio, None, &self.desk.interrupt())?;
                        }
                        Err(error) => return Err(error),
                    }
                    while let Some(samples) = take_frame(&mut waiting) {
                        if !place.is_live() && !self.desk.wait_until(due) {
                            break;
                        }
                        due += FRAME_TIME;
                        // A file's sound is taken when its turn to be heard comes, whatever was decoded ahead.
                        emit(self, &samples, if place.is_live() { waiting.len() } else { 0 })?;
                    }
                    if waiting.len() > MAX_WAITING {
                        waiting.drain(..waiting.len() - MAX_WAITING);
                        metrics::counter!("yunzhen_capture_late_sound_total").increment(1);
                    }
                }
            }
        }
        Ok(())
    }

    fn goes_on(&self) -> bool {
        let wish = self.desk.read(|_| {});
        wish.on && !wish.stop
    }

    fn send(&mut self, payload: bytes::Bytes, marker: bool, behind: usize) {
        let now = clock::now_instant();
        let since = FRAME_TIME + Duration::from_micros(behind as u64 * 1_000_000 / u64::from(RATE));
        let taken_at = now.checked_sub(since).unwrap_or(now);
        let header = RtpHeader {
            marker,
            payload_type: self.plan.payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.plan.ssrc,
        };
        self.sequence = self.sequence.wrapping_add(1);
        let packet = RtpPacket { header, payload };
        if self.sink.packets.try_send(Captured { kind: MediaKind::Audio, packet, taken_at }).is_err() {
            metrics::counter!("yunzhen_capture_dropped_packets_total", "kind" => "audio").increment(1);
        }
    }
}

fn take_frame(waiting: &mut VecDeque<i16>) -> Option<[i16; FRAME]> {
    if waiting.len() < FRAME {
        return None;
    }
    let mut samples = [0; FRAME];
    for (to, from) in samples.iter_mut().zip(waiting.drain(..FRAME)) {
        *to = from;
    }
    Some(samples)
}

/// Any sound → 48 kHz mono.
#[derive(Default)]
struct Resampler {
    context: Option<resampling::Context>,
}

impl Resampler {
    fn run(&mut self, mut sound: frame::Audio, out: &mut VecDeque<i16>) -> Result<(), CaptureError> {
        let failed = |cause| CaptureError::Convert { what: "resampling the sound", cause };
        if sound.channel_layout().is_empty() {
            sound.set_channel_layout(ChannelLayout::default(i32::from(sound.channels())));
        }
        let (format, layout, rate) = (sound.format(), sound.channel_layout(), sound.rate());
        let fits = self.context.as_ref().is_some_and(|context| {
            let input = context.input();
            input.format == format && input.channel_layout == layout && input.rate == rate
        });
        if !fits {
            let target = Sample::I16(Type::Packed);
            let context = resampling::Context::get(format, layout, rate, target, ChannelLayout::MONO, RATE);
            self.context = Some(context.map_err(failed)?);
        }
        let Some(context) = &mut self.context else { return Ok(()) };
        // Room for all that can come out: what does not fit would stay behind and grow.
        let room = sound.samples() * RATE as usize / rate.max(1) as usize + 256;
        let mut mono = frame::Audio::new(Sample::I16(Type::Packed), room, ChannelLayout::MONO);
        context.run(&sound, &mut mono).map_err(failed)?;
        if mono.samples() > 0 {
            out.extend(mono.plane::<i16>(0));
        }
        Ok(())
    }
}
