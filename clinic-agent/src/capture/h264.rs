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
/// And so rarely where the link is narrow: there a keyframe holds the picture up for a quarter of a second, and who watches can ask.
const SMALL_KEYFRAME_SECONDS: u32 = 60;
/// Small pictures take their time: at a quarter of the pixels and half the pace this costs a fourth of what the full picture does, and is worth a quarter of their rate.
const SMALL_PRESET: &str = "faster";
/// Quality of a still, as x264 counts it: fine print on a tablet's screen can be read.
const STILL_QUALITY: &str = "23";

/// See the module.
pub(super) struct H264 {
    encoder: encoder::video::Encoder,
    width: u32,
    height: u32,
    /// Bits per second, and frames: at most as many as it was opened for.
    told: (u32, u32),
    /// Frames a second that it was opened for.
    most_fps: u32,
    last_pts: Option<i64>,
    packet: Packet,
}

/// How often pictures and keyframes come, and what the rate buffer holds.
struct Pace {
    fps: u32,
    gop: u32,
    buffer_bits: i32,
}

/// Bits that the rate buffer holds: a third of a second, so that a keyframe may be some times a delta frame but no more; or one frame.
const fn buffer_bits(bitrate_bps: u32, fps: u32) -> i32 {
    (bitrate_bps / if fps == 0 || fps > 3 { 3 } else { fps }) as i32
}

/// The rate that an encoder for `most_fps` has to be told when it is given fewer frames: it counts frames and not time.
fn rate_told(bitrate_bps: u32, fps: u32, most_fps: u32) -> usize {
    let bps = u64::from(bitrate_bps) * u64::from(most_fps) / u64::from(fps.max(1));
    usize::try_from(bps.min(i32::MAX as u64)).unwrap_or(usize::MAX)
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

    /// An encoder of small pictures, at most so many a second, for rates at which each bit counts. Fewer a second cost no other encoder and no keyframe: [`Self::set_rate`].
    pub(super) fn small(width: u32, height: u32, most_fps: u32, bitrate_bps: u32) -> Result<Self, CaptureError> {
        let fps = most_fps.max(1);
        let pace = Pace { fps, gop: SMALL_KEYFRAME_SECONDS * fps, buffer_bits: buffer_bits(bitrate_bps, fps) };
        Self::open_with(width, height, pace, bitrate_bps, &[("preset", SMALL_PRESET)])
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
        let pace = Pace { fps, gop: KEYFRAME_SECONDS * fps, buffer_bits: buffer_bits(bitrate_bps, fps) };
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
        let told = (bitrate_bps, fps);
        Ok(Self { encoder, width, height, told, most_fps: fps, last_pts: None, packet: Packet::empty() })
    }

    /// A new target, from the next frame on: bits and frames a second. More frames than it was opened for it does not expect.
    pub(super) fn set_rate(&mut self, bitrate_bps: u32, fps: u32) {
        let fps = fps.clamp(1, self.most_fps);
        if (bitrate_bps, fps) == self.told {
            return;
        }
        self.told = (bitrate_bps, fps);
        let rate = rate_told(bitrate_bps, fps, self.most_fps);
        self.encoder.set_bit_rate(rate);
        self.encoder.set_max_bit_rate(rate);
        // SAFETY: the context is ours and open; libx264's wrapper compares the field with what it uses before each frame.
        unsafe { (*self.encoder.as_mut_ptr()).rc_buffer_size = buffer_bits(bitrate_bps, fps) };
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
    use crate::capture::scene::Scene;
    use yunzhen_media::h264::starts_keyframe;
    use yunzhen_protocol::control::BoxCamera;

    #[test]
    fn an_unknown_option_is_refused_by_name() {
        let refused = H264::with_options(320, 180, 30, 500_000, &[("tunee", "zerolatency")]);
        assert!(matches!(refused.err(), Some(CaptureError::UnknownOption { option, .. }) if option == "tunee"));
    }

    #[test]
    fn fewer_frames_are_told_as_more_bits_for_each_and_a_rate_buffer_of_the_same_time() {
        assert_eq!(
            [(60_000, 15), (60_000, 6), (60_000, 2)].map(|(bps, fps)| rate_told(bps, fps, 15)),
            [60_000, 150_000, 450_000]
        );
        assert_eq!([15, 6, 2].map(|fps| buffer_bits(60_000, fps)), [20_000, 20_000, 30_000], "a frame fits");
        assert_eq!((rate_told(u32::MAX, 0, 30), buffer_bits(30, 0)), (i32::MAX as usize, 10), "no number is too odd");
    }

    /// The pace changes in one encoder: no keyframe, and the rate holds. Told the plain rate it made 25 kbit/s of 50 at eight frames a second, and 7 of 35 at two.
    #[test]
    fn a_slower_picture_of_the_same_encoder_has_the_rate_that_was_asked_for() {
        let mut encoder = H264::small(640, 360, 15, 60_000).expect("encoder");
        let mut scene = Scene::new(BoxCamera::Room, 640, 360);
        let (mut time, mut keyframes) = (0, 0);
        for fps in [15, 6, 2, 15] {
            encoder.set_rate(60_000, fps);
            let mut bytes = 0;
            for number in 0..10 * fps {
                time += i64::from(CLOCK) / i64::from(fps);
                let mut picture = scene.paint(1_700_000_000_000, "10:00:00");
                let unit = encoder.encode(&mut picture, time, false).expect("encoded").expect("no delay");
                // Behind a start code of four bytes.
                keyframes += u32::from(starts_keyframe(&unit[4..]));
                // Three seconds are the way to the new pace.
                bytes += if number < 3 * fps { 0 } else { unit.len() };
            }
            let bps = bytes * 8 / 7;
            assert!((36_000..72_000).contains(&bps), "{bps} at {fps} frames a second");
        }
        assert_eq!(keyframes, 1, "the first");
    }

    #[test]
    fn a_frame_of_another_shape_is_refused() {
        let mut encoder = H264::new(320, 180, 30, 500_000).expect("encoder");
        let mut other = frame::Video::new(Pixel::YUV420P, 640, 360);
        assert!(matches!(encoder.encode(&mut other, 0, true), Err(CaptureError::WrongFrame(_))));
    }
}
