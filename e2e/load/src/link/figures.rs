//! What a run comes to, in figures.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yunzhen_netem::Outage;
use yunzhen_netem::cases::{Case, Flow};

use super::capacity;
use super::packet::SOUND_EVERY;
use super::receiver::Played;
use super::world::{FlowOutcome, Outcome, SAMPLE};

/// The camera, the encoder, the decoder and the screen, which no link changes.
const DEVICES: Duration = Duration::from_millis(60);
/// A picture that stands longer is frozen.
pub const FREEZE: Duration = Duration::from_millis(200);
/// A silence that is longer is heard.
const SILENCE: Duration = Duration::from_millis(60);
/// Pictures closer than this: the screen shows the later one only.
const REFRESH: Duration = Duration::from_millis(8);
/// What is older shows the past.
const FRESH: Duration = Duration::from_secs(1);
/// Seconds that stand for "not again".
const NEVER: f64 = 999.0;
/// Flows have found their shares by then.
const SETTLED: Duration = Duration::from_secs(10);

/// One program on one case with one seed; of several flows the mean.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub program: String,
    pub case: String,
    pub seed: u64,
    pub frames_per_second: f64,
    pub freezes_per_minute: f64,
    /// Share of the time that is part of a freeze.
    pub frozen_percent: f64,
    /// From capture to the screen, in milliseconds.
    pub glass_p50: f64,
    pub glass_p95: f64,
    /// Propagation alone, in milliseconds.
    pub propagation: f64,
    /// Share of the time outside full outages, in percent.
    pub sound_percent: f64,
    /// Share of the time in which no link could carry sound: that time does not count above.
    #[serde(default)]
    pub dark_percent: f64,
    /// From mouth to ear, in milliseconds; other programs' rows may have none.
    #[serde(default)]
    pub ear_p95: f64,
    pub kilobits: f64,
    /// Of what the link could carry or the program would send at most, in percent.
    pub used_percent: f64,
    pub queue_p95: f64,
    pub lost_percent: f64,
    /// After an outage, in seconds, the worst.
    pub sound_back: Option<f64>,
    pub picture_back: Option<f64>,
    /// Between flows of media (Jain).
    pub fairness: Option<f64>,
    /// What the transfer without end got, in kbit/s.
    pub transfer_kilobits: Option<f64>,
}

pub fn row(program: &str, case: &Case, seed: u64, outcome: &Outcome, most_bps: u32) -> Row {
    let flows = &outcome.flows;
    let mean = |of: &dyn Fn(&FlowOutcome) -> f64| flows.iter().map(of).sum::<f64>() / flows.len() as f64;
    let worst = |of: &dyn Fn(&FlowOutcome) -> Option<f64>| flows.iter().filter_map(of).reduce(f64::max);
    let kilobits: Vec<f64> = flows.iter().map(|flow| settled_kilobits(case, flow)).collect();
    let fairness = (kilobits.len() > 1).then(|| {
        let squares: f64 = kilobits.iter().map(|rate| rate * rate).sum();
        kilobits.iter().sum::<f64>().powi(2) / (kilobits.len() as f64 * squares)
    });
    let dark = |flow: &FlowOutcome| {
        let mut dark = capacity::dark(case, flow.flow.direction);
        // Nothing can come back after the end.
        dark.retain(|outage| outage.to + Duration::from_secs(3) < flow.flow.end);
        dark
    };
    Row {
        program: program.to_owned(),
        case: case.name.clone(),
        seed,
        frames_per_second: mean(&|flow| seen(&flow.shown).len() as f64 / on(&flow.flow)),
        freezes_per_minute: mean(&|flow| freezes(flow).len() as f64 / on(&flow.flow) * 60.0),
        frozen_percent: mean(&|flow| 100.0 * freezes(flow).iter().sum::<Duration>().as_secs_f64() / on(&flow.flow)),
        glass_p50: mean(&|flow| glass(flow, 0.5)),
        glass_p95: mean(&|flow| glass(flow, 0.95)),
        propagation: mean(&|flow| (capacity::delay(case, flow.flow.direction) + flow.flow.further).as_secs_f64() * 1e3),
        sound_percent: mean(&|flow| 100.0 * (1.0 - silence(case, flow, &dark(flow)) / on(&flow.flow))),
        dark_percent: mean(&|flow| {
            let dark = dark(flow).iter().map(|outage| outage.to - outage.from).sum::<Duration>();
            100.0 * dark.as_secs_f64() / on(&flow.flow)
        }),
        ear_p95: mean(&|flow| {
            let delays = flow.heard.iter().map(|played| played.at - played.captured + DEVICES);
            1e3 * percentile(delays.collect(), 0.95)
        }),
        kilobits: mean(&|flow| bits(flow) / on(&flow.flow) / 1e3),
        used_percent: 100.0 * used(case, outcome, most_bps),
        queue_p95: mean(&|flow| percentile(flow.waits.clone(), 0.95) * 1e3),
        lost_percent: mean(&|flow| 100.0 * (1.0 - flow.came as f64 / (flow.sent as f64).max(1.0))),
        sound_back: worst(&|flow| back(&flow.heard, &dark(flow))),
        picture_back: worst(&|flow| back(&flow.shown, &dark(flow))),
        fairness,
        transfer_kilobits: outcome.traffic.iter().find(|(long, _)| *long).map(|(_, bytes)| {
            let settled = &bytes[bytes.len().min(15)..];
            settled.iter().sum::<u64>() as f64 * 8.0 / 1e3 / settled.len().max(1) as f64
        }),
    }
}

/// Seconds in which a flow sends.
fn on(flow: &Flow) -> f64 {
    let paused = flow.pause.map_or(Duration::ZERO, |(from, to)| to - from);
    (flow.end - flow.start - paused).as_secs_f64()
}

/// What the screen shows of what was decoded.
fn seen(shown: &[Played]) -> Vec<Played> {
    let next = shown.iter().skip(1).map(|next| next.at).chain([Duration::MAX]);
    shown.iter().zip(next).filter(|(played, next)| next.saturating_sub(played.at) >= REFRESH).map(|(p, _)| *p).collect()
}

/// Between one and the next that played, without the time in which nothing was sent.
fn gaps<'a>(flow: &'a Flow, played: &'a [Played]) -> impl Iterator<Item = (Duration, Duration)> + 'a {
    played.windows(2).map(|two| (two[0].at, two[1].at)).filter(|(from, to)| !is_pause(flow, *from, *to))
}

/// Whether nothing was sent meanwhile.
fn is_pause(flow: &Flow, from: Duration, to: Duration) -> bool {
    flow.pause.is_some_and(|(begin, end)| from <= end + FREEZE && to >= begin)
}

/// How long each lasts; one that lasts to the end too.
fn freezes(flow: &FlowOutcome) -> Vec<Duration> {
    let mut shown = seen(&flow.shown);
    let (start, end) = (flow.flow.start, flow.flow.end);
    if shown.is_empty() {
        shown.push(Played { captured: start, at: start });
    }
    shown.push(Played { captured: end, at: shown.last().map_or(end, |last| last.at.max(end)) });
    gaps(&flow.flow, &shown).map(|(from, to)| to - from).filter(|gap| *gap > FREEZE).collect()
}

fn glass(flow: &FlowOutcome, share: f64) -> f64 {
    let mut delays: Vec<Duration> =
        seen(&flow.shown).iter().map(|played| played.at - played.captured + DEVICES).collect();
    if delays.is_empty() {
        // Nothing was ever shown: later than the end.
        delays.push(flow.flow.end - flow.flow.start);
    }
    percentile(delays, share) * 1e3
}

/// Seconds of silence that is heard, outages excepted: what was captured while no link carried sound would have played by the listener's clock, whose buffer may be deep.
fn silence(case: &Case, flow: &FlowOutcome, dark: &[Outage]) -> f64 {
    let mut heard = flow.heard.clone();
    heard.sort_unstable_by_key(|played| played.at);
    let way = capacity::delay(case, flow.flow.direction) + flow.flow.further;
    // The last that was to be heard, were nothing lost.
    heard.push(Played {
        captured: flow.flow.end,
        at: flow.flow.end.max(heard.last().map_or(flow.flow.end, |last| last.at)),
    });
    let excepted = |from: Duration, to: Duration, later: Duration| {
        let overlap = |outage: &Outage| (outage.to + later).min(to).saturating_sub((outage.from + later).max(from));
        dark.iter().map(overlap).sum::<Duration>()
    };
    let silences = heard.windows(2).filter_map(|two| {
        let (last, from, to) = (two[0], two[0].at + SOUND_EVERY, two[1].at);
        let is_heard = to > from + SILENCE && !is_pause(&flow.flow, last.at, to);
        is_heard.then(|| (to - from).saturating_sub(excepted(from, to, way.max(last.at.saturating_sub(last.captured)))))
    });
    silences.sum::<Duration>().as_secs_f64()
}

/// From the end of an outage to the first that plays and is not from before it, the worst.
fn back(played: &[Played], dark: &[Outage]) -> Option<f64> {
    let fresh = played.iter().filter(|played| played.at < played.captured + FRESH);
    let mut at: Vec<Duration> = fresh.map(|played| played.at).collect();
    at.sort_unstable();
    let after = |outage: &Outage| at.iter().find(|at| **at > outage.to).map(|at| (*at - outage.to).as_secs_f64());
    dark.iter().map(|outage| after(outage).unwrap_or(NEVER)).reduce(f64::max)
}

fn bits(flow: &FlowOutcome) -> f64 {
    flow.samples.iter().map(|sample| sample.bits as f64).sum()
}

/// While all flows of the case are on and have settled.
fn settled_kilobits(case: &Case, flow: &FlowOutcome) -> f64 {
    let from = case.media.iter().map(|flow| flow.start).max().unwrap_or_default() + SETTLED;
    let to = case.media.iter().map(|flow| flow.end).min().unwrap_or_default();
    let inside = flow.samples.iter().zip(1u32..).filter(|(_, number)| (from..to).contains(&(SAMPLE * *number)));
    inside.map(|(sample, _)| sample.bits as f64).sum::<f64>() / (to.saturating_sub(from)).as_secs_f64().max(1.0) / 1e3
}

/// Of everything that could have been carried in each direction that media take, what was, competitors included.
fn used(case: &Case, outcome: &Outcome, most_bps: u32) -> f64 {
    let direction = case.media[0].direction;
    let same: Vec<&FlowOutcome> = outcome.flows.iter().filter(|flow| flow.flow.direction == direction).collect();
    let (mut carried, mut capacity) = (0.0, 0.0);
    let from = SETTLED + case.media[0].start;
    for second in from.as_secs()..case.media[0].end.as_secs() {
        let (from, to) = (Duration::from_secs(second), Duration::from_secs(second + 1));
        let wanted = if outcome.traffic.is_empty() { f64::from(most_bps) * same.len() as f64 } else { f64::INFINITY };
        capacity += capacity::bits(case, direction, from, to).unwrap_or(f64::INFINITY).min(wanted);
        let samples = second as usize * 10..(second as usize + 1) * 10;
        carried += same
            .iter()
            .flat_map(|flow| flow.samples.get(samples.clone()))
            .flatten()
            .map(|s| s.bits as f64)
            .sum::<f64>();
        carried += outcome.traffic.iter().filter_map(|(_, bytes)| bytes.get(second as usize)).sum::<u64>() as f64 * 8.0;
    }
    carried / capacity
}

/// In seconds.
fn percentile(mut of: Vec<Duration>, share: f64) -> f64 {
    of.sort_unstable();
    let index = ((of.len() as f64 * share) as usize).min(of.len().saturating_sub(1));
    of.get(index).map_or(0.0, Duration::as_secs_f64)
}
