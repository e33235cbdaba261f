//! A specialist's picture to a box whose way down is narrow, in virtual time: the browser's encoder, the room, the relay's way to the box, a netem path, the box's
//! reports, and the word back to the browser.

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::{HOME, OBSERVER, SPECIALIST, join, origin, payload, room};
use yunzhen_media::MediaKind;
use yunzhen_media::congestion::{BOX_REPORT_INTERVAL, arrivals::Arrivals};
use yunzhen_media::downlink::Downlink;
use yunzhen_media::room::{Input, Origin, Output, Room};
use yunzhen_netem::{Config, Path, Rate, Rng};
use yunzhen_protocol::room::{ParticipantKind, Pictures};
use yunzhen_protocol::rtcp::RtcpPacket;
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket, RtpView};

const HEADERS: usize = 58;
const STEP: Duration = Duration::from_millis(1);
/// A browser follows a new rate within this.
const FOLLOWS: Duration = Duration::from_millis(150);

/// A browser's camera and microphone.
struct Browser {
    rng: Rng,
    bps: u32,
    told: Vec<(Duration, Option<u32>)>,
    frame_due: Duration,
    sound_due: Duration,
    keyframe: bool,
    send: Pictures,
    numbers: [u16; 2],
    timestamp: u32,
}

impl Browser {
    fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            bps: 1_500_000,
            told: Vec::new(),
            frame_due: Duration::ZERO,
            sound_due: Duration::ZERO,
            keyframe: true,
            send: Pictures::Full,
            numbers: [60_000, 100],
            timestamp: 0,
        }
    }

    fn packet(&mut self, kind: MediaKind, marker: bool, payload: Bytes) -> RtpPacket {
        let (place, payload_type, ssrc) = match kind {
            MediaKind::Video => (0, 102, 7),
            MediaKind::Audio => (1, 111, 8),
        };
        let sequence = self.numbers[place];
        self.numbers[place] = sequence.wrapping_add(1);
        RtpPacket { header: RtpHeader { marker, payload_type, sequence, timestamp: self.timestamp, ssrc }, payload }
    }

    fn film(&mut self, now: Duration) -> Vec<RtpPacket> {
        let mut packets = Vec::new();
        if let Some((_, bps)) = self.told.iter().rev().find(|(at, _)| *at + FOLLOWS <= now) {
            self.bps = bps.unwrap_or(1_500_000).min(1_500_000);
        }
        if now >= self.sound_due {
            self.sound_due = now + Duration::from_millis(20);
            packets.push(self.packet(MediaKind::Audio, false, Bytes::from_static(&[0; 80])));
        }
        let fps = match self.send {
            Pictures::Paused => return packets,
            Pictures::Small => 8.0,
            Pictures::Reduced => 15.0,
            Pictures::Full => 30.0,
        };
        if now >= self.frame_due {
            self.frame_due = now + Duration::from_secs_f64(1.0 / fps);
            self.timestamp += (90_000.0 / fps) as u32;
            let keyframe = std::mem::take(&mut self.keyframe);
            let noise = 0.6 + 0.8 * self.rng.unit();
            let size = f64::from(self.bps) / fps / 8.0 * noise * if keyframe { 4.0 } else { 1.0 };
            let count = (size / 1100.0).ceil().max(1.0) as u32;
            for index in 0..count {
                let mut content = payload(keyframe, index == 0, self.timestamp).to_vec();
                content.resize(((size / f64::from(count)) as usize).max(5), 0);
                packets.push(self.packet(MediaKind::Video, index + 1 == count, content.into()));
            }
        }
        packets
    }
}

/// What came of a case.
#[derive(Default)]
struct Outcome {
    sound: (u64, u64),
    /// Of each packet on the link: when, how long it waited there, milliseconds.
    queued: Vec<(f64, f64)>,
    /// Bytes of pictures that arrived, in each second.
    picture: Vec<u64>,
    keyframes_asked: Vec<Duration>,
    steps: Vec<(Duration, Pictures)>,
    /// Pictures that the strong viewer got.
    observed: u64,
    told: Vec<(Duration, Option<u32>)>,
    /// Bytes of the box's reports on the wire.
    reported: usize,
}

impl Outcome {
    fn queue_ms(&self, share: f64, from: f64) -> f64 {
        let mut inside: Vec<f64> = self.queued.iter().filter(|(at, _)| *at >= from).map(|(_, ms)| *ms).collect();
        inside.sort_by(f64::total_cmp);
        inside[(inside.len() as f64 * share) as usize]
    }

    fn sound_share(&self) -> f64 {
        self.sound.1 as f64 / self.sound.0 as f64
    }
}

struct World {
    origin: Origin,
    room: Room,
    downlink: Downlink,
    browser: Browser,
    outcome: Outcome,
}

impl World {
    fn new(seed: u64, observer: bool) -> Self {
        let origin = origin();
        let mut room = room(origin);
        let home =
            yunzhen_media::Join { receive: yunzhen_media::PayloadTypes::BOX, ..join(HOME, ParticipantKind::Home, 2) };
        room.handle(origin.instant, Input::Join(Box::new(home))).expect("joins");
        let specialist = join(SPECIALIST, ParticipantKind::Specialist, 2);
        room.handle(origin.instant, Input::Join(Box::new(specialist))).expect("joins");
        if observer {
            let mut join = join(OBSERVER, ParticipantKind::Observer, 2);
            (join.audio, join.video) = Default::default();
            room.handle(origin.instant, Input::Join(Box::new(join))).expect("joins");
        }
        let (downlink, browser) = (Downlink::new(Duration::ZERO), Browser::new(seed));
        Self { origin, room, downlink, browser, outcome: Outcome::default() }
    }

    fn input(&mut self, now: Duration, input: Input) {
        self.room.handle(self.origin.instant + now, input).expect("input");
        while let Some(output) = self.room.poll_output() {
            match output {
                Output::Rtp(forward) if forward.leg == HOME => {
                    let packet = RtpPacket { header: forward.header, payload: forward.payload };
                    assert!(self.downlink.push(now, forward.slot, forward.kind, packet.to_bytes()));
                }
                Output::Rtp(forward) => self.outcome.observed += u64::from(forward.kind == MediaKind::Video),
                Output::RequestKeyframe { leg: SPECIALIST, .. } => {
                    self.outcome.keyframes_asked.push(now);
                    self.browser.keyframe = true;
                }
                Output::Limit { leg: SPECIALIST, video_bps } => {
                    self.browser.told.push((now, video_bps));
                    self.outcome.told.push((now, video_bps));
                }
                Output::State { .. } => {
                    let send = self.room.state(SPECIALIST).and_then(|state| state.send).unwrap_or(Pictures::Full);
                    // What begins again begins with a keyframe.
                    self.browser.keyframe |= self.browser.send == Pictures::Paused && send != Pictures::Paused;
                    self.browser.send = send;
                    let home = self.room.participants().into_iter().find(|one| one.kind == ParticipantKind::Home);
                    let step = home.and_then(|home| home.pictures).unwrap_or(Pictures::Full);
                    if self.outcome.steps.last().is_none_or(|(_, last)| *last != step) {
                        self.outcome.steps.push((now, step));
                    }
                }
                _ => {}
            }
        }
    }
}

fn run(rates: &[(u64, u64)], round_trip_ms: u64, seconds: u64, seed: u64, observer: bool) -> Outcome {
    run_beside(rates, round_trip_ms, seconds, seed, observer, None)
}

/// `way_up`: what the box's way up takes, where that is known; then one report of ten is lost on it.
fn run_beside(
    rates: &[(u64, u64)],
    round_trip_ms: u64,
    seconds: u64,
    seed: u64,
    observer: bool,
    way_up: Option<u32>,
) -> Outcome {
    let config = |bps: u64| Config {
        rate: Rate::BitsPerSecond(bps),
        queue_bytes: 200_000,
        delay: Duration::from_millis(round_trip_ms / 2),
        ..Config::default()
    };
    let mut world = World::new(seed, observer);
    let mut down: Path<(Duration, u8, MediaKind, Bytes)> = Path::new(config(rates[0].1), seed);
    let mut up: Path<RtcpPacket> =
        Path::new(Config { delay: Duration::from_millis(round_trip_ms / 2), ..Config::default() }, seed + 1);
    let mut arrivals = Arrivals::every(BOX_REPORT_INTERVAL);
    arrivals.way_back(way_up);
    let mut reports = 0u32;
    let far = Duration::from_secs(1000);
    let (mut now, mut rate) = (Duration::ZERO, rates[0].1);
    let mut seen = std::collections::HashSet::new();
    while now < Duration::from_secs(seconds) {
        let next = rates.iter().rev().find(|(from, _)| Duration::from_secs(*from) <= now).expect("a rate").1;
        if next != rate {
            rate = next;
            down.reconfigure(config(rate));
        }
        for packet in world.browser.film(now) {
            world.outcome.sound.0 += u64::from(packet.header.payload_type == 111);
            world.input(now, Input::Rtp { leg: SPECIALIST, packet });
        }
        world.input(now, Input::Timeout);
        while let Some(report) = up.poll(now) {
            let RtcpPacket::Arrivals { streams, timestamp, .. } = report else { unreachable!() };
            let round_trip = Duration::from_millis(round_trip_ms);
            let missed = world.downlink.arrived(now, &streams, timestamp, round_trip).expect("true");
            for lost in missed {
                let (slot, kind) = world.room.track_of(HOME, lost.ssrc).expect("a track");
                world.input(now, Input::Nack { leg: HOME, slot, kind, sequences: vec![lost.sequence] });
            }
        }
        if now.as_millis().is_multiple_of(1000) {
            // The box's word that it is there, and the page's.
            let here: Vec<_> = world.room.legs().collect();
            here.into_iter().for_each(|leg| world.input(now, Input::Alive { leg }));
        }
        if now.as_millis().is_multiple_of(20) {
            if let Some(takes) = world.downlink.poll(now) {
                world.input(now, Input::Takes { leg: HOME, takes });
            }
            let wanted = world.downlink.take_keyframes();
            for slot in (0..8u8).filter(|slot| wanted & (1u32 << slot) != 0) {
                world.input(now, Input::KeyframeRequest { leg: HOME, slot });
            }
        }
        while let Some(leaving) = world.downlink.pop(now, 0) {
            let bytes = leaving.packet.len() + 1;
            world.downlink.sent(now, &leaving, bytes);
            down.send(now, bytes + HEADERS, (now, leaving.slot, leaving.kind, leaving.packet));
        }
        while let Some((sent, slot, kind, packet)) = down.poll(now) {
            let view = RtpView::parse(&packet).expect("RTP");
            let own = (packet.len() + 1 + HEADERS) as f64 * 8000.0 / rate as f64 + round_trip_ms as f64 / 2.0;
            let queued = ((now - sent).as_secs_f64() * 1000.0 - own).max(0.0);
            world.outcome.queued.push((now.as_secs_f64(), queued));
            arrivals.slot_arrived(now + far, slot, kind, view.header());
            if !seen.insert((view.header().ssrc, view.header().sequence, view.header().timestamp)) {
                continue;
            }
            match kind {
                MediaKind::Audio => world.outcome.sound.1 += 1,
                MediaKind::Video => {
                    let second = now.as_secs() as usize;
                    world.outcome.picture.resize(world.outcome.picture.len().max(second + 1), 0);
                    world.outcome.picture[second] += packet.len() as u64;
                }
            }
        }
        if let Some(report) = arrivals.report(now + far) {
            let bytes = HEADERS + 1 + yunzhen_protocol::rtcp::encode(std::slice::from_ref(&report)).len();
            world.outcome.reported += bytes;
            reports += 1;
            if way_up.is_none() || !reports.is_multiple_of(10) {
                up.send(now, bytes, report);
            }
        }
        now += STEP;
    }
    world.outcome
}

#[test]
fn on_300_kbit_s_sound_is_whole_the_queue_is_short_and_there_is_a_picture() {
    for seed in [1, 2, 3] {
        let outcome = run(&[(0, 300_000)], 100, 40, seed, false);
        assert!(outcome.sound_share() >= 0.995, "seed {seed}: {:.4}", outcome.sound_share());
        let queue = outcome.queue_ms(0.95, 3.0);
        assert!(queue <= 100.0, "seed {seed}: {queue:.0} ms");
        let picture = outcome.picture[20..39].iter().sum::<u64>() as f64 * 8.0 / 19.0;
        assert!(picture > 110_000.0, "seed {seed}: {picture:.0} bit/s of picture");
        let asked = outcome.keyframes_asked.iter().filter(|at| at.as_secs() >= 10).count();
        assert!(asked <= 6, "seed {seed}: {asked} keyframes in half a minute");
    }
}

/// They took an eighth of an uplink of 150 kbit/s.
#[test]
fn reports_take_less_of_a_narrow_way_up_and_the_way_down_is_followed_all_the_same() {
    for seed in [1, 2, 3] {
        let often = run(&[(0, 300_000)], 100, 40, seed, false);
        let rare = run_beside(&[(0, 300_000)], 100, 40, seed, false, Some(150_000));
        let bps = |outcome: &Outcome| outcome.reported * 8 / 40;
        assert!(bps(&rare) < 11_000 && bps(&rare) * 4 < bps(&often) * 3, "{} of {}", bps(&rare), bps(&often));
        assert!(rare.sound_share() >= 0.995, "seed {seed}: {:.4}", rare.sound_share());
        let queue = rare.queue_ms(0.95, 3.0);
        assert!(queue <= 150.0, "seed {seed}: {queue:.0} ms");
        let picture = rare.picture[20..39].iter().sum::<u64>() as f64 * 8.0 / 19.0;
        assert!(picture > 90_000.0, "seed {seed}: {picture:.0} bit/s of picture");
    }
    let outcome = run_beside(&[(0, 3_000_000), (15, 300_000), (35, 3_000_000)], 80, 60, 1, false, Some(150_000));
    assert!(outcome.sound_share() >= 0.995, "{:.4}", outcome.sound_share());
    let smallest = outcome.steps.iter().map(|(_, step)| *step).min();
    assert!(smallest < Some(Pictures::Full), "{:?}", outcome.steps);
    assert_eq!(outcome.steps.last().map(|(_, step)| *step), Some(Pictures::Full), "{:?}", outcome.steps);
}

#[test]
fn a_link_that_gets_narrow_is_followed_and_comes_back() {
    let outcome = run(&[(0, 3_000_000), (15, 300_000), (35, 3_000_000)], 80, 60, 1, false);
    assert!(outcome.sound_share() >= 0.995, "{:.4}", outcome.sound_share());
    let smallest = outcome.steps.iter().map(|(_, step)| *step).min();
    assert!(smallest < Some(Pictures::Full) && smallest > Some(Pictures::Paused), "{:?}", outcome.steps);
    assert_eq!(outcome.steps.last().map(|(_, step)| *step), Some(Pictures::Full), "{:?}", outcome.steps);
    let last = outcome.picture[55..59].iter().sum::<u64>() * 2;
    assert!(last > 900_000, "{last} bit/s of picture at the end");
}

#[test]
fn below_120_kbit_s_the_picture_pauses_and_sound_goes_on() {
    let outcome = run(&[(0, 1_000_000), (10, 100_000), (70, 1_000_000)], 100, 130, 1, false);
    assert!(outcome.sound_share() >= 0.995, "{:.4}", outcome.sound_share());
    let paused = outcome.steps.iter().find(|(_, step)| *step == Pictures::Paused).expect("paused");
    assert!(paused.0 < Duration::from_secs(18), "{:?}", outcome.steps);
    assert_eq!(outcome.steps.last().map(|(_, step)| *step), Some(Pictures::Full), "{:?}", outcome.steps);
}

/// Those who also watch go on seeing what the home's link does not take.
#[test]
fn a_home_whose_pictures_are_paused_does_not_stop_the_picture_for_the_others() {
    let outcome = run(&[(0, 100_000)], 100, 20, 1, true);
    assert!(outcome.sound_share() >= 0.995, "{:.4}", outcome.sound_share());
    assert!(outcome.steps.iter().any(|(_, step)| *step == Pictures::Paused), "{:?}", outcome.steps);
    assert!(outcome.observed > 500, "{}", outcome.observed);
    let told = outcome.told.iter().filter(|(at, _)| at.as_secs() > 2).count();
    assert!(told < 18 * 5, "{told} times told in 18 s");
}

/// The table of docs/congestion-control.md.
#[test]
#[ignore = "prints a table"]
fn table() {
    println!("| link down | sound % | queue p50 / p95 ms | picture kbit/s | keyframes a minute | steps |");
    println!("|---|---|---|---|---|---|");
    for (name, bps, round_trip) in [
        ("100 kbit/s", 100_000, 100),
        ("150 kbit/s", 150_000, 100),
        ("200 kbit/s", 200_000, 100),
        ("300 kbit/s", 300_000, 100),
        ("300 kbit/s, round trip 250 ms", 300_000, 250),
        ("600 kbit/s", 600_000, 100),
        ("1 Mbit/s", 1_000_000, 100),
        ("2.5 Mbit/s", 2_500_000, 60),
    ] {
        let outcome = run(&[(0, bps)], round_trip, 60, 1, false);
        let picture = outcome.picture.iter().skip(10).sum::<u64>() as f64 * 8.0 / 50_000.0;
        let steps: Vec<String> = outcome.steps.iter().map(|(at, step)| format!("{step:?} {}", at.as_secs())).collect();
        println!(
            "| {name} | {:.2} | {:.0} / {:.0} | {picture:.0} | {} | {} |",
            100.0 * outcome.sound_share(),
            outcome.queue_ms(0.5, 3.0),
            outcome.queue_ms(0.95, 3.0),
            outcome.keyframes_asked.len(),
            steps.join(", "),
        );
    }
}
