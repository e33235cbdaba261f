//! The real encoders: what was painted is read back from the decoded picture.

use std::{path::PathBuf, time::Duration};

use ffmpeg_next::{Packet, codec, decoder, format::Pixel, frame};
use tokio::{
    io::AsyncBufReadExt,
    sync::{mpsc, oneshot},
    time::timeout,
};
use yunzhen_media::{
    MediaKind,
    h264::{AccessUnit, Depacketizer},
    layers::Layer,
    opus,
};
use yunzhen_protocol::{
    control::{AudioPlan, BoxCamera, VideoPlan},
    rtp::{RtpHeader, RtpPacket},
};

use super::{
    Capture, CaptureSettings, MAX_PAYLOAD, SoundSource, VideoSource,
    h264::H264,
    jpeg,
    pattern::{self, Row},
    scene::Scene,
};
use yunzhen_media::ladder::sound::SoundTarget;
use yunzhen_media::ladder::{Rung, VideoTarget};

use crate::outbox::{
    devices::{Captured, DeviceEvent, DeviceSink, Devices, NoPicture, Picture, StillOrder},
    session::CapturePlan,
};

pub(super) fn plan(bitrate_bps: u32) -> CapturePlan {
    CapturePlan {
        video: VideoPlan { ssrc: 7, payload_type: 102, bitrate_bps, fps: 30, width: 640, height: 360 },
        audio: AudioPlan { ssrc: 8, payload_type: 111, bitrate_bps: 32_000 },
        camera: Some(BoxCamera::Room),
        sound: false,
    }
}

pub(super) struct Film {
    pub(super) capture: Capture,
    packets: mpsc::Receiver<Captured>,
    pub(super) events: mpsc::Receiver<DeviceEvent>,
    depacketizer: Depacketizer,
    decoder: decoder::Video,
    sequence: Option<u16>,
    /// Of the low picture.
    low: (Depacketizer, Option<u16>),
}

fn h264_decoder() -> decoder::Video {
    let h264 = codec::Context::from_parameters(codec::Parameters::new()).expect("context").decoder();
    h264.open_as(decoder::find(codec::Id::H264)).expect("decoder").video().expect("video")
}

impl Film {
    pub(super) fn start(settings: CaptureSettings, plan: CapturePlan) -> Self {
        let (packets_in, packets) = mpsc::channel(512);
        let (events_in, events) = mpsc::channel(16);
        let mut capture = Capture::new(settings);
        capture.start(plan, DeviceSink { packets: packets_in, events: events_in });
        let (depacketizer, low) = (Depacketizer::new(), (Depacketizer::new(), None));
        Self { capture, packets, events, depacketizer, decoder: h264_decoder(), sequence: None, low }
    }

    pub(super) async fn packet(&mut self) -> (MediaKind, RtpPacket) {
        let next = timeout(Duration::from_secs(20), self.packets.recv()).await;
        let Captured { kind, packet, .. } = next.expect("in time").expect("capture runs");
        (kind, packet)
    }

    /// The next of the main picture.
    pub(super) async fn unit(&mut self) -> AccessUnit {
        loop {
            if let (Layer::Main, unit) = self.layered().await {
                return unit;
            }
        }
    }

    /// The next of either picture.
    async fn layered(&mut self) -> (Layer, AccessUnit) {
        loop {
            let next = timeout(Duration::from_secs(20), self.packets.recv()).await;
            let Captured { kind, layer, packet, .. } = next.expect("in time").expect("capture runs");
            if kind != MediaKind::Video {
                continue;
            }
            assert!(packet.payload.len() <= MAX_PAYLOAD);
            assert_eq!((packet.header.ssrc, packet.header.payload_type), (7, 102));
            let (depacketizer, sequence) = match layer {
                Layer::Main => (&mut self.depacketizer, &mut self.sequence),
                Layer::Low => (&mut self.low.0, &mut self.low.1),
            };
            if let Some(before) = sequence.replace(packet.header.sequence) {
                assert_eq!(packet.header.sequence, before.wrapping_add(1));
            }
            let header = packet.header;
            if let Some(unit) = depacketizer.push(header.sequence, header.timestamp, header.marker, &packet.payload) {
                assert!(!unit.damaged);
                return (layer, unit);
            }
        }
    }

    /// So many of the low picture, and how many of the main one, all no keyframes, came meanwhile.
    async fn lows(&mut self, count: usize) -> (Vec<AccessUnit>, usize) {
        let (mut lows, mut mains) = (Vec::new(), 0);
        while lows.len() < count {
            match self.layered().await {
                (Layer::Low, unit) => lows.push(unit),
                (Layer::Main, unit) => {
                    assert!(!unit.keyframe, "the low picture costs the main one no keyframe");
                    mains += 1;
                }
            }
        }
        (lows, mains)
    }

    /// Decodes; the decoder may hold pictures back at first.
    pub(super) fn decode(&mut self, unit: &AccessUnit) -> Vec<frame::Video> {
        let mut packet = Packet::copy(&unit.annex_b);
        packet.set_pts(Some(i64::from(unit.timestamp)));
        self.decoder.send_packet(&packet).expect("decodes");
        let mut pictures = Vec::new();
        let mut picture = frame::Video::empty();
        while self.decoder.receive_frame(&mut picture).is_ok() {
            pictures.push(std::mem::replace(&mut picture, frame::Video::empty()));
        }
        pictures
    }

    pub(super) async fn event(&mut self) -> DeviceEvent {
        timeout(Duration::from_secs(20), self.events.recv()).await.expect("in time").expect("capture runs")
    }
}

fn number(picture: &frame::Video, row: Row) -> Option<u32> {
    pattern::read(picture.data(0), picture.stride(0), picture.width() as usize, row)
}

#[tokio::test]
async fn numbers_and_times_are_read_back_even_at_a_low_rate() {
    let mut film = Film::start(CaptureSettings::synthetic(), plan(150_000));
    let (mut numbers, mut times) = (Vec::new(), Vec::new());
    let first = film.unit().await;
    assert!(first.keyframe && yunzhen_media::h264::starts_keyframe(&[first.annex_b[4]]), "parameters come first");
    let mut units = vec![first];
    while numbers.len() < 60 {
        let unit = units.pop().expect("unit");
        for picture in film.decode(&unit) {
            assert_eq!((picture.width(), picture.height()), (640, 360));
            numbers.push(number(&picture, Row::FrameNumber).expect("number readable"));
            times.push(number(&picture, Row::Time).expect("time readable"));
        }
        units.push(film.unit().await);
    }
    assert!(numbers.windows(2).all(|two| two[1] == two[0] + 1), "{numbers:?}");
    assert!(times.windows(2).all(|two| two[1].wrapping_sub(two[0]) < 2_000), "{times:?}");
    let now = yunzhen_runtime::clock::now_timestamp().as_millisecond() as u32;
    assert!(now.wrapping_sub(*times.last().expect("time")) < 10_000);
    assert_eq!(film.event().await, DeviceEvent::Running);
}

#[tokio::test]
async fn a_keyframe_comes_with_the_next_frame_and_only_then() {
    let mut film = Film::start(CaptureSettings::synthetic(), plan(500_000));
    assert!(film.unit().await.keyframe);
    for _ in 0..10 {
        assert!(!film.unit().await.keyframe);
    }
    film.capture.keyframe();
    // One frame may be in the encoder already.
    let next = [film.unit().await.keyframe, film.unit().await.keyframe];
    assert_eq!(next.iter().filter(|keyframe| **keyframe).count(), 1, "{next:?}");
    for _ in 0..10 {
        assert!(!film.unit().await.keyframe, "only the asked one");
    }
}

#[tokio::test]
async fn the_bitrate_follows_while_it_runs() {
    async fn kilobits_per_second(film: &mut Film, frames: usize) -> usize {
        let mut bytes = 0;
        for _ in 0..frames {
            bytes += film.unit().await.annex_b.len();
        }
        bytes * 8 * 30 / frames / 1000
    }
    let mut film = Film::start(CaptureSettings::synthetic(), plan(1_000_000));
    kilobits_per_second(&mut film, 15).await;
    let high = kilobits_per_second(&mut film, 60).await;
    let target = VideoTarget::of(&plan(0).video);
    film.capture.target(VideoTarget { bitrate_bps: 250_000, ..target });
    kilobits_per_second(&mut film, 30).await;
    let low = kilobits_per_second(&mut film, 60).await;
    film.capture.target(VideoTarget { bitrate_bps: 1_000_000, ..target });
    kilobits_per_second(&mut film, 30).await;
    let again = kilobits_per_second(&mut film, 60).await;
    // The scene does not always need all it may have; it never takes more for long.
    assert!((500..1250).contains(&high), "{high}");
    assert!((120..320).contains(&low), "{low}");
    assert!((500..1250).contains(&again), "{again}");
}

/// A step of the ladder down and up again: other pictures, the same stream.
#[tokio::test]
async fn another_size_begins_with_a_keyframe_and_numbers_and_times_go_on() {
    let mut plan = plan(800_000);
    (plan.video.width, plan.video.height) = (1280, 720);
    let mut film = Film::start(CaptureSettings::synthetic(), plan);
    let (mut last, mut painted) = (film.unit().await, 0);
    for (rung, size, least_ticks) in [(Rung::Small, (640, 360), 5000), (Rung::Full, (1280, 720), 0)] {
        film.capture.target(rung.target(&plan.video, 400_000));
        let changed = loop {
            let unit = film.unit().await;
            let started = unit.keyframe;
            film.decode(&last);
            last = unit;
            if started {
                break last.timestamp;
            }
        };
        let mut shown = None;
        for _ in 0..4 {
            let unit = film.unit().await;
            assert!(!unit.keyframe);
            for picture in film.decode(&std::mem::replace(&mut last, unit)) {
                let number = number(&picture, Row::FrameNumber).expect("readable");
                assert!(number > painted, "the camera ran through");
                painted = number;
                shown = Some((picture.width(), picture.height()));
            }
        }
        assert_eq!(shown, Some(size));
        // Over all four: after a frame that a busy machine made late, the next one follows more closely.
        assert!((least_ticks * 3..90_000 * 10).contains(&last.timestamp.wrapping_sub(changed)));
    }
    // Another pace of the small picture is the same encoder's: no keyframe.
    film.capture.target(Rung::Small.target(&plan.video, 100_000));
    while !last.keyframe {
        let unit = film.unit().await;
        film.decode(&std::mem::replace(&mut last, unit));
    }
    film.capture.target(Rung::Slow.target(&plan.video, 60_000));
    let mut slow = 0;
    for _ in 0..8 {
        let unit = film.unit().await;
        assert!(!unit.keyframe, "the picture goes on");
        slow += u32::from(unit.timestamp.wrapping_sub(last.timestamp) > 40_000);
        for picture in film.decode(&std::mem::replace(&mut last, unit)) {
            painted = number(&picture, Row::FrameNumber).expect("readable").max(painted);
        }
    }
    assert!(slow >= 5, "two a second: {slow}");
    // Stills: each by itself, sharp, no more often than every three seconds, and as its own picture in the same stream.
    film.capture.target(Rung::Stills.target(&plan.video, 40_000));
    let mut before = None;
    for _ in 0..2 {
        let still = loop {
            let unit = film.unit().await;
            if unit.keyframe {
                break unit;
            }
            film.decode(&std::mem::replace(&mut last, unit));
        };
        assert!((4000..30_000).contains(&still.annex_b.len()), "{}", still.annex_b.len());
        if let Some(before) = before.replace(still.timestamp) {
            assert!(still.timestamp.wrapping_sub(before) > 225_000, "every three seconds at most");
        }
        for picture in film.decode(&std::mem::replace(&mut last, still)) {
            painted = number(&picture, Row::FrameNumber).expect("readable").max(painted);
        }
    }
    // None at all, and moving ones again.
    film.capture.target(Rung::Sound.target(&plan.video, 0));
    while timeout(Duration::from_millis(300), film.unit()).await.is_ok() {}
    film.capture.target(Rung::Small.target(&plan.video, 200_000));
    last = film.unit().await;
    assert!(last.keyframe, "what moves again begins by itself");
    // Held, nothing is made; the keyframe that is asked for meanwhile is the first after it.
    film.capture.hold(true);
    while timeout(Duration::from_millis(300), film.unit()).await.is_ok() {}
    film.capture.keyframe();
    film.capture.hold(false);
    assert!(film.unit().await.keyframe);
}

#[tokio::test]
async fn a_low_picture_is_made_beside_the_main_one_while_it_is_asked_for() {
    let mut plan = plan(800_000);
    (plan.video.width, plan.video.height) = (1280, 720);
    let mut film = Film::start(CaptureSettings::synthetic(), plan);
    assert!(film.capture.makes_low());
    assert!(film.unit().await.keyframe);
    for _ in 0..15 {
        assert_eq!(film.layered().await.0, Layer::Main, "nobody asks");
    }
    let target = VideoPlan { bitrate_bps: 150_000, fps: 15, width: 320, height: 180, ..plan.video };
    film.capture.low(Some(VideoTarget::of(&target)));
    let (lows, mains) = film.lows(45).await;
    let keyframes: Vec<usize> = (0..lows.len()).filter(|place| lows[*place].keyframe).collect();
    assert_eq!(keyframes, [0], "it begins with a keyframe");
    assert!(mains > 60, "the main one has twice as many: {mains}");
    let ticks = |pair: &[AccessUnit]| pair[1].timestamp.wrapping_sub(pair[0].timestamp);
    assert!(lows.windows(2).all(|pair| (4500..90_000).contains(&ticks(pair))), "fifteen a second at most");
    let bits = 8 * lows.iter().map(|unit| unit.annex_b.len()).sum::<usize>();
    assert!(bits / 3 < 220_000, "{} bit/s", bits / 3);
    let mut decoder = h264_decoder();
    let mut sizes = Vec::new();
    for unit in &lows {
        let mut packet = Packet::copy(&unit.annex_b);
        packet.set_pts(Some(i64::from(unit.timestamp)));
        decoder.send_packet(&packet).expect("decodes");
        let mut picture = frame::Video::empty();
        while decoder.receive_frame(&mut picture).is_ok() {
            sizes.push((picture.width(), picture.height()));
        }
    }
    assert!(sizes.len() > 30 && sizes.iter().all(|size| *size == (320, 180)), "{sizes:?}");

    film.capture.low_keyframe();
    // One may be in the encoder already.
    let next: Vec<bool> = film.lows(12).await.0.iter().map(|unit| unit.keyframe).collect();
    assert_eq!((next.iter().filter(|keyframe| **keyframe).count(), next[0] || next[1]), (1, true), "{next:?}");

    film.capture.low(None);
    // What was made before is on its way.
    film.unit().await;
    film.unit().await;
    for _ in 0..20 {
        assert_eq!(film.layered().await.0, Layer::Main, "an encoder that nobody asks for does not run");
    }
    film.capture.low(Some(VideoTarget::of(&target)));
    assert!(film.lows(1).await.0[0].keyframe, "its numbers go on, and it begins anew");
    // What has not left holds both.
    film.capture.hold(true);
    while timeout(Duration::from_millis(300), film.layered()).await.is_ok() {}
    film.capture.hold(false);
    film.lows(2).await;
}

#[tokio::test]
async fn another_camera_begins_with_a_keyframe_on_the_same_stream() {
    let mut film = Film::start(CaptureSettings::synthetic(), plan(500_000));
    assert_eq!(film.capture.cameras(), [BoxCamera::Room, BoxCamera::CloseUp]);
    let mut last = film.unit().await.timestamp;
    for _ in 0..5 {
        last = film.unit().await.timestamp;
    }
    film.capture.adjust(CapturePlan { camera: Some(BoxCamera::CloseUp), ..plan(500_000) });
    let switched = loop {
        let unit = film.unit().await;
        assert!(unit.timestamp.wrapping_sub(last) < 90_000 * 5, "time goes on");
        last = unit.timestamp;
        if unit.keyframe {
            break unit;
        }
    };
    let mut pictures = film.decode(&switched);
    while pictures.is_empty() {
        let unit = film.unit().await;
        pictures = film.decode(&unit);
    }
    assert!(number(&pictures[0], Row::FrameNumber).expect("number") < 5, "the other camera counts for itself");
    film.capture.adjust(CapturePlan { camera: None, ..plan(500_000) });
    film.capture.stop();
    while film.packets.try_recv().is_ok() {}
    assert!(film.packets.recv().await.is_none(), "the threads are gone");
}

/// On a narrow link sound goes in longer packets of fewer bits, and comes back: another encoder, the same stream.
#[tokio::test]
async fn slim_sound_goes_on_in_the_same_stream() {
    let mut film =
        Film::start(CaptureSettings::synthetic(), CapturePlan { camera: None, sound: true, ..plan(100_000) });
    let (mut last, mut packets) = (None::<RtpHeader>, 0);
    for (target, samples, most_bytes) in [
        (SoundTarget::of(&plan(0).audio), 960, 250),
        (SoundTarget::slim(&plan(0).audio), 2880, 300),
        (SoundTarget::of(&plan(0).audio), 960, 250),
    ] {
        film.capture.sound(target);
        let mut in_a_row = 0;
        while in_a_row < 5 {
            let (kind, packet) = film.packet().await;
            if kind != MediaKind::Audio {
                continue;
            }
            packets += 1;
            assert!(packets < 200, "it never changed");
            // The length of a packet shows in the next one's time.
            if let Some(before) = last.replace(packet.header) {
                assert_eq!(packet.header.sequence, before.sequence.wrapping_add(1));
                let took = packet.header.timestamp.wrapping_sub(before.timestamp);
                assert!([960, 2880].contains(&took), "{took}");
                in_a_row = if took == samples { in_a_row + 1 } else { 0 };
            }
            assert!(in_a_row < 2 || packet.payload.len() < most_bytes, "{}", packet.payload.len());
        }
    }
}

#[tokio::test]
async fn the_voice_is_heard_and_its_clock_is_even() {
    let mut film =
        Film::start(CaptureSettings::synthetic(), CapturePlan { camera: None, sound: true, ..plan(500_000) });
    let context = codec::Context::from_parameters(codec::Parameters::new()).expect("context").decoder();
    let mut decoder = context.open_as(decoder::find(codec::Id::OPUS)).expect("decoder").audio().expect("audio");
    let (mut last, mut loud) = (None::<RtpPacket>, 0);
    for _ in 0..100 {
        let (kind, packet) = film.packet().await;
        assert_eq!((kind, packet.header.ssrc, packet.header.payload_type), (MediaKind::Audio, 8, 111));
        assert_eq!(opus::duration_ticks(&packet.payload), Some(960));
        assert_eq!(packet.header.marker, last.is_none());
        if let Some(last) = &last {
            assert_eq!(packet.header.timestamp.wrapping_sub(last.header.timestamp), 960);
        }
        decoder.send_packet(&Packet::copy(&packet.payload)).expect("decodes");
        let mut sound = frame::Audio::empty();
        while decoder.receive_frame(&mut sound).is_ok() {
            let samples = sound.plane::<f32>(0);
            let level = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32;
            loud += usize::from(level.sqrt() > 0.02);
        }
        last = Some(packet);
    }
    assert!(loud > 30, "{loud}");
}

/// A short recording of the synthetic camera as a bare H.264 file.
fn recording(folder: &std::path::Path, frames: u32) -> PathBuf {
    let mut scene = Scene::new(BoxCamera::Room, 320, 240);
    let mut encoder = H264::new(320, 240, 25, 800_000).expect("encoder");
    let mut bytes = Vec::new();
    for number in 0..frames {
        let mut picture = scene.paint(u64::from(number), "10:00:00");
        let unit = encoder.encode(&mut picture, i64::from(number) * 3600, number == 0).expect("encodes");
        bytes.extend_from_slice(&unit.expect("no delay"));
    }
    let path = folder.join("visit.h264");
    std::fs::write(&path, bytes).expect("written");
    path
}

/// Half a second of 440 Hz at 44.1 kHz as a WAV file.
fn tone(folder: &std::path::Path) -> PathBuf {
    let samples: Vec<u8> = (0..22_050)
        .map(|number| (f64::from(number) * 440.0 * std::f64::consts::TAU / 44_100.0).sin() * 9000.0)
        .flat_map(|sample| (sample as i16).to_le_bytes())
        .collect();
    let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    wav.extend_from_slice(&44_100u32.to_le_bytes());
    wav.extend_from_slice(&88_200u32.to_le_bytes());
    wav.extend_from_slice(b"\x02\0\x10\0data");
    wav.extend_from_slice(&(samples.len() as u32).to_le_bytes());
    wav.extend_from_slice(&samples);
    let path = folder.join("visit.wav");
    std::fs::write(&path, wav).expect("written");
    path
}

#[tokio::test]
async fn a_sound_file_is_played_in_its_time_and_repeated() {
    let folder = tempfile::tempdir().expect("folder");
    let settings =
        CaptureSettings { microphone: Some(SoundSource::File(tone(folder.path()))), ..CaptureSettings::default() };
    let mut film = Film::start(settings, CapturePlan { camera: None, sound: true, ..plan(500_000) });
    film.packet().await;
    let began = yunzhen_runtime::clock::now_instant();
    for _ in 0..60 {
        film.packet().await;
    }
    let took = yunzhen_runtime::clock::now_instant() - began;
    assert!((Duration::from_millis(1100)..Duration::from_secs(4)).contains(&took), "{took:?}");
}

/// A full picture, while the film goes on.
pub(super) async fn still(film: &mut Film, camera: BoxCamera) -> Result<Picture, NoPicture> {
    let (reply, picture) = oneshot::channel();
    film.capture.still(StillOrder { camera, reply });
    film.unit().await;
    timeout(Duration::from_secs(20), picture).await.expect("in time").expect("answered")
}

#[tokio::test]
async fn a_still_of_a_jpeg_camera_is_the_camera_s_own_file() {
    let folder = tempfile::tempdir().expect("folder");
    ffmpeg_next::init().expect("ffmpeg");
    let mut scene = Scene::new(BoxCamera::Room, 320, 240);
    let given: Vec<Vec<u8>> = (0..25).map(|time| jpeg::tests::packet(&scene.paint(time, "10:00:00"))).collect();
    let file = folder.path().join("camera.mjpeg");
    std::fs::write(&file, given.concat()).expect("written");
    let settings = CaptureSettings { room: Some(VideoSource::File(file)), ..CaptureSettings::default() };
    let mut film = Film::start(settings, plan(800_000));
    film.unit().await;
    let taken = still(&mut film, BoxCamera::Room).await.expect("a still");
    assert_eq!((taken.media_type, taken.width, taken.height), ("image/jpeg", 320, 240));
    assert!(given.iter().any(|packet| packet[..] == taken.bytes[..]), "byte by byte");
}

#[tokio::test]
async fn both_cameras_give_whole_stills_while_one_of_them_films() {
    let mut film = Film::start(CaptureSettings::synthetic(), plan(100_000));
    film.unit().await;
    // The link bears a small picture only; a still is of the camera's size all the same.
    film.capture.target(Rung::Slow.target(&plan(0).video, 60_000));
    for camera in [BoxCamera::Room, BoxCamera::CloseUp, BoxCamera::Room] {
        let taken = still(&mut film, camera).await.expect("a still");
        assert_eq!((taken.media_type, taken.width, taken.height), ("image/png", 640, 360));
        assert!(taken.bytes.starts_with(b"\x89PNG"));
    }
    film.capture.adjust(CapturePlan { camera: None, ..plan(100_000) });
    let (reply, picture) = oneshot::channel();
    film.capture.still(StillOrder { camera: BoxCamera::Room, reply });
    assert_eq!(picture.await.expect("answered").err(), Some(NoPicture::Off), "a camera that is off takes nothing");
}

#[tokio::test]
async fn a_file_is_played_scaled_and_repeated() {
    let folder = tempfile::tempdir().expect("folder");
    let file = recording(folder.path(), 20);
    let settings = CaptureSettings { room: Some(VideoSource::File(file)), ..CaptureSettings::default() };
    let mut film = Film::start(settings, plan(800_000));
    let mut levels = Vec::new();
    while levels.len() < 45 {
        let unit = film.unit().await;
        for picture in film.decode(&unit) {
            assert_eq!((picture.width(), picture.height(), picture.format()), (640, 360, Pixel::YUV420P));
            levels.push(picture.data(0)[180 * picture.stride(0) + 20]);
        }
    }
    assert!(levels.iter().all(|level| *level < 40), "bars beside a picture of another shape");
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().expect("folder");
    let file = recording(folder.path(), 5);
    let missing = folder.path().join("missing.mp4");
    for (room, words) in [
        (VideoSource::V4l2("/dev/video99".into()), ["/dev/video99", "plug it in"]),
        (VideoSource::File(missing), ["missing.mp4", "check that it exists"]),
        (VideoSource::File(file), ["visit.h264", "capture.repeat = true"]),
        (VideoSource::Rtsp("rtsp://nurse:secret@127.0.0.1:9/1".into()), ["rtsp://127.0.0.1:9/1", "cannot be opened"]),
    ] {
        let settings = CaptureSettings { room: Some(room), repeat: false, ..CaptureSettings::default() };
        let mut film = Film::start(settings, plan(500_000));
        let sentence = loop {
            match film.event().await {
                DeviceEvent::Running => {}
                DeviceEvent::Failed(sentence) => break sentence,
            }
        };
        assert!(words.iter().all(|word| sentence.contains(word)), "{sentence}");
        assert!(!sentence.contains("secret"));
    }
    let settings =
        CaptureSettings { microphone: Some(SoundSource::Alsa("hw:77".into())), ..CaptureSettings::default() };
    let mut film = Film::start(settings, CapturePlan { sound: true, ..plan(500_000) });
    let DeviceEvent::Failed(sentence) = film.event().await else { panic!("no microphone 77") };
    assert!(sentence.contains("hw:77") && sentence.contains("arecord -L"), "{sentence}");
}

/// Runs an ignored test of this file in a process of its own, which `command` starts.
fn runs_as_child(mut command: std::process::Command, test: &str) {
    let output = command
        .arg(std::env::current_exe().expect("the test's own file"))
        .args(["--exact", &format!("capture::tests::{test}"), "--ignored", "--nocapture"])
        .output()
        .expect("started");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// An RTSP server that is not ours to write, see the script.
#[tokio::test]
async fn a_camera_in_the_network_is_seen() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rtsp-camera.mjs");
    let mut camera = tokio::process::Command::new("node")
        .arg(script)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("node is missing");
    let mut lines = tokio::io::BufReader::new(camera.stdout.take().expect("piped")).lines();
    let ready = timeout(Duration::from_secs(20), lines.next_line()).await.expect("in time").expect("readable");
    let ready = ready.expect("the camera ended; scripts/packages.sh test brings the ffmpeg that it needs");
    let url = ready.strip_prefix("READY ").expect("the url");
    let settings = CaptureSettings { room: Some(VideoSource::Rtsp(url.into())), ..CaptureSettings::default() };
    let mut film = Film::start(settings, plan(800_000));
    let (mut seen, mut brightest) = (0, 0);
    while seen < 40 {
        let unit = film.unit().await;
        for picture in film.decode(&unit) {
            assert_eq!((picture.width(), picture.height(), picture.format()), (640, 360, Pixel::YUV420P));
            let line = &picture.data(0)[180 * picture.stride(0)..][..640];
            assert!(line[20] < 40, "a bar beside a picture of another shape");
            brightest = line.iter().fold(brightest, |brightest, level| brightest.max(*level));
            seen += 1;
        }
    }
    assert!(brightest > 100, "the camera's scene: {brightest}");
    assert_eq!(film.event().await, DeviceEvent::Running);
    drop(film);
    // The end of its input ends the script, which ends ffmpeg.
    drop(camera.stdin.take());
    assert!(timeout(Duration::from_secs(10), camera.wait()).await.expect("in time").expect("ended").success());
}

/// ALSA's own library with a microphone that is defined in its configuration: what a sound card gives, from a file.
#[test]
fn a_microphone_is_heard_through_alsa() {
    let folder = tempfile::tempdir().expect("folder");
    let samples: Vec<u8> = (0..96_000)
        .map(|number| (f64::from(number) * 440.0 * std::f64::consts::TAU / 48_000.0).sin() * 9000.0)
        .flat_map(|sample| [(sample as i16).to_le_bytes(); 2].concat())
        .collect();
    let tone = folder.path().join("tone.raw");
    std::fs::write(&tone, samples).expect("written");
    let configuration = folder.path().join("asound.conf");
    let slave = "slave.pcm { type null }";
    let text = format!("pcm.ward {{ type file {slave} file /dev/null infile {} format raw }}", tone.display());
    std::fs::write(&configuration, text).expect("written");
    let mut command = std::process::Command::new("env");
    command.arg(format!("ALSA_CONFIG_PATH={}", configuration.display()));
    runs_as_child(command, "alsa_with_its_own_configuration");
}

/// As the microphone of many a camera: ALSA does not give two channels of it.
#[test]
fn a_microphone_with_one_channel_is_taken() {
    let folder = tempfile::tempdir().expect("folder");
    let configuration = folder.path().join("asound.conf");
    let slave = "slaves.one { pcm { type null } channels 1 }";
    let text = format!("pcm.ward {{ type multi {slave} bindings.0 {{ slave one channel 0 }} }}");
    std::fs::write(&configuration, text).expect("written");
    let mut command = std::process::Command::new("env");
    command.arg(format!("ALSA_CONFIG_PATH={}", configuration.display()));
    runs_as_child(command, "alsa_with_one_channel");
}

#[tokio::test]
#[ignore = "run by a_microphone_with_one_channel_is_taken"]
async fn alsa_with_one_channel() {
    let settings = CaptureSettings { microphone: Some(SoundSource::Alsa("ward".into())), ..CaptureSettings::default() };
    let mut film = Film::start(settings, CapturePlan { camera: None, sound: true, ..plan(500_000) });
    assert_eq!(film.event().await, DeviceEvent::Running);
    for _ in 0..10 {
        let (kind, packet) = film.packet().await;
        assert_eq!((kind, opus::duration_ticks(&packet.payload)), (MediaKind::Audio, Some(960)));
    }
}

#[tokio::test]
#[ignore = "run by a_microphone_is_heard_through_alsa"]
async fn alsa_with_its_own_configuration() {
    let settings = CaptureSettings { microphone: Some(SoundSource::Alsa("ward".into())), ..CaptureSettings::default() };
    let mut film = Film::start(settings, CapturePlan { camera: None, sound: true, ..plan(500_000) });
    assert_eq!(film.event().await, DeviceEvent::Running);
    let opus = codec::Context::from_parameters(codec::Parameters::new()).expect("context").decoder();
    let mut opus = opus.open_as(decoder::find(codec::Id::OPUS)).expect("decoder").audio().expect("audio");
    let mut loudest = 0f32;
    for _ in 0..50 {
        let (kind, packet) = film.packet().await;
        assert_eq!((kind, packet.header.payload_type), (MediaKind::Audio, 111));
        opus.send_packet(&Packet::copy(&packet.payload)).expect("decoded");
        let mut heard = frame::Audio::empty();
        while opus.receive_frame(&mut heard).is_ok() {
            loudest = heard.plane::<f32>(0).iter().fold(loudest, |loudest, sample| loudest.max(sample.abs()));
        }
    }
    assert!(loudest > 0.1, "the tone is heard: {loudest}");
}

#[tokio::test]
async fn a_recording_has_its_full_rate_and_every_moment_while_the_live_picture_is_held() {
    use crate::bulk::{BulkEvent, EVENT_QUEUE};
    use crate::recordings::disk::Disk;
    use crate::recordings::{RecordOrder, RecordingSettings, TapeEvent, TapeTarget};
    use yunzhen_domain::ids::RecordingId;
    use yunzhen_protocol::control::RecordingKey;
    use yunzhen_protocol::segment::{SampleKind, Segment, place};
    use yunzhen_runtime::sealed::SealingKey;

    let folder = tempfile::tempdir().expect("folder");
    let disk = Disk::open(folder.path(), u64::MAX).expect("opened");
    let (events, mut told) = mpsc::channel(EVENT_QUEUE);
    let settings = RecordingSettings { video_bitrate_bps: 800_000, ..RecordingSettings::default() };
    let target = TapeTarget { settings, disk: disk.clone(), events };
    let recording_id = RecordingId::from_uuid(uuid::Uuid::from_u128(7));
    // Base64 of 32 zeros.
    let order = || RecordOrder { recording_id, key: RecordingKey(format!("{}=", "A".repeat(43))), next: 5 };
    let mut film = Film::start(CaptureSettings::synthetic(), CapturePlan { sound: true, ..plan(50_000) });
    film.unit().await;
    film.capture.record(order(), &target);
    // The relay repeats it; what goes on goes on.
    film.capture.record(order(), &target);
    film.capture.hold(true);
    let mut kept = 0;
    while kept < 2 {
        let event = timeout(Duration::from_secs(30), told.recv()).await.expect("in time").expect("it records");
        // A slow machine may say that it is one.
        assert!(!matches!(event, BulkEvent::Tape(_, TapeEvent::Closed)), "{event:?}");
        kept += usize::from(matches!(event, BulkEvent::Tape(_, TapeEvent::Kept)));
    }
    film.capture.stop_recording();
    let closed = async { while !matches!(told.recv().await, Some(BulkEvent::Tape(_, TapeEvent::Closed))) {} };
    timeout(Duration::from_secs(10), closed).await.expect("its end is told");

    let key = SealingKey::new([0; 32]).expect("key");
    let waiting = disk.waiting().expect("listed");
    assert_eq!(
        waiting.iter().map(|one| one.index).collect::<Vec<_>>(),
        [5, 6, 7],
        "they go on from what the relay has"
    );
    let (mut pictures, mut sounds, mut bytes) = (Vec::new(), Vec::new(), 0);
    for one in waiting {
        let sealed = disk.read(one).expect("read");
        let plain = key.open(&place(recording_id.uuid(), one.index), sealed).expect("opens with its key");
        let segment = Segment::decode(plain.into()).expect("can be shown");
        assert_eq!(segment.size, (640, 360));
        for sample in segment.samples {
            let at = segment.begins_us + u64::from(sample.at_us);
            if sample.kind == SampleKind::Sound {
                sounds.push(at);
            } else {
                bytes += sample.bytes.len();
                pictures.push(at);
            }
        }
    }
    let longest = |times: &[u64]| times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
    assert!(longest(&sounds) < 500_000, "sound stands in a row: {}", longest(&sounds));
    assert!(longest(&pictures) < 1_000_000, "no picture waits for the link: {}", longest(&pictures));
    let seconds = (pictures[pictures.len() - 1] - pictures[0]) as f64 / 1e6;
    let bps = bytes as f64 * 8.0 / seconds;
    assert!(seconds > 7.0 && bps > 200_000.0, "{bps} over {seconds} s: the live picture has 50 kbit/s and is held");
}
