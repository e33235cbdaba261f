//! Cameras and microphones that a kernel shows: the kernel's own test drivers, in a virtual machine (`make check-devices`, see `scripts/devices.sh`). Ignored
//! elsewhere: they need root, `vivid` at /dev/video0, `v4l2loopback` at /dev/video8 and 9, `snd-aloop` as the first sound card, and they pull plugs.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use ffmpeg_next::{Packet, codec, decoder, format::Pixel, frame};
use tokio::{
    sync::{mpsc::error::TryRecvError, oneshot},
    time::timeout,
};
use yunzhen_media::MediaKind;
use yunzhen_protocol::control::BoxCamera;

use super::{
    CaptureSettings, SoundSource, VideoSource,
    tests::{Film, plan, still},
};
use crate::outbox::{
    devices::{DeviceEvent, Devices, Picture, StillOrder},
    session::CapturePlan,
};

const VIVID: &str = "/dev/video0";
const TONE_HZ: f64 = 440.0;

fn camera(name: &str) -> CaptureSettings {
    CaptureSettings { room: Some(VideoSource::V4l2(name.into())), ..CaptureSettings::default() }
}

fn microphone(name: &str) -> CaptureSettings {
    CaptureSettings { microphone: Some(SoundSource::Alsa(name.into())), ..CaptureSettings::default() }
}

/// A call's plan with a picture of this size.
fn sized(width: u32, height: u32) -> CapturePlan {
    let mut plan = plan(1_500_000);
    (plan.video.width, plan.video.height) = (width, height);
    plan
}

/// Plugs a device in or out: what binds a driver to it and loosens it is what a cable does.
fn plug(driver: &str, is_in: bool) {
    let file = format!("/sys/bus/platform/drivers/{driver}/{}", if is_in { "bind" } else { "unbind" });
    std::fs::write(file, format!("{driver}.0")).expect("the driver is loaded, and this is root");
}

/// Sets one of vivid's controls, by which it makes what a bad cable and a broken camera make.
fn control(control: &str) {
    let done = Command::new("v4l2-ctl").args(["-d", VIVID, "-c", control]).status().expect("v4l2-ctl");
    assert!(done.success(), "{control}");
}

/// A program that gives a device something to show; ends with the test.
struct Giver(Child);

impl Giver {
    fn start(program: &str, arguments: &[&str]) -> Self {
        let child = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        Self(child.expect("the program is installed"))
    }
}

impl Drop for Giver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn pictures(film: &mut Film, count: usize) -> Vec<frame::Video> {
    let mut seen = Vec::new();
    while seen.len() < count {
        let unit = film.unit().await;
        seen.extend(film.decode(&unit));
    }
    seen
}

async fn failed(film: &mut Film) -> String {
    loop {
        match film.event().await {
            DeviceEvent::Failed(sentence) => return sentence,
            DeviceEvent::Running => {}
        }
    }
}

async fn running(film: &mut Film) {
    while film.event().await != DeviceEvent::Running {}
}

/// Y, U and V of a place.
fn colour(picture: &frame::Video, x: u32, y: u32) -> [i32; 3] {
    assert_eq!(picture.format(), Pixel::YUV420P);
    [(0, 1), (1, 2), (2, 2)]
        .map(|(plane, shrink)| {
            picture.data(plane)[(y / shrink) as usize * picture.stride(plane) + (x / shrink) as usize]
        })
        .map(i32::from)
}

/// vivid shows white, yellow, cyan, green, magenta, red, blue and black from left to right.
fn has_colour_bars(picture: &frame::Video) {
    let (width, height) = (picture.width(), picture.height());
    let bars: Vec<[i32; 3]> = (0..8).map(|bar| colour(picture, (2 * bar + 1) * width / 16, height * 7 / 8)).collect();
    assert!(bars.windows(2).all(|two| two[0][0] > two[1][0]), "each bar is darker than the one before: {bars:?}");
    let signs: Vec<[i32; 2]> =
        bars.iter().map(|[_, u, v]| [u, v].map(|c| if (c - 128).abs() < 8 { 0 } else { (c - 128).signum() })).collect();
    // A green that is yellowish or a cyan that is bluish still has its signs; exchanged planes have not.
    assert_eq!(signs[0], [0, 0], "white: {bars:?}");
    assert_eq!(signs[1][0], -1, "yellow: {bars:?}");
    assert_eq!(signs[2][1], -1, "cyan: {bars:?}");
    assert_eq!(signs[3], [-1, -1], "green: {bars:?}");
    assert_eq!(signs[4], [1, 1], "magenta: {bars:?}");
    assert_eq!(signs[5], [-1, 1], "red: {bars:?}");
    assert_eq!(signs[6], [1, -1], "blue: {bars:?}");
    assert_eq!(signs[7], [0, 0], "black: {bars:?}");
}

/// A still, read back with a decoder that did not make it.
fn decoded(folder: &std::path::Path, taken: &Picture) -> frame::Video {
    let (still, raw) = (folder.join("still"), folder.join("still.yuv"));
    std::fs::write(&still, &taken.bytes).expect("written");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-loglevel", "error", "-y", "-i"]).arg(&still);
    ffmpeg.args(["-pix_fmt", "yuv420p", "-f", "rawvideo"]).arg(&raw);
    assert!(ffmpeg.status().expect("ffmpeg").success(), "ffmpeg reads the still");
    let bytes = std::fs::read(raw).expect("read");
    let (width, height) = (taken.width as usize, taken.height as usize);
    assert_eq!(bytes.len(), width * height * 3 / 2, "of the size that was said");
    let mut picture = frame::Video::new(Pixel::YUV420P, taken.width, taken.height);
    let mut rest = &bytes[..];
    for (plane, shrink) in [(0, 1), (1, 2), (2, 2)] {
        let stride = picture.stride(plane);
        for row in 0..height / shrink {
            let (line, after) = rest.split_at(width / shrink);
            picture.data_mut(plane)[row * stride..][..line.len()].copy_from_slice(line);
            rest = after;
        }
    }
    picture
}

#[tokio::test]
#[ignore = "make check-devices"]
async fn a_camera_gives_moving_pictures_in_the_agreed_size_and_its_colours() {
    let folder = tempfile::tempdir().expect("folder");
    for (width, height) in [(640, 360), (1280, 720)] {
        let mut film = Film::start(camera(VIVID), sized(width, height));
        let seen = pictures(&mut film, 12).await;
        for picture in &seen {
            assert_eq!((picture.width(), picture.height()), (width, height));
            has_colour_bars(picture);
        }
        let moved = seen.windows(2).filter(|two| two[0].data(0) != two[1].data(0)).count();
        assert_eq!(moved, seen.len() - 1, "vivid counts its frames in the picture");
        assert_eq!(film.event().await, DeviceEvent::Running);
        let taken = still(&mut film, BoxCamera::Room).await.expect("a still");
        assert_eq!((taken.media_type, taken.width, taken.height), ("image/png", width, height));
        has_colour_bars(&decoded(folder.path(), &taken));
        println!("{width}x{height}: {} pictures, each another; still of {} bytes", seen.len(), taken.bytes.len());
    }
}

/// Both what a camera compresses itself and what it gives plain; it is in another shape than the call, and it is plugged in after the call began.
#[tokio::test]
#[ignore = "make check-devices"]
async fn motion_jpeg_and_plain_pictures_of_another_shape_are_seen_once_the_camera_is_there() {
    let folder = tempfile::tempdir().expect("folder");
    let jpeg: &[&str] = &["-c:v", "mjpeg", "-pix_fmt", "yuvj422p", "-q:v", "3"];
    let plain: &[&str] = &["-pix_fmt", "yuyv422"];
    for (form, device, media_type) in [(jpeg, "/dev/video8", "image/jpeg"), (plain, "/dev/video9", "image/png")] {
        let mut film = Film::start(camera(device), sized(640, 360));
        let sentence = failed(&mut film).await;
        assert!(sentence.contains(device) && sentence.contains("plug it in"), "{sentence}");
        let half = |colour: &str| format!("color={colour}:s=320x480:r=10");
        let (red, blue) = (half("red"), half("blue"));
        let sides =
            ["-loglevel", "error", "-re", "-f", "lavfi", "-i", red.as_str(), "-f", "lavfi", "-i", blue.as_str()];
        let joined = ["-filter_complex", "[0:v][1:v]hstack"];
        let arguments = [&sides[..], &joined, form, &["-f", "v4l2", device]].concat();
        let giver = Giver::start("ffmpeg", &arguments);
        running(&mut film).await;
        let seen = pictures(&mut film, 6).await;
        let last = seen.last().expect("pictures");
        assert_eq!((last.width(), last.height()), (640, 360));
        let [bar, red, blue] = [20, 200, 440].map(|x| colour(last, x, 180));
        assert!(bar[0] < 40, "a bar beside a picture of another shape: {bar:?}");
        assert!(red[2] > 200 && red[1] < 128, "{red:?}");
        assert!(blue[1] > 200 && blue[2] < 128, "{blue:?}");
        let taken = still(&mut film, BoxCamera::Room).await.expect("a still");
        assert_eq!((taken.media_type, taken.width, taken.height), (media_type, 640, 480));
        let whole = decoded(folder.path(), &taken);
        let (red, blue) = (colour(&whole, 100, 240), colour(&whole, 540, 240));
        assert!(red[2] > 200 && blue[1] > 200, "{red:?} {blue:?}");
        println!("{form:?}: seen, still {media_type} of {} bytes", taken.bytes.len());
        drop((film, giver));
    }
}

/// What a camera gives plain lies in the driver's own memory, which goes with the camera.
#[tokio::test]
#[ignore = "make check-devices"]
async fn a_still_outlives_the_camera_that_it_was_taken_with() {
    let folder = tempfile::tempdir().expect("folder");
    let settings = CaptureSettings { room: Some(VideoSource::Synthetic), ..CaptureSettings::default() };
    let both = CaptureSettings { close_up: Some(VideoSource::V4l2(VIVID.into())), ..settings };
    let mut film = Film::start(both, sized(640, 360));
    film.unit().await;
    let taken = still(&mut film, BoxCamera::CloseUp).await.expect("a still of the camera that does not film");
    assert_eq!((taken.media_type, taken.width, taken.height), ("image/png", 640, 360));
    has_colour_bars(&decoded(folder.path(), &taken));
    drop(film);
    // The call ends while the file is made.
    let mut film = Film::start(camera(VIVID), sized(1280, 720));
    pictures(&mut film, 2).await;
    let (reply, picture) = oneshot::channel();
    film.capture.still(StillOrder { camera: BoxCamera::Room, reply });
    pictures(&mut film, 1).await;
    film.capture.stop();
    if let Ok(taken) = timeout(Duration::from_secs(20), picture).await.expect("in time") {
        has_colour_bars(&decoded(folder.path(), &taken.expect("a still")));
    }
}

#[tokio::test]
#[ignore = "make check-devices"]
async fn a_camera_that_is_unplugged_is_said_and_comes_back_by_itself() {
    let mut film = Film::start(camera(VIVID), plan(800_000));
    pictures(&mut film, 3).await;
    running(&mut film).await;
    for _ in 0..2 {
        plug("vivid", false);
        let sentence = failed(&mut film).await;
        println!("{sentence}");
        assert!(sentence.contains(VIVID) && sentence.contains("stopped") && sentence.contains("check its cable"));
        let sentence = failed(&mut film).await;
        println!("{sentence}");
        assert!(sentence.contains(VIVID) && sentence.contains("plug it in"));
        plug("vivid", true);
        running(&mut film).await;
        has_colour_bars(pictures(&mut film, 3).await.last().expect("pictures"));
    }
}

#[tokio::test]
#[ignore = "make check-devices"]
async fn a_damaged_picture_costs_itself_only() {
    let mut film = Film::start(camera(VIVID), plan(800_000));
    pictures(&mut film, 3).await;
    running(&mut film).await;
    for _ in 0..5 {
        control("inject_v4l2_buf_flag_error=1");
        has_colour_bars(pictures(&mut film, 3).await.last().expect("pictures"));
    }
    assert_eq!(film.events.try_recv(), Err(TryRecvError::Empty), "nobody is told that the camera stopped");
}

#[tokio::test]
#[ignore = "make check-devices"]
async fn a_camera_whose_driver_fails_is_opened_again() {
    let mut film = Film::start(camera(VIVID), plan(800_000));
    pictures(&mut film, 3).await;
    running(&mut film).await;
    control("inject_fatal_streaming_error=1");
    println!("{}", failed(&mut film).await);
    running(&mut film).await;
    has_colour_bars(pictures(&mut film, 3).await.last().expect("pictures"));
}

#[tokio::test]
#[ignore = "make check-devices"]
async fn a_camera_that_falls_silent_is_said_and_holds_nobody_up() {
    let mut film = Film::start(camera(VIVID), plan(800_000));
    pictures(&mut film, 3).await;
    running(&mut film).await;
    control("percentage_of_dropped_buffers=100");
    let sentence = failed(&mut film).await;
    println!("{sentence}");
    assert!(sentence.contains(VIVID) && sentence.contains("check its cable"), "{sentence}");
    // Opened again while it is silent.
    let sentence = failed(&mut film).await;
    println!("{sentence}");
    control("percentage_of_dropped_buffers=0");
    running(&mut film).await;
    pictures(&mut film, 3).await;
    // The call ends while it is silent.
    control("percentage_of_dropped_buffers=100");
    while timeout(Duration::from_secs(1), film.packet()).await.is_ok() {}
    let stopped = tokio::task::spawn_blocking(move || film.capture.stop());
    timeout(Duration::from_secs(3), stopped).await.expect("at once").expect("stopped");
}

#[tokio::test]
#[ignore = "make check-devices"]
async fn a_camera_that_runs_for_a_while_takes_no_more_memory() {
    let mut film = Film::start(camera(VIVID), plan(800_000));
    let mut sizes = Vec::new();
    for _ in 0..3 {
        pictures(&mut film, 60).await;
        sizes.push(resident_kib());
    }
    println!("resident KiB after each 60 pictures: {sizes:?}");
    assert!(sizes[2] < sizes[0] + 4096, "{sizes:?}");
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// A tone into one end of the sound card that plays what it hears at its other end; plays when this returns, so that the other end has its shape.
async fn tone(device: u32, channels: u32, rate: u32) -> Giver {
    let (channels, sine) = (channels.to_string(), format!("sine=frequency={TONE_HZ}:sample_rate={rate}"));
    let card = format!("hw:Loopback,{device}");
    let tone = ["-loglevel", "error", "-f", "lavfi", "-i", sine.as_str(), "-af", "volume=3", "-ac", channels.as_str()];
    let giver = Giver::start("ffmpeg", &[&tone[..], &["-c:a", "pcm_s16le", "-f", "alsa", card.as_str()]].concat());
    let status = format!("/proc/asound/Loopback/pcm{device}p/sub0/status");
    let plays = async {
        while !std::fs::read_to_string(&status).is_ok_and(|status| status.contains("RUNNING")) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(20), plays).await.expect("plays");
    giver
}

/// Waits until the tone is heard, then says its pitch and how loud it is.
async fn heard(film: &mut Film) -> (f64, f32) {
    let context = codec::Context::from_parameters(codec::Parameters::new()).expect("context").decoder();
    let mut opus = context.open_as(decoder::find(codec::Id::OPUS)).expect("decoder").audio().expect("audio");
    let mut samples: Vec<f32> = Vec::new();
    while samples.len() < 48_000 {
        let (kind, packet) = film.packet().await;
        assert_eq!(kind, MediaKind::Audio);
        opus.send_packet(&Packet::copy(&packet.payload)).expect("decoded");
        let mut sound = frame::Audio::empty();
        while opus.receive_frame(&mut sound).is_ok() {
            let is_loud = sound.plane::<f32>(0).iter().any(|sample| sample.abs() > 0.1);
            if is_loud || !samples.is_empty() {
                samples.extend(sound.plane::<f32>(0));
            }
        }
    }
    let crossings = samples.windows(2).filter(|two| two[0] < 0.0 && two[1] >= 0.0).count();
    let loudest = samples.iter().fold(0f32, |loudest, sample| loudest.max(sample.abs()));
    (crossings as f64 * 48_000.0 / samples.len() as f64, loudest)
}

fn listening() -> CapturePlan {
    CapturePlan { camera: None, sound: true, ..plan(500_000) }
}

async fn is_heard(played_at: u32, name: &str, channels: u32, rate: u32) {
    let _giver = tone(played_at, channels, rate).await;
    let mut film = Film::start(microphone(name), listening());
    assert_eq!(film.event().await, DeviceEvent::Running);
    let (pitch, loudest) = heard(&mut film).await;
    println!("{name}, {channels} × {rate} Hz: {pitch:.0} Hz, loudest {loudest:.2}");
    // `default` goes through ALSA's sharing, where 440 Hz is heard with 469 crossings a second in the virtual machine; why is not known.
    let most = TONE_HZ + if name == "default" { 60.0 } else { 20.0 };
    assert!((TONE_HZ - 20.0..most).contains(&pitch), "{pitch}");
    assert!(loudest > 0.1, "{loudest}");
}

#[tokio::test]
#[ignore = "make check-devices"]
async fn a_sound_card_is_heard_by_its_own_name() {
    is_heard(0, "hw:Loopback,1", 2, 48_000).await;
}

/// As the microphone of many a camera: one channel, a low rate, and ALSA's `hw` changes nothing by itself.
#[tokio::test]
#[ignore = "make check-devices"]
async fn a_microphone_with_one_channel_is_heard_by_its_own_name() {
    is_heard(0, "hw:Loopback,1", 1, 16_000).await;
}

#[tokio::test]
#[ignore = "make check-devices"]
async fn the_default_microphone_is_heard() {
    is_heard(1, "default", 2, 48_000).await;
}

#[tokio::test]
#[ignore = "make check-devices"]
async fn a_microphone_that_is_unplugged_is_said_and_comes_back_by_itself() {
    let giver = tone(0, 2, 48_000).await;
    let mut film = Film::start(microphone("hw:Loopback,1"), listening());
    running(&mut film).await;
    heard(&mut film).await;
    drop(giver);
    plug("snd_aloop", false);
    let sentence = failed(&mut film).await;
    println!("{sentence}");
    assert!(sentence.contains("hw:Loopback,1") && sentence.contains("stopped"), "{sentence}");
    let sentence = failed(&mut film).await;
    println!("{sentence}");
    assert!(sentence.contains("plug it in"), "{sentence}");
    plug("snd_aloop", true);
    let _giver = tone(0, 2, 48_000).await;
    running(&mut film).await;
    heard(&mut film).await;
}
