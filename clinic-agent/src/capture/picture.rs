//! The picture thread: the wanted camera, as RTP packets; while it is asked for, a low picture beside the main one.

use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use bytes::Bytes;
use ffmpeg_next::{
    format::Pixel,
    frame, media,
    software::scaling::{self, Flags},
};
use yunzhen_media::{MediaKind, h264::Packetizer, layers::Layer};
use yunzhen_protocol::{
    control::{BoxCamera, VideoPlan},
    rtp::{RtpHeader, RtpPacket},
};
use yunzhen_runtime::clock;

use super::{
    CaptureSettings, MAX_PAYLOAD, VideoSource,
    desk::{Desk, Wish},
    device::Shape,
    error::CaptureError,
    h264::{CLOCK, H264},
    input::{Input, Place},
    low::Low,
    report,
    scene::Scene,
    still::{self, Full},
    tape::TapeSlot,
};
use crate::outbox::devices::{Captured, DeviceEvent, DeviceSink, NoPicture, StillOrder};
use yunzhen_media::ladder::{Motion, SMALL_FPS, STILL_BYTES, STILL_MOST_BYTES, VideoTarget};

/// How long to wait before a source that failed is tried again.
pub(super) const RETRY: Duration = Duration::from_secs(2);
/// Of a burst: near enough to be one look, far enough for a hand to move.
const BETWEEN_STILLS: Duration = Duration::from_millis(250);

/// See the module.
pub(super) struct Picture {
    settings: CaptureSettings,
    plan: VideoPlan,
    sink: DeviceSink,
    desk: Arc<Desk<Wish>>,
    began: Instant,
    sequence: u16,
    low_sequence: u16,
    /// Media clock of the last picture.
    stamped: i64,
    stills: mpsc::Receiver<StillOrder>,
    /// The one that has its turn.
    order: Option<StillOrder>,
    last_still: Option<Instant>,
    tape: TapeSlot,
}

/// What a source gives at a time.
struct Shot {
    /// In the agreed size.
    picture: frame::Video,
    /// As the camera gave it, when that was asked for.
    full: Option<Full>,
}

/// An open source.
enum Source {
    Scene { scene: Scene, due: Instant },
    Input { input: Box<Input>, began: Instant, first: Option<Duration>, converter: Converter, last: Option<Instant> },
}

impl Picture {
    pub(super) fn new(
        settings: CaptureSettings,
        plan: VideoPlan,
        sink: DeviceSink,
        desk: Arc<Desk<Wish>>,
        stills: mpsc::Receiver<StillOrder>,
        tape: TapeSlot,
    ) -> Self {
        let began = clock::now_instant();
        let (order, last_still) = (None, None);
        let (sequence, low_sequence, stamped) = (0, 0, -1);
        Self { settings, plan, sink, desk, began, sequence, low_sequence, stamped, stills, order, last_still, tape }
    }

    /// Runs until it is told to stop.
    pub(super) fn run(mut self) {
        loop {
            let wish = self.desk.read(|_| {});
            if wish.stop {
                return;
            }
            let Some(camera) = wish.camera else {
                self.order.take().into_iter().chain(self.stills.try_iter()).for_each(|o| o.refuse(NoPicture::Off));
                self.desk.wait(Duration::from_secs(3600));
                continue;
            };
            match self.film(camera) {
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

    /// Films with one camera until another is wanted. Begins with a keyframe.
    fn film(&mut self, camera: BoxCamera) -> Result<(), CaptureError> {
        let mut source = self.open(camera)?;
        let mut maker = Maker::new(self.desk.read(|_| {}).target, self.plan.fps)?;
        let (mut running, mut filmed, mut low) = (false, false, Low::default());
        loop {
            let wish = self.desk.read(|wish| (wish.keyframe, wish.low_keyframe) = (false, false));
            if wish.stop || wish.camera != Some(camera) {
                return Ok(());
            }
            maker.follow(wish.target, wish.keyframe)?;
            low.follow(wish.low, wish.low_keyframe, self.plan.fps);
            let order = self.still_due(camera);
            let Shot { mut picture, full } = match self.next(&mut source, order) {
                Ok(Some(shot)) => shot,
                Ok(None) => continue,
                Err(CaptureError::Ended { .. }) if self.settings.repeat && std::mem::take(&mut filmed) => {
                    source = self.open(camera)?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let taken_at = clock::now_instant();
            if let Some((order, full)) = full.and_then(|full| Some((self.order.take()?, full))) {
                still::of_frame(order, full);
            }
            self.tape.picture(&picture, taken_at);
            let pts = ticks(taken_at.saturating_duration_since(self.began));
            // What moves again waits until the last still's stamp is past.
            if !wish.held
                && pts > self.stamped
                && let Some(access_unit) = maker.make(&mut picture, taken_at, pts)?
            {
                let ahead = wish.target.ahead(access_unit.len());
                self.stamped = pts + ticks(ahead);
                let most = wish.target.payload(MAX_PAYLOAD);
                self.send(Layer::Main, &access_unit, most, self.stamped as u32, taken_at + ahead);
            }
            if !wish.held
                && let Some(access_unit) = low.make(&mut picture, taken_at, pts)
            {
                self.send(Layer::Low, &access_unit, MAX_PAYLOAD, pts as u32, taken_at);
            }
            if !std::mem::replace(&mut running, true) {
                report(&self.sink, DeviceEvent::Running);
            }
            filmed = true;
        }
    }

    /// Whether the next picture is to be kept in full. Orders for the other camera are carried out beside this one.
    fn still_due(&mut self, camera: BoxCamera) -> bool {
        let now = clock::now_instant();
        loop {
            // One that had its turn while the camera before this one failed is looked at again: it may be the other's.
            let held = self.order.take();
            let early = self.last_still.is_some_and(|last| now.saturating_duration_since(last) < BETWEEN_STILLS);
            if held.is_none() && early {
                return false;
            }
            let Some(order) = held.or_else(|| self.stills.try_recv().ok()) else { return false };
            if order.reply.is_closed() {
                continue;
            }
            self.last_still = Some(now);
            let same = still::source(&self.settings, order.camera) == still::source(&self.settings, camera);
            // Two synthetic cameras are one source with two views.
            if same && (order.camera == camera || !self.is_synthetic(camera)) {
                self.order = Some(order);
                return true;
            }
            still::of_other(order, &self.settings, self.plan);
            return false;
        }
    }

    fn is_synthetic(&self, camera: BoxCamera) -> bool {
        *still::source(&self.settings, camera) == VideoSource::Synthetic
    }

    fn open(&self, camera: BoxCamera) -> Result<Source, CaptureError> {
        let VideoPlan { width, height, fps, .. } = self.plan;
        match Place::of_picture(still::source(&self.settings, camera)) {
            None => Ok(Source::Scene { scene: Scene::new(camera, width, height), due: clock::now_instant() }),
            Some(place) => {
                let shape = Shape { width, height, fps, rather: self.settings.camera_size };
                let input = Input::open(place, media::Type::Video, Some(shape), &self.desk.interrupt())?;
                Ok(Source::Input {
                    input: Box::new(input),
                    began: clock::now_instant(),
                    first: None,
                    converter: Converter::new(width, height),
                    last: None,
                })
            }
        }
    }

    /// The next picture in its time; `None` when a change came instead, or the picture was one too many.
    fn next(&self, source: &mut Source, still: bool) -> Result<Option<Shot>, CaptureError> {
        let interval = Duration::from_secs(1) / self.plan.fps.max(1);
        match source {
            Source::Scene { scene, due } => {
                if !self.desk.wait_until(*due) {
                    return Ok(None);
                }
                // After a stall it goes on from now instead of catching up.
                *due = (*due + interval).max(clock::now_instant());
                let now = clock::now_timestamp();
                let wall = now.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%H:%M:%S.%3f").to_string();
                let picture = scene.paint(now.as_millisecond().max(0) as u64, &wall);
                let full = still.then(|| Full { frame: picture.clone(), original: None });
                Ok(Some(Shot { picture, full }))
            }
            Source::Input { input, began, first, converter, last } => {
                let (picture, time) = input.picture()?;
                if !input.place().is_live() {
                    let start = *first.get_or_insert(time.unwrap_or_default());
                    let due = *began + time.unwrap_or_default().saturating_sub(start);
                    if !self.desk.wait_until(due) {
                        return Ok(None);
                    }
                }
                let now = clock::now_instant();
                // A source that is faster than asked loses pictures here; an eighth of slack for its jitter.
                if last.is_some_and(|last| now.saturating_duration_since(last) + interval / 8 < interval) {
                    return Ok(None);
                }
                *last = Some(now);
                let scaled = converter.convert(&picture)?;
                let full = still.then(|| Full::of(input, picture));
                Ok(Some(Shot { picture: scaled, full }))
            }
        }
    }

    /// Each of the two pictures counts its packets by itself; the source on the wire is the outbox's business.
    fn send(&mut self, layer: Layer, access_unit: &[u8], most: usize, timestamp: u32, taken_at: Instant) {
        let VideoPlan { payload_type, ssrc, .. } = self.plan;
        let number = match layer {
            Layer::Main => &mut self.sequence,
            Layer::Low => &mut self.low_sequence,
        };
        for payload in Packetizer::new(most).packetize(access_unit) {
            let sequence = *number;
            let header = RtpHeader { marker: payload.marker, payload_type, sequence, timestamp, ssrc };
            *number = number.wrapping_add(1);
            let packet = RtpPacket { header, payload: payload.payload };
            let captured = Captured { kind: MediaKind::Video, layer, packet, taken_at };
            if self.sink.packets.try_send(captured).is_err() {
                metrics::counter!("yunzhen_capture_dropped_packets_total", "kind" => "video").increment(1);
            }
        }
    }
}

/// On the media clock.
const fn ticks(time: Duration) -> i64 {
    (time.as_micros() * CLOCK as u128 / 1_000_000) as i64
}

/// Pictures of the camera → frames of the size and pace that the link bears. Another size is another encoder, which begins with a keyframe; small pictures of any pace are one encoder's.
pub(super) struct Maker {
    target: VideoTarget,
    /// What the camera gives.
    source_fps: u32,
    /// None while there is no picture.
    encoder: Option<H264>,
    converter: Converter,
    keyframe: bool,
    last: Option<Instant>,
    /// Of the last picture.
    bytes: usize,
}

impl Maker {
    pub(super) fn new(target: VideoTarget, source_fps: u32) -> Result<Self, CaptureError> {
        let VideoTarget { bitrate_bps, width, height, fps, motion } = target;
        let encoder = match motion {
            Motion::None => None,
            Motion::Stills => Some(H264::of_stills(width, height, STILL_MOST_BYTES)?),
            Motion::Moving if target.is_small() => {
                let mut encoder = H264::small(width, height, SMALL_FPS, bitrate_bps)?;
                encoder.set_rate(bitrate_bps, fps);
                Some(encoder)
            }
            Motion::Moving => Some(H264::new(width, height, fps, bitrate_bps)?),
        };
        let converter = Converter::new(width, height);
        Ok(Self { target, source_fps, encoder, converter, keyframe: true, last: None, bytes: STILL_BYTES })
    }

    pub(super) fn follow(&mut self, target: VideoTarget, keyframe: bool) -> Result<(), CaptureError> {
        if target.is_made_as(&self.target) {
            // A still's bytes are its quality's; the rate says how often it comes.
            if let (Some(encoder), Motion::Moving) = (&mut self.encoder, target.motion) {
                encoder.set_rate(target.bitrate_bps, target.fps);
            }
            if target.fps != self.target.fps {
                tracing::info!(fps = target.fps, "pace of the picture changed");
            }
            self.target = target;
        } else {
            tracing::info!(width = target.width, height = target.height, fps = target.fps, motion = ?target.motion, "picture changed");
            // The first still does not wait for the time of what moved before it.
            let last = self.last.filter(|_| target.motion == Motion::Moving);
            *self = Self { last, ..Self::new(target, self.source_fps)? };
        }
        self.keyframe |= keyframe;
        Ok(())
    }

    /// `None` when the picture is one too many for the pace.
    pub(super) fn make(
        &mut self,
        picture: &mut frame::Video,
        taken_at: Instant,
        pts: i64,
    ) -> Result<Option<Bytes>, CaptureError> {
        let (Some(encoder), Some(interval)) = (&mut self.encoder, self.target.interval(self.bytes)) else {
            return Ok(None);
        };
        let slack = match self.target.motion {
            Motion::Stills | Motion::None => Duration::ZERO,
            Motion::Moving => interval / 8,
        };
        let early = |last| taken_at.saturating_duration_since(last) + slack < interval;
        if self.target.fps < self.source_fps && self.last.is_some_and(early) {
            return Ok(None);
        }
        self.last = Some(taken_at);
        let fits = (picture.width(), picture.height()) == (self.target.width, self.target.height);
        let mut scaled = if fits { None } else { Some(self.converter.convert(picture)?) };
        let picture = scaled.as_mut().unwrap_or(picture);
        let made = encoder.encode(picture, pts, std::mem::take(&mut self.keyframe))?;
        self.bytes = made.as_ref().map_or(self.bytes, Bytes::len);
        Ok(made)
    }
}

/// Any picture → the agreed size, with black bars where the shape differs.
struct Converter {
    width: u32,
    height: u32,
    scaler: Option<scaling::Context>,
}

impl Converter {
    const fn new(width: u32, height: u32) -> Self {
        Self { width, height, scaler: None }
    }

    fn convert(&mut self, picture: &frame::Video) -> Result<frame::Video, CaptureError> {
        let failed = |cause| CaptureError::Convert { what: "scaling the picture", cause };
        let (format, from_width, from_height) = (picture.format(), picture.width(), picture.height());
        if from_width == 0 || from_height == 0 {
            return Err(CaptureError::WrongFrame(format!("{from_width}x{from_height} {format:?}")));
        }
        let (width, height) = fit((from_width, from_height), (self.width, self.height));
        let fits = self.scaler.as_ref().is_some_and(|scaler| {
            let input = scaler.input();
            (input.format, input.width, input.height) == (format, from_width, from_height)
        });
        if !fits {
            let scaler =
                scaling::Context::get(format, from_width, from_height, Pixel::YUV420P, width, height, Flags::BILINEAR);
            self.scaler = Some(scaler.map_err(failed)?);
        }
        let mut scaled = frame::Video::empty();
        if let Some(scaler) = &mut self.scaler {
            scaler.run(picture, &mut scaled).map_err(failed)?;
        }
        if (width, height) == (self.width, self.height) {
            return Ok(scaled);
        }
        let mut framed = frame::Video::new(Pixel::YUV420P, self.width, self.height);
        for plane in 0..3 {
            let shrink = u32::from(plane > 0);
            let (left, top) = (((self.width - width) / 2) >> shrink & !1, ((self.height - height) / 2) >> shrink);
            let (columns, rows) = ((width >> shrink) as usize, (height >> shrink) as usize);
            let (to_stride, from_stride) = (framed.stride(plane), scaled.stride(plane));
            let to = framed.data_mut(plane);
            to.fill(if plane == 0 { 16 } else { 128 });
            for row in 0..rows {
                let start = (top as usize + row) * to_stride + left as usize;
                to[start..start + columns]
                    .copy_from_slice(&scaled.data(plane)[row * from_stride..row * from_stride + columns]);
            }
        }
        Ok(framed)
    }
}

/// The largest even size of the same shape that fits.
fn fit((from_width, from_height): (u32, u32), (width, height): (u32, u32)) -> (u32, u32) {
    let by_width = (width, (u64::from(width) * u64::from(from_height) / u64::from(from_width)) as u32);
    let by_height = ((u64::from(height) * u64::from(from_width) / u64::from(from_height)) as u32, height);
    let (w, h) = if by_width.1 <= height { by_width } else { by_height };
    ((w & !1).max(2), (h & !1).max(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::jpeg;
    use tokio::sync::oneshot;

    #[test]
    fn an_order_that_was_held_while_its_camera_failed_is_not_filled_by_the_other_camera() {
        ffmpeg_next::init().expect("ffmpeg");
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("room.mjpeg");
        let mut scene = Scene::new(BoxCamera::Room, 320, 240);
        let given: Vec<Vec<u8>> = (0..25).map(|time| jpeg::tests::packet(&scene.paint(time, "10:00:00"))).collect();
        std::fs::write(&file, given.concat()).expect("written");
        let settings = CaptureSettings { room: Some(VideoSource::File(file)), ..CaptureSettings::synthetic() };
        let plan = VideoPlan { ssrc: 7, payload_type: 102, bitrate_bps: 100_000, fps: 30, width: 640, height: 360 };
        let (packets, _packets) = tokio::sync::mpsc::channel(1);
        let (events, _events) = tokio::sync::mpsc::channel(1);
        let (orders, stills) = mpsc::channel();
        let desk = Arc::new(Desk::new(Wish::new(Some(BoxCamera::Room), VideoTarget::of(&plan))));
        let mut film = Picture::new(settings, plan, DeviceSink { packets, events }, desk, stills, TapeSlot::default());

        let (reply, picture) = oneshot::channel();
        orders.send(StillOrder { camera: BoxCamera::Room, reply }).expect("sent");
        assert!(film.still_due(BoxCamera::Room), "the next picture of this camera is to be kept");
        // It gives none, and the nurse shows the close-up meanwhile.
        assert!(!film.still_due(BoxCamera::CloseUp), "a picture of the other camera is not");
        let taken = picture.blocking_recv().expect("answered").expect("a picture");
        assert_eq!((taken.media_type, taken.width, taken.height), ("image/jpeg", 320, 240), "of the room's camera");
    }

    #[test]
    fn another_shape_gets_bars() {
        assert_eq!(fit((640, 480), (1280, 720)), (960, 720));
        assert_eq!(fit((1920, 1080), (1280, 720)), (1280, 720));
        let mut picture = frame::Video::new(Pixel::YUV420P, 640, 480);
        picture.data_mut(0).fill(200);
        let framed = Converter::new(1280, 720).convert(&picture).expect("converted");
        assert_eq!((framed.width(), framed.height()), (1280, 720));
        let line = &framed.data(0)[300 * framed.stride(0)..];
        assert_eq!((line[10], line[640] > 190, line[1270]), (16, true, 16));
    }
}
