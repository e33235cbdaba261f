//! What is done about loss: pure numbers.
//!
//! * **Nothing** below 1 % (once on, below 0.4 %). A lost packet is asked for again; where that takes no longer than [`SOON`] it is enough for pictures.
//! * **Sound** travels again with later sound: once, from 15 % on twice. Where it is sent alone ([`Budget::alone`]) what is left is its own: once whatever is lost. Only what fits into the rate. The distance is three mean runs of loss in time, up to [`FARTHEST`], so that what
//!   hits a packet rarely hits its copy; those who listen keep as deep a buffer (relay/client, `listening.ts`). Where sound takes more than a third of the rate, from 4 % on only. A copy of 32 kbit/s sound is 86 bytes, 34 kbit/s.
//! * **Pictures** get parity where asking again takes longer than [`SOON`]: a block ends with the first picture that ends half a round trip (50 to 100 ms) after it began, or
//!   with [`BLOCK`] packets. So many parities as pay, under loss in runs as measured (Gilbert's model): a share of the block's bytes must save [`PRICE`] of that share of
//!   the blocks from being broken, and all of them at least [`WORTH`]. Long runs in small blocks (few packets, rare bursts) therefore get none. Never more than half the packets, and never of what the
//!   picture needs to stay on its rung of the ladder ([`Budget::picture_least`]): near the lowest rung there is no parity.

use std::time::Duration;

use yunzhen_protocol::repair::MAX_PARITIES;

use super::losses::Losses;

/// Share of loss from which on something is done, and below which it ends.
const BEGIN: f64 = 0.010;
const END: f64 = 0.004;
/// All that may be sent over what sound takes: below this a copy of sound is dear.
const ROOM_FOR_COPIES: f64 = 3.0;
/// Share of loss from which on it begins there.
const BEGIN_DEAR: f64 = 0.04;
/// Sound twice.
const TWICE: f64 = 0.15;
/// Mean runs of loss from a sound to its copy: one run in twenty is longer.
const RUNS: f64 = 3.0;
/// A copy of sound in the rate, over sound without.
const COPY: f64 = 34.0 / 62.0;
/// From a sound to its copy at most, seconds: those who listen wait no longer.
const FARTHEST: f64 = 0.240;
/// A loss that is repaired by asking within this is not worth parity.
pub const SOON: Duration = Duration::from_millis(70);
/// Packets that end a block.
pub const BLOCK: usize = 24;
/// Share of blocks that may stay broken: less is not asked for.
const LEFT: f64 = 0.02;
/// Share of blocks that a parity for the whole block must save.
const PRICE: f64 = 0.25;
/// Share of blocks that must be saved beyond the price.
const WORTH: f64 = 0.05;
/// Pictures at less than this are at the lowest rung, or near it.
const PICTURE_LEAST: f64 = 80_000.0;
/// Rates go up and down by so much at any time.
const MARGIN: f64 = 1.1;
/// Parities to packets, at most.
const MOST: f64 = 0.5;
/// Pictures in pieces so rare that a block would wait for seconds.
const LEAST_PACKETS: f64 = 20.0;

/// What a link is like.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// Share lost.
    pub share: f64,
    /// Lost in a row.
    pub run: f64,
    /// From sending to hearing of it.
    pub round_trip: Duration,
    /// All that is sent.
    pub packets_per_second: f64,
    /// What may be sent.
    pub budget: Budget,
}

/// What may be sent, in bits per second on the wire.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Everything.
    pub total: f64,
    /// Of it, sound without copies.
    pub sound: f64,
    /// How much sound is in a packet of it.
    pub sound_packet: Duration,
    /// What pictures need to stay what they are: parity takes nothing of it.
    pub picture_least: f64,
    /// No picture is sent.
    pub alone: bool,
}

impl Conditions {
    /// From what was measured.
    pub fn new(losses: &Losses, round_trip: Duration, packets_per_second: f64, budget: Budget) -> Self {
        Self { share: losses.share(), run: losses.run(), round_trip, packets_per_second, budget }
    }
}

/// Sound with later sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copies {
    /// How often.
    pub count: usize,
    /// In packets, from one to the next.
    pub distance: usize,
}

/// Parity behind pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parity {
    /// From the first packet of a block to its end.
    pub span: Duration,
    share: f64,
    run: f64,
    /// Parities to packets, at most.
    most: f64,
}

/// What is done.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Plan {
    /// Sound with later sound.
    pub copies: Option<Copies>,
    /// Parity behind pictures.
    pub parity: Option<Parity>,
}

impl Plan {
    /// What is done from now on.
    pub fn next(self, link: Conditions) -> Self {
        let Conditions { share, run, round_trip, packets_per_second, budget } = link;
        let room = budget.total / budget.sound.max(1.0);
        let begin = if room < ROOM_FOR_COPIES { BEGIN_DEAR } else { BEGIN };
        // With sound alone copies are what tells whether the link takes more: held back until there is room to spare, they would never be sent again on a link that was narrow once.
        let margin = if budget.alone { 1.0 } else { MARGIN };
        let fits = |count: usize| budget.total >= margin * budget.sound * (1.0 + count as f64 * COPY);
        let worth = share >= if self.copies.is_some() { END * begin / BEGIN } else { begin };
        // A copy that does not fit fills the link and is lost with what it was to repair.
        let count = match (budget.alone || worth, share >= TWICE) {
            (false, _) => 0,
            (true, true) if fits(2) => 2,
            (true, _) => usize::from(fits(1)),
        };
        let copies = (count > 0).then(|| {
            let every = budget.sound_packet.as_secs_f64().max(0.001);
            let lasts = (RUNS * run / packets_per_second.max(1.0 / every)).min(FARTHEST / count as f64);
            Copies { count, distance: ((lasts / every).ceil() as usize).max(1) }
        });
        let copied = copies.map_or(0.0, |copies: Copies| copies.count as f64 * COPY);
        let picture = budget.total - budget.sound * (1.0 + copied);
        let least = MARGIN * budget.picture_least.max(PICTURE_LEAST);
        let most = ((picture - least) / least).min(MOST);
        let pays = round_trip > SOON && packets_per_second >= 50.0 + LEAST_PACKETS && most > 0.0;
        let parity = (pays && share >= if self.parity.is_some() { END } else { BEGIN }).then(|| {
            let span = (round_trip / 2).clamp(Duration::from_millis(50), Duration::from_millis(100));
            Parity { span, share, run, most }
        });
        Self { copies, parity }
    }
}

impl Parity {
    /// How many parities so many packets get.
    pub fn count(&self, packets: usize) -> usize {
        let most = ((packets as f64 * self.most) as usize).min(MAX_PARITIES);
        let broken = more_lost_than(0, packets, self.share, self.run);
        let (mut best, mut worth) = (0, WORTH);
        for parities in 1..=most {
            let left = more_lost_than(parities, packets + parities, self.share, self.run);
            let gain = broken - left - PRICE * parities as f64 / packets as f64;
            if gain > worth {
                (best, worth) = (parities, gain);
            }
            if left <= LEFT {
                break;
            }
        }
        best
    }
}

/// How likely of so many packets in a row more than `parities` are lost, when a share is lost in runs of a mean length.
fn more_lost_than(parities: usize, packets: usize, share: f64, run: f64) -> f64 {
    let to_good = 1.0 / run.max(1.0);
    let to_bad = (to_good * share / (1.0 - share).max(0.01)).min(1.0);
    // By number lost so far: probability of standing in good and in bad.
    let mut lost = vec![(0.0, 0.0); parities + 1];
    lost[0] = (1.0 - share, share);
    let mut over = 0.0;
    for _ in 0..packets {
        let mut next = vec![(0.0, 0.0); parities + 1];
        for (count, (good, bad)) in lost.into_iter().enumerate() {
            let stays = good * (1.0 - to_bad) + bad * to_good;
            let falls = good * to_bad + bad * (1.0 - to_good);
            next[count].0 += stays;
            match next.get_mut(count + 1) {
                Some(place) => place.1 += falls,
                None => over += falls,
            }
        }
        lost = next;
    }
    over
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Budget = Budget {
        total: 1_240_000.0,
        sound: 62_000.0,
        sound_packet: Duration::from_millis(20),
        picture_least: 400_000.0,
        alone: false,
    };

    fn link(share: f64, run: f64, round_trip: u64) -> Conditions {
        Conditions {
            share,
            run,
            round_trip: Duration::from_millis(round_trip),
            packets_per_second: 160.0,
            budget: WIDE,
        }
    }

    #[test]
    fn nothing_is_done_on_a_clean_link_and_little_loss_ends_it_late() {
        assert_eq!(Plan::default().next(link(0.0, 1.0, 200)), Plan::default());
        assert_eq!(Plan::default().next(link(0.009, 3.0, 200)), Plan::default());
        let on = Plan::default().next(link(0.011, 3.0, 200));
        assert!(on.copies.is_some() && on.parity.is_some(), "{on:?}");
        assert!(on.next(link(0.005, 3.0, 200)).parity.is_some());
        assert_eq!(on.next(link(0.003, 3.0, 200)), Plan::default());
    }

    #[test]
    fn parity_only_where_asking_again_takes_long() {
        assert_eq!(Plan::default().next(link(0.1, 4.0, 50)).parity, None);
        let parity = Plan::default().next(link(0.1, 4.0, 120)).parity.expect("long");
        assert_eq!(parity.span, Duration::from_millis(60));
    }

    /// On `rural-morning` parity took the picture to two frames a second.
    #[test]
    fn parity_takes_nothing_that_the_picture_needs_to_stay_on_its_rung() {
        let parity = |total: f64, picture_least: f64| {
            let budget = Budget { total, picture_least, ..WIDE };
            Plan::default().next(Conditions { budget, ..link(0.1, 4.0, 120) }).parity
        };
        assert_eq!(parity(500e3, 400e3), None, "a full picture that is just enough");
        assert!(parity(500e3, 75e3).is_some_and(|parity| parity.count(10) > 0), "the same as a small one");
        assert_eq!([parity(180e3, 75e3), parity(180e3, 0.0)], [None, None], "near the lowest rung, and on it");
        for total in (100..2000).map(|kilobits| f64::from(kilobits) * 1e3) {
            let picture = total - 62e3 - 34e3;
            let most = parity(total, 400e3).map_or(0.0, |parity| parity.most);
            assert!(most <= MOST && (most == 0.0 || picture / (1.0 + most) >= 400e3), "{total}");
        }
    }

    #[test]
    fn sound_goes_again_after_the_run_is_over_and_not_where_it_is_dear() {
        let copies = |conditions| Plan::default().next(conditions).copies;
        assert_eq!(copies(link(0.02, 1.0, 100)), Some(Copies { count: 1, distance: 1 }));
        assert_eq!(copies(link(0.10, 4.0, 100)), Some(Copies { count: 1, distance: 4 }));
        assert_eq!(copies(link(0.03, 50.0, 100)), Some(Copies { count: 1, distance: 12 }), "240 ms");
        assert_eq!(copies(link(0.20, 50.0, 100)), Some(Copies { count: 2, distance: 6 }));
        let budget = Budget { sound_packet: Duration::from_millis(60), ..WIDE };
        let slim = Conditions { budget, ..link(0.03, 50.0, 100) };
        assert_eq!(copies(slim), Some(Copies { count: 1, distance: 4 }), "as far in time");
        let budget = Budget { total: 150e3, ..WIDE };
        let dear = |share| Conditions { budget, packets_per_second: 65.0, ..link(share, 1.0, 200) };
        assert_eq!((copies(dear(0.02)), copies(dear(0.045)).is_some()), (None, true));
    }

    #[test]
    fn sound_alone_goes_twice_where_that_fits_whatever_is_lost() {
        let count = |total, share| {
            let sound_packet = Duration::from_millis(60);
            let budget = Budget { total, sound: 25e3, sound_packet, picture_least: 0.0, alone: true };
            let link = Conditions { budget, packets_per_second: 17.0, ..link(share, 1.0, 200) };
            Plan::default().next(link).copies.map(|copies| copies.count)
        };
        assert_eq!(
            [count(50e3, 0.0), count(38e3, 0.0), count(50e3, 0.2), count(70e3, 0.2)],
            [Some(1), None, Some(1), Some(2)]
        );
    }

    #[test]
    fn so_many_parities_as_pay_and_never_more_than_half() {
        let count = |share, run, packets| Parity { span: Duration::ZERO, share, run, most: MOST }.count(packets);
        assert_eq!([count(0.01, 1.0, 10), count(0.05, 1.0, 10), count(0.1, 1.0, 10)], [1, 2, 3]);
        assert!(count(0.10, 4.0, 12) >= 4, "what a lossy link is repaired by");
        assert_eq!(count(0.03, 6.0, 6), 0, "rare long runs in small blocks: half the packets would save little");
        assert!((0..=32).all(|packets| 2 * count(0.2, 3.0, packets) <= packets));
    }

    #[test]
    fn the_model_of_single_losses_is_the_binomial() {
        // With runs of 1/(1-p) packets each packet is lost by itself.
        let share: f64 = 0.1;
        let none = (1.0 - share).powi(10);
        assert!((more_lost_than(0, 10, share, 1.0 / (1.0 - share)) - (1.0 - none)).abs() < 1e-9);
    }
}
