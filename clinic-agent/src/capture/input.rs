//! Pictures and sound from files, cameras and microphones by ffmpeg's demuxers and decoders.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use ffmpeg_next::{Error, Packet, Rational, codec, decoder, format, frame, media};
use yunzhen_runtime::clock;

use super::{
    device::{self, Shape},
    error::CaptureError,
    jpeg,
    settings::{SoundSource, VideoSource},
};

/// Something that ffmpeg opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Device { format: &'static str, name: String },
    Network(String),
    File(String),
}

impl Place {
    pub(super) fn of_picture(source: &VideoSource) -> Option<Self> {
        match source {
            VideoSource::Synthetic => None,
            VideoSource::V4l2(name) => Some(Self::Device { format: "v4l2", name: name.clone() }),
            VideoSource::Rtsp(url) => Some(Self::Network(url.clone())),
            VideoSource::File(path) => Some(Self::file(path)),
        }
    }

    pub(super) fn of_sound(source: &SoundSource) -> Option<Self> {
        match source {
            SoundSource::Synthetic => None,
            SoundSource::Alsa(name) => Some(Self::Device { format: "alsa", name: name.clone() }),
            SoundSource::Rtsp(url) => Some(Self::Network(url.clone())),
            SoundSource::File(path) => Some(Self::file(path)),
        }
    }

    fn file(path: &Path) -> Self {
        Self::File(path.to_string_lossy().into_owned())
    }

    /// As people know it; without user and password of a network camera.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Device { name, .. } | Self::File(name) => name.clone(),
            Self::Network(url) => match url.split_once("://").map(|(scheme, rest)| (scheme, rest.rsplit_once('@'))) {
                Some((scheme, Some((_, host)))) => format!("{scheme}://{host}"),
                _ => url.clone(),
            },
        }
    }

    /// Whether it gives frames in its own time, so that nobody has to wait for their timestamps.
    pub(super) const fn is_live(&self) -> bool {
        !matches!(self, Self::File(_))
    }

    fn open_error(&self, kind: media::Type, cause: Error) -> CaptureError {
        let name = self.name();
        match (self, kind) {
            (Self::Device { .. }, media::Type::Video) => CaptureError::CameraOpen { device: name, cause },
            (Self::Device { .. }, _) => CaptureError::MicrophoneOpen { device: name, cause },
            _ => CaptureError::Open { source_name: name, cause },
        }
    }

    fn read_error(&self, kind: media::Type, cause: Error) -> CaptureError {
        let name = self.name();
        match (self, kind, cause) {
            (_, _, Error::Exit) => CaptureError::Interrupted,
            (Self::File(_), _, Error::Eof) => CaptureError::Ended { source_name: name },
            (Self::Device { .. }, media::Type::Video, cause) => CaptureError::CameraLost { device: name, cause },
            (Self::Device { .. }, _, cause) => CaptureError::MicrophoneLost { device: name, cause },
            (_, _, cause) => CaptureError::Read { source_name: name, cause },
        }
    }
}

/// Which decoder a stream has.
enum Decoder {
    Picture(decoder::Video),
    Sound(decoder::Audio),
}

impl Decoder {
    const fn opened(&mut self) -> &mut decoder::Opened {
        match self {
            Self::Picture(decoder) => &mut decoder.0,
            Self::Sound(decoder) => &mut decoder.0,
        }
    }
}

/// One track of a source, decoded.
pub(super) struct Input {
    place: Place,
    kind: media::Type,
    context: format::context::Input,
    stream: usize,
    time_base: Rational,
    decoder: Decoder,
    /// Each packet is a picture of its own.
    is_jpeg: bool,
    packet: Packet,
    interrupt: Arc<AtomicBool>,
}

impl Input {
    /// Opens a source. `interrupt` ends whatever waits for a network or a device.
    pub(super) fn open(
        place: Place,
        kind: media::Type,
        shape: Option<Shape>,
        interrupt: &Arc<AtomicBool>,
    ) -> Result<Self, CaptureError> {
        ffmpeg_next::init().map_err(|cause| place.open_error(kind, cause))?;
        let context = open_context(&place, shape, interrupt).map_err(|cause| match cause {
            Error::Exit => CaptureError::Interrupted,
            cause => place.open_error(kind, cause),
        })?;
        let track = if kind == media::Type::Video { "picture" } else { "sound" };
        let none = || CaptureError::NoTrack { source_name: place.name(), track };
        let stream = context.streams().best(kind).ok_or_else(none)?;
        let (index, time_base) = (stream.index(), stream.time_base());
        let is_jpeg = stream.parameters().id() == codec::Id::MJPEG;
        let opened = codec::Context::from_parameters(stream.parameters()).and_then(|context| match kind {
            media::Type::Video => context.decoder().video().map(Decoder::Picture),
            _ => context.decoder().audio().map(Decoder::Sound),
        });
        let decoder = opened.map_err(|cause| place.open_error(kind, cause))?;
        let (packet, interrupt) = (Packet::empty(), interrupt.clone());
        Ok(Self { place, kind, context, stream: index, time_base, decoder, is_jpeg, packet, interrupt })
    }

    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    /// The next picture, with its time since the start of the source where it has one.
    pub(super) fn picture(&mut self) -> Result<(frame::Video, Option<Duration>), CaptureError> {
        let mut picture = frame::Video::empty();
        self.decode(&mut picture)?;
        let time = self.time(picture.timestamp());
        Ok((picture, time))
    }

    /// The last picture as its source gave it, where that is a file of its own: a JPEG of this size.
    pub(super) fn original(&self, size: (u32, u32)) -> Option<Bytes> {
        self.packet.data().filter(|_| self.is_jpeg).and_then(|packet| jpeg::file(packet, size))
    }

    /// The next piece of sound.
    pub(super) fn sound(&mut self) -> Result<frame::Audio, CaptureError> {
        let mut sound = frame::Audio::empty();
        self.decode(&mut sound)?;
        Ok(sound)
    }

    fn time(&self, timestamp: Option<i64>) -> Option<Duration> {
        let ticks = u64::try_from(timestamp?).ok()?;
        let (numerator, denominator) =
            (self.time_base.numerator().max(0) as u64, self.time_base.denominator().max(1) as u64);
        Some(Duration::from_micros(ticks.checked_mul(numerator)?.checked_mul(1_000_000)? / denominator))
    }

    fn decode(&mut self, frame: &mut ffmpeg_next::Frame) -> Result<(), CaptureError> {
        let began = clock::now_instant();
        loop {
            match self.decoder.opened().receive_frame(frame) {
                Ok(()) => return Ok(()),
                Err(Error::InvalidData) => {}
                Err(Error::Other { errno }) if errno == ffmpeg_next::error::EAGAIN => {}
                Err(cause) => return Err(self.place.read_error(self.kind, cause)),
            }
            match self.read() {
                Ok(()) if self.packet.stream() != self.stream => continue,
                // As a driver hands on what it found damaged.
                Ok(()) if self.packet.size() == 0 => {}
                // A damaged packet costs its frame, not the source.
                Ok(()) => match self.decoder.opened().send_packet(&self.packet) {
                    Ok(()) => continue,
                    Err(Error::InvalidData) => {}
                    Err(cause) => return Err(self.place.read_error(self.kind, cause)),
                },
                Err(Error::Eof) => {
                    if self.decoder.opened().send_eof().is_err() {
                        return Err(self.place.read_error(self.kind, Error::Eof));
                    }
                    continue;
                }
                Err(Error::Other { errno }) if errno == ffmpeg_next::error::EAGAIN => {}
                Err(cause) => return Err(self.place.read_error(self.kind, cause)),
            }
            if !matches!(self.place, Place::Device { .. }) {
                continue;
            }
            // It has nothing good yet.
            if self.interrupt.load(Ordering::Acquire) {
                return Err(CaptureError::Interrupted);
            }
            if clock::now_instant().saturating_duration_since(began) >= device::SILENCE {
                return Err(CaptureError::Silent { device: self.place.name() });
            }
            device::wait();
        }
    }

    /// The next packet.
    fn read(&mut self) -> Result<(), Error> {
        // ffmpeg forgets what a packet held when it is read into again; dropped, it is given back.
        self.packet = Packet::empty();
        if !matches!(self.place, Place::Device { .. }) {
            return self.packet.read(&mut self.context);
        }
        // What a camera gives lies in its driver's memory, which goes with the camera; a still is made of it later.
        let mut lent = Packet::empty();
        lent.read(&mut self.context)?;
        self.packet = Packet::copy(lent.data().unwrap_or_default());
        self.packet.set_stream(lent.stream());
        self.packet.set_pts(lent.pts());
        Ok(())
    }
}

fn open_context(
    place: &Place,
    shape: Option<Shape>,
    interrupt: &Arc<AtomicBool>,
) -> Result<format::context::Input, Error> {
    match place {
        Place::Device { format, name } => device::open(format, name, shape),
        Place::Network(url) => {
            let options = [("rtsp_transport", "tcp"), ("timeout", "5000000")].into_iter().collect();
            format::input_with_interrupt_and_dictionary(url, interrupted(interrupt), options)
        }
        Place::File(path) => format::input_with_interrupt(path, interrupted(interrupt)),
    }
}

fn interrupted(interrupt: &Arc<AtomicBool>) -> impl FnMut() -> bool + Send + 'static {
    let interrupt = interrupt.clone();
    move || interrupt.load(Ordering::Acquire)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resident_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// An hour of a microphone is 700 MB.
    #[test]
    fn what_was_read_is_not_kept() {
        const BYTES: u32 = 64 << 20;
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("silence.wav");
        let mut wav = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x02\0".to_vec();
        wav.extend_from_slice(&48_000u32.to_le_bytes());
        wav.extend_from_slice(&192_000u32.to_le_bytes());
        wav.extend_from_slice(b"\x04\0\x10\0data");
        wav.extend_from_slice(&BYTES.to_le_bytes());
        std::fs::write(&file, wav).expect("written");
        std::fs::File::options()
            .write(true)
            .open(&file)
            .and_then(|file| file.set_len(u64::from(BYTES) + 44))
            .expect("long");
        let place = Place::of_sound(&SoundSource::File(file)).expect("a file");
        let mut input = Input::open(place, media::Type::Audio, None, &Arc::default()).expect("opened");
        let mut samples = input.sound().expect("decoded").samples();
        let before = resident_kib();
        while let Ok(sound) = input.sound() {
            samples += sound.samples();
        }
        assert_eq!(samples, BYTES as usize / 4, "all of it");
        let grown = resident_kib().saturating_sub(before);
        assert!(grown < 16 << 10, "{grown} KiB more after {BYTES} bytes");
    }
}
