//! A box and its relay over a netem path, in virtual time: an encoder that follows the target, sound, pacer and queue as in the box, a receiver
//! that reports as the relay does, and if wanted a TCP flow through the same bottleneck.

use std::{collections::VecDeque, time::Duration};

use yunzhen_media::congestion::{Controller, Report, pacer::Pacer};
use yunzhen_netem::{Config, Loss, Outage, Path, Rate, Rng};

use super::tcp::Tcp;

/// Headers of RTP over QUIC over UDP over IP.
const HEADERS: usize = 75;
const VIDEO_PAYLOAD: usize = 1136;
/// 32 kbit/s of Opus.
const SOUND_PAYLOAD: usize = 80;
const REPORT_EVERY: Duration = Duration::from_millis(30);
const STEP: Duration = Duration::from_millis(1);

/// What a case is made of.
#[derive(Clone)]
pub struct Case {
    pub name: &'static str,
    /// From when, how fast.
    pub rates: Vec<(f64, u64)>,
    pub round_trip_ms: u64,
    /// Of the bottleneck, in milliseconds at the first rate.
    pub queue_ms: u64,
    pub loss: Loss,
    pub jitter_ms: u64,
    pub outage: Option<(f64, f64)>,
    pub reports_lost: f64,
    pub tcp: bool,
    /// One way, from the second rate on: a handover to another network.
    pub longer_ms: u64,
    pub seconds: u64,
}

impl Case {
    pub fn steady(name: &'static str, bps: u64, round_trip_ms: u64) -> Self {
        Self {
            name,
            rates: vec![(0.0, bps)],
            round_trip_ms,
            queue_ms: 600,
            loss: Loss::None,
            jitter_ms: 0,
            outage: None,
            reports_lost: 0.0,
            tcp: false,
            longer_ms: 0,
            seconds: 40,
        }
    }

    fn rate_at(&self, at: Duration) -> u64 {
        let at = at.as_secs_f64();
        self.rates.iter().rev().find(|(from, _)| *from <= at).map_or(1, |(_, bps)| *bps)
    }

    fn delay_ms(&self, at: Duration) -> u64 {
        let moved = self.rates.get(1).is_some_and(|(from, _)| at.as_secs_f64() >= *from);
        self.round_trip_ms / 2 + if moved { self.longer_ms } else { 0 }
    }

    fn up(&self, at: Duration) -> Config {
        Config {
            rate: Rate::BitsPerSecond(self.rate_at(at)),
            queue_bytes: (self.rates[0].1.max(300_000) * self.queue_ms / 8000) as usize,
            delay: Duration::from_millis(self.delay_ms(at)),
            jitter: Duration::from_millis(self.jitter_ms),
            loss: self.loss,
            outages: self.outages(),
            ..Config::default()
        }
    }

    fn down(&self) -> Config {
        let loss = if self.reports_lost > 0.0 { Loss::Random(self.reports_lost) } else { Loss::None };
        let delay = Duration::from_millis(self.round_trip_ms / 2);
        Config { delay, loss, outages: self.outages(), ..Config::default() }
    }

    fn outages(&self) -> Vec<Outage> {
        let seconds = Duration::from_secs_f64;
        self.outage.iter().map(|(from, to)| Outage { from: seconds(*from), to: seconds(*to) }).collect()
    }
}

/// What was seen every 10 ms.
#[derive(Clone, Copy)]
pub struct Sample {
    pub at: f64,
    pub target: u32,
    pub ours: u64,
    pub tcp: u64,
}

/// What came of it.
pub struct Outcome {
    pub samples: Vec<Sample>,
    /// Of each media packet, with its arrival.
    pub queued: Vec<(f64, f64)>,
    pub sound: (u64, u64),
    rates: Vec<(f64, u64)>,
    seconds: f64,
}

impl Outcome {
    /// Bits per second of media that arrived.
    pub fn bps(&self, from: f64, to: f64) -> f64 {
        self.total(from, to, |sample| sample.ours)
    }

    pub fn tcp_bps(&self, from: f64, to: f64) -> f64 {
        self.total(from, to, |sample| sample.tcp)
    }

    fn total(&self, from: f64, to: f64, of: impl Fn(&Sample) -> u64) -> f64 {
        let inside = self.samples.iter().filter(|sample| sample.at >= from && sample.at < to);
        inside.map(of).sum::<u64>() as f64 * 8.0 / (to - from)
    }

    /// Share of the capacity, which must not change within.
    pub fn used(&self, from: f64, to: f64) -> f64 {
        let rate = self.rates.iter().rev().find(|(begin, _)| *begin <= from).expect("a rate").1;
        self.bps(from, to) / rate as f64
    }

    /// Queueing delay of media in milliseconds.
    pub fn queue_ms(&self, share: f64, from: f64, to: f64) -> f64 {
        let mut inside: Vec<f64> =
            self.queued.iter().filter(|(at, _)| *at >= from && *at < to).map(|(_, queued)| *queued).collect();
        inside.sort_by(f64::total_cmp);
        inside
            .get(((inside.len() as f64 * share) as usize).min(inside.len().saturating_sub(1)))
            .copied()
            .unwrap_or(f64::NAN)
    }

    /// Seconds after `from` until the queue is below `ms` and stays there for half a second.
    pub fn drained_after(&self, from: f64, ms: f64) -> f64 {
        let mut since = None;
        for (at, queued) in self.queued.iter().filter(|(at, _)| *at >= from) {
            if *queued > ms {
                since = None;
            } else if at - *since.get_or_insert(*at) > 0.5 {
                break;
            }
        }
        since.unwrap_or(self.seconds) - from
    }

    /// Seconds after `from` until so much arrives, over 200 ms.
    pub fn reaches_after(&self, from: f64, bps: f64) -> f64 {
        let mut at = from;
        while at < self.seconds && self.bps(at, at + 0.2) < bps {
            at += 0.05;
        }
        at - from
    }

    pub fn sound_lost(&self) -> f64 {
        1.0 - self.sound.1 as f64 / self.sound.0 as f64
    }

    pub fn target_at(&self, at: f64) -> u32 {
        self.samples.iter().find(|sample| sample.at >= at).expect("within the case").target
    }
}

#[derive(Clone, Copy)]
enum Packet {
    Media { number: u64, sent: Duration, bytes: usize, sound: bool },
    Tcp { number: u64, bytes: usize },
}

/// Pictures of varying size near the target; skips while what it made before still waits.
struct Encoder {
    rng: Rng,
    due: Duration,
    noise: f64,
}

impl Encoder {
    fn frame(&mut self, now: Duration, target: u32, waiting_ms: f64) -> Option<usize> {
        if now < self.due {
            return None;
        }
        let fps = if target > 350_000 { 30.0 } else { 15.0 };
        let sound = 50.0 * (SOUND_PAYLOAD + HEADERS) as f64 * 8.0;
        let video = (f64::from(target) - sound).max(20_000.0) * VIDEO_PAYLOAD as f64 / (VIDEO_PAYLOAD + HEADERS) as f64;
        let fps = if video < 60_000.0 { 5.0 } else { fps };
        self.due = now + Duration::from_secs_f64(1.0 / fps);
        if waiting_ms > 75.0 {
            return None;
        }
        self.noise = 0.8 * self.noise + 0.2 * (self.rng.unit() * 3.0 - 0.5);
        Some((video / fps / 8.0 * self.noise.clamp(0.4, 2.0)) as usize)
    }
}

/// Runs a case with one seed.
pub fn run(case: &Case, seed: u64, controller: &mut dyn Controller) -> Outcome {
    let mut up: Path<Packet> = Path::new(case.up(Duration::ZERO), seed);
    let mut down: Path<Vec<Report>> = Path::new(case.down(), seed + 1);
    let mut encoder = Encoder { rng: Rng::new(seed + 2), due: Duration::ZERO, noise: 1.0 };
    let mut tcp = case.tcp.then(|| Tcp::new(Duration::from_millis(case.round_trip_ms / 2)));
    let (mut pacer, mut waiting) = (Pacer::default(), VecDeque::<usize>::new());
    let (mut number, mut sound_due, mut report_due, mut sample_due) = (0, Duration::ZERO, REPORT_EVERY, Duration::ZERO);
    let mut arrived: VecDeque<Option<Duration>> = VecDeque::new();
    let (mut arrived_first, mut told_to) = (0u64, [0u64; 3]);
    let end = Duration::from_secs(case.seconds);
    let mut outcome = Outcome {
        samples: Vec::new(),
        queued: Vec::new(),
        sound: (0, 0),
        rates: case.rates.clone(),
        seconds: case.seconds as f64,
    };
    let (mut rate, mut ours, mut others) = (case.rate_at(Duration::ZERO), 0, 0);
    let mut now = Duration::ZERO;
    // The far end's clock began at another time.
    let far = Duration::from_secs(1000);
    while now < end {
        if case.rate_at(now) != rate {
            rate = case.rate_at(now);
            let queue_bytes = case.up(Duration::ZERO).queue_bytes;
            up.reconfigure(Config { queue_bytes, ..case.up(now) });
        }
        while let Some(reports) = down.poll(now) {
            controller.feedback(now, &reports);
        }
        controller.poll(now);
        let pace = controller.pacing_bps();
        let mut send = |controller: &mut dyn Controller, pacer: &mut Pacer, bytes: usize, sound: bool| {
            controller.sent(now, number, bytes);
            pacer.sent(now, bytes, pace);
            up.send(now, bytes, Packet::Media { number, sent: now, bytes, sound });
            number += 1;
        };
        if now >= sound_due {
            sound_due += Duration::from_millis(20);
            outcome.sound.0 += 1;
            send(controller, &mut pacer, SOUND_PAYLOAD + HEADERS, true);
        }
        let waiting_ms = |waiting: &VecDeque<usize>| waiting.iter().sum::<usize>() as f64 * 8000.0 / f64::from(pace);
        if let Some(mut frame) = encoder.frame(now, controller.target_bps(), waiting_ms(&waiting)) {
            while frame > 0 {
                waiting.push_back(frame.min(VIDEO_PAYLOAD) + HEADERS);
                frame -= frame.min(VIDEO_PAYLOAD);
            }
        }
        while let Some(bytes) =
            waiting.front().copied().filter(|bytes| now >= pacer.ready_at() && controller.room_bytes() >= *bytes)
        {
            send(controller, &mut pacer, bytes, false);
            waiting.pop_front();
        }
        if let Some(tcp) = &mut tcp {
            tcp.drive(now, |number, bytes| up.send(now, bytes, Packet::Tcp { number, bytes }));
        }
        while let Some(packet) = up.poll(now) {
            match packet {
                Packet::Media { number, sent, bytes, sound } => {
                    ours += bytes as u64;
                    outcome.sound.1 += u64::from(sound);
                    let own = bytes as f64 * 8000.0 / rate as f64 + case.delay_ms(now) as f64;
                    let queue_ms = ((now - sent).as_secs_f64() * 1000.0 - own).max(0.0);
                    outcome.queued.push((now.as_secs_f64(), queue_ms));
                    let place = (number - arrived_first) as usize;
                    if arrived.len() <= place {
                        arrived.resize(place + 1, None);
                    }
                    arrived[place] = Some(now + far);
                }
                Packet::Tcp { number, bytes } => {
                    others += bytes as u64;
                    if let Some(tcp) = &mut tcp {
                        tcp.arrived(now, number);
                    }
                }
            }
        }
        if now >= report_due {
            report_due = now + REPORT_EVERY;
            // Each report repeats the two before it.
            while arrived_first < told_to[2] {
                arrived.pop_front();
                arrived_first += 1;
            }
            told_to = [arrived_first + arrived.len() as u64, told_to[0], told_to[1]];
            let report = |(at, arrived): (usize, &Option<Duration>)| Report {
                number: arrived_first + at as u64,
                arrived: *arrived,
                ce: false,
            };
            let reports: Vec<Report> = arrived.iter().enumerate().map(report).collect();
            if !reports.is_empty() {
                down.send(now, 60 + 2 * reports.len(), reports);
            }
        }
        if now >= sample_due {
            sample_due += Duration::from_millis(10);
            outcome.samples.push(Sample {
                at: now.as_secs_f64(),
                target: controller.target_bps(),
                ours: std::mem::take(&mut ours),
                tcp: std::mem::take(&mut others),
            });
        }
        now += STEP;
    }
    outcome
}
