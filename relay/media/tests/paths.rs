//! Two paths in virtual time: one dies without a word in the middle of a call, and comes back.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use yunzhen_media::MediaKind;
use yunzhen_media::paths::{Choice, Health, Moved, Seen, View, Why};
use yunzhen_netem::{Config, Loss, Path, Rate};
use yunzhen_protocol::rtp::RtpHeader;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What left later than this ago is worth sending again.
const WORTH: Duration = ms(600);
const SOUND_EVERY: u64 = 20;
const FRAME_EVERY: u64 = 33;
const PACKETS: u16 = 3;

type Name = (MediaKind, u16);

/// One path: packets up, reports down after the same time.
struct Way {
    up: Path<Name>,
    delay: Duration,
    dead: bool,
    came: Vec<Name>,
    reports: VecDeque<(Duration, Vec<Name>)>,
    health: Health,
    /// Pictures of which nothing was told: when they left.
    unheard: BTreeMap<u16, Duration>,
}

impl Way {
    fn new(delay: Duration, seed: u64) -> Self {
        Self {
            up: Path::new(Self::config(delay, false), seed),
            delay,
            dead: false,
            came: Vec::new(),
            reports: VecDeque::new(),
            health: Health::default(),
            unheard: BTreeMap::new(),
        }
    }

    fn config(delay: Duration, dead: bool) -> Config {
        let loss = if dead { Loss::Random(1.0) } else { Loss::None };
        Config { rate: Rate::BitsPerSecond(2_000_000), delay, loss, ..Config::default() }
    }

    fn set_dead(&mut self, now: Duration, dead: bool) {
        self.dead = dead;
        self.up.reconfigure(Self::config(self.delay, dead));
        if dead {
            // What is under way dies with it.
            self.up.flush(now);
            self.reports.clear();
        }
    }

    fn send(&mut self, now: Duration, name: Name) {
        self.health.sent(now, 2 * self.delay);
        if name.0 == MediaKind::Video {
            self.unheard.entry(name.1).or_insert(now);
        }
        self.up.send(now, 1000, name);
    }

    fn hear(&mut self, now: Duration) {
        while self.reports.front().is_some_and(|(at, _)| *at <= now) {
            let (_, told) = self.reports.pop_front().expect("looked at");
            self.health.heard(now);
            for (kind, sequence) in told {
                if kind == MediaKind::Video {
                    self.unheard.remove(&sequence);
                }
            }
        }
        self.unheard.retain(|_, left| now.saturating_sub(*left) <= WORTH);
    }
}

#[derive(Default)]
struct Told {
    moves: Vec<(Duration, Moved)>,
    sounds: BTreeSet<u16>,
    pictures: BTreeSet<u16>,
    sent: (u16, u16),
    /// The longest time without a new packet of pictures.
    gap: Duration,
}

/// Twenty seconds of a call; the first path is dead from 5 to 10 s.
fn call(delays: [Duration; 2]) -> Told {
    let mut ways = [Way::new(delays[0], 1), Way::new(delays[1], 2)];
    let (mut choice, mut seen, mut told) = (Choice::on(0), Seen::default(), Told::default());
    let mut last_picture = None;
    for step in 0..20_000 {
        let now = ms(step);
        if step == 5000 || step == 10_000 {
            ways[0].set_dead(now, step == 5000);
        }
        for way in &mut ways {
            while let Some(name) = way.up.poll(now) {
                if way.dead {
                    continue;
                }
                way.came.push(name);
                let header = RtpHeader { marker: false, payload_type: 111, sequence: name.1, timestamp: 0, ssrc: 1 };
                if !seen.is_new(name.0, header) {
                    continue;
                }
                match name.0 {
                    MediaKind::Audio => told.sounds.insert(name.1),
                    MediaKind::Video => {
                        let since = last_picture.replace(now).map_or(ms(0), |last| now.saturating_sub(last));
                        told.gap = told.gap.max(since);
                        told.pictures.insert(name.1)
                    }
                };
            }
            if step % 30 == 0 && !way.came.is_empty() && !way.dead {
                let came = std::mem::take(&mut way.came);
                way.reports.push_back((now + way.delay, came));
            }
            way.hear(now);
            way.health.look(now);
        }
        let views = [0, 1].map(|path| View {
            path,
            alive_since: ways[path as usize].health.alive_since(),
            rate_bps: None,
            round_trip: 2 * delays[path as usize],
            loss: 0.0,
        });
        if let Some(moved) = choice.look(now, &views) {
            told.moves.push((now, moved));
            if let (Why::Died, Some(from)) = (moved.why, moved.from) {
                let again: Vec<u16> = ways[from as usize].unheard.keys().copied().collect();
                for sequence in again {
                    ways[moved.to as usize].send(now, (MediaKind::Video, sequence));
                }
            }
        }
        let sending = step < 19_000;
        if sending && step % SOUND_EVERY == 0 {
            ways.iter_mut().for_each(|way| way.send(now, (MediaKind::Audio, told.sent.0)));
            told.sent.0 += 1;
        }
        if sending && step % FRAME_EVERY == 0 {
            let carries = choice.current().map_or(0, |path| path as usize);
            for _ in 0..PACKETS {
                ways[carries].send(now, (MediaKind::Video, told.sent.1));
                told.sent.1 += 1;
            }
        }
    }
    told
}

#[test]
fn a_path_that_dies_costs_no_sound_and_no_picture_whatever_the_round_trips() {
    for (first, second) in [(15, 30), (15, 200), (80, 30), (120, 120)] {
        let told = call([ms(first), ms(second)]);
        let lost = |sent: u16, came: &BTreeSet<u16>| (0..sent).filter(|number| !came.contains(number)).count();
        assert_eq!(lost(told.sent.0, &told.sounds), 0, "sound, {first} and {second} ms");
        assert_eq!(lost(told.sent.1, &told.pictures), 0, "pictures, {first} and {second} ms");
        let moves: Vec<_> = told.moves.iter().filter(|(_, moved)| moved.why == Why::Died).collect();
        let [(at, moved)] = moves[..] else { panic!("{:?}", told.moves) };
        assert_eq!((moved.from, moved.to), (Some(0), 1));
        assert!(*at <= ms(5300), "noticed within 300 ms: {at:?}");
        // The report's way and interval, what is waited for, and the new way up.
        let longest = ms(300 + 33 + first + second + 60);
        assert!(told.gap <= longest, "{first} and {second} ms: nothing new for {:?}", told.gap);
    }
}

/// The other path is four times as far, which the picture does not like; it comes back, but not at once.
#[test]
fn the_picture_comes_back_only_to_what_is_clearly_better() {
    let near = call([ms(15), ms(30)]);
    assert!(near.moves.iter().all(|(_, moved)| moved.why == Why::Died), "{:?}", near.moves);
    let far = call([ms(15), ms(250)]);
    let back = far.moves.iter().find(|(_, moved)| moved.why == Why::Better).expect("comes back");
    assert!(back.0 >= ms(15_000), "not before it has lived and the last move is ten seconds ago: {back:?}");
}
