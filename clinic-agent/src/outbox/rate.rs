//! How fast this box sends: the controller of [`yunzhen_media::congestion`], the relay's cap, the pacer and the ladder put together. Pure: time is
//! a [`Duration`] since the media task began.
//!
//! A relay that never reports arrivals (an older one) leaves the rate to its own `set_bitrate`, as before.

use super::low::LowShare;
use crate::link::bulk::Allowed;
use std::time::Duration;
use yunzhen_media::MediaKind;
use yunzhen_media::congestion::pacer::Pacer;
use yunzhen_media::congestion::sent::{Impossible, SentLog, Told};
use yunzhen_media::congestion::takes::Takes;
use yunzhen_media::congestion::{Clocked, Controller, Limits, PARITIES};
use yunzhen_media::ladder::forward::{LINK_LEAST_BPS, SOUND_LEAST_BPS};
use yunzhen_media::ladder::sound::{SoundLadder, SoundTarget};
use yunzhen_media::ladder::{Ladder, Motion, Rung, VideoTarget};
use yunzhen_media::layers::Layer;
use yunzhen_media::repair::policy::Budget;
use yunzhen_media::repair::{Losses, deadline};
use yunzhen_protocol::ccfb::StreamReport;
use yunzhen_protocol::control::{AudioPlan, VideoPlan};

/// Headers of QUIC, UDP and IP on each datagram: they fill the link as much as what they carry.
const HEADERS: usize = 58;
/// Of what a video packet takes on the wire, so much is picture.
const PICTURE_SHARE: f64 = 0.93;
/// While bulk waits it may have one part in so many of the link, and what pictures leave free anyway.
const BULK_PART: u32 = 8;
/// An encoder of moving pictures makes nothing sensible of less.
const VIDEO_LEAST_BPS: u32 = 30_000;
/// A still that waits for a queue to empty goes on at this.
const STILLS_LEAST_BPS: u32 = 6000;
/// Of what left nothing has been reported for so long: nobody hears.
const UNHEARD: Duration = Duration::from_secs(1);
/// Where a call begins, sound and headers included.
const START_BPS: u32 = 600_000;
/// On a connection that is alive a relay that reports has reported within this.
const UNREPORTED: Duration = Duration::from_secs(3);
/// For so long the first report is waited for with little under way: who does not know the path would fill a narrow one for a second.
const FIRST_REPORT: Duration = Duration::from_millis(700);
/// How often the controller looks at the time.
const TICK: Duration = Duration::from_millis(50);
/// The relay's QUIC acknowledges within this.
const ACK_DELAY: Duration = Duration::from_millis(100);
/// Sound of a long round trip.
const FLOOR_LEAST: usize = 6000;
/// While the window is full.
const RETRY: Duration = Duration::from_millis(5);

/// What left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// A packet of a media stream.
    Media(MediaKind),
    /// A parity, which has numbers of its own.
    Parity,
    /// A packet of the low picture.
    Low,
}

/// A packet of a media stream that did not arrive, told for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Sound or picture.
    pub kind: MediaKind,
    /// Of which picture.
    pub layer: Layer,
    /// Its number.
    pub sequence: u16,
}

/// See the module.
#[derive(Debug)]
pub struct Rate {
    controller: Clocked,
    pacer: Pacer,
    log: SentLog,
    ladder: Ladder,
    sound_ladder: SoundLadder,
    /// A still's packets leave no faster than pictures may in the long run: one second at the controller's pace would fill the queue that sound takes too.
    still_pacer: Pacer,
    plan: VideoPlan,
    audio: AudioPlan,
    /// The relay's word: what those who watch can take.
    cap_bps: u32,
    reports: Reports,
    losses: Losses,
    sound: Takes,
    /// Parities, and what was sent again.
    repairs: Takes,
    /// Sound without copies.
    bare_sound: Takes,
    /// The low picture, once the relay said what it is, and what it takes.
    low: Option<LowShare>,
    low_takes: Takes,
    told: Option<VideoTarget>,
    told_sound: Option<SoundTarget>,
    /// When the first left that nothing has been reported after.
    unheard: Option<Duration>,
    ticked: Duration,
    /// Whether bulk waits that somebody waits for.
    bulk: bool,
}

/// Whether the relay reports arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reports {
    /// Nothing was sent on this path.
    Unknown,
    /// None came since.
    Awaited(Duration),
    /// It does.
    Come,
    /// It does not.
    None,
}

impl Rate {
    /// A call begins.
    pub fn new(now: Duration, video: VideoPlan, audio: AudioPlan) -> Self {
        let limits = Limits { min_bps: LINK_LEAST_BPS, start_bps: START_BPS, ..Limits::default() };
        Self {
            controller: Clocked::new(limits),
            pacer: Pacer::default(),
            log: SentLog::default(),
            ladder: Ladder::default(),
            sound_ladder: SoundLadder::default(),
            still_pacer: Pacer::default(),
            plan: video,
            audio,
            cap_bps: video.bitrate_bps,
            reports: Reports::Unknown,
            losses: Losses::default(),
            sound: Takes::new(now, f64::from(audio.bitrate_bps)),
            repairs: Takes::new(now, 0.0),
            bare_sound: Takes::new(now, SoundTarget::of(&audio).wire_bps()),
            low: None,
            low_takes: Takes::new(now, 0.0),
            told: None,
            told_sound: None,
            unheard: None,
            ticked: now,
            bulk: false,
        }
    }

    /// The relay's `set_bitrate`: an upper bound.
    pub const fn cap(&mut self, video_bps: u32) {
        self.cap_bps = video_bps;
        self.ticked = Duration::ZERO;
    }

    /// What the low picture is, and whether it is asked for. One that the relay knows no more is one that nobody asks for: its encoder has to hear of it.
    pub fn set_low(&mut self, plan: Option<VideoPlan>, wanted: bool) {
        let known = self.low.take().filter(|low| plan.is_none_or(|plan| plan == low.plan()));
        self.low = known.or_else(|| plan.map(LowShare::new));
        if let Some(low) = &mut self.low {
            low.want(wanted && plan.is_some());
        }
        self.ticked = Duration::ZERO;
    }

    /// What the low picture's encoder should make, when it has to be told.
    pub fn poll_low(&mut self) -> Option<Option<VideoTarget>> {
        let low = self.low.as_mut()?;
        low.is_news().then(|| low.target())
    }

    /// The link is another connection.
    pub fn new_path(&mut self) {
        self.log.new_path();
        self.losses.new_path();
        if self.reports == Reports::Come {
            self.controller.new_path();
        }
        self.reports = Reports::Unknown;
        self.unheard = None;
    }

    /// A packet of sound, of so many bytes without the earlier sound that travels with it.
    pub fn bare_sound(&mut self, now: Duration, packet: usize) {
        self.bare_sound.sent(now, packet + 1 + HEADERS);
    }

    /// A packet leaves, in a datagram (or several) of so many bytes.
    pub fn sent(&mut self, now: Duration, what: Sent, sequence: u16, datagram: usize) {
        let bytes = datagram + HEADERS;
        let ssrc = match what {
            Sent::Media(kind) => self.ssrc(kind),
            Sent::Parity => PARITIES,
            Sent::Low => match &self.low {
                Some(low) => low.plan().ssrc,
                None => return,
            },
        };
        let number = self.log.sent(now, ssrc, sequence);
        if let Some(number) = number {
            self.controller.sent(now, number, bytes);
        }
        self.pacer.sent(now, bytes, self.controller.pacing_bps());
        self.unheard.get_or_insert(now);
        if what == Sent::Media(MediaKind::Video)
            && let Some(VideoTarget { motion: Motion::Stills, bitrate_bps, .. }) = self.told
        {
            self.still_pacer.sent(now, bytes, (f64::from(bitrate_bps) / PICTURE_SHARE) as u32);
        }
        match what {
            Sent::Media(MediaKind::Audio) => self.sound.sent(now, bytes),
            Sent::Media(MediaKind::Video) if number.is_some() => {}
            Sent::Media(MediaKind::Video) | Sent::Parity => self.repairs.sent(now, bytes),
            Sent::Low => self.low_takes.sent(now, bytes),
        }
        if self.reports == Reports::Unknown {
            self.reports = Reports::Awaited(now);
        }
    }

    /// The relay says when packets arrived. What did not, for the first time.
    pub fn arrived(
        &mut self,
        now: Duration,
        streams: &[StreamReport],
        timestamp: u32,
    ) -> Result<Vec<Lost>, Impossible> {
        let Told { mut reports, again, lost } = self.log.take(now, streams, timestamp)?;
        self.reports = Reports::Come;
        self.unheard = None;
        self.controller.feedback(now, &reports);
        reports.extend(again);
        self.losses.told(now, &reports);
        // The encoder hears of it at once.
        self.ticked = Duration::ZERO;
        // Sound first: it is the more urgent.
        let of = |ssrc: u32, kind: MediaKind, layer: Layer| {
            let lost = lost.iter().filter(move |lost| lost.ssrc == ssrc);
            lost.map(move |lost| Lost { kind, layer, sequence: lost.sequence })
        };
        let sound = of(self.audio.ssrc, MediaKind::Audio, Layer::Main);
        let low = self.low.iter().flat_map(|low| of(low.plan().ssrc, MediaKind::Video, Layer::Low));
        Ok(sound.chain(of(self.plan.ssrc, MediaKind::Video, Layer::Main)).chain(low).collect())
    }

    const fn ssrc(&self, kind: MediaKind) -> u32 {
        match kind {
            MediaKind::Audio => self.audio.ssrc,
            MediaKind::Video => self.plan.ssrc,
        }
    }

    /// Until when a packet that is sent again arrives before its moment has passed.
    pub fn latest(&self, now: Duration, kind: MediaKind, sequence: u16, round_trip: Duration) -> Duration {
        // One that never left, because the box dropped it, is not late.
        deadline::latest(kind, self.log.left_at(self.ssrc(kind), sequence).unwrap_or(now), round_trip)
    }

    /// The same of a packet of the low picture; `None`: it never left, and is not missed.
    pub fn low_latest(&self, sequence: u16, round_trip: Duration) -> Option<Duration> {
        let left = self.log.left_at(self.low.as_ref()?.plan().ssrc, sequence)?;
        Some(deadline::latest(MediaKind::Video, left, round_trip))
    }

    /// What the link loses.
    pub const fn losses(&self) -> &Losses {
        &self.losses
    }

    /// What the path carries, as far as its reports tell, bits per second.
    pub fn carries_bps(&self) -> Option<u32> {
        (self.reports == Reports::Come).then(|| self.controller.sustained_bps())
    }

    /// Pictures' packets of which no arrival was told and that are in time if they leave now by a way of this round trip.
    pub fn unheard(&self, now: Duration, round_trip: Duration) -> Vec<u16> {
        let sequences = self.log.unheard(self.plan.ssrc, now.saturating_sub(deadline::PICTURE)).into_iter();
        sequences.filter(|sequence| now <= self.latest(now, MediaKind::Video, *sequence, round_trip)).collect()
    }

    /// Whether it knows when a packet left.
    pub fn knows(&self, kind: MediaKind, sequence: u16) -> bool {
        self.log.left_at(self.ssrc(kind), sequence).is_some()
    }

    /// What repairs are taken from.
    pub fn budget(&self) -> Budget {
        Budget {
            total: (f64::from(self.total_bps().unwrap_or_default()) - self.low_takes.bps()).max(0.0),
            sound: self.bare_sound.bps(),
            sound_packet: self.told_sound.map_or(SoundTarget::of(&self.audio).packet, |told| told.packet),
            picture_least: self.ladder.rung().least().into(),
            alone: self.rung() == Rung::Sound,
        }
    }

    /// When video of this size may leave; now or earlier: at once.
    pub fn ready_at(&self, now: Duration, datagram: usize) -> Duration {
        let asks = match self.reports {
            Reports::None => return now,
            Reports::Unknown => false,
            Reports::Awaited(since) => now.saturating_sub(since) < FIRST_REPORT,
            Reports::Come => true,
        };
        if asks && self.controller.room_bytes() < datagram + HEADERS {
            return now + RETRY;
        }
        self.pacer.ready_at().max(self.still_pacer.ready_at())
    }

    /// The step of the ladder in use.
    pub const fn rung(&self) -> Rung {
        match self.reports {
            Reports::None => Rung::Full,
            Reports::Unknown | Reports::Awaited(_) | Reports::Come => self.ladder.rung(),
        }
    }

    /// Whether sound gets through, as far as is known. A relay that does not report is believed to hear.
    pub fn is_heard(&self, now: Duration) -> bool {
        self.reports == Reports::None
            || (self.controller.sustained_bps() >= SOUND_LEAST_BPS
                && self.unheard.is_none_or(|since| now.saturating_sub(since) < UNHEARD))
    }

    /// How long so many waiting bytes take to leave.
    pub fn time_of(&self, bytes: usize) -> Duration {
        match self.reports {
            Reports::None => Duration::ZERO,
            _ => Duration::from_secs_f64(bytes as f64 * 8.0 / f64::from(self.controller.pacing_bps().max(1))),
        }
    }

    /// When [`Self::poll`] is due.
    pub fn due(&self) -> Duration {
        self.ticked + TICK
    }

    /// Looks at the time; gives a new target when it is worth telling the encoder.
    pub fn poll(&mut self, now: Duration) -> Option<VideoTarget> {
        self.ticked = now;
        // Without reports silence says nothing.
        if self.reports == Reports::Come {
            self.controller.poll(now);
        }
        self.sound.look(now);
        self.bare_sound.look(now);
        self.repairs.look(now);
        self.low_takes.look(now);
        if matches!(self.reports, Reports::Awaited(since) if now.saturating_sub(since) > UNREPORTED) {
            self.reports = Reports::None;
        }
        let target = self.target(now);
        let worth = self.told.is_none_or(|told| {
            !told.has_shape_of(&target) || told.bitrate_bps.abs_diff(target.bitrate_bps) * 33 >= told.bitrate_bps
        });
        (worth && self.told != Some(target)).then(|| *self.told.insert(target))
    }

    /// The encoder is another one: what it should make to begin with.
    pub fn tell_again(&mut self, now: Duration) -> Option<VideoTarget> {
        self.told = None;
        self.told_sound = None;
        if let Some(low) = &mut self.low {
            low.tell_again();
        }
        self.poll(now)
    }

    /// Another path carries the pictures: none take a part of this one.
    pub const fn untell(&mut self) {
        self.told = None;
    }

    /// How sound should be sent, when it is worth telling.
    pub fn poll_sound(&mut self, now: Duration) -> Option<SoundTarget> {
        let target = match self.reports {
            Reports::None => SoundTarget::of(&self.audio),
            _ => self.sound_ladder.step(now, self.controller.sustained_bps(), &self.audio),
        };
        (self.told_sound != Some(target)).then(|| *self.told_sound.insert(target))
    }

    fn target(&mut self, now: Duration) -> VideoTarget {
        if self.reports == Reports::None {
            if let Some(low) = &mut self.low {
                // Nobody knows what the link takes.
                low.look(now, 0);
            }
            return Rung::Full.target(&self.plan, self.cap_bps);
        }
        let pictures = |total_bps: u32, beside: f64| {
            let bulk = if self.bulk { total_bps / BULK_PART } else { 0 };
            let own = (f64::from(total_bps - bulk) - beside).max(0.0) * PICTURE_SHARE;
            own as u32
        };
        let at_once = pictures(self.controller.target_bps(), self.sound.bps() + self.repairs.bps());
        // A queue that is emptied for a moment, or an outage, is no reason for a smaller picture. Nor are repairs: they make it coarser.
        let sustained = pictures(self.controller.sustained_bps(), self.sound.bps().min(self.bare_sound.bps()));
        let low_bps = self.low.as_mut().map_or(0, |low| {
            low.look(now, sustained);
            low.bps()
        });
        let [now_bps, sustained_bps] = [at_once, sustained].map(|bps| bps.saturating_sub(low_bps).min(self.cap_bps));
        self.ladder.step(now, sustained_bps);
        let target = self.ladder.target(&self.plan, now_bps);
        let least = match target.motion {
            Motion::Moving => VIDEO_LEAST_BPS,
            Motion::Stills | Motion::None => STILLS_LEAST_BPS,
        };
        VideoTarget { bitrate_bps: now_bps.max(least), ..target }
    }

    /// Bulk that somebody waits for waits beside the call, or no more: pictures make room for it.
    pub const fn set_bulk(&mut self, waits: bool) {
        self.bulk = waits;
    }

    /// What bulk may take: what sound and pictures leave, and of that which somebody waits for at least its part.
    pub fn bulk_bps(&self) -> Allowed {
        let total = match self.reports {
            Reports::None => self.cap_bps,
            Reports::Unknown | Reports::Awaited(_) | Reports::Come => self.controller.target_bps(),
        };
        let seen = self.told.filter(|told| told.motion != Motion::None);
        let pictures = f64::from(seen.map_or(0, |told| told.bitrate_bps)) / PICTURE_SHARE;
        let left = f64::from(total) - pictures - self.sound.bps() - self.repairs.bps() - self.low_takes.bps();
        let spare_bps = left.max(0.0) as u32;
        Allowed { bps: spare_bps.max(total / BULK_PART), spare_bps }
    }

    /// What quinn must let be under way: what the controller does, sound, and what the far end's delayed acknowledgements hold back. Nothing while the
    /// relay does not report.
    pub fn floor_bytes(&self) -> u64 {
        match self.reports {
            Reports::Come => {
                let held_back = f64::from(self.controller.pacing_bps()) / 8.0 * ACK_DELAY.as_secs_f64();
                (self.controller.window_bytes() + FLOOR_LEAST) as u64 + held_back as u64
            }
            Reports::Unknown | Reports::Awaited(_) | Reports::None => 0,
        }
    }

    /// How long packets wait in the link's queue; `None` while no report has come.
    pub fn queued(&self) -> Option<Duration> {
        (self.reports == Reports::Come).then(|| self.controller.queued())
    }

    /// All that may be sent, sound and headers included; `None` when the relay alone decides.
    pub fn total_bps(&self) -> Option<u32> {
        (self.reports != Reports::None).then(|| self.controller.target_bps())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_protocol::ccfb::Metric;

    const VIDEO: VideoPlan =
        VideoPlan { ssrc: 1, payload_type: 102, bitrate_bps: 1_500_000, fps: 30, width: 1280, height: 720 };
    const AUDIO: AudioPlan = AudioPlan { ssrc: 2, payload_type: 111, bitrate_bps: 32_000 };

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_relay_that_does_not_report_decides_alone_after_a_while() {
        let mut rate = Rate::new(ms(0), VIDEO, AUDIO);
        rate.sent(ms(0), Sent::Media(MediaKind::Video), 1, 1000);
        let first = rate.poll(ms(0)).expect("a target");
        assert!(first.bitrate_bps < 600_000 && first.bitrate_bps > 400_000, "{first:?}");
        let later = rate.poll(ms(2900)).unwrap_or(first);
        assert!(later.bitrate_bps < 600_000, "{later:?}");
        assert_eq!(rate.poll(ms(3100)).map(|target| target.bitrate_bps), Some(1_500_000));
        rate.cap(300_000);
        assert_eq!(rate.poll(ms(3150)).map(|target| target.bitrate_bps), Some(300_000));
        assert_eq!((rate.ready_at(ms(9), 1000), rate.total_bps()), (ms(9), None));
    }

    /// On 150 kbit/s the first second of a call waited behind its first pictures.
    #[test]
    fn until_the_first_report_little_is_under_way_and_not_for_long() {
        let started = || {
            let mut rate = Rate::new(ms(0), VIDEO, AUDIO);
            (1..=5).for_each(|sequence| rate.sent(ms(0), Sent::Media(MediaKind::Video), sequence, 1000));
            rate
        };
        let mut rate = started();
        assert_eq!(rate.ready_at(ms(150), 1000), ms(150) + RETRY);
        let streams = [StreamReport { ssrc: 1, begin: 1, metrics: vec![Metric::arrived(0, 0); 5] }];
        rate.arrived(ms(160), &streams, 160 * 65_536 / 1000).expect("true");
        assert!(rate.ready_at(ms(160), 1000) <= ms(160));
        assert!(started().ready_at(ms(800), 1000) <= ms(800), "a relay that does not report");
    }

    #[test]
    fn bulk_has_its_part_of_a_narrow_link_and_pictures_make_room_for_it() {
        let mut rate = Rate::new(ms(0), VIDEO, AUDIO);
        let alone = rate.poll(ms(0)).expect("a target");
        assert_eq!(rate.bulk_bps().bps, 600_000 / BULK_PART, "pictures and sound take it all");
        assert!(rate.bulk_bps().spare_bps < 600_000 / BULK_PART, "nothing is left for what nobody waits for");
        rate.set_bulk(true);
        let beside = rate.tell_again(ms(60)).expect("a target");
        assert!(beside.bitrate_bps < alone.bitrate_bps && beside.bitrate_bps > alone.bitrate_bps * 4 / 5, "{beside:?}");
        rate.cap(100_000);
        let capped = rate.tell_again(ms(120)).expect("a target");
        assert!(
            capped.bitrate_bps <= 100_000 && rate.bulk_bps().spare_bps > 400_000,
            "what nobody else can use is its own"
        );
    }

    /// The size goes once, with the first step; then the pace alone.
    #[test]
    fn a_small_picture_keeps_its_size_and_its_pace_follows_the_rate() {
        let mut rate = Rate::new(ms(0), VIDEO, AUDIO);
        let mut told = |at, cap| {
            rate.cap(cap);
            let target = rate.poll(ms(at)).expect("worth telling");
            (target.height, target.fps)
        };
        assert_eq!([told(0, 500_000), told(60, 90_000), told(120, 84_000)], [(720, 30), (360, 15), (360, 10)]);
        assert_eq!([told(180, 50_000), told(240, 35_000)], [(360, 6), (360, 2)]);
        assert_eq!(rate.rung(), Rung::Slow, "which is told of all three");
    }

    /// The link of a test: what the box sends arrives, at 4 Mbit/s.
    fn on_a_wide_link(rate: &mut Rate, ticks: std::ops::Range<u64>) {
        for tick in ticks {
            let sequence = (5 * tick) as u16;
            for place in 0..5 {
                rate.sent(ms(10 * tick), Sent::Media(MediaKind::Video), sequence + place, 1000);
            }
            let streams = [StreamReport { ssrc: 1, begin: sequence, metrics: vec![Metric::arrived(0, 0); 5] }];
            rate.arrived(ms(10 * tick + 1), &streams, (10 * tick * 65_536 / 1000) as u32).expect("true");
            rate.poll(ms(10 * tick + 1));
        }
    }

    #[test]
    fn the_low_picture_is_made_while_it_is_asked_for_on_a_link_with_room_and_takes_from_the_main_one() {
        const LOW: VideoPlan = VideoPlan { ssrc: 3, bitrate_bps: 150_000, fps: 15, width: 320, height: 180, ..VIDEO };
        let mut rate = Rate::new(ms(0), VIDEO, AUDIO);
        rate.cap(4_000_000);
        assert_eq!(rate.poll_low(), None, "a relay that says nothing of it");
        rate.set_low(Some(LOW), true);
        rate.poll(ms(0));
        assert_eq!(rate.poll_low(), Some(None), "where a call begins there is no room for it");
        on_a_wide_link(&mut rate, 1..400);
        let low = rate.poll_low().flatten().expect("made");
        assert_eq!((low.width, low.height, low.fps, low.bitrate_bps), (320, 180, 15, 150_000));
        let beside = rate.tell_again(ms(4000)).expect("a target");
        assert_eq!(rate.poll_low(), Some(Some(low)), "another encoder is told again");
        rate.set_low(Some(LOW), false);
        let alone = rate.tell_again(ms(4000)).expect("a target");
        assert_eq!((rate.poll_low(), alone.bitrate_bps - beside.bitrate_bps), (Some(None), 150_000));
        // Below what the viewers take nothing is taken from the main picture.
        rate.cap(600_000);
        let capped = rate.tell_again(ms(4001)).expect("a target").bitrate_bps;
        rate.set_low(Some(LOW), true);
        assert_eq!((rate.tell_again(ms(4002)).expect("a target").bitrate_bps, capped), (600_000, 600_000));
        assert_eq!(rate.poll_low(), Some(Some(low)));
        // What never left is not missed.
        rate.sent(ms(4010), Sent::Low, 77, 900);
        assert!(rate.low_latest(77, ms(60)).is_some() && rate.low_latest(78, ms(60)).is_none());
        rate.set_low(None, true);
        rate.poll(ms(4020));
        assert_eq!(rate.poll_low(), Some(None), "a relay that was replaced by an older one");
    }

    #[test]
    fn what_is_lost_of_the_low_picture_is_told_as_such() {
        let low = VideoPlan { ssrc: 3, ..VIDEO };
        let mut rate = Rate::new(ms(0), VIDEO, AUDIO);
        rate.set_low(Some(low), true);
        (1..=6).for_each(|sequence| rate.sent(ms(0), Sent::Low, sequence, 900));
        let came = |came: bool| if came { Metric::arrived(0, 0) } else { Metric::MISSING };
        let metrics = [true, false, true, true, true, true].map(came).to_vec();
        let lost = rate.arrived(ms(60), &[StreamReport { ssrc: 3, begin: 1, metrics }], 60 * 65_536 / 1000);
        assert_eq!(lost, Ok(vec![Lost { kind: MediaKind::Video, layer: Layer::Low, sequence: 2 }]));
    }

    #[test]
    fn sound_is_heard_while_reports_come_or_from_a_relay_that_never_reports() {
        let mut rate = Rate::new(ms(0), VIDEO, AUDIO);
        assert!(rate.is_heard(ms(9000)), "nothing was said");
        rate.sent(ms(9000), Sent::Media(MediaKind::Audio), 1, 100);
        assert!(rate.is_heard(ms(9900)) && !rate.is_heard(ms(10_000)));
        let streams = [StreamReport { ssrc: 2, begin: 1, metrics: vec![Metric::arrived(0, 0)] }];
        rate.arrived(ms(10_050), &streams, 10 * 65_536).expect("true");
        assert!(rate.is_heard(ms(20_000)), "all that left was heard of");
        assert_eq!(rate.rung(), Rung::Full);
        let mut older = Rate::new(ms(0), VIDEO, AUDIO);
        older.sent(ms(0), Sent::Media(MediaKind::Audio), 1, 100);
        older.poll(ms(3100));
        assert!(older.is_heard(ms(60_000)));
    }

    #[test]
    fn the_relay_s_word_stays_an_upper_bound_and_lost_reports_lower_the_rate() {
        let mut rate = Rate::new(ms(0), VIDEO, AUDIO);
        let mut target = rate.poll(ms(0)).expect("a target");
        rate.cap(900_000);
        // Five packets in 10 ms are 4 Mbit/s: the rate grows to the relay's word.
        for tick in 1..800u64 {
            let sequence = (5 * tick) as u16;
            for place in 0..5 {
                rate.sent(ms(10 * tick), Sent::Media(MediaKind::Video), sequence + place, 1000);
            }
            let streams = [StreamReport { ssrc: 1, begin: sequence, metrics: vec![Metric::arrived(0, 0); 5] }];
            rate.arrived(ms(10 * tick + 1), &streams, (10 * tick * 65_536 / 1000) as u32).expect("true");
            target = rate.poll(ms(10 * tick + 1)).unwrap_or(target);
            assert!(target.bitrate_bps <= 900_000);
        }
        assert!(target.bitrate_bps > 850_000 && target.height == 720, "{target:?}");
        rate.sent(ms(8000), Sent::Media(MediaKind::Video), 4005, 1000);
        for tick in 0..20 {
            target = rate.poll(ms(8000 + 50 * tick)).unwrap_or(target);
        }
        assert!(target.bitrate_bps < 100_000, "{target:?}");
        assert_eq!(target.height, 720, "the link is gone, not narrow");
        rate.new_path();
        target = rate.tell_again(ms(9100)).expect("told again");
        assert!(target.bitrate_bps < 100_000, "a new connection is probed: {target:?}");
    }
}
