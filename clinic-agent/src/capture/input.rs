//! Pictures and sound from files, cameras and microphones by ffmpeg's demuxers and decoders.
#![allow(unsafe_code, reason = "ffmpeg-next finds an input device's format only through the C call")]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use ffmpeg_next::{Dictionary, Error, Packet, Rational, codec, decoder, ffi, format, frame, media};

use super::{
    error::CaptureError,
    jpeg,
    settings::{CameraSize, SoundSource, VideoSource},
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
}

/// What a device is asked for, the best first; devices that cannot do any of it are opened with their own choice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) fps: u32,
    /// Rather this size.
    pub(super) rather: Option<CameraSize>,
}

impl Shape {
    /// ffmpeg's options for each attempt. Motion JPEG first: uncompressed, a camera at USB 2 gives few pictures per second of this size, and a still of it
    /// is what the camera made itself.
    fn attempts(self) -> Vec<Vec<(String, String)>> {
        let Self { width, height, fps, rather } = self;
        let option = |key: &str, value: String| (key.to_owned(), value);
        let plain = |width, height| {
            vec![option("video_size", format!("{width}x{height}")), option("framerate", fps.to_string())]
        };
        let jpeg = |width, height| [plain(width, height), vec![option("input_format", "mjpeg".to_owned())]].concat();
        let rather = rather.map(|CameraSize { width, height }| jpeg(width, height));
        rather.into_iter().chain([jpeg(width, height), plain(width, height)]).collect()
    }
}

impl Input {
    /// Opens a source. `interrupt` ends calls that wait for a network.
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
        Ok(Self { place, kind, context, stream: index, time_base, decoder, is_jpeg, packet: Packet::empty() })
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
        loop {
            let decoder = match &mut self.decoder {
                Decoder::Picture(decoder) => &mut decoder.0,
                Decoder::Sound(decoder) => &mut decoder.0,
            };
            match decoder.receive_frame(frame) {
                Ok(()) => return Ok(()),
                Err(Error::Other { errno }) if errno == ffmpeg_next::error::EAGAIN => {}
                Err(cause) => return Err(self.place.read_error(self.kind, cause)),
            }
            match self.packet.read(&mut self.context) {
                Ok(()) if self.packet.stream() != self.stream => continue,
                // A damaged packet costs its frame, not the source.
                Ok(()) => match decoder.send_packet(&self.packet) {
                    Ok(()) | Err(Error::InvalidData) => {}
                    Err(cause) => return Err(self.place.read_error(self.kind, cause)),
                },
                Err(Error::Eof) => {
                    if decoder.send_eof().is_err() {
                        return Err(self.place.read_error(self.kind, Error::Eof));
                    }
                }
                Err(Error::Other { errno }) if errno == ffmpeg_next::error::EAGAIN => {}
                Err(cause) => return Err(self.place.read_error(self.kind, cause)),
            }
        }
    }
}

fn open_context(
    place: &Place,
    shape: Option<Shape>,
    interrupt: &Arc<AtomicBool>,
) -> Result<format::context::Input, Error> {
    match place {
        Place::Device { format, name } => {
            let format = find_format(format)?;
            let attempt =
                |options: Dictionary<'_>| format::open_with(name, &format, options).map(|context| context.input());
            let asked = shape.map(Shape::attempts).unwrap_or_default();
            let opened = asked.into_iter().find_map(|options| attempt(options.into_iter().collect()).ok());
            opened.map_or_else(|| attempt(Dictionary::new()), Ok)
        }
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

fn find_format(name: &'static str) -> Result<ffmpeg_next::Format, Error> {
    let c_name = std::ffi::CString::new(name).map_err(|_| Error::DemuxerNotFound)?;
    // SAFETY: the name is a C string that lives through the call; what is found is a static description that is only read.
    let found = unsafe { ffi::av_find_input_format(c_name.as_ptr()) };
    if found.is_null() {
        return Err(Error::DemuxerNotFound);
    }
    // SAFETY: not null, and static.
    Ok(ffmpeg_next::Format::Input(unsafe { format::Input::wrap(found.cast_mut()) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_is_asked_for_its_own_jpeg_first_and_for_the_call_s_size_in_the_end() {
        let shape = Shape { width: 1280, height: 720, fps: 30, rather: "1920x1080".parse().ok() };
        let asked = shape.attempts().into_iter().map(|options| options.into_iter().map(|(_, value)| value).collect());
        let asked: Vec<Vec<String>> = asked.collect();
        assert_eq!(asked, [vec!["1920x1080", "30", "mjpeg"], vec!["1280x720", "30", "mjpeg"], vec!["1280x720", "30"]]);
    }
}
