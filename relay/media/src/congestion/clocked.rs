//! A self-clocked, delay-based controller: the window of SCReAM (RFC 8298), the bounded ramp of NADA (RFC 8698), the competing mode of Copa.
//!
//! ```text
//!            queue stands or leaps up
//!   Open ──────────────────────────────▶ Drain ── queue does not fall: a longer path ──▶ Open
//!    ▲ ▲            queue is empty         │
//!    │ └───────────────────────────────────┘
//!    └── queue was empty, or never moved ── Competing ◀── queue stands, and lately it was not a longer path ── Open
//!   any ── nothing is reported ──▶ Outage ── a report ──▶ Drain
//! ```
//!
//! * **Open**: the rate grows. Far from where the path was last full, by as much as fills the queue by [`RAMP_QUEUE`] before a report could
//!   tell; near it, slowly. An encoder that does not use its rate is not given more.
//! * **Drain**: the rate is what the full queue empties at, less what empties it within [`DRAIN`]. The bottleneck's rate is measured meanwhile and is
//!   where Open begins, so a rate that falls or rises tenfold is met in one step. It is the same after an outage: what waited in it comes out at the new rate.
//!   A queue that does not fall however little is sent is taken for a longer path (a handover). If it falls below that later, it was
//!   somebody else's.
//! * **Competing**: somebody else fills the queue whatever we do (TCP). Delay says nothing then; the rate behaves as TCP's would.
//! * **Outage**: nothing but a probe now and then; the former rate is remembered.
//!
//! What is given out as the target is the share of the rate that falls of late leave ([`Unsteady`]); window and pacing go by the rate itself.
//!
//! The window (what may be under way) holds all that the target sends in a round trip and a report's interval: when a link stops, so does the
//! sender, before it has heard of it.

use std::time::Duration;

use super::{
    Controller, Limits, Report,
    history::{Arrival, History},
    losses::{Losses, Verdict},
    path::{BusyRate, Goodput, QueueDelay},
    unsteady::Unsteady,
};

/// A full packet.
const PACKET_BITS: f64 = 1250.0 * 8.0;
/// The largest packet that left counts for this long: it takes its own time on the link, which is no queue.
const LARGEST_FOR: f64 = 1.0;
/// Standing queue that ends growth.
const STANDING: f64 = 0.02;
/// Queue of one packet that ends it at once.
const LEAP: f64 = 0.035;
/// Time in which a queue is to be empty.
const DRAIN: f64 = 0.35;
/// A queue that stands for so much longer than our own would is somebody else's.
const PATIENCE: f64 = 1.2;
/// A queue that reached a new least by so much falls.
const FALLS: f64 = 0.015;
/// What a ramp may put into the queue before a report can tell.
const RAMP_QUEUE: f64 = 0.05;
/// Growth near the last known capacity, per second, at first; it gets faster with each second in which the queue stays empty.
const NEAR_GROWTH: f64 = 0.06;
/// Nothing reported for this long (beyond the round trip): the link is gone.
const SILENCE: f64 = 0.3;
/// And so many reports that did not come, where they are rare.
const SILENT_REPORTS: f64 = 3.5;
/// Below this only what was measured brings the rate: sound in its usual shape needs it, and somebody else's queue is no reason for less. While nothing gets
/// through, a probe leaves as if the rate were this, or the former one where that was less.
const USUAL_LEAST: f64 = 80_000.0;
/// What arrived at best is remembered with this time constant, seconds; so many times as much the path may well have carried: nobody filled it.
const CARRIED_FOR: f64 = 4.0;
const CARRIES: f64 = 1.3;
/// What is left of the former rate where the queue was empty before anything was measured.
const UNMEASURED: f64 = 0.7;
/// Where another path begins, at most.
const NEW_PATH: f64 = 600_000.0;
/// Shares of it that arrive, and that a full queue empties at, on a link that is narrower.
const ARRIVES: f64 = 0.85;
const EMPTIES: f64 = 0.9;
/// And what arrives took so many times as long for it as it left in: beside somebody else's queue it takes as long.
const GROWS: f64 = 1.1;
/// Least window in the largest packets that left, so that something is always under way.
const LEAST_WINDOW: f64 = 2.4;
/// Bytes that may be under way on a path of which nothing was reported yet: sound waits behind them if it is narrow.
const UNKNOWN_WINDOW: f64 = 5000.0;
/// What a loss leaves while competing with TCP.
const COMPETING_CUT: f64 = 0.65;
/// Packets by which the window grows in a round trip while competing.
const COMPETING_GROWTH: f64 = 1.5;
/// A queue that nobody can speak through, whoever fills it.
const COMPETING_QUEUE: f64 = 0.7;
/// Once somebody else's queue was seen, a queue that stands is taken for theirs for this long, seconds.
const WARY: f64 = 60.0;
/// A queue that did not move by [`STILL`] for this long while competing is none: the path became longer.
const STILL_FOR: f64 = 3.0;
const STILL: f64 = 0.025;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Open,
    Drain { since: f64, former: f64, capacity: f64, measured: bool, least: f64, fell: f64 },
    Competing { since: f64, least: f64, most: f64 },
    Outage { former: f64, new_path: bool },
}

/// See the module.
#[derive(Debug)]
pub struct Clocked {
    limits: Limits,
    history: History,
    queue: QueueDelay,
    busy: BusyRate,
    goodput: Goodput,
    losses: Losses,
    mode: Mode,
    target: f64,
    /// The capacity when it was last met, and when.
    ceiling: Option<(f64, f64)>,
    round_trip: Option<f64>,
    base_round_trip: Option<f64>,
    /// Of the last report, of the last packet that left.
    reported: f64,
    left: f64,
    /// Packets before this number left before the last cut.
    cut_at: u64,
    competed: Option<f64>,
    /// The link was measured to carry less than [`USUAL_LEAST`].
    narrow: bool,
    unsteady: Unsteady,
    /// Whether room is left for the next fall.
    leaves_room: bool,
    /// What was carried of late, at best.
    carried: f64,
    /// The largest packet that left in the last part of [`LARGEST_FOR`], the one in the part before, in bits, and since when the part runs.
    largest: (f64, f64, f64),
    arrivals: Vec<Arrival>,
}

impl Clocked {
    /// Nothing is known of the path.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            history: History::default(),
            queue: QueueDelay::default(),
            busy: BusyRate::default(),
            goodput: Goodput::default(),
            losses: Losses::default(),
            mode: Mode::Open,
            target: f64::from(limits.start_bps),
            ceiling: None,
            round_trip: None,
            base_round_trip: None,
            reported: 0.0,
            left: 0.0,
            cut_at: 0,
            competed: None,
            narrow: false,
            unsteady: Unsteady::default(),
            leaves_room: true,
            carried: 0.0,
            largest: (PACKET_BITS, PACKET_BITS, 0.0),
            arrivals: Vec::new(),
        }
    }

    /// Uses all of the rate, however often it falls: for a sender whose encoder answers late, and who cannot tell a busy machine from a narrow link.
    pub fn without_room(self) -> Self {
        Self { leaves_room: false, ..self }
    }

    /// The far end reports so often from now on.
    pub const fn reports_every(&mut self, every: Duration) {
        self.limits.reports = every;
    }

    /// So long without a report nothing gets through.
    fn silence(&self) -> f64 {
        SILENCE.max(SILENT_REPORTS * self.limits.reports.as_secs_f64())
    }

    /// How long packets wait in the queue: the least of the last three.
    pub fn queued(&self) -> Duration {
        Duration::try_from_secs_f64(self.queue.standing().max(0.0)).unwrap_or_default()
    }

    /// Round trip with queues and the far end's wait, smoothed.
    fn round_trip(&self) -> f64 {
        self.round_trip.unwrap_or(0.1).max(0.001)
    }

    /// The largest packet that left lately, in bits.
    fn packet_bits(&self) -> f64 {
        self.largest.0.max(self.largest.1)
    }

    /// Time that one packet takes on the link at the present rate. Where sound goes alone its packets are small: a queue of two full ones would hold it up for half a second.
    fn packet_time(&self) -> f64 {
        self.packet_bits() / self.target.max(f64::from(self.limits.min_bps))
    }

    fn is_empty(&self) -> bool {
        self.queue.standing() < STANDING / 2.0 + self.packet_time() / 2.0
            && self.queue.last() < LEAP / 2.0 + 2.0 * (self.packet_time() + self.queue.jitter())
    }

    fn is_full(&self) -> bool {
        self.queue.standing() > STANDING + self.packet_time()
            || self.queue.last() > LEAP + 2.0 * (self.packet_time() + self.queue.jitter())
    }

    /// What the rate does not go below.
    fn floor(&mut self) -> f64 {
        if self.target >= USUAL_LEAST {
            self.narrow = false;
        } else {
            let empties = self.busy.bps().is_some_and(|busy| busy < EMPTIES * USUAL_LEAST);
            let grows = self.goodput.spread() > GROWS;
            self.narrow |= empties && grows && self.goodput.bps() < ARRIVES * USUAL_LEAST;
        }
        let least = f64::from(self.limits.min_bps);
        if self.narrow { least } else { least.max(USUAL_LEAST) }
    }

    fn grow(&mut self, now: f64, step: f64) {
        let goodput = self.goodput.bps();
        if goodput < 0.6 * self.target || self.queue.standing() > STANDING / 2.0 + self.packet_time() {
            return;
        }
        let near = self.ceiling.filter(|(capacity, _)| self.target > 0.9 * capacity && self.target < 1.1 * capacity);
        let per_second = if let Some((_, at)) = near {
            NEAR_GROWTH * (1.0 + now - at)
        } else {
            let response = self.round_trip() + self.limits.reports.as_secs_f64() + 0.05;
            (RAMP_QUEUE / response).min(0.4) / response
        };
        self.target *= 1.0 + per_second * step;
        self.target = self.target.min((1.5 * goodput).max(self.target / (1.0 + per_second * step)));
    }

    fn drain(&mut self, now: f64, capacity: f64) {
        self.cut_at = self.history.next();
        let least = f64::INFINITY;
        self.mode = Mode::Drain { since: now, former: capacity, capacity, measured: false, least, fell: now };
        self.drain_on(now);
    }

    fn drain_on(&mut self, now: f64) {
        let Mode::Drain { since, former, capacity, measured, least, fell } = self.mode else { return };
        let busy = self.busy.bps();
        let capacity = busy.map_or(capacity, |busy| busy.min(f64::from(self.limits.max_bps)));
        let measured = measured || busy.is_some();
        if self.is_empty() {
            if measured {
                self.fell(now, former, capacity);
            }
            self.target = if measured { 0.95 * capacity } else { UNMEASURED * capacity };
            self.ceiling = measured.then_some((capacity, now));
            self.mode = Mode::Open;
            return;
        }
        let queued = (self.queue.last() - self.queue.jitter()).max(self.queue.standing());
        let patience = self.round_trip() + PATIENCE + 2.0 * queued.min(0.5);
        // On a narrow link our own falls slowly, at the least rate.
        let (least, fell) = if queued < least - FALLS { (queued, now) } else { (least, fell) };
        if now - fell > patience {
            // It takes it for a longer path until the queue shows that it can fall.
            self.queue.rebase(self.queue.standing());
            self.target = 0.8 * former;
            self.ceiling = None;
            self.mode = Mode::Open;
            return;
        }
        // The longer it takes, the more is held back: a queue of our own falls then.
        let held_back = queued / DRAIN + (now - since) / (2.0 * patience);
        self.target = capacity * (1.0 - held_back.clamp(0.1, 0.75));
        self.mode = Mode::Drain { since, former, capacity, measured, least, fell };
    }

    /// What the path carried of late becomes what it empties at: a fall that is the path's, not the end of a ramp beyond it.
    fn fell(&mut self, now: f64, former: f64, capacity: f64) {
        self.unsteady.fell(now, former.min(CARRIES * self.carried), capacity);
    }

    fn compete(&mut self, now: f64) {
        let queued = self.queue.standing();
        self.mode = Mode::Competing { since: now, least: queued, most: queued };
    }

    fn compete_on(&mut self, now: f64, step: f64, lost: usize, newest: u64) {
        let Mode::Competing { since, least, most } = self.mode else { return };
        if self.is_empty() {
            self.ceiling = None;
            self.mode = Mode::Open;
            return;
        }
        let queued = self.queue.standing();
        let (least, most) = (least.min(queued), most.max(queued));
        if most - least > STILL {
            self.mode = Mode::Competing { since: now, least: queued, most: queued };
        } else if now - since > STILL_FOR {
            self.queue.rebase(least);
            self.competed = None;
            self.mode = Mode::Open;
        } else {
            self.mode = Mode::Competing { since, least, most };
        }
        if (lost > 0 || queued > COMPETING_QUEUE) && newest >= self.cut_at {
            self.target *= COMPETING_CUT;
            self.cut_at = self.history.next();
            return;
        }
        let round_trip = self.round_trip();
        self.target += COMPETING_GROWTH * PACKET_BITS / round_trip / round_trip * step;
        // Whatever the others do, nobody sends more than goes through.
        if let Some(busy) = self.busy.bps() {
            self.target = self.target.min(1.3 * busy.max(self.goodput.bps()));
        }
    }

    /// Nothing gets through: only a probe now and then is sent, and the former rate is remembered.
    fn lose(&mut self, new_path: bool) {
        let former = match self.mode {
            Mode::Outage { former, .. } => former,
            Mode::Open | Mode::Competing { .. } => self.target,
            Mode::Drain { capacity, .. } => capacity,
        };
        self.busy.clear();
        let new_path = new_path || matches!(self.mode, Mode::Outage { new_path: true, .. });
        self.mode = Mode::Outage { former, new_path };
        self.target = former.min(USUAL_LEAST).max(f64::from(self.limits.min_bps));
    }

    fn take(&mut self, now: f64, at: Duration) -> u64 {
        let mut least_trip = f64::INFINITY;
        for arrival in &self.arrivals {
            let queued = self.queue.arrived(at, arrival);
            self.busy.arrived(arrival, queued, self.queue.jitter());
            self.goodput.arrived(arrival);
            least_trip = least_trip.min(now - arrival.sent.as_secs_f64());
        }
        self.round_trip = Some(self.round_trip.map_or(least_trip, |trip| trip + (least_trip - trip) / 8.0));
        self.base_round_trip = Some(self.base_round_trip.map_or(least_trip, |base| {
            // It follows a path that became longer within some seconds.
            if least_trip < base { least_trip } else { base + (least_trip - base) / 256.0 }
        }));
        self.arrivals.last().map_or(0, |arrival| arrival.number)
    }
}

impl Controller for Clocked {
    fn sent(&mut self, now: Duration, number: u64, bytes: usize) {
        self.left = now.as_secs_f64();
        if self.left - self.largest.2 >= LARGEST_FOR {
            self.largest = (0.0, self.largest.0, self.left);
        }
        self.largest.0 = self.largest.0.max(bytes as f64 * 8.0);
        self.history.sent(now, number, bytes);
    }

    fn feedback(&mut self, at: Duration, reports: &[Report]) {
        let now = at.as_secs_f64();
        self.arrivals.clear();
        let mut arrivals = std::mem::take(&mut self.arrivals);
        let lost = self.history.settle(reports, &mut arrivals);
        self.arrivals = arrivals;
        if self.arrivals.is_empty() {
            return;
        }
        let step = (now - self.reported).clamp(0.0, 0.2);
        self.reported = now;
        let newest = self.take(now, at);
        self.carried = self.goodput.bps().max(self.carried * (-step / CARRIED_FOR).exp());
        if self.queue.was_queue() {
            self.competed = Some(now);
        }
        let marked = self.arrivals.iter().any(|arrival| arrival.ce);
        match self.mode {
            // What another path carried says little of this one.
            Mode::Outage { former, new_path } => {
                self.drain(now, if new_path { former.min(NEW_PATH / UNMEASURED) } else { former });
            }
            Mode::Drain { .. } => self.drain_on(now),
            Mode::Competing { .. } => self.compete_on(now, step, lost, newest),
            Mode::Open => {
                if self.is_full() {
                    if self.competed.is_some_and(|competed| now - competed < WARY) {
                        self.compete(now);
                    } else {
                        let capacity = self.busy.bps().unwrap_or(0.8 * self.target).min(self.target);
                        self.fell(now, self.target, capacity);
                        self.drain(now, capacity);
                    }
                } else if marked && newest >= self.cut_at {
                    self.target *= 0.9;
                    self.cut_at = self.history.next();
                } else {
                    self.grow(now, step);
                }
            }
        }
        if self.mode == Mode::Open {
            match self.losses.told(self.arrivals.len(), lost, self.target) {
                Verdict::Bear => {}
                Verdict::Cut(share) => self.target *= share,
                Verdict::Restore(former) => self.target = self.target.max(former),
            }
        }
        let most = f64::from(self.limits.max_bps);
        self.target = self.target.clamp(self.floor().min(most), most);
    }

    fn poll(&mut self, at: Duration) {
        let now = at.as_secs_f64();
        let Some(oldest) = self.history.oldest() else { return };
        let expected = oldest.as_secs_f64() + 1.5 * self.round_trip.unwrap_or(1.0);
        if now - self.reported.max(expected) < self.silence() {
            return;
        }
        self.history.abandon();
        self.lose(false);
    }

    fn new_path(&mut self) {
        self.history = History::default();
        self.queue = QueueDelay::default();
        self.goodput = Goodput::default();
        (self.round_trip, self.base_round_trip) = (None, None);
        self.lose(true);
    }

    fn target_bps(&self) -> u32 {
        let now = self.left.max(self.reported);
        // Beside somebody who takes whatever is left, leaving room gives it away.
        let room = self.leaves_room && self.competed.is_none_or(|competed| now - competed > WARY);
        (if room { self.unsteady.share_of(now, self.target) } else { self.target }) as u32
    }

    fn sustained_bps(&self) -> u32 {
        match self.mode {
            Mode::Open | Mode::Competing { .. } => self.target_bps(),
            Mode::Drain { capacity, .. } => (0.95 * capacity) as u32,
            Mode::Outage { former, .. } => former as u32,
        }
    }

    fn pacing_bps(&self) -> u32 {
        (self.target * 1.3) as u32
    }

    fn window_bytes(&self) -> usize {
        let trip = match self.mode {
            Mode::Open | Mode::Drain { .. } | Mode::Outage { .. } => self.base_round_trip.unwrap_or(0.2),
            Mode::Competing { .. } => self.round_trip(),
        };
        let window = self.target / 8.0 * (trip + self.limits.reports.as_secs_f64() + 0.01);
        let most = if self.round_trip.is_none() { UNKNOWN_WINDOW } else { f64::INFINITY };
        window.max(LEAST_WINDOW * self.packet_bits() / 8.0).min(most) as usize
    }

    fn room_bytes(&self) -> usize {
        self.window_bytes().saturating_sub(self.history.under_way())
    }
}
