//! The rate on the real programs: a box, quinn, a link that gets narrow and wide again, a relay that reports arrivals.

use crate::world::{CONSULTATION, World, start_media};
use axum::Router;
use bytes::Bytes;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use yunzhen_clinic_agent::outbox::devices::{Captured, DeviceSink, Devices};
use yunzhen_clinic_agent::outbox::session::CapturePlan;
use yunzhen_media::MediaKind;
use yunzhen_media::ladder::sound::SoundTarget;
use yunzhen_media::ladder::{Motion, STILL_BYTES, VideoTarget};
use yunzhen_media::layers::Layer;
use yunzhen_media::repair::Incoming;
use yunzhen_netem::{Burst, Config, Loss, Rate};
use yunzhen_protocol::ccfb::{Metric, StreamReport};
use yunzhen_protocol::control::{BoxCamera, Rung, StopReason, ToBox, ToRelay};
use yunzhen_protocol::payload_type;
use yunzhen_protocol::roq::Flow;
use yunzhen_protocol::rtcp::{self, RtcpPacket};
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket, RtpView};
use yunzhen_runtime::clock;

const DELAY: Duration = Duration::from_millis(30);
/// On the machine of the tests everything takes a while.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the encoder was told, and since when.
#[derive(Debug, Default)]
pub struct Told {
    target: Option<VideoTarget>,
    held: bool,
    keyframe: bool,
    /// Of the low picture.
    pub low: Option<VideoTarget>,
    pub low_keyframe: bool,
}

/// An encoder that makes frames of the size that it is told, and fifty packets of sound a second. Each packet says when it was made.
#[derive(Clone)]
pub struct Camera {
    pub told: Arc<Mutex<Told>>,
    news: mpsc::UnboundedSender<VideoTarget>,
    begun: Instant,
    stop: tokio_util::sync::CancellationToken,
}

impl Camera {
    pub fn new() -> (Self, mpsc::UnboundedReceiver<VideoTarget>) {
        let (news, targets) = mpsc::unbounded_channel();
        let stop = tokio_util::sync::CancellationToken::new();
        (Self { told: Arc::default(), news, begun: clock::now_instant(), stop }, targets)
    }

    fn packet(&self, header: RtpHeader, first: u8, len: usize) -> RtpPacket {
        let mut payload = vec![first; len.max(10)];
        let at = clock::now_instant().saturating_duration_since(self.begun).as_micros() as u64;
        payload[1..9].copy_from_slice(&at.to_be_bytes());
        RtpPacket { header, payload: Bytes::from(payload) }
    }

    /// How old a packet is.
    fn age(&self, packet: &RtpPacket) -> Duration {
        let at = u64::from_be_bytes(packet.payload[1..9].try_into().unwrap());
        clock::now_instant().saturating_duration_since(self.begun + Duration::from_micros(at))
    }
}

impl Devices for Camera {
    fn cameras(&self) -> Vec<BoxCamera> {
        vec![BoxCamera::Room]
    }

    fn microphone(&self) -> bool {
        true
    }

    fn start(&mut self, plan: CapturePlan, sink: DeviceSink) {
        let this = self.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_micros(6667));
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut header = RtpHeader {
                marker: false,
                payload_type: payload_type::H264,
                sequence: 0,
                timestamp: 0,
                ssrc: plan.video.ssrc,
            };
            let mut sound = RtpHeader { payload_type: payload_type::OPUS, ssrc: plan.audio.ssrc, ..header };
            let (mut frame_due, mut sound_due) = (clock::now_instant(), clock::now_instant());
            let (mut low, mut low_due) = (RtpHeader { marker: true, ..header }, clock::now_instant());
            let put_of = |kind, layer, packet| {
                let _ = sink.packets.try_send(Captured { kind, layer, packet, taken_at: clock::now_instant() });
            };
            let put = |kind, packet| put_of(kind, Layer::Main, packet);
            loop {
                tokio::select! {
                    _ = ticks.tick() => {}
                    () = this.stop.cancelled() => return,
                }
                let now = clock::now_instant();
                while sound_due <= now {
                    sound_due += Duration::from_millis(20);
                    put(MediaKind::Audio, this.packet(sound, 0xfc, 80));
                    sound.sequence = sound.sequence.wrapping_add(1);
                    sound.timestamp = sound.timestamp.wrapping_add(960);
                }
                let low_told = {
                    let mut told = this.told.lock().unwrap();
                    let made = told.low.filter(|_| low_due <= now && !told.held);
                    made.map(|target| (target, std::mem::take(&mut told.low_keyframe)))
                };
                if let Some((target, keyframe)) = low_told {
                    low_due = now + Duration::from_secs(1) / target.fps;
                    let len = ((target.bitrate_bps / target.fps / 8) as usize).min(1100);
                    put_of(MediaKind::Video, Layer::Low, this.packet(low, if keyframe { 0x67 } else { 0x41 }, len));
                    (low.sequence, low.timestamp) = (low.sequence.wrapping_add(1), low.timestamp.wrapping_add(6000));
                }
                let told = this.told.lock().unwrap().target.unwrap_or(VideoTarget::of(&plan.video));
                let (held, keyframe) = {
                    let mut told = this.told.lock().unwrap();
                    let taken = frame_due <= now && !told.held;
                    (told.held, taken && std::mem::take(&mut told.keyframe))
                };
                if frame_due > now || held {
                    continue;
                }
                let Some(interval) = told.interval(STILL_BYTES) else { continue };
                frame_due = now + interval - Duration::from_millis(3);
                let mut left = match told.motion {
                    Motion::Moving => (told.bitrate_bps / told.fps / 8) as usize * if keyframe { 3 } else { 1 },
                    Motion::Stills | Motion::None => STILL_BYTES,
                };
                header.timestamp = header.timestamp.wrapping_add((interval.as_millis() * 90) as u32);
                let mut first = if keyframe { 0x67 } else { 0x41 };
                while left > 0 {
                    let len = left.min(told.payload(1100));
                    left -= len;
                    put(MediaKind::Video, this.packet(RtpHeader { marker: left == 0, ..header }, first, len));
                    header.sequence = header.sequence.wrapping_add(1);
                    first = 0x41;
                }
            }
        });
        self.told.lock().unwrap().keyframe = true;
    }

    fn adjust(&mut self, _plan: CapturePlan) {}

    fn keyframe(&mut self) {
        self.told.lock().unwrap().keyframe = true;
    }

    fn target(&mut self, target: VideoTarget) {
        let mut told = self.told.lock().unwrap();
        told.keyframe |= told.target.is_some_and(|before| !before.is_made_as(&target));
        told.target = Some(target);
        let _ = self.news.send(target);
    }

    fn sound(&mut self, _target: SoundTarget) {}

    fn makes_low(&self) -> bool {
        true
    }

    fn low(&mut self, target: Option<VideoTarget>) {
        let mut told = self.told.lock().unwrap();
        told.low_keyframe |= told.low.is_none();
        told.low = target;
    }

    fn low_keyframe(&mut self) {
        self.told.lock().unwrap().low_keyframe = true;
    }

    fn hold(&mut self, held: bool) {
        self.told.lock().unwrap().held = held;
    }

    fn stop(&mut self) {
        self.stop.cancel();
    }
}

pub fn link(bps: u64) -> Config {
    Config { rate: Rate::BitsPerSecond(bps), queue_bytes: 250_000, delay: DELAY, ..Config::default() }
}

/// Waits for a target that is wanted; how long it took, and which.
async fn target(
    targets: &mut mpsc::UnboundedReceiver<VideoTarget>,
    wanted: impl Fn(&VideoTarget) -> bool,
) -> (Duration, VideoTarget) {
    let begun = clock::now_instant();
    let found = async {
        loop {
            let target = targets.recv().await.expect("the box runs");
            if wanted(&target) {
                return target;
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, found).await.expect("a target in time");
    (clock::now_instant().saturating_duration_since(begun), found)
}

/// Sound and pictures as they arrive: ages, and what of the sound is missing.
#[derive(Default)]
struct Heard {
    sound: Vec<Duration>,
    video: Vec<Duration>,
    last: Option<u16>,
    missing: u64,
}

impl Heard {
    /// Takes what arrived until so many packets of sound came.
    async fn listen(&mut self, world: &mut World, camera: &Camera, packets: usize) {
        let enough = self.sound.len() + packets;
        while self.sound.len() < enough {
            let next = tokio::time::timeout(PATIENCE, world.relay.datagrams.recv()).await.expect("in time");
            let (_, datagram) = next.expect("the relay runs");
            let Some(packet) = RtpPacket::parse(datagram.packet).ok().filter(|_| datagram.flow != Flow::Feedback)
            else {
                continue;
            };
            if datagram.flow == Flow::Video {
                self.video.push(camera.age(&packet));
                continue;
            }
            let sequence = packet.header.sequence;
            self.missing += self.last.map_or(0, |last| u64::from(sequence.wrapping_sub(last).wrapping_sub(1)));
            self.last = Some(sequence);
            self.sound.push(camera.age(&packet));
        }
    }

    fn clear(&mut self) {
        self.sound.clear();
        self.video.clear();
    }
}

fn share(mut ages: Vec<Duration>, share: f64) -> Duration {
    ages.sort();
    ages[((ages.len() as f64 * share) as usize).min(ages.len() - 1)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_encoder_follows_a_link_that_gets_narrow_and_wide_again() {
    let (camera, mut targets) = Camera::new();
    let mut world = World::new(Router::new(), Box::new(camera.clone())).await;
    world.relay.reports.store(true, std::sync::atomic::Ordering::Relaxed);
    world.wire.shape(link(2_000_000));
    world.relay.tell(start_media());
    world.relay.tell(ToBox::SetBitrate { video_bps: 2_500_000 });
    let mut heard = Heard::default();

    let (took, wide) = target(&mut targets, |target| target.bitrate_bps > 1_300_000).await;
    eprintln!("2 Mbit/s: {wide:?} after {took:?}");
    // What has arrived meanwhile does not count as late: nobody took it.
    while world.relay.datagrams.try_recv().is_ok() {}
    heard.listen(&mut world, &camera, 100).await;
    eprintln!("sound p95 {:?}, pictures p95 {:?}", share(heard.sound.clone(), 0.95), share(heard.video.clone(), 0.95));
    assert_eq!((wide.width, wide.height, wide.fps), (1280, 720, 30));
    assert!(share(heard.sound.clone(), 0.95) < Duration::from_millis(150));

    world.wire.shape(link(300_000));
    let (took, narrow) = target(&mut targets, |target| target.bitrate_bps < 300_000).await;
    eprintln!("300 kbit/s: {narrow:?} after {took:?}");
    assert!(took < Duration::from_millis(600), "{took:?}");
    let (more, small) = target(&mut targets, |target| target.height == 360).await;
    eprintln!("300 kbit/s: {small:?} after {:?}", took + more);
    assert!(took + more < Duration::from_secs(1), "a smaller picture after {more:?}");
    // The page and the relay hear of it.
    let mut shown = world.agent.outbox.watch_shown();
    shown.wait_for(|shown| shown.rung == Some(Rung::Small)).await.unwrap();
    let small = |said: &ToRelay| {
        matches!(said, ToRelay::MediaRung { rung: Some(Rung::Small), target_bps: Some(_), queue_ms: Some(_) })
            .then_some(())
    };
    world.relay.heard(small).await;
    // Two seconds of sound later the queue of the former rate is gone.
    heard.listen(&mut world, &camera, 100).await;
    heard.clear();
    heard.listen(&mut world, &camera, 250).await;
    let (sound, video) = (share(heard.sound.clone(), 0.95), share(heard.video.clone(), 0.95));
    let bytes = heard.video.len();
    eprintln!("300 kbit/s: sound p95 {sound:?}, pictures p95 {video:?}, {bytes} packets of picture in 5 s");
    // Delay of the link, its queue's aim; for pictures also the box's own queue and the packet's time on the link.
    assert!(sound < DELAY + Duration::from_millis(150), "{sound:?}");
    assert!(video < DELAY + Duration::from_millis(100 + 150 + 80), "{video:?}");
    assert!(bytes > 50, "the picture goes on");

    world.wire.shape(link(2_000_000));
    let (took, again) = target(&mut targets, |target| target.bitrate_bps > 1_300_000).await;
    eprintln!("2 Mbit/s: {again:?} after {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    while world.relay.datagrams.try_recv().is_ok() {}
    let counters = world.wire.counters();
    assert_eq!((counters.lost, counters.overflowed), (0, 0), "the queue of the link never overflowed");
    assert_eq!(heard.missing, 0, "no sound is lost in the box");
    world.relay.tell(ToBox::StopMedia { consultation_id: CONSULTATION, reason: StopReason::HangUp });
    world.life.stop().await.unwrap();
}

/// What the page says of the picture follows the link, down to messages in place of talk, and back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_carries_no_sound_offers_messages_until_it_does_again() {
    let (camera, _targets) = Camera::new();
    let mut world = World::new(Router::new(), Box::new(camera)).await;
    world.relay.reports.store(true, std::sync::atomic::Ordering::Relaxed);
    world.wire.shape(link(2_000_000));
    world.relay.tell(start_media());
    let mut shown = world.agent.outbox.watch_shown();
    let mut rung = async |wanted: fn(Rung) -> bool| {
        let found = shown.wait_for(|shown| shown.rung.is_some_and(wanted));
        tokio::time::timeout(PATIENCE, found).await.expect("in time").expect("the box runs");
    };
    rung(|rung| rung == Rung::Full).await;
    // The far end hears; then not a packet passes.
    for _ in 0..20 {
        world.relay.datagram(Flow::Audio).await;
    }
    world.wire.shape(Config { loss: Loss::Random(1.0), ..link(2_000_000) });
    rung(|rung| rung == Rung::Forward).await;
    world.wire.shape(link(2_000_000));
    rung(|rung| rung != Rung::Forward).await;
    world.relay.tell(ToBox::StopMedia { consultation_id: CONSULTATION, reason: StopReason::HangUp });
    world.life.stop().await.unwrap();
}

/// What a relay has of sound and pictures, by sequence number, with what it can re-create.
#[derive(Default)]
struct Whole {
    incoming: Incoming,
    sound: BTreeSet<u16>,
    came: BTreeSet<u16>,
    pictures: BTreeSet<u16>,
    restored: usize,
}

impl Whole {
    async fn listen(&mut self, world: &mut World, time: Duration) {
        let begun = clock::now_instant();
        let sequence = |packet: &Bytes| RtpView::parse(packet).unwrap().header().sequence;
        while clock::now_instant().saturating_duration_since(begun) < time {
            let next = tokio::time::timeout(PATIENCE, world.relay.datagrams.recv()).await.expect("in time");
            let (_, datagram) = next.expect("the relay runs");
            let at = clock::now_instant().saturating_duration_since(begun);
            let packet = datagram.packet;
            let pictures = match datagram.flow {
                Flow::Video => {
                    self.pictures.insert(sequence(&packet));
                    self.incoming.picture(at, sequence(&packet), &packet).unwrap()
                }
                Flow::Audio => {
                    self.sound.insert(sequence(&packet));
                    self.came.insert(sequence(&packet));
                    Vec::new()
                }
                Flow::Repair => {
                    let taken = self.incoming.repair(at, packet).unwrap();
                    self.came.extend(taken.sound.iter().map(sequence));
                    self.sound.extend(taken.sound.iter().chain(&taken.sounds).map(sequence));
                    taken.pictures
                }
                _ => Vec::new(),
            };
            self.restored += pictures.len();
            self.pictures.extend(pictures.iter().map(sequence));
        }
    }
}

/// Of the numbers from the first to the last, the share that is not there.
fn missing(numbers: &BTreeSet<u16>) -> f64 {
    let (first, last) = (numbers.first().unwrap(), numbers.last().unwrap());
    1.0 - numbers.len() as f64 / (f64::from(last - first) + 1.0)
}

/// 10 % lost in bursts of four, and a round trip in which asking again takes long: the box itself begins to protect what it sends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_link_that_loses_sound_is_whole_and_pictures_are_re_created() {
    let (camera, _targets) = Camera::new();
    let mut world = World::new(Router::new(), Box::new(camera.clone())).await;
    world.relay.reports.store(true, std::sync::atomic::Ordering::Relaxed);
    let clean = Config { delay: Duration::from_millis(90), ..link(2_000_000) };
    world.wire.shape(clean.clone());
    world.relay.tell(start_media());
    let mut before = Whole::default();
    before.listen(&mut world, Duration::from_secs(2)).await;
    assert_eq!((before.restored, before.came.len()), (0, before.sound.len()), "nothing on a clean link");

    world.wire.shape(Config { loss: Loss::Burst(Burst::of(0.10, 4.0)), ..clean });
    Whole::default().listen(&mut world, Duration::from_secs(2)).await;
    let mut whole = Whole::default();
    whole.listen(&mut world, Duration::from_secs(10)).await;
    let (lost, silent) = (missing(&whole.came), missing(&whole.sound));
    eprintln!(
        "sound: {:.1} % lost, {:.1} % after repair; {} packets of pictures re-created",
        100.0 * lost,
        100.0 * silent,
        whole.restored
    );
    assert!(lost > 0.03, "{lost}");
    assert!(silent < lost / 4.0, "{silent} of {lost}");
    assert!(whole.restored > 20, "{}", whole.restored);
    world.relay.tell(ToBox::StopMedia { consultation_id: CONSULTATION, reason: StopReason::HangUp });
    world.life.stop().await.unwrap();
}

/// A relay of before says nothing of repairs in its welcome: it would refuse them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_takes_no_repairs_gets_none_however_much_is_lost() {
    let (camera, _targets) = Camera::new();
    let mut world = World::new(Router::new(), Box::new(camera.clone())).await;
    world.relay.reports.store(true, std::sync::atomic::Ordering::Relaxed);
    world.relay.repairs.store(false, std::sync::atomic::Ordering::Relaxed);
    while world.relay.control.try_recv().is_ok() {}
    world.relay.connection().close(0u32.into(), b"again");
    world.relay.heard(|message| matches!(message, ToRelay::Hello { .. }).then_some(())).await;
    let lossy = Loss::Burst(Burst::of(0.10, 4.0));
    world.wire.shape(Config { delay: Duration::from_millis(90), loss: lossy, ..link(2_000_000) });
    world.relay.tell(start_media());
    let mut came = [0u32; 2];
    let begun = clock::now_instant();
    while clock::now_instant().saturating_duration_since(begun) < Duration::from_secs(6) {
        let next = tokio::time::timeout(PATIENCE, world.relay.datagrams.recv()).await.expect("in time");
        match next.expect("the relay runs").1.flow {
            Flow::Audio => came[0] += 1,
            Flow::Video => came[1] += 1,
            Flow::Repair => panic!("a repair for a relay that takes none"),
            _ => {}
        }
    }
    assert!(came[0] > 200 && came[1] > 100, "the call goes on: {came:?}");
    while let Ok(said) = world.relay.control.try_recv() {
        assert!(!matches!(said, ToRelay::MediaRung { .. }), "nor what its timeline would want");
    }
    world.relay.tell(ToBox::StopMedia { consultation_id: CONSULTATION, reason: StopReason::HangUp });
    world.life.stop().await.unwrap();
}

/// The relay paces what it sends to a box by when that arrives.
#[tokio::test]
async fn a_relay_that_takes_it_is_told_when_packets_of_a_slot_arrive() {
    let (camera, _targets) = Camera::new();
    let mut world = World::new(Router::new(), Box::new(camera)).await;
    world.relay.takes_arrivals.store(true, std::sync::atomic::Ordering::Relaxed);
    while world.relay.control.try_recv().is_ok() {}
    world.relay.connection().close(0u32.into(), b"again");
    let offers = |message: &ToRelay| match message {
        ToRelay::Hello { arrivals, .. } => Some(*arrivals),
        _ => None,
    };
    assert!(world.relay.heard(offers).await);
    for sequence in [65_534, 65_535, 1] {
        let header = RtpHeader { marker: true, payload_type: payload_type::OPUS, sequence, timestamp: 0, ssrc: 77 };
        let packet = RtpPacket { header, payload: Bytes::from_static(b"sound") };
        // Sound on slot 0.
        let datagram = [&[5][..], &packet.to_bytes()].concat();
        world.relay.connection().send_datagram(datagram.into()).unwrap();
    }
    let arrived = loop {
        let report = world.relay.datagram(Flow::Feedback).await.1;
        let Some(RtcpPacket::Arrivals { streams, .. }) = rtcp::parse(&report).unwrap().pop() else { continue };
        let [stream] = &streams[..] else { panic!("one source") };
        assert_eq!((stream.ssrc, stream.begin), (77, 65_534));
        if stream.metrics.len() == 4 {
            break stream.metrics.iter().map(|metric| metric.is_arrived()).collect::<Vec<_>>();
        }
    };
    assert_eq!(arrived, [true, true, false, true]);
    world.life.stop().await.unwrap();
}

/// A report that cannot be true changes nothing, and the call goes on.
#[tokio::test]
async fn forged_reports_are_refused_and_the_call_goes_on() {
    let (camera, mut targets) = Camera::new();
    let mut world = World::new(Router::new(), Box::new(camera.clone())).await;
    world.relay.reports.store(true, std::sync::atomic::Ordering::Relaxed);
    world.relay.tell(start_media());
    let packet = RtpPacket::parse(world.relay.datagram(Flow::Video).await.1).unwrap();
    let forged = |ssrc, begin: u16, timestamp| {
        let streams = vec![StreamReport { ssrc, begin, metrics: vec![Metric::arrived(3, 8000); 40] }];
        let report = rtcp::encode(&[RtcpPacket::Arrivals { sender: 0, streams, timestamp }]);
        Bytes::from([vec![2], report].concat())
    };
    for round in 0..200u32 {
        let (ssrc, begin) = (packet.header.ssrc, packet.header.sequence);
        for datagram in [
            forged(9, begin, round),
            forged(ssrc, begin.wrapping_add(20_000), round << 16),
            forged(ssrc, begin.wrapping_sub(20), u32::MAX - round),
            Bytes::from_static(&[2, 0x8b, 205, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0xff, 0xff]),
        ] {
            world.relay.connection().send_datagram(datagram).unwrap();
        }
        world.relay.datagram(Flow::Audio).await;
    }
    let (_, grown) = target(&mut targets, |target| target.bitrate_bps > 1_000_000).await;
    assert_eq!(grown.height, 720);
    assert!(world.agent.link.status().borrow().is_connected());
    world.life.stop().await.unwrap();
}
