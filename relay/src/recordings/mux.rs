//! Segments → one fragmented MP4, by ffmpeg's muxer and without transcoding: what the box encoded is what is watched. A fragment begins with each keyframe, and an
//! index at the front lets a player go to any of them without reading what lies before.
#![allow(unsafe_code, reason = "ffmpeg-next has no safe call for the parameters of a stream without an encoder")]

use std::path::Path;

use ffmpeg_next::{Dictionary, Packet, Rational, StreamMut, codec, ffi, format, packet::Flags};
use yunzhen_domain::records::{Gap, GapReason};
use yunzhen_media::opus;
use yunzhen_protocol::segment::{SampleKind, Segment};

use super::timeline::Timeline;

/// H.264's clock, as in RTP.
const PICTURE_CLOCK: i32 = 90_000;
/// Opus's.
const SOUND_CLOCK: i32 = 48_000;
/// Samples of a packet of 20 ms.
const SOUND_FRAME: i64 = 960;
/// What the last picture is shown for.
const PICTURE_FRAME: i64 = 3_000;
/// Samples that a decoder of libopus's stream leaves out at the start.
const PRE_SKIP: u16 = 312;
/// Cut fragments also where no picture does it, microseconds.
const FRAGMENT_US: &str = "4000000";

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembled {
    /// Milliseconds.
    pub duration_ms: u64,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum MuxError {
    /// No segment can be shown.
    #[error("nothing of the recording can be shown")]
    Nothing,
    /// ffmpeg's word; a full disk as well.
    #[error("the recording was not assembled: {0}")]
    Ffmpeg(#[from] ffmpeg_next::Error),
}

/// Tracks of the file.
#[derive(Default)]
struct Tracks {
    /// Parameter sets in Annex B form, and pixels.
    picture: Option<(Vec<u8>, (u16, u16))>,
    sound: bool,
}

/// One track while it is written.
struct Track {
    index: usize,
    /// The clock of our times.
    clock: i32,
    frame: i64,
    last: Option<i64>,
}

/// Writes segments 0 to `count` to a file. `segment` gives each, or why there is none; it is asked twice for some. `line` knows where the recording ends.
pub fn mux(
    count: u32,
    segment: impl Fn(u32) -> Result<Segment, GapReason>,
    line: Timeline,
    to: &Path,
) -> Result<Assembled, MuxError> {
    ffmpeg_next::init()?;
    ffmpeg_next::util::log::set_level(ffmpeg_next::util::log::Level::Fatal);
    let tracks = tracks(count, &segment);
    let mut file = format::output_as(to, "mp4")?;
    let mut picture = None;
    if let Some((sets, size)) = &tracks.picture {
        let mut stream = file.add_stream(codec::Id::H264)?;
        stream.set_time_base(Rational(1, PICTURE_CLOCK));
        describe_picture(&mut stream, sets, *size)?;
        picture = Some(Track { index: stream.index(), clock: PICTURE_CLOCK, frame: PICTURE_FRAME, last: None });
    }
    let mut sound = None;
    if tracks.sound {
        let mut stream = file.add_stream(codec::Id::OPUS)?;
        stream.set_time_base(Rational(1, SOUND_CLOCK));
        describe_sound(&mut stream)?;
        sound = Some(Track { index: stream.index(), clock: SOUND_CLOCK, frame: SOUND_FRAME, last: None });
    }
    if picture.is_none() && sound.is_none() {
        return Err(MuxError::Nothing);
    }
    let options: Dictionary<'_> =
        [("movflags", "frag_keyframe+empty_moov+default_base_moof+global_sidx"), ("frag_duration", FRAGMENT_US)]
            .into_iter()
            .collect();
    // What ffmpeg did not know of them it would skip without a word.
    if file.write_header_with(options)?.iter().next().is_some() {
        return Err(MuxError::Ffmpeg(ffmpeg_next::Error::OptionNotFound));
    }
    let mut timeline = line;
    for index in 0..count {
        let segment = match segment(index) {
            Ok(segment) => segment,
            Err(reason) => {
                timeline.miss(reason);
                continue;
            }
        };
        let Some(begins) = timeline.place(&segment) else { continue };
        for sample in &segment.samples {
            let track = match sample.kind {
                SampleKind::Picture | SampleKind::Keyframe => &mut picture,
                SampleKind::Sound => &mut sound,
            };
            let Some(track) = track else { continue };
            let us = begins + u64::from(sample.at_us);
            let pts = (u128::from(us) * track.clock as u128 / 1_000_000) as i64;
            // Two of a track never stand at the same time, whatever the clocks of two segments say.
            let pts = track.last.map_or(pts, |last| pts.max(last + 1));
            track.last = Some(pts);
            let mut packet = Packet::copy(&sample.bytes);
            packet.set_stream(track.index);
            packet.set_pts(Some(pts));
            packet.set_dts(Some(pts));
            packet.set_duration(match sample.kind {
                SampleKind::Sound => opus::duration_ticks(&sample.bytes).map_or(track.frame, i64::from),
                SampleKind::Picture | SampleKind::Keyframe => track.frame,
            });
            if sample.kind != SampleKind::Picture {
                packet.set_flags(Flags::KEY);
            }
            let base = file.stream(track.index).map_or(Rational(1, track.clock), |stream| stream.time_base());
            packet.rescale_ts(Rational(1, track.clock), base);
            packet.write_interleaved(&mut file)?;
        }
    }
    file.write_trailer()?;
    let (duration_ms, gaps) = timeline.end();
    Ok(Assembled { duration_ms, gaps })
}

fn tracks(count: u32, segment: impl Fn(u32) -> Result<Segment, GapReason>) -> Tracks {
    let mut tracks = Tracks::default();
    for segment in (0..count).filter_map(|index| segment(index).ok()) {
        for sample in &segment.samples {
            match sample.kind {
                SampleKind::Keyframe if tracks.picture.is_none() => {
                    tracks.picture = parameter_sets(&sample.bytes).map(|sets| (sets, segment.size));
                }
                SampleKind::Keyframe | SampleKind::Picture => {}
                SampleKind::Sound => tracks.sound = true,
            }
        }
        if tracks.sound && tracks.picture.is_some() {
            break;
        }
    }
    tracks
}

/// The parameter sets in front of a keyframe, with their start codes.
fn parameter_sets(access_unit: &[u8]) -> Option<Vec<u8>> {
    const START: [u8; 3] = [0, 0, 1];
    const SPS: u8 = 7;
    const PPS: u8 = 8;
    let starts: Vec<usize> =
        access_unit.windows(3).enumerate().filter(|(_, w)| *w == START).map(|(at, _)| at).collect();
    let (mut sets, mut has) = (Vec::new(), (false, false));
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(access_unit.len());
        let unit = access_unit.get(start + 3..end)?;
        // Zeros before the next start code belong to it.
        let unit = &unit[..unit.len() - unit.iter().rev().take_while(|byte| **byte == 0).count()];
        let kind = unit.first().map(|byte| byte & 0x1f);
        if kind == Some(SPS) || kind == Some(PPS) {
            has = (has.0 || kind == Some(SPS), has.1 || kind == Some(PPS));
            sets.extend_from_slice(&[0, 0, 0, 1]);
            sets.extend_from_slice(unit);
        }
    }
    (has == (true, true)).then_some(sets)
}

fn describe_picture(stream: &mut StreamMut<'_>, sets: &[u8], size: (u16, u16)) -> Result<(), MuxError> {
    // SAFETY: the stream is ours and its parameters were just made with it; plain fields, read when the header is written.
    let parameters = unsafe { &mut *(*stream.as_mut_ptr()).codecpar };
    parameters.codec_type = ffi::AVMediaType::AVMEDIA_TYPE_VIDEO;
    parameters.codec_id = ffi::AVCodecID::AV_CODEC_ID_H264;
    parameters.format = ffi::AVPixelFormat::AV_PIX_FMT_YUV420P as i32;
    (parameters.width, parameters.height) = (i32::from(size.0), i32::from(size.1));
    set_extradata(parameters, sets)
}

fn describe_sound(stream: &mut StreamMut<'_>) -> Result<(), MuxError> {
    // RFC 7845, section 5.1: version 1, one channel, no gain, mapping family 0.
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend_from_slice(&PRE_SKIP.to_le_bytes());
    head.extend_from_slice(&SOUND_CLOCK.to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]);
    // SAFETY: as in `describe_picture`.
    let parameters = unsafe { &mut *(*stream.as_mut_ptr()).codecpar };
    parameters.codec_type = ffi::AVMediaType::AVMEDIA_TYPE_AUDIO;
    parameters.codec_id = ffi::AVCodecID::AV_CODEC_ID_OPUS;
    parameters.sample_rate = SOUND_CLOCK;
    parameters.frame_size = SOUND_FRAME as i32;
    parameters.initial_padding = i32::from(PRE_SKIP);
    // SAFETY: writes a layout of one channel into the field that is there for it.
    unsafe { ffi::av_channel_layout_default(&raw mut parameters.ch_layout, 1) };
    set_extradata(parameters, &head)
}

fn set_extradata(parameters: &mut ffi::AVCodecParameters, bytes: &[u8]) -> Result<(), MuxError> {
    let padding = ffi::AV_INPUT_BUFFER_PADDING_SIZE as usize;
    // SAFETY: memory of ffmpeg's own allocator, zeroed, as large as is copied and padded as its readers expect; the parameters own it from then on and
    // free it with themselves. They had none before.
    unsafe {
        let memory = ffi::av_mallocz(bytes.len() + padding).cast::<u8>();
        if memory.is_null() {
            return Err(MuxError::Ffmpeg(ffmpeg_next::Error::Other { errno: ffmpeg_next::error::ENOMEM }));
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), memory, bytes.len());
        parameters.extradata = memory;
    }
    parameters.extradata_size = bytes.len() as i32;
    Ok(())
}
