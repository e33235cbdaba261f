//! The controller of draft-ietf-rmcat-gcc-02 with the trendline filter that succeeded its Kalman filter, written from the descriptions: the reference
//! that the box's controller is compared with. It is no part of the product.

use std::{collections::VecDeque, time::Duration};

use yunzhen_media::congestion::{
    Controller, Limits, Report,
    history::{Arrival, History},
    path::Goodput,
};

const BURST: f64 = 0.005;
const TREND_WINDOW: usize = 20;

#[derive(Clone, Copy, PartialEq)]
enum Signal {
    Normal,
    Over,
    Under,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Increase,
    Hold,
    Decrease,
}

#[derive(Clone, Copy)]
struct Group {
    sent: f64,
    last_sent: f64,
    arrived: f64,
}

pub struct Gcc {
    limits: Limits,
    history: History,
    goodput: Goodput,
    group: Option<Group>,
    previous: Option<Group>,
    groups: usize,
    accumulated: f64,
    smoothed: f64,
    points: VecDeque<(f64, f64)>,
    threshold: f64,
    threshold_at: f64,
    over_since: Option<f64>,
    over_groups: u32,
    last_trend: f64,
    state: State,
    delay_rate: f64,
    loss_rate: f64,
    converged: Option<f64>,
    round_trip: f64,
    updated: f64,
    decreased: f64,
    counted: (usize, usize),
}

impl Gcc {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            history: History::default(),
            goodput: Goodput::default(),
            group: None,
            previous: None,
            groups: 0,
            accumulated: 0.0,
            smoothed: 0.0,
            points: VecDeque::new(),
            threshold: 12.5,
            threshold_at: 0.0,
            over_since: None,
            over_groups: 0,
            last_trend: 0.0,
            state: State::Increase,
            delay_rate: f64::from(limits.start_bps),
            loss_rate: f64::from(limits.max_bps),
            converged: None,
            round_trip: 0.2,
            updated: 0.0,
            decreased: -1.0,
            counted: (0, 0),
        }
    }

    /// Groups packets by when they left; a finished group gives a point of the trend.
    fn arrival(&mut self, arrival: &Arrival) -> Option<Signal> {
        let (sent, arrived) = (arrival.sent.as_secs_f64(), arrival.arrived.as_secs_f64());
        match &mut self.group {
            Some(group) if sent - group.sent <= BURST => {
                group.last_sent = sent;
                group.arrived = group.arrived.max(arrived);
                None
            }
            _ => {
                let finished = self.group.replace(Group { sent, last_sent: sent, arrived })?;
                let before = self.previous.replace(finished)?;
                let variation = (finished.arrived - before.arrived) - (finished.last_sent - before.last_sent);
                Some(self.trend(finished.arrived, variation * 1000.0, (finished.last_sent - before.last_sent) * 1000.0))
            }
        }
    }

    fn trend(&mut self, at: f64, variation_ms: f64, sent_ms: f64) -> Signal {
        self.groups += 1;
        self.accumulated += variation_ms;
        self.smoothed = 0.9 * self.smoothed + 0.1 * self.accumulated;
        self.points.push_back((at * 1000.0, self.smoothed));
        if self.points.len() > TREND_WINDOW {
            self.points.pop_front();
        }
        let trend = if self.points.len() == TREND_WINDOW { slope(&self.points) } else { self.last_trend };
        let modified = trend * self.groups.min(60) as f64 * 4.0;
        let signal = if modified > self.threshold {
            let since = *self.over_since.get_or_insert(at - sent_ms / 2000.0);
            self.over_groups += 1;
            if at - since > 0.01 && self.over_groups > 1 && trend >= self.last_trend {
                Signal::Over
            } else {
                Signal::Normal
            }
        } else {
            self.over_since = None;
            self.over_groups = 0;
            if modified < -self.threshold { Signal::Under } else { Signal::Normal }
        };
        self.last_trend = trend;
        if (modified.abs() - self.threshold) < 15.0 {
            let gain = if modified.abs() < self.threshold { 0.039 } else { 0.0087 };
            let step = ((at - self.threshold_at) * 1000.0).min(100.0);
            self.threshold = (self.threshold + gain * (modified.abs() - self.threshold) * step).clamp(6.0, 600.0);
        }
        self.threshold_at = at;
        signal
    }

    fn control(&mut self, now: f64, signal: Signal) {
        self.state = match (signal, self.state) {
            (Signal::Over, _) => State::Decrease,
            (Signal::Under, _) | (Signal::Normal, State::Decrease) => State::Hold,
            (Signal::Normal, _) => State::Increase,
        };
        let step = (now - self.updated).clamp(0.0, 1.0);
        self.updated = now;
        let arriving = self.goodput.bps();
        match self.state {
            State::Hold => {}
            State::Increase => {
                if self.converged.is_some_and(|mean| arriving > 1.25 * mean) {
                    self.converged = None;
                }
                if self.converged.is_some() {
                    let response = self.round_trip + 0.1;
                    self.delay_rate += (0.5 * (step / response).min(1.0) * 9600.0).max(1000.0 * step);
                } else {
                    self.delay_rate *= 1.08f64.powf(step);
                }
                if now > 1.0 {
                    self.delay_rate = self.delay_rate.min(1.5 * arriving + 10_000.0);
                }
                self.delay_rate = self.delay_rate.clamp(f64::from(self.limits.min_bps), f64::from(self.limits.max_bps));
            }
            State::Decrease => {
                // Once per response time.
                if now - self.decreased > self.round_trip + 0.1 {
                    self.decreased = now;
                    self.delay_rate = self.delay_rate.min(0.85 * arriving);
                    self.converged = Some(self.converged.map_or(arriving, |mean| 0.95 * mean + 0.05 * arriving));
                }
                self.state = State::Hold;
            }
        }
    }

    fn rate(&self) -> f64 {
        self.delay_rate.min(self.loss_rate).clamp(f64::from(self.limits.min_bps), f64::from(self.limits.max_bps))
    }
}

fn slope(points: &VecDeque<(f64, f64)>) -> f64 {
    let count = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0 / count, sum.1 + point.1 / count));
    let over: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let under: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    if under == 0.0 { 0.0 } else { over / under }
}

impl Controller for Gcc {
    fn sent(&mut self, now: Duration, number: u64, bytes: usize) {
        self.history.sent(now, number, bytes);
    }

    fn feedback(&mut self, at: Duration, reports: &[Report]) {
        let now = at.as_secs_f64();
        let mut arrivals = Vec::new();
        let lost = self.history.settle(reports, &mut arrivals);
        let Some(last) = arrivals.last() else { return };
        self.round_trip += (now - last.sent.as_secs_f64() - self.round_trip) / 8.0;
        let mut signal = Signal::Normal;
        for arrival in &arrivals {
            self.goodput.arrived(arrival);
            match self.arrival(arrival) {
                Some(Signal::Over) => signal = Signal::Over,
                Some(Signal::Under) if signal == Signal::Normal => signal = Signal::Under,
                _ => {}
            }
        }
        self.control(now, signal);
        self.counted = (self.counted.0 + arrivals.len(), self.counted.1 + lost);
        let all = self.counted.0 + self.counted.1;
        if all >= 60 {
            let share = self.counted.1 as f64 / all as f64;
            self.counted = (0, 0);
            if share > 0.1 {
                self.loss_rate = self.rate() * (1.0 - 0.5 * share);
            } else if share < 0.02 {
                self.loss_rate = (1.05 * self.loss_rate).min(f64::from(self.limits.max_bps));
            }
            self.loss_rate = self.loss_rate.max(f64::from(self.limits.min_bps));
        }
    }

    fn new_path(&mut self) {}

    fn poll(&mut self, _now: Duration) {}

    fn target_bps(&self) -> u32 {
        self.rate() as u32
    }

    fn sustained_bps(&self) -> u32 {
        self.rate() as u32
    }

    fn pacing_bps(&self) -> u32 {
        (1.3 * self.rate()) as u32
    }

    fn window_bytes(&self) -> usize {
        usize::MAX
    }

    fn room_bytes(&self) -> usize {
        usize::MAX
    }
}
