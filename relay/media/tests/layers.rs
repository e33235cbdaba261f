//! Two pictures of one camera for strong and weak viewers, in virtual time.

mod common;

use std::time::{Duration, Instant};

use bytes::Bytes;
use common::{Camera, HOME, OBSERVER, SPECIALIST, Screen, frame_of, join, origin, payload, room};
use proptest::prelude::*;
use yunzhen_media::downlink::Takes;
use yunzhen_media::layers::{LOW_BPS, Layer};
use yunzhen_media::room::{Input, LegId, Origin, Output, Room};
use yunzhen_media::{Join, MediaKind};
use yunzhen_netem::{Config, Path, Rate};
use yunzhen_protocol::room::{ParticipantKind, VideoState};
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket};

const STEP: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
/// RTP, UDP and IP on each packet.
const HEADERS: usize = 40;
/// A gap that a viewer sees.
const FREEZE: Duration = Duration::from_millis(200);
/// The second strong viewer.
const COLLEAGUE: LegId = LegId(9);

/// Frames of even size, four times as large where a keyframe was asked for.
struct Encoder {
    bps: u32,
    fps: u32,
    ssrc: u32,
    sequence: u16,
    frame: u32,
    due: Duration,
    keyframe: bool,
}

impl Encoder {
    fn new(ssrc: u32, bps: u32, fps: u32) -> Self {
        Self { bps, fps, ssrc, sequence: 65_400, frame: 0, due: Duration::ZERO, keyframe: true }
    }

    fn film(&mut self, now: Duration) -> Vec<RtpPacket> {
        if now < self.due {
            return Vec::new();
        }
        self.due = now + SECOND / self.fps;
        let keyframe = std::mem::take(&mut self.keyframe);
        let size = (self.bps / self.fps / 8) as usize * if keyframe { 4 } else { 1 };
        let count = size.div_ceil(1100).max(1);
        let timestamp = (now.as_millis() * 90) as u32;
        let packets = (0..count).map(|index| {
            let mut content = payload(keyframe, index == 0, self.frame).to_vec();
            content.resize((size / count).max(5), 0);
            let sequence = self.sequence.wrapping_add(index as u16);
            let marker = index + 1 == count;
            let header = RtpHeader { marker, payload_type: 102, sequence, timestamp, ssrc: self.ssrc };
            RtpPacket { header, payload: content.into() }
        });
        let packets = packets.collect();
        self.sequence = self.sequence.wrapping_add(count as u16);
        self.frame += 1;
        packets
    }
}

/// A browser without retransmission: what follows a hole is not shown until a keyframe begins.
#[derive(Default)]
struct Viewer {
    next: Option<u16>,
    decodes: bool,
    shown: Vec<Duration>,
    came: u64,
    expected: u64,
}

impl Viewer {
    fn receive(&mut self, now: Duration, header: RtpHeader, payload: &[u8]) {
        let skipped = self.next.map_or(0, |next| header.sequence.wrapping_sub(next));
        assert!(skipped < 0x8000, "a link that does not reorder");
        self.next = Some(header.sequence.wrapping_add(1));
        self.came += 1;
        self.expected += u64::from(skipped) + 1;
        self.decodes = (self.decodes && skipped == 0) || payload[0] == 0x67;
        if self.decodes && header.marker {
            self.shown.push(now);
        }
    }

    /// The share lost since the last report.
    fn loss(&mut self) -> f32 {
        let (came, expected) = (std::mem::take(&mut self.came), std::mem::take(&mut self.expected));
        if expected == 0 { 0.0 } else { 1.0 - came as f32 / expected as f32 }
    }

    /// Pictures a second, freezes, and all their time, from a moment on.
    fn seen(&self, from: Duration, until: Duration) -> (f64, usize, Duration) {
        let inside = self.shown.iter().copied().filter(|at| *at >= from);
        let times: Vec<Duration> = std::iter::once(from).chain(inside).chain([until]).collect();
        let gaps: Vec<Duration> = times.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > FREEZE).collect();
        ((times.len() - 2) as f64 / (until - from).as_secs_f64(), gaps.len(), gaps.iter().sum())
    }
}

/// What a home's box believes of its link: no more than half as much again as it sends.
struct Uplink {
    link_bps: f64,
    believes_bps: f64,
    /// It has room for the low picture.
    has_room: bool,
}

impl Uplink {
    /// What it sends of the main picture.
    fn step(&mut self, told_bps: u32) -> u32 {
        let sends = self.believes_bps.min(told_bps.into());
        let most = self.link_bps.min((1.5 * sends).max(self.believes_bps));
        self.believes_bps = (self.believes_bps * (1.0 + 0.75 * STEP.as_secs_f64())).min(most);
        self.has_room = self.believes_bps >= if self.has_room { 900_000.0 } else { 1_000_000.0 };
        sends as u32
    }
}

/// A home that films, a strong viewer, and a weak one behind a narrow link.
struct World {
    origin: Origin,
    room: Room,
    now: Duration,
    main: Encoder,
    low: Encoder,
    low_on: bool,
    down: Path<(RtpHeader, Bytes)>,
    strong: Viewer,
    weak: Viewer,
    weak_leg: LegId,
    told: Vec<(Duration, u32)>,
    low_seconds: Duration,
    /// What the strong one's and the weak one's browser think their links carry.
    estimates: [Option<u32>; 2],
    /// Of a home whose own link may be too narrow for two pictures.
    uplink: Option<Uplink>,
}

impl World {
    fn new(weak: (LegId, ParticipantKind), weak_bps: u64, layers: bool) -> Self {
        let origin = origin();
        let down = Config {
            rate: Rate::BitsPerSecond(weak_bps),
            queue_bytes: 30_000,
            delay: Duration::from_millis(30),
            ..Config::default()
        };
        let mut world = Self {
            origin,
            room: room(origin),
            now: Duration::ZERO,
            main: Encoder::new(77, 1_200_000, 30),
            low: Encoder::new(88, LOW_BPS, 15),
            low_on: false,
            down: Path::new(down, 1),
            strong: Viewer::default(),
            weak: Viewer::default(),
            weak_leg: weak.0,
            told: Vec::new(),
            low_seconds: Duration::ZERO,
            estimates: [None; 2],
            uplink: None,
        };
        world.input(Input::Join(Box::new(join(HOME, ParticipantKind::Home, 2))));
        for (leg, kind) in [(SPECIALIST, ParticipantKind::Specialist), weak] {
            world.input(Input::Join(Box::new(Join { video: VideoState::None, ..join(leg, kind, 2) })));
        }
        if layers {
            world.input(Input::OffersLow { leg: HOME });
        }
        world
    }

    fn input(&mut self, input: Input) {
        self.room.handle(self.origin.instant + self.now, input).expect("input");
        while let Some(output) = self.room.poll_output() {
            match output {
                Output::Rtp(forward) if forward.leg == SPECIALIST => {
                    self.strong.receive(self.now, forward.header, &forward.payload);
                }
                Output::Rtp(forward) if forward.leg == self.weak_leg => {
                    let size = forward.payload.len() + HEADERS;
                    self.down.send(self.now, size, (forward.header, forward.payload));
                }
                Output::RequestKeyframe { leg: HOME, layer: Layer::Main, .. } => self.main.keyframe = true,
                Output::RequestKeyframe { leg: HOME, layer: Layer::Low, .. } => self.low.keyframe = true,
                Output::SetBitrate { video_bps, .. } => self.told.push((self.now, video_bps)),
                Output::State { .. } => {
                    let wanted = self.room.state(HOME).expect("state").send_low;
                    if wanted && !self.low_on {
                        (self.low.keyframe, self.low.due) = (true, self.now);
                    }
                    self.low_on = wanted;
                }
                _ => {}
            }
        }
    }

    fn run(&mut self, until: Duration) {
        while self.now < until {
            let mut sends_low = self.low_on;
            if let Some(uplink) = &mut self.uplink {
                let had_room = uplink.has_room;
                self.main.bps = uplink.step(self.told.last().map_or(1_500_000, |(_, bps)| *bps));
                if uplink.has_room && !had_room {
                    (self.low.keyframe, self.low.due) = (true, self.now);
                }
                sends_low &= uplink.has_room;
            }
            for packet in self.main.film(self.now) {
                self.input(Input::Rtp { leg: HOME, packet });
            }
            if sends_low {
                self.low_seconds += STEP;
                for packet in self.low.film(self.now) {
                    self.input(Input::LowRtp { leg: HOME, packet });
                }
            }
            while let Some((header, payload)) = self.down.poll(self.now) {
                self.weak.receive(self.now, header, &payload);
            }
            let (ms, leg) = (self.now.as_millis(), self.weak_leg);
            if ms % 200 == 100 && !self.weak.decodes && self.weak.next.is_some() {
                self.input(Input::KeyframeRequest { leg, slot: 0 });
            }
            if ms % 1000 == 500 {
                let (strong, weak) = (self.strong.loss(), self.weak.loss());
                let [of_strong, of_weak] = self.estimates;
                self.input(Input::Reception { leg: SPECIALIST, slot: 0, loss: strong, estimate_bps: of_strong });
                self.input(Input::Reception { leg, slot: 0, loss: weak, estimate_bps: of_weak });
            }
            self.input(Input::Timeout);
            self.now += STEP;
        }
    }
}

const FROM: Duration = Duration::from_secs(5);
const UNTIL: Duration = Duration::from_secs(60);

fn watched(layers: bool, weak_bps: u64) -> World {
    let mut world = World::new((OBSERVER, ParticipantKind::Observer), weak_bps, layers);
    world.run(UNTIL);
    world
}

#[test]
fn a_weak_observer_sees_a_picture_that_moves_and_the_strong_viewer_loses_nothing() {
    let (thinned, layered) = (watched(false, 300_000), watched(true, 300_000));
    for world in [&thinned, &layered] {
        let (fps, freezes, _) = world.strong.seen(FROM, UNTIL);
        assert!(fps > 29.0 && freezes == 0, "the strong one has {fps:.1} pictures a second, {freezes} freezes");
        let first = world.told.first().expect("told").1;
        assert!(world.told.iter().all(|(_, bps)| *bps >= first), "{:?}", world.told);
    }
    let ((fps, freezes, frozen), before) = (layered.weak.seen(FROM, UNTIL), thinned.weak.seen(FROM, UNTIL));
    assert!(fps >= 11.0, "{fps:.1} pictures a second, {:.1} before", before.0);
    assert!(freezes <= before.1 && frozen <= before.2 / 2, "{freezes} freezes, {frozen:?}; before {before:?}");
    assert!(thinned.room.counters().switched == 0 && thinned.low_seconds.is_zero());
    let switched = layered.room.counters().switched;
    assert!((1..=9).contains(&switched), "{switched} steps in a minute");
}

/// The table of docs/layers.md.
#[test]
#[ignore = "prints a table"]
fn table() {
    println!("| weak link | thinned: frames a second, freezes, frozen s of 55 | layered | low picture sent s |");
    println!("|---|---|---|---|");
    for kbps in [200, 300, 500, 800, 5000] {
        let [before, now] = [false, true].map(|layers| watched(layers, kbps * 1000));
        let words = |world: &World| {
            let (fps, freezes, frozen) = world.weak.seen(FROM, UNTIL);
            format!("{fps:.1}, {freezes}, {:.1}", frozen.as_secs_f64())
        };
        println!("| {kbps} kbit/s | {} | {} | {} |", words(&before), words(&now), now.low_seconds.as_secs());
    }
}

#[test]
fn nobody_weak_watches_and_no_low_picture_is_sent() {
    let world = watched(true, 5_000_000);
    assert_eq!((world.low_seconds, world.room.counters().switched), (Duration::ZERO, 0));
    assert!(world.weak.seen(FROM, UNTIL).0 > 29.0);
}

#[test]
fn a_weak_specialist_does_not_slow_a_strong_one() {
    let least = |layers: bool| {
        let mut world = World::new((COLLEAGUE, ParticipantKind::Specialist), 300_000, layers);
        world.run(UNTIL);
        let later = world.told.iter().filter(|(at, _)| *at > FROM).map(|(_, bps)| *bps).min();
        (later.unwrap_or_else(|| world.told.last().expect("told").1), world)
    };
    let (before, _) = least(false);
    assert!(before < 700_000, "as it was: {before} bit/s for both");
    let (now, world) = least(true);
    assert!(now >= 1_400_000, "{now} bit/s: {:?}", world.told);
    let (fps, ..) = world.weak.seen(FROM, UNTIL);
    assert!(fps >= 11.0, "{fps:.1} pictures a second for the weak one");
}

/// While the link of a home's box is too narrow for a low picture, a weak specialist holds the main one down; a box that sends so little cannot find out that its link is wide again.
#[test]
fn a_home_whose_link_was_narrow_for_a_while_sends_both_pictures_again() {
    let mut world = World::new((COLLEAGUE, ParticipantKind::Specialist), 300_000, true);
    world.uplink = Some(Uplink { link_bps: 3e6, believes_bps: 1.5e6, has_room: false });
    world.run(20 * SECOND);
    let before = world.low_seconds;
    assert!(before > 5 * SECOND, "the weak one has the low picture: {before:?}");
    world.uplink.as_mut().expect("a link").link_bps = 600_000.0;
    world.run(40 * SECOND);
    assert!(world.low_seconds < before + SECOND, "none is sent while there is no room");
    let narrow = world.told.last().expect("told").1;
    assert!(narrow < 700_000, "as without a low picture: {narrow}");
    world.uplink.as_mut().expect("a link").link_bps = 3e6;
    world.run(70 * SECOND);
    let between = world.low_seconds;
    world.run(110 * SECOND);
    assert!(world.low_seconds > between + 20 * SECOND, "it is sent again");
    let later = world.told.iter().filter(|(at, _)| *at > 70 * SECOND).map(|(_, bps)| *bps).min();
    let least = later.unwrap_or_else(|| world.told.last().expect("told").1);
    assert!(least >= 1_400_000, "{least} bit/s for the strong one: {:?}", world.told);
}

/// What is believed of a link while the low picture is sent may be more than the strong one's link takes: whoever was on trial then led, so that the trial was over and forgotten,
/// and the main picture came down to what their link takes each ten seconds.
#[test]
fn who_is_on_trial_does_not_lead_whatever_is_believed_of_their_link() {
    let mut world = World::new((COLLEAGUE, ParticipantKind::Specialist), 10_000_000, true);
    world.estimates = [Some(1_000_000), Some(300_000)];
    world.run(5 * SECOND);
    assert!(world.low_on, "less than half of what the strong one takes");
    world.estimates = [Some(1_000_000), Some(1_400_000)];
    world.run(13 * SECOND);
    assert!(!world.low_on, "the main one is tried");
    world.input(Input::KeyframeRequest { leg: COLLEAGUE, slot: 0 });
    world.run(14 * SECOND);
    assert!(world.low_on, "the first picture that breaks ends it");
}

/// A specialist who films, seen by a home and perhaps by a colleague; what the publisher was told and what the home got.
struct Filming {
    origin: Origin,
    room: Room,
    now: Duration,
    main: Camera,
    low: Camera,
    home: Screen,
    told: Vec<Option<u32>>,
}

impl Filming {
    fn new(colleague: bool) -> Self {
        let origin = origin();
        let (main, low) = (Camera::new(77, 65_000), Camera { frame: LOW_FRAMES, ..Camera::new(88, 300) });
        let (home, told) = (Screen::default(), Vec::new());
        let mut filming = Self { origin, room: room(origin), now: Duration::ZERO, main, low, home, told };
        filming.input(Input::Join(Box::new(join(HOME, ParticipantKind::Home, 2))));
        filming.input(Input::Join(Box::new(join(SPECIALIST, ParticipantKind::Specialist, 2))));
        if colleague {
            let join = join(COLLEAGUE, ParticipantKind::Specialist, 2);
            filming.input(Input::Join(Box::new(Join { video: VideoState::None, ..join })));
        }
        filming.input(Input::OffersLow { leg: SPECIALIST });
        filming
    }

    fn input(&mut self, input: Input) {
        self.room.handle(self.origin.instant + self.now, input).expect("input");
        while let Some(output) = self.room.poll_output() {
            match output {
                Output::Rtp(forward) if forward.leg == HOME && forward.kind == MediaKind::Video => {
                    self.home.receive(forward);
                }
                Output::RequestKeyframe { leg: SPECIALIST, layer, .. } => match layer {
                    Layer::Main => self.main.keyframe_next = true,
                    Layer::Low => self.low.keyframe_next = true,
                },
                Output::Limit { leg: SPECIALIST, video_bps } => self.told.push(video_bps),
                _ => {}
            }
        }
    }

    fn film(&mut self, time: Duration, sends_low: bool) {
        let until = self.now + time;
        while self.now < until {
            for packet in self.main.film() {
                self.input(Input::Rtp { leg: SPECIALIST, packet });
            }
            if sends_low && self.is_asked() {
                for packet in self.low.film() {
                    self.input(Input::LowRtp { leg: SPECIALIST, packet });
                }
            }
            for leg in [HOME, COLLEAGUE] {
                if self.room.legs().any(|here| here == leg) {
                    self.input(Input::Alive { leg });
                }
            }
            self.input(Input::Timeout);
            self.now += Duration::from_millis(33);
        }
    }

    /// What the home's link takes of pictures.
    fn takes(&mut self, bps: u32) {
        let takes = Takes { now_bps: bps, sustained_bps: bps, is_unused: false };
        self.input(Input::Takes { leg: HOME, takes });
    }

    fn is_asked(&self) -> bool {
        self.room.state(SPECIALIST).expect("state").send_low
    }

    fn home_is_sent_low(&self) -> bool {
        let last = self.home.packets.values().next_back().expect("a picture");
        frame_of(&last.payload) >= LOW_FRAMES
    }
}

/// Numbers of low frames begin here.
const LOW_FRAMES: u32 = 1_000_000;

#[test]
fn a_home_with_a_narrow_way_down_does_not_slow_the_picture_for_a_colleague() {
    let mut filming = Filming::new(true);
    filming.film(SECOND, true);
    filming.takes(300_000);
    filming.film(2 * SECOND, true);
    assert!(filming.is_asked() && filming.home_is_sent_low());
    assert_eq!(filming.told, [], "the specialist's own picture is not limited");
    assert!(filming.home.missing().is_empty(), "a step is no hole");
    // The colleague leaves: there is one viewer, and one picture as large as that one takes.
    filming.input(Input::Leave { leg: COLLEAGUE, reason: yunzhen_media::room::LeaveReason::HangUp });
    filming.film(2 * SECOND, true);
    assert!(!filming.is_asked() && !filming.home_is_sent_low());
    assert_eq!(filming.told.last(), Some(&Some(300_000)));
    assert!(filming.home.missing().is_empty());
}

#[test]
fn a_home_that_watches_alone_is_sent_one_picture() {
    let mut filming = Filming::new(false);
    filming.film(SECOND, true);
    filming.takes(300_000);
    filming.film(2 * SECOND, true);
    assert!(!filming.is_asked() && !filming.home_is_sent_low());
    assert_eq!(filming.told.last(), Some(&Some(300_000)));
}

#[test]
fn a_low_picture_that_does_not_come_is_as_none_and_one_that_ends_is_followed_by_the_main_one() {
    let mut filming = Filming::new(true);
    filming.film(SECOND, false);
    filming.takes(300_000);
    filming.film(2 * SECOND, false);
    assert_eq!(filming.told, [], "it is given some time");
    filming.film(4 * SECOND, false);
    assert_eq!(filming.told.last(), Some(&Some(300_000)));
    assert!(filming.is_asked() && !filming.home_is_sent_low());
    filming.film(2 * SECOND, true);
    assert!(filming.home_is_sent_low());
    assert_eq!(filming.told.last(), Some(&None));
    filming.film(3 * SECOND, false);
    assert!(!filming.home_is_sent_low());
    assert!(filming.home.missing().is_empty());
}

#[test]
fn a_low_picture_that_nobody_offered_is_dropped() {
    let mut world = World::new((OBSERVER, ParticipantKind::Observer), 300_000, false);
    for packet in world.low.film(Duration::ZERO) {
        world.input(Input::LowRtp { leg: HOME, packet });
    }
    assert_eq!((world.room.counters().forwarded, world.room.counters().out_of_window > 0), (0, true));
}

/// One step of a call: what the viewer says, which packets are lost, how the others are disturbed.
type Step = (u8, u8, u8, u8);

fn disturbed(steps: &[Step]) -> (Screen, usize) {
    let origin = origin();
    let mut room = room(origin);
    let mut main = Camera::new(77, 65_000);
    let mut low = Camera { frame: LOW_FRAMES, ..Camera::new(88, 65_530) };
    let (mut screen, mut holes) = (Screen::default(), 0);
    let mut tell = |room: &mut Room, main: &mut Camera, low: &mut Camera, now: Instant, input: Input| {
        room.handle(now, input).expect("input");
        while let Some(output) = room.poll_output() {
            match output {
                Output::Rtp(forward) if forward.leg == OBSERVER => screen.receive(forward),
                Output::RequestKeyframe { layer: Layer::Main, .. } => main.keyframe_next = true,
                Output::RequestKeyframe { layer: Layer::Low, .. } => low.keyframe_next = true,
                _ => {}
            }
        }
    };
    let joins = [(HOME, ParticipantKind::Home), (SPECIALIST, ParticipantKind::Specialist)];
    for (leg, kind) in joins.into_iter().chain([(OBSERVER, ParticipantKind::Observer)]) {
        let video = if leg == HOME { VideoState::On } else { VideoState::None };
        let join = Join { video, ..join(leg, kind, 2) };
        tell(&mut room, &mut main, &mut low, origin.instant, Input::Join(Box::new(join)));
    }
    tell(&mut room, &mut main, &mut low, origin.instant, Input::OffersLow { leg: HOME });
    for (number, &(says, lost, lost_too, order)) in (0u32..).zip(steps) {
        let now = origin.instant + Duration::from_millis(33) * number;
        let mut inputs = Vec::new();
        for mut packet in main.film() {
            packet.payload = [&packet.payload[..], &[0; 1000]].concat().into();
            inputs.push(Input::Rtp { leg: HOME, packet });
        }
        if room.state(HOME).expect("state").send_low && number.is_multiple_of(2) {
            inputs.extend(low.film().into_iter().map(|packet| Input::LowRtp { leg: HOME, packet }));
        }
        let (all, lost) = (inputs.len(), lost & lost_too);
        let kept = inputs.into_iter().zip(0u8..).filter(|(_, place)| lost & (1u8 << *place) == 0);
        let mut kept: Vec<Input> = kept.map(|(input, _)| input).collect();
        holes += all - kept.len();
        match order {
            0 => {
                holes += kept.len();
                kept.reverse();
            }
            1 => kept.extend(kept.first().cloned()),
            _ => {}
        }
        for leg in [SPECIALIST, OBSERVER] {
            kept.push(Input::Alive { leg });
        }
        let reception = |bps| Input::Reception { leg: OBSERVER, slot: 0, loss: 0.0, estimate_bps: Some(bps) };
        match says {
            0 => kept.push(reception(100_000)),
            1..=4 => kept.push(reception(2_500_000)),
            5 => kept.push(Input::KeyframeRequest { leg: OBSERVER, slot: 0 }),
            _ => {}
        }
        for input in kept {
            tell(&mut room, &mut main, &mut low, now, input);
        }
    }
    (screen, holes)
}

/// The pictures' order on the screen: each step from one to the other begins with a keyframe.
fn steps_of(screen: &Screen) -> usize {
    let mut steps = 0;
    let mut before = None;
    for forward in screen.packets.values() {
        let layer = frame_of(&forward.payload) >= LOW_FRAMES;
        if before.is_some_and(|before| before != layer) {
            assert_eq!(forward.payload[0], 0x67, "a step begins with a keyframe");
            steps += 1;
        }
        before = Some(layer);
    }
    steps
}

#[test]
fn on_a_link_without_loss_numbers_have_no_holes_through_steps_up_and_down() {
    let steps: Vec<Step> = (0..1500u32).map(|number| (if number % 450 == 60 { 0 } else { 1 }, 0, 0, 9)).collect();
    let (screen, _) = disturbed(&steps);
    assert!(screen.missing().is_empty());
    let steps = steps_of(&screen);
    assert!(steps >= 4, "{steps} steps");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// [`Screen`] checks as it goes that a number is used once and that time goes forward.
    #[test]
    fn numbers_and_times_go_on_through_every_step(
        steps in prop::collection::vec((0u8..60, any::<u8>(), any::<u8>(), 0u8..8), 300..1000),
    ) {
        let (screen, holes) = disturbed(&steps);
        steps_of(&screen);
        prop_assert!(screen.missing().len() <= holes, "no hole that a step made");
    }
}
