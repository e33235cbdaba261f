//! The paths of the link as the media task sees them: sound leaves on all of them, pictures on the one that `yunzhen_media::paths::Choice` names. Each has its own
//! [`Sender`], so its own rate, pace and repairs; the encoder follows the path that carries pictures.
//!
//! With one path all of this is that path's sender.

use super::queue::{Dropped, Waiting};
use super::rate::Lost;
use super::sender::{Advice, Sender, Wait};
use crate::link::bulk::Allowed;
use crate::link::{Open, PathId};
use bytes::Bytes;
use std::time::{Duration, Instant};
use yunzhen_media::MediaKind;
use yunzhen_media::ladder::{Rung, VideoTarget};
use yunzhen_media::paths::{Choice, Moved, View, Why};
use yunzhen_protocol::control::{self, AudioPlan, ToRelay, VideoPlan};
use yunzhen_protocol::rtcp::RtcpPacket;

/// What a path carried while it had the pictures is known for so long.
const REMEMBERED: Duration = Duration::from_secs(60);

/// Pictures go by another path.
#[derive(Debug)]
pub struct Switched {
    /// Which.
    pub path: PathId,
    /// Packets that were under way on a path that died, in their order.
    pub unheard: Vec<u16>,
    /// What waited for the former path.
    pub waiting: Vec<Waiting>,
    /// What the encoder is told.
    pub advice: Vec<Advice>,
    /// Of the new path.
    pub round_trip: Duration,
}

#[derive(Debug)]
struct Lane {
    path: PathId,
    sender: Sender,
    open: Option<Open>,
    /// What it carried when it had the pictures last.
    carried: Option<(u32, Instant)>,
    /// quinn's buffer is full.
    full: bool,
}

/// See the module.
#[derive(Debug)]
pub struct Lanes {
    begun: Instant,
    /// Never empty; the first is the first of the configuration.
    lanes: Vec<Lane>,
    choice: Choice,
    plans: Option<(VideoPlan, AudioPlan)>,
    cap_bps: Option<u32>,
    /// What the low picture is, and whether it is asked for.
    low: (Option<VideoPlan>, bool),
}

impl Lanes {
    /// Nothing is connected. `begun` is the origin of the clock.
    pub fn new(begun: Instant) -> Self {
        let first = Lane { path: PathId(0), sender: Sender::new(begun), open: None, carried: None, full: false };
        Self { begun, lanes: vec![first], choice: Choice::on(0), plans: None, cap_bps: None, low: (None, false) }
    }

    /// Connections come and go, paths live and die; pictures may have to go by another.
    pub fn follow(&mut self, now: Instant, open: &[Open]) -> Option<Switched> {
        for open in open {
            if !self.lanes.iter().any(|lane| lane.path == open.path) {
                let lane = self.lane(now, open.path);
                self.lanes.push(lane);
                self.lanes.sort_by_key(|lane| lane.path);
            }
        }
        let of = |path: PathId| open.iter().find(|open| open.path == path);
        let mut gone = Vec::new();
        for lane in &mut self.lanes {
            let now_open = of(lane.path);
            let id = |open: &Open| open.connection.stable_id();
            if lane.open.as_ref().map(id) != now_open.map(id) {
                // What was under way on a connection that is gone is still known here.
                gone.extend(lane.open.take().map(|_| lane.path));
            }
        }
        let first = self.look(now);
        for lane in &mut self.lanes {
            if gone.contains(&lane.path) {
                lane.sender.link_lost();
            }
            if lane.open.is_none() {
                lane.open = of(lane.path).cloned();
            }
        }
        first.or_else(|| self.look(now))
    }

    fn lane(&self, now: Instant, path: PathId) -> Lane {
        let mut sender = Sender::new(self.begun);
        if let Some((video, audio)) = self.plans {
            sender.begin(now, video, audio);
        }
        if let Some(cap_bps) = self.cap_bps {
            sender.cap(cap_bps);
        }
        sender.low(self.low.0, self.low.1);
        Lane { path, sender, open: None, carried: None, full: false }
    }

    fn look(&mut self, now: Instant) -> Option<Switched> {
        if self.lanes.len() == 1 {
            return None;
        }
        let picture = self.choice.current();
        let views: Vec<View> = self
            .lanes
            .iter_mut()
            .filter_map(|lane| {
                let open = lane.open.as_ref()?;
                let (carries_bps, loss) = lane.sender.carries();
                let remembered = lane.carried.filter(|(_, at)| now.saturating_duration_since(*at) < REMEMBERED);
                let rate_bps = match picture {
                    Some(path) if path == u64::from(lane.path.0) => carries_bps,
                    Some(_) | None => remembered.map(|(bps, _)| bps),
                };
                Some(View {
                    path: lane.path.0.into(),
                    alive_since: lane.sender.alive_since(now),
                    rate_bps,
                    round_trip: open.connection.rtt(),
                    loss,
                })
            })
            .collect();
        let moved = self.choice.look(now.saturating_duration_since(self.begun), &views)?;
        metrics::counter!("yunzhen_uplink_path_moves_total", "why" => moved.why.name()).increment(1);
        Some(self.switch(now, moved))
    }

    fn switch(&mut self, now: Instant, Moved { from, to, why }: Moved) -> Switched {
        let to = self.lanes.iter().map(|lane| lane.path).find(|path| u64::from(path.0) == to).unwrap_or_default();
        tracing::info!(path = to.0, why = why.name(), "pictures go by another path");
        let round_trip = self.round_trip().unwrap_or_default();
        let mut switched =
            Switched { path: to, unheard: Vec::new(), waiting: Vec::new(), advice: Vec::new(), round_trip };
        let Some(from) = from else { return switched };
        if let Some(lane) = self.lanes.iter_mut().find(|lane| u64::from(lane.path.0) == from) {
            if why == Why::Died {
                switched.unheard = lane.sender.unheard(now, round_trip);
            }
            switched.waiting = lane.sender.take_pictures().into();
            lane.carried = lane.sender.carries().0.map(|bps| (bps, now));
            lane.sender.rest();
        }
        switched.advice.push(Advice::Hold(false));
        switched.advice.extend(self.picture().sender.devices_began(now).map(Advice::Target));
        switched
    }

    /// The path of the pictures.
    fn picture(&mut self) -> &mut Lane {
        let place = self.place();
        &mut self.lanes[place]
    }

    fn place(&self) -> usize {
        let current = self.choice.current();
        self.lanes.iter().position(|lane| Some(lane.path.0.into()) == current).unwrap_or_default()
    }

    fn of(&mut self, path: PathId) -> Option<&mut Sender> {
        self.lanes.iter_mut().find(|lane| lane.path == path).map(|lane| &mut lane.sender)
    }

    fn open(&mut self) -> impl Iterator<Item = &mut Lane> {
        self.lanes.iter_mut().filter(|lane| lane.open.is_some())
    }

    /// Round trip of the path of the pictures; `None`: it has no connection.
    pub fn round_trip(&self) -> Option<Duration> {
        self.lanes[self.place()].open.as_ref().map(|open| open.connection.rtt())
    }

    /// A call begins.
    pub fn begin(&mut self, now: Instant, video: VideoPlan, audio: AudioPlan) {
        (self.plans, self.cap_bps, self.low) = (Some((video, audio)), None, (None, false));
        self.lanes.iter_mut().for_each(|lane| lane.sender.begin(now, video, audio));
    }

    /// What the low picture is, and whether it is asked for. The same again changes nothing.
    pub fn low(&mut self, plan: Option<VideoPlan>, wanted: bool) {
        if self.low != (plan, wanted) {
            self.low = (plan, wanted);
            self.lanes.iter_mut().for_each(|lane| lane.sender.low(plan, wanted));
        }
    }

    /// The relay's upper bound for pictures.
    pub fn cap(&mut self, video_bps: u32) {
        self.cap_bps = Some(video_bps);
        self.lanes.iter_mut().for_each(|lane| lane.sender.cap(video_bps));
    }

    /// The call is over.
    pub fn end(&mut self) {
        (self.plans, self.cap_bps, self.low) = (None, None, (None, false));
        self.lanes.iter_mut().for_each(|lane| lane.sender.end());
    }

    /// The devices were opened anew and know nothing. What they should make to begin with.
    pub fn devices_began(&mut self, now: Instant) -> Option<VideoTarget> {
        self.picture().sender.devices_began(now)
    }

    /// Bulk that somebody waits for is there, or not; what bulk may take on the path that it goes by, while a call runs.
    pub fn bulk(&mut self, presses: bool, path: Option<PathId>) -> Option<Allowed> {
        let mut allowed = None;
        let picture = self.lanes[self.place()].path;
        for lane in &mut self.lanes {
            let here = lane.path == path.unwrap_or(picture);
            let here_may = lane.sender.bulk(presses && here);
            allowed = if here { here_may } else { allowed };
        }
        allowed
    }

    /// A packet is to leave: sound by every path, a picture by its own. Says what had to go for it everywhere.
    pub fn push(&mut self, waiting: Waiting) -> Dropped {
        match waiting.kind {
            MediaKind::Video if self.open().count() > 1 => self.picture().sender.push_patiently(waiting),
            MediaKind::Video => self.picture().sender.push(waiting),
            MediaKind::Audio => {
                let dropped = self.open().map(|lane| lane.sender.push(waiting.clone()).audio).min();
                Dropped { audio: dropped.unwrap_or_default(), ..Dropped::default() }
            }
        }
    }

    /// A packet of the low picture is to leave by the path of the pictures; says what had to go for it.
    pub fn push_low(&mut self, waiting: Waiting) -> Dropped {
        self.picture().sender.push_low(waiting)
    }

    /// One of them once more.
    pub fn push_low_again(&mut self, waiting: Waiting) {
        self.picture().sender.push_low_again(waiting);
    }

    /// Whether one of them is worth sending again, by whichever path it left.
    pub fn is_low_worth_sending_again(&self, now: Instant, sequence: u16, round_trip: Duration) -> bool {
        self.lanes.iter().any(|lane| lane.sender.is_low_worth_sending_again(now, sequence, round_trip))
    }

    /// Pictures that another path did not carry.
    pub fn put_pictures(&mut self, pictures: Vec<Waiting>) {
        self.picture().sender.put_pictures(pictures.into());
    }

    /// A packet leaves once more, unless it waits for so long that it would come too late.
    pub fn push_again(&mut self, waiting: Waiting, round_trip: Duration) {
        let Waiting { kind, since, sequence, .. } = waiting;
        let knowing = self.knowing(kind, sequence);
        if let Some(until) = self.lanes[knowing].sender.latest(since, kind, sequence, round_trip) {
            self.picture().sender.push_again(waiting, until);
        }
    }

    /// The path by which a packet left; where that is not known, that of the pictures.
    fn knowing(&self, kind: MediaKind, sequence: u16) -> usize {
        self.lanes.iter().position(|lane| lane.sender.knows(kind, sequence)).unwrap_or_else(|| self.place())
    }

    /// A sender report is to leave.
    pub fn push_report(&mut self, report: Bytes) {
        self.picture().sender.push_report(report);
    }

    /// The relay says when packets arrived by a path. What did not.
    pub fn arrivals(&mut self, now: Instant, path: PathId, packet: &RtcpPacket) -> Vec<Lost> {
        self.of(path).map_or_else(Vec::new, |sender| sender.arrivals(now, packet))
    }

    /// Whether a packet is worth sending again: it arrives in time, and did not leave by another path anyway.
    pub fn is_worth_sending_again(
        &mut self,
        now: Instant,
        kind: MediaKind,
        sequence: u16,
        round_trip: Duration,
    ) -> bool {
        if kind == MediaKind::Audio && self.open().count() > 1 {
            return false;
        }
        let (place, knowing) = (self.place(), self.knowing(kind, sequence));
        let worth = |lane: &Lane| lane.sender.is_worth_sending_again(now, kind, sequence, round_trip);
        worth(&self.lanes[knowing]) && worth(&self.lanes[place])
    }

    /// What the encoder should hear now.
    pub fn advice(&mut self, now: Instant) -> Vec<Advice> {
        let place = self.place();
        let mut advice = Vec::new();
        for (at, lane) in self.lanes.iter_mut().enumerate() {
            if let Some(open) = &lane.open {
                open.floor.set(lane.sender.floor_bytes());
            }
            if at == place {
                advice = lane.sender.advice(now);
            } else {
                lane.sender.tick(now);
            }
        }
        advice
    }

    /// The step of the ladder, while a call runs.
    pub fn rung(&self) -> Option<Rung> {
        self.lanes[self.place()].sender.rung()
    }

    /// Whether sound gets through by any path, as far as is known.
    pub fn is_heard(&self, now: Instant) -> bool {
        match &self.lanes[..] {
            [lane] => lane.sender.is_heard(now),
            lanes => lanes.iter().any(|lane| lane.open.is_some() && lane.sender.is_heard(now)),
        }
    }

    /// What the relay's timeline gets: the step of the ladder, with what is known of the path of the pictures.
    pub fn told(&self, rung: control::Rung) -> Option<ToRelay> {
        self.lanes[self.place()].sender.told(rung)
    }

    /// The path of the pictures, and what it takes in all.
    pub fn uplink(&self) -> Option<(PathId, u32)> {
        let lane = &self.lanes[self.place()];
        lane.sender.total_bps().map(|bps| (lane.path, bps))
    }

    /// When something may have changed by time alone.
    pub fn due(&self) -> Option<Instant> {
        // Of a single path nobody asks whether it is alive.
        if let [lane] = &self.lanes[..] {
            return lane.sender.advice_due();
        }
        let dues = self.lanes.iter().filter(|lane| lane.open.is_some());
        dues.flat_map(|lane| [lane.sender.advice_due(), lane.sender.alive_due()]).flatten().min()
    }

    /// For those who watch the box.
    pub fn measure(&self, now: Instant) {
        self.lanes[self.place()].sender.measure(now);
    }

    /// Drops pictures that nobody needs any more. Says what went.
    pub fn expire(&mut self, now: Instant) -> Dropped {
        self.lanes.iter_mut().map(|lane| lane.sender.expire(now)).fold(Dropped::default(), |sum, dropped| Dropped {
            video: sum.video + dropped.video,
            low: sum.low + dropped.low,
            ..sum
        })
    }

    /// Hands quinn what may leave and fits into its buffers.
    pub fn flush(&mut self, now: Instant) -> Wait {
        let mut first = Wait::News;
        for lane in &mut self.lanes {
            let wait = lane.sender.flush(now, lane.open.as_ref());
            lane.full = wait == Wait::Room;
            first = match (first, wait) {
                (Wait::Until(a), Wait::Until(b)) => Wait::Until(a.min(b)),
                (Wait::Until(at), _) | (_, Wait::Until(at)) => Wait::Until(at),
                (Wait::Room, _) | (_, Wait::Room) => Wait::Room,
                (Wait::News, Wait::News) => Wait::News,
            };
        }
        first
    }

    /// The datagrams that wait for room in quinn's buffers.
    pub fn full(&self) -> Vec<(PathId, quinn::Connection, Bytes)> {
        let full = self.lanes.iter().filter(|lane| lane.full);
        full.filter_map(|lane| Some((lane.path, lane.open.as_ref()?.connection.clone(), lane.sender.next_datagram()?)))
            .collect()
    }

    /// What became of the datagram in front.
    pub fn sent(&mut self, path: PathId, result: Result<(), quinn::SendDatagramError>) {
        if let Some(sender) = self.of(path) {
            sender.sent(result);
        }
    }
}
