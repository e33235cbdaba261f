//! The sound thread: the microphone, as RTP packets.

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
use yunzhen_media::{MediaKind, ladder::sound::SoundTarget, layers::Layer};
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
    opus::Opus,
    picture::RETRY,
    report,
    tape::TapeSlot,
    voice::{RATE, Voice},
};
use crate::outbox::devices::{Captured, DeviceEvent, DeviceSink};

/// Samples that wait to be encoded; more than this is dropped from the front: sound that late disturbs.
const MAX_WAITING: usize = RATE as usize / 2;

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
    tape: TapeSlot,
}

impl Sound {
    pub(super) fn new(
        source: SoundSource,
        repeat: bool,
        plan: AudioPlan,
        sink: DeviceSink,
        desk: Arc<Desk<SoundWish>>,
        tape: TapeSlot,
    ) -> Self {
        Self { source, repeat, plan, sink, desk, began: clock::now_instant(), sequence: 0, timestamp: 0, tape }
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
        // After a pause the clock has gone on, as the receiver's has.
        let passed = clock::now_instant().saturating_duration_since(self.began);
        self.timestamp = (passed.as_micros() * u128::from(RATE) / 1_000_000) as u32;
        let mut maker = Maker::new(self.desk.read(|_| {}).target)?;
        match Place::of_sound(&self.source) {
            None => {
                let mut voice = Voice::default();
                let mut due = clock::now_instant();
                while let Some(target) = self.wanted() {
                    maker.follow(target)?;
                    if self.desk.wait_until(due) {
                        let packet = maker.target.packet;
                        due = (due + packet).max(clock::now_instant().checked_sub(packet * 5).unwrap_or(due));
                        let mut samples = vec![0; maker.encoder.samples()];
                        voice.fill(&mut samples);
                        self.emit(&mut maker, &samples, 0)?;
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
                while let Some(target) = self.wanted() {
                    maker.follow(target)?;
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
                    while let Some(samples) = take_packet(&mut waiting, maker.encoder.samples()) {
                        if !place.is_live() && !self.desk.wait_until(due) {
                            break;
                        }
                        due += maker.target.packet;
                        // A file's sound is taken when its turn to be heard comes, whatever was decoded ahead.
                        self.emit(&mut maker, &samples, if place.is_live() { waiting.len() } else { 0 })?;
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

    /// How sound is wanted; `None`: not.
    fn wanted(&self) -> Option<SoundTarget> {
        let wish = self.desk.read(|_| {});
        (wish.on && !wish.stop).then_some(wish.target)
    }

    /// `behind`: samples that were heard after these and wait.
    fn emit(&mut self, maker: &mut Maker, samples: &[i16], behind: usize) -> Result<(), CaptureError> {
        if let Some(payload) = maker.encoder.encode(samples)? {
            let since = Duration::from_micros((samples.len() + behind) as u64 * 1_000_000 / u64::from(RATE));
            self.send(payload, std::mem::take(&mut maker.marker), since);
        }
        self.timestamp = self.timestamp.wrapping_add(samples.len() as u32);
        Ok(())
    }

    /// `since`: the first of it was heard so long ago.
    fn send(&mut self, payload: bytes::Bytes, marker: bool, since: Duration) {
        let now = clock::now_instant();
        let taken_at = now.checked_sub(since).unwrap_or(now);
        self.tape.sound(&payload, taken_at);
        let header = RtpHeader {
            marker,
            payload_type: self.plan.payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.plan.ssrc,
        };
        self.sequence = self.sequence.wrapping_add(1);
        let packet = RtpPacket { header, payload };
        let captured = Captured { kind: MediaKind::Audio, layer: Layer::Main, packet, taken_at };
        if self.sink.packets.try_send(captured).is_err() {
            metrics::counter!("yunzhen_capture_dropped_packets_total", "kind" => "audio").increment(1);
        }
    }
}

/// Samples → packets as they are wanted. Others are another encoder.
struct Maker {
    encoder: Opus,
    target: SoundTarget,
    /// The next packet is the first after a silence.
    marker: bool,
}

impl Maker {
    fn new(target: SoundTarget) -> Result<Self, CaptureError> {
        Ok(Self { encoder: Opus::new(target)?, target, marker: true })
    }

    fn follow(&mut self, target: SoundTarget) -> Result<(), CaptureError> {
        if target != self.target {
            (self.encoder, self.target) = (Opus::new(target)?, target);
        }
        Ok(())
    }
}

fn take_packet(waiting: &mut VecDeque<i16>, samples: usize) -> Option<Vec<i16>> {
    (waiting.len() >= samples).then(|| waiting.drain(..samples).collect())
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
