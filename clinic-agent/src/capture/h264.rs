//! libx264 as a live encoder: constrained baseline, no delay, bitrate changed while it runs, keyframe when asked.
#![allow(unsafe_code, reason = "ffmpeg-next has no safe call for leftover options and for the rate buffer")]

use bytes::Bytes;
use ffmpeg_next::{Dictionary, Packet, Rational, codec, encoder, ffi, format::Pixel, frame, picture::Type};

use super::error::CaptureError;

const CODEC: &str = "libx264";
/// Ticks of the encoder's clock in a second: RTP's.
pub(super) const CLOCK: i32 = 90_000;
/// A keyframe comes by itself after this many seconds, for receivers that cannot ask.
const KEYFRAME_SECONDS: u32 = 10;
/// Quality of a still, as x264 counts it: fine print on a tablet's screen can be read.
const STILL_QUALITY: &str = "23";

/// See the module.
pub(super) struct H264 {
    encoder: encoder::video::Encoder,
    width: u32,
    height: u32,
    bitrate_bps: u32,
    last_pts: Option<i64>,
    packet: Packet,
}

/// How often pictures and keyframes come, and what the rate buffer holds.
struct Pace {
    fps: u32,
    gop: u32,
    buffer_bits: i32,
}

/// Bits that the rate buffer holds: a third of a second, so that a keyframe may be some times a delta frame but no more.
const fn buffer_bits(bitrate_bps: u32) -> i32 {
    (bitrate_bps / 3) as i32
}

/// Opens an encoder and refuses options that it did not know: ffmpeg itself skips a misspelled one without a word.
pub(super) fn open(
    context: &mut codec::Context,
    name: &'static str,
    options: Dictionary<'_>,
) -> Result<(), CaptureError> {
    let codec = encoder::find_by_name(name).ok_or(CaptureError::NoEncoder { codec: name })?;
    // SAFETY: the context is ours and not yet open, the codec is a registered encoder, and the dictionary is handed over whole and taken
    // back whole: avcodec_open2 frees it and leaves a new one with the options that it did not use.
    let (result, left) = unsafe {
        let mut options = options.disown();
        let result = ffi::avcodec_open2(context.as_mut_ptr(), codec.as_ptr(), &mut options);
        (result, Dictionary::own(options))
    };
    if result < 0 {
        return Err(CaptureError::EncoderOpen { codec: name, cause: result.into() });
    }
    match left.iter().next() {
        Some((option, _)) => Err(CaptureError::UnknownOption { codec: name, option: option.to_owned() }),
        None => Ok(()),
    }
}

impl H264 {
    /// An encoder for pictures of this size.
    pub(super) fn new(width: u32, height: u32, fps: u32, bitrate_bps: u32) -> Result<Self, CaptureError> {
        Self::with_options(width, height, fps, bitrate_bps, &[])
    }

    /// An encoder of stills: each picture by itself, of one quality, and never of more bytes than this.
    pub(super) fn of_stills(width: u32, height: u32, most_bytes: usize) -> Result<Self, CaptureError> {
        // With one picture a second and a rate buffer of a second, a picture may take what is in it. The preset may take its time: there is a picture in seconds.
        let more = [("crf", STILL_QUALITY), ("preset", "medium")];
        Self::open_with(
            width,
            height,
            Pace { fps: 1, gop: 1, buffer_bits: (most_bytes * 8) as i32 },
            (most_bytes * 8) as u32,
            &more,
        )
    }

    fn with_options(
        width: u32,
        height: u32,
        fps: u32,
        bitrate_bps: u32,
        more: &[(&str, &str)],
    ) -> Result<Self, CaptureError> {
        let fps = fps.max(1);
        let pace = Pace { fps, gop: KEYFRAME_SECONDS * fps, buffer_bits: buffer_bits(bitrate_bps) };
        Self::open_with(width, height, pace, bitrate_bps, more)
    }

    fn open_with(
        width: u32,
        height: u32,
        Pace { fps, gop, buffer_bits }: Pace,
        bitrate_bps: u32,
        more: &[(&str, &str)],
    ) -> Result<Self, CaptureError> {
        let codec = encoder::find_by_name(CODEC).ok_or(CaptureError::NoEncoder { codec: CODEC })?;
        let video = codec::Context::new_with_codec(codec).encoder().video();
        let mut video = video.map_err(|cause| CaptureError::EncoderOpen { codec: CODEC, cause })?;
        video.set_width(width);
        video.set_height(height);
        video.set_format(Pixel::YUV420P);
        video.set_time_base(Rational(1, CLOCK));
        video.set_frame_rate(Some(Rational(fps as i32, 1)));
        video.set_gop(gop);
        video.set_max_b_frames(0);
        video.set_bit_rate(bitrate_bps as usize);
        video.set_max_bit_rate(bitrate_bps as usize);
        // SAFETY: the context is ours; a plain field, read when the encoder opens. Without it later changes of the bitrate have no effect.
        unsafe { (*video.as_mut_ptr()).rc_buffer_size = buffer_bits };
        let mut options: Dictionary<'_> = [
            ("preset", "superfast"),
            ("tune", "zerolatency"),
            ("profile", "baseline"),
            ("forced-idr", "1"),
            ("x264-params", "scenecut=0"),
        ]
        .into_iter()
        .collect();
        more.iter().for_each(|(key, value)| options.set(key, value));
        open(&mut video, CODEC, options)?;
        let encoder = encoder::video::Encoder(video);
        Ok(Self { encoder, width, height, bitrate_bps, last_pts: None, packet: Packet::empty() })
    }

    /// A new target, from the next frame on.
    pub(super) fn set_bitrate(&mut self, bitrate_bps: u32) {
        if bitrate_bps == self.bitrate_bps {
            return;
        }
        self.bitrate_bps = bitrate_bps;
        self.encoder.set_bit_rate(bitrate_bps as usize);
        self.encoder.set_max_bit_rate(bitrate_bps as usize);
        // SAFETY: the context is ours and open; libx264's wrapper compares the field with what it uses before each frame.
        unsafe { (*self.encoder.as_mut_ptr()).rc_buffer_size = buffer_bits(bitrate_bps) };
    }

    /// Encodes one picture taken at `pts` ticks; gives its access unit in Annex B form, or nothing when the encoder holds it back.
    pub(super) fn encode(
        &mut self,
        picture: &mut frame::Video,
        pts: i64,
        keyframe: bool,
    ) -> Result<Option<Bytes>, CaptureError> {
        // ffmpeg checks neither shape nor time, and may read out of bounds.
        if (picture.format(), picture.width(), picture.height()) != (Pixel::YUV420P, self.width, self.height) {
            let found = format!("{}x{} {:?}", picture.width(), picture.height(), picture.format());
            return Err(CaptureError::WrongFrame(found));
        }
        let pts = self.last_pts.map_or(pts, |last| pts.max(last + 1));
        self.last_pts = Some(pts);
        picture.set_pts(Some(pts));
        // None on all others: a kind that stays set makes every frame a keyframe.
        picture.set_kind(if keyframe { Type::I } else { Type::None });
        let failed = |cause| CaptureError::Convert { what: "encoding H.264", cause };
        self.encoder.send_frame(picture).map_err(failed)?;
        match self.encoder.receive_packet(&mut self.packet) {
            Ok(()) => Ok(self.packet.data().map(Bytes::copy_from_slice)),
            Err(ffmpeg_next::Error::Other { errno }) if errno == ffmpeg_next::error::EAGAIN => Ok(None),
            Err(cause) => Err(failed(cause)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_option_is_refused_by_name() {
        let refused = H264::with_options(320, 180, 30, 500_000, &[("tunee", "zerolatency")]);
        assert!(matches!(refused.err(), Some(CaptureError::UnknownOption { option, .. }) if option == "tunee"));
    }

    #[test]
    fn a_frame_of_another_shape_is_refused() {
        let mut encoder = H264::new(320, 180, 30, 500_000).expect("encoder");
        let mut other = frame::Video::new(Pixel::YUV420P, 640, 360);
        assert!(matches!(encoder.encode(&mut other, 0, true), Err(CaptureError::WrongFrame(_))));
    }
}
