//! Full pictures in the size in which the camera is open: its own JPEG untouched where it gives one, else PNG, which loses nothing of what was decoded. Made on
//! threads of their own, so that the live picture does not wait.

use std::{
    sync::{Arc, atomic::AtomicBool},
    thread,
};

use bytes::Bytes;
use ffmpeg_next::{
    Packet, Rational, codec, encoder,
    format::Pixel,
    frame, media,
    software::scaling::{self, Flags},
};
use jiff::Timestamp;
use yunzhen_protocol::control::{BoxCamera, VideoPlan};
use yunzhen_runtime::clock;

use super::{
    CaptureSettings, VideoSource,
    device::Shape,
    error::CaptureError,
    h264,
    input::{Input, Place},
    scene::Scene,
    settings::CameraSize,
};
use crate::outbox::devices::{NoPicture, Picture, StillOrder};

const CODEC: &str = "png";
/// A camera that was just opened finds its exposure first.
const WARM_UP: usize = 8;

/// A picture as the camera gave it.
pub(super) struct Full {
    pub(super) frame: frame::Video,
    /// The camera's own file.
    pub(super) original: Option<Bytes>,
}

impl Full {
    /// What a source gave last.
    pub(super) fn of(input: &Input, frame: frame::Video) -> Self {
        Self { original: input.original((frame.width(), frame.height())), frame }
    }

    fn file(self) -> Result<(Bytes, &'static str), CaptureError> {
        match self.original {
            Some(jpeg) => Ok((jpeg, "image/jpeg")),
            None => Ok((png(&self.frame)?, "image/png")),
        }
    }
}

/// Which source a camera has; one that is not there is stood in for by the other.
pub(super) fn source(settings: &CaptureSettings, camera: BoxCamera) -> &VideoSource {
    let (own, other) = match camera {
        BoxCamera::Room => (&settings.room, &settings.close_up),
        BoxCamera::CloseUp => (&settings.close_up, &settings.room),
    };
    own.as_ref().or(other.as_ref()).unwrap_or(&VideoSource::Synthetic)
}

/// Answers an order with a frame that was just taken.
pub(super) fn of_frame(order: StillOrder, full: Full) {
    let taken_at = clock::now_timestamp();
    answer(order, move || Ok((full, taken_at)));
}

/// Answers an order with the camera that is not filming: it is opened for one picture.
pub(super) fn of_other(order: StillOrder, settings: &CaptureSettings, plan: VideoPlan) {
    let (source, camera, rather) = (source(settings, order.camera).clone(), order.camera, settings.camera_size);
    answer(order, move || shoot(&source, camera, plan, rather));
}

fn answer(order: StillOrder, take: impl FnOnce() -> Result<(Full, Timestamp), CaptureError> + Send + 'static) {
    let StillOrder { reply, .. } = order;
    let work = move || {
        let picture = take().and_then(|(full, taken_at)| {
            let (width, height) = (full.frame.width(), full.frame.height());
            let (bytes, media_type) = full.file()?;
            Ok(Picture { bytes, media_type, width, height, taken_at })
        });
        let picture = picture.map_err(|error| {
            tracing::warn!(%error, "no still");
            NoPicture::Failed
        });
        // Who asked has given it up.
        let _ = reply.send(picture);
    };
    // Without a thread the order is dropped, which says that there is no picture.
    if let Err(error) = thread::Builder::new().name("still".to_owned()).spawn(work) {
        tracing::error!(%error, "no thread for a still");
    }
}

fn shoot(
    source: &VideoSource,
    camera: BoxCamera,
    plan: VideoPlan,
    rather: Option<CameraSize>,
) -> Result<(Full, Timestamp), CaptureError> {
    let VideoPlan { width, height, fps, .. } = plan;
    let Some(place) = Place::of_picture(source) else {
        let now = clock::now_timestamp();
        let wall = now.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%H:%M:%S.%3f").to_string();
        let picture = Scene::new(camera, width, height).paint(now.as_millisecond().max(0) as u64, &wall);
        return Ok((Full { frame: picture, original: None }, now));
    };
    let warm_up = if place.is_live() { WARM_UP } else { 0 };
    let shape = Some(Shape { width, height, fps, rather });
    let mut input = Input::open(place, media::Type::Video, shape, &Arc::new(AtomicBool::new(false)))?;
    for _ in 0..warm_up {
        input.picture()?;
    }
    let (picture, _) = input.picture()?;
    Ok((Full::of(&input, picture), clock::now_timestamp()))
}

/// A picture as PNG, pixel by pixel.
pub(super) fn png(picture: &frame::Video) -> Result<Bytes, CaptureError> {
    let (format, width, height) = (picture.format(), picture.width(), picture.height());
    if width == 0 || height == 0 {
        return Err(CaptureError::WrongFrame(format!("{width}x{height} {format:?}")));
    }
    let failed = |cause| CaptureError::Convert { what: "making a PNG", cause };
    let flags = Flags::BICUBIC | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INT;
    let mut rgb = frame::Video::empty();
    scaling::Context::get(format, width, height, Pixel::RGB24, width, height, flags)
        .and_then(|mut scaler| scaler.run(picture, &mut rgb))
        .map_err(failed)?;
    let codec = encoder::find_by_name(CODEC).ok_or(CaptureError::NoEncoder { codec: CODEC })?;
    let video = codec::Context::new_with_codec(codec).encoder().video();
    let mut video = video.map_err(|cause| CaptureError::EncoderOpen { codec: CODEC, cause })?;
    video.set_width(width);
    video.set_height(height);
    video.set_format(Pixel::RGB24);
    video.set_time_base(Rational(1, 1));
    h264::open(&mut video, CODEC, [("pred", "mixed")].into_iter().collect())?;
    let mut encoder = encoder::video::Encoder(video);
    let mut packet = Packet::empty();
    rgb.set_pts(Some(0));
    encoder.send_frame(&rgb).map_err(failed)?;
    encoder.send_eof().map_err(failed)?;
    encoder.receive_packet(&mut packet).map_err(failed)?;
    packet.data().map(Bytes::copy_from_slice).ok_or_else(|| failed(ffmpeg_next::Error::InvalidData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_has_the_size_and_the_grey_of_the_frame() {
        ffmpeg_next::init().expect("ffmpeg");
        let mut frame = frame::Video::new(Pixel::YUV420P, 64, 48);
        frame.data_mut(0).fill(126);
        frame.data_mut(1).fill(128);
        frame.data_mut(2).fill(128);
        let bytes = png(&frame).expect("png");
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        assert_eq!((side(16), side(20)), (64, 48));

        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("still.png");
        std::fs::write(&file, &bytes).expect("written");
        let place = Place::of_picture(&VideoSource::File(file)).expect("a file");
        let mut input = Input::open(place, media::Type::Video, None, &Arc::default()).expect("opened");
        let (back, _) = input.picture().expect("decoded");
        assert_eq!((back.format(), back.width(), back.height()), (Pixel::RGB24, 64, 48));
        let row = &back.data(0)[..64 * 3];
        assert!(row.iter().all(|value| value.abs_diff(128) <= 1), "{row:?}");
    }
}
